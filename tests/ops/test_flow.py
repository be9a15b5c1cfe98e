"""Warping, following and contradiction of flows; Lucas-Kanade and Horn-Schunck against referees."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from scipy.sparse import block_array, coo_array, csr_array, diags_array
from scipy.sparse.linalg import spsolve

from cvdemo import world
from cvdemo.errors import DataError
from cvdemo.ops import flow as ops
from cvdemo.ops.flow_opencv import dis, farneback
from cvdemo.ops.horn_schunck import NEIGHBOURS, horn_schunck, horn_schunck_steps, linearize
from cvdemo.ops.lucas_kanade import (
    best_points,
    dense_flow,
    dense_steps,
    track_points,
    track_steps,
    window_matrix,
)

PLAIN = world.named("normal", noise=0, weather=0)


def texture(height: int, width: int, seed: int = 0) -> np.ndarray:
    """A grey picture with something to hold on to everywhere, [height, width] float32."""
    noise = np.random.default_rng(seed).uniform(0, 255, (height, width)).astype(np.float32)
    smooth = cv2.GaussianBlur(noise, (0, 0), 2.0)
    return ((smooth - smooth.min()) / np.ptp(smooth) * 255).astype(np.float32)


def shifted(grey: np.ndarray, u: float, v: float) -> np.ndarray:
    """The picture after a motion of (u, v), by a cubic interpolation that is not ours."""
    move = np.array([[1, 0, u], [0, 1, v]], np.float32)
    return cv2.warpAffine(
        grey, move, grey.shape[::-1], flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101
    )


# --- warping ----------------------------------------------------------------------------------------


def test_the_warp_is_opencvs_also_beyond_the_border() -> None:
    rng = np.random.default_rng(1)
    picture = rng.uniform(0, 255, (30, 41, 3)).astype(np.float32)
    flow = (rng.integers(-40 * 32, 40 * 32, (30, 41, 2)) / 32).astype(np.float32)  # OpenCV's grid
    x, y = (np.asarray(part, np.float32) for part in ops.targets(flow))
    theirs = cv2.remap(picture, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    np.testing.assert_allclose(ops.warp(picture, flow), theirs, atol=1e-3)
    np.testing.assert_allclose(ops.warp(picture[..., 0], flow), theirs[..., 0], atol=1e-3)


def test_between_opencvs_grid_points_the_warp_is_within_a_64th_of_a_pixel() -> None:
    """A ramp's values are places: what they differ by is how many pixels the two warps differ by."""
    ramp = np.tile(np.arange(50, dtype=np.float32), (20, 1))
    flow = np.random.default_rng(2).uniform(-5, 5, (20, 50, 2)).astype(np.float32)
    x, y = (np.asarray(part, np.float32) for part in ops.targets(flow))
    theirs = cv2.remap(ramp, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    assert np.abs(ops.warp(ramp, flow) - theirs).max() < 1 / 60
    np.testing.assert_allclose(ops.warp(ramp, flow), x.clip(0, 49), atol=1e-4)


def test_a_picture_of_one_row_and_of_one_pixel_can_be_warped() -> None:
    for size in ((1, 9), (9, 1), (1, 1)):
        grey = np.arange(np.prod(size), dtype=np.float32).reshape(size)
        np.testing.assert_array_equal(ops.warp(grey, np.zeros((*size, 2), np.float32)), grey)


# --- forwards and back ------------------------------------------------------------------------------


def test_a_shift_and_its_opposite_agree_but_at_the_border_that_it_leaves() -> None:
    flow = np.zeros((20, 30, 2), np.float32)
    flow[..., 0] = 3
    hidden = ops.occluded(flow, -flow)
    assert hidden[:, 27:].all() and not hidden[:, :27].any()
    assert ops.round_trip_error(flow, -flow).max() == 0
    assert ops.occluded(flow, flow).all()


def test_true_flows_contradict_each_other_where_the_world_says_occluded() -> None:
    found = np.zeros((2, 2), int)
    for seed in (0, 4, 6, 8):
        clip = world.clip(seed, split="test", seconds=1, difficulty=PLAIN, camera=1.0)
        there, back = world.clip_motion(clip, 5, 192, 160, to=8), world.clip_motion(clip, 8, 192, 160, to=5)
        hidden = ops.occluded(there.flow, back.flow)
        np.add.at(found, (there.occluded.astype(int).ravel(), hidden.astype(int).ravel()), 1)
    assert found[1, 1] > 0.8 * found[1].sum() > 200
    assert found[0, 1] < 0.02 * found[0].sum()


def test_a_followed_point_goes_where_each_flow_says_until_it_leaves() -> None:
    right, down = np.zeros((2, 20, 30, 2), np.float32)
    right[..., 0], down[..., 1] = 4.5, 2.25
    path = ops.follow([right, down, right], 3.0, 5.0)
    assert path.tolist() == [[3, 5], [7.5, 5], [7.5, 7.25], [12, 7.25]]
    gone = ops.follow([right] * 4, 20.0, 5.0)
    assert gone[2].tolist() == [29, 5] and np.isnan(gone[3:]).all()


def test_enlarged_flow_says_the_same_of_the_larger_picture() -> None:
    y, x = np.indices((10, 12), dtype=np.float32)
    flow = np.stack([0.1 * x, 0.2 * y], axis=-1)
    big = ops.enlarge(flow, (19, 23))
    yy, xx = np.indices((19, 23), dtype=np.float32)
    np.testing.assert_allclose(big, np.stack([0.1 * xx, 0.2 * yy], axis=-1), atol=1e-5)


# --- Lucas and Kanade -------------------------------------------------------------------------------


def both(a: np.ndarray, b: np.ndarray, points: np.ndarray) -> tuple[np.ndarray, ...]:
    """Our points and OpenCV's, which of them each trusts, and both eigenvalues in our unit.

    To be trusted, a point has to be found, settled, and to come back to its place from the other picture.
    """
    criteria = (cv2.TERM_CRITERIA_COUNT + cv2.TERM_CRITERIA_EPS, 30, 0.01)
    one, two = a.astype(np.uint8), b.astype(np.uint8)
    theirs, status, _ = cv2.calcOpticalFlowPyrLK(one, two, points, None, criteria=criteria)
    back, _, _ = cv2.calcOpticalFlowPyrLK(two, one, theirs, None, criteria=criteria)
    eigen = cv2.calcOpticalFlowPyrLK(
        one, two, points, None, criteria=criteria, flags=cv2.OPTFLOW_LK_GET_MIN_EIGENVALS
    )[2]
    ours = track_points(a, b, points)
    our_back = track_points(b, a, ours.points)
    trusted = (status[:, 0] == 1) & (np.hypot(*(back - points).T) < 0.5)
    our_trusted = ours.found & ~ours.moving & our_back.found & (np.hypot(*(our_back.points - points).T) < 0.5)
    return ours.points, theirs, our_trusted, trusted, ours.eigenvalues, eigen[:, 0] * 1024


def test_lucas_kanade_is_opencvs_where_both_trust_the_point() -> None:
    rng, count = np.random.default_rng(3), 0
    for seed in (8, 12, 20):
        pair = world.flow_pair(seed, split="test", size=(256, 192))
        a, b = ops.to_grey(pair.first), ops.to_grey(pair.second)
        points = np.column_stack([rng.uniform(0, 255, 150), rng.uniform(0, 191, 150)]).astype(np.float32)
        ours, theirs, us, them, eigen, their_eigen = both(a, b, points)
        trusted = us & them & (eigen > 10)
        count += trusted.sum()
        assert (us == them)[eigen > 10].mean() > 0.9
        assert np.hypot(*(ours - theirs)[trusted].T).max(initial=0) < 0.05
        np.testing.assert_allclose(eigen[trusted], their_eigen[trusted], rtol=0.02)
    assert count > 100


def test_the_eigenvalue_knows_a_plain_wall_an_edge_and_a_corner() -> None:
    grey = np.full((80, 120), 60, np.float32)
    grey[20:60, 60:] = 200
    points = np.array([[20.0, 40.0], [60.0, 40.0], [60.0, 20.0]])  # wall, edge, corner
    wall, edge, corner = track_points(grey, grey, points).eigenvalues
    assert wall < 1e-6 and edge < 1e-3 * corner and corner > 100
    assert track_points(grey, grey, points).found.tolist() == [False, False, True]


def test_the_best_points_are_corners_far_enough_apart() -> None:
    grey = np.full((80, 120), 60, np.float32)
    grey[20:60, 40:90] = 200
    eigenvalues = window_matrix(grey, 9).smaller_eigenvalue()
    points = best_points(eigenvalues, 10, apart=6)
    corners = np.array([[39.5, 19.5], [89.5, 19.5], [39.5, 59.5], [89.5, 59.5]])
    assert len(points) >= 4
    for corner in corners:
        assert np.abs(points - corner).max(axis=1).min() <= 5
    assert len(best_points(eigenvalues, 2, apart=6)) == 2
    assert len(best_points(window_matrix(0 * grey, 9).smaller_eigenvalue(), 10)) == 0


def test_the_steps_come_from_the_coarsest_level_and_end_where_the_function_does() -> None:
    grey = texture(120, 160)
    u, v = 9.4, -5.2
    moved = shifted(grey, u, v)
    points = np.array([[60.0, 60.0], [90.0, 50.0], [80.0, 80.0]])
    steps = list(track_steps(grey, moved, points))
    assert [s.level for s in steps] == sorted((s.level for s in steps), reverse=True)
    assert {s.level for s in steps} == {0, 1, 2}
    np.testing.assert_array_equal(steps[-1].points, track_points(grey, moved, points).points)
    np.testing.assert_allclose(steps[-1].points - points, [[u, v]] * 3, atol=0.1)
    alone = track_points(grey, moved, points, levels=1)
    assert (np.hypot(*(alone.points - points - (u, v)).T) > 1).any()


def test_dense_lucas_kanade_is_the_sparse_one_where_motion_is_smooth() -> None:
    grey = texture(128, 160)
    y, x = np.indices(grey.shape, dtype=np.float32)
    flow = np.stack([3 + 0.02 * (x - 80), -2 + 0.02 * (y - 64)], axis=-1)
    second = grey
    first = ops.warp(second, flow)
    found = dense_flow(first, second, iterations=10)
    inner = np.s_[24:-24, 24:-24]
    assert np.abs(found - flow)[inner].max() < 0.2
    rows, columns = np.mgrid[30:100:10, 30:130:10].reshape(2, -1)
    points = np.column_stack([columns, rows]).astype(np.float32)
    sparse = track_points(first, second, points, window=15)
    assert np.median(np.abs(found[rows, columns] - (sparse.points - points))) < 0.02
    *_, last = dense_steps(first, second, iterations=10)
    np.testing.assert_array_equal(last.flow, found)


# --- Horn and Schunck -------------------------------------------------------------------------------


def solved(first: np.ndarray, second: np.ndarray, alpha: float) -> np.ndarray:
    """Horn and Schunck's linear equations of all pixels at once, solved directly."""
    height, width = first.shape
    n = height * width
    equation = linearize(first, second, np.zeros((height, width, 2), np.float32))
    rows, columns, weights = [], [], []
    for y in range(height):
        for x in range(width):
            for dy in (-1, 0, 1):
                for dx in (-1, 0, 1):
                    rows.append(y * width + x)
                    columns.append(min(max(y + dy, 0), height - 1) * width + min(max(x + dx, 0), width - 1))
                    weights.append(float(NEIGHBOURS[dy + 1, dx + 1]))
    mean = csr_array(coo_array((weights, (rows, columns)), shape=(n, n)))
    ix, iy, it = (part.ravel().astype(np.float64) for part in equation)
    laplace = alpha**2 * (diags_array(np.ones(n)) - mean)
    matrix = block_array(
        [
            [laplace + diags_array(ix * ix), diags_array(ix * iy)],
            [diags_array(ix * iy), laplace + diags_array(iy * iy)],
        ]
    )
    return spsolve(matrix.tocsr(), -np.concatenate([ix * it, iy * it])).reshape(2, height, width)


def test_many_iterations_of_horn_and_schunck_solve_their_equations() -> None:
    first = texture(14, 18)
    second = shifted(first, 0.6, -0.3)
    found = horn_schunck(first, second, alpha=8.0, iterations=3000, levels=1, warps=1, median=0)
    np.testing.assert_allclose(np.moveaxis(found, -1, 0), solved(first, second, 8.0), atol=2e-3)


def test_each_iteration_makes_the_energy_smaller() -> None:
    first = texture(24, 30)
    steps = horn_schunck_steps(
        first, shifted(first, 0.7, 0.4), alpha=10.0, iterations=40, levels=1, warps=1, median=0
    )
    energy = [step.data + step.smoothness for step in steps]
    assert len(energy) == 40 and energy[-1] < 0.5 * energy[0]
    assert (np.diff(energy) < 1e-3 * energy[0]).all()


def test_with_levels_horn_and_schunck_find_a_motion_that_one_level_does_not() -> None:
    first = texture(128, 160, seed=4)
    second = shifted(first, 8.0, 5.0)
    inner = np.s_[20:-20, 20:-20]
    for levels, least, most in ((5, 0.0, 0.3), (1, 2.0, 99.0)):
        found = horn_schunck(first, second, levels=levels)
        assert least < np.hypot(*np.moveaxis(found[inner] - (8, 5), -1, 0)).mean() < most


# --- OpenCV's, and what is refused ------------------------------------------------------------------


@pytest.mark.parametrize("method", [farneback, dis])
def test_opencvs_methods_find_a_shift(method) -> None:  # type: ignore[no-untyped-def]
    first = texture(96, 128, seed=5)
    found = method(first, shifted(first, 4.0, -3.0))
    assert found.dtype == np.float32
    assert np.abs(np.median(found.reshape(-1, 2), axis=0) - (4, -3)).max() < 0.2


@pytest.mark.parametrize("method", [dense_flow, horn_schunck, farneback, dis])
def test_equal_black_and_tiny_pictures_do_not_move(method) -> None:  # type: ignore[no-untyped-def]
    for grey in (texture(40, 50), np.zeros((40, 50), np.float32), texture(16, 16), texture(16, 90)):
        assert np.abs(method(grey, grey)).max() < (0.5 if method is farneback else 0.05)


def test_a_cut_gives_finite_numbers() -> None:
    for method in (dense_flow, horn_schunck, farneback, dis):
        assert np.isfinite(method(texture(64, 80, 1), texture(64, 80, 2))).all()


def test_what_does_not_fit_is_refused() -> None:
    grey = texture(40, 50)
    with pytest.raises(DataError, match="of one size"):
        dense_flow(grey, grey[:-1])
    with pytest.raises(DataError, match="an odd side"):
        track_points(grey, grey, np.zeros((1, 2)), window=4)
    with pytest.raises(DataError, match="a level and an iteration"):
        horn_schunck(grey, grey, levels=0)
    with pytest.raises(DataError, match="above 0"):
        horn_schunck(grey, grey, alpha=0.0)
