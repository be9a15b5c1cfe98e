"""Assignment, Kalman filter, SORT and ByteTrack against brute force and on objects whose paths are known."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cvdemo.errors import DataError
from cvdemo.ops.assignment import assign
from cvdemo.ops.kalman import MEASURED, MEASUREMENT_NOISE, BoxFilter, to_box, to_measurement
from cvdemo.ops.tracking import BYTE_TRACK, SORT, FrameBoxes, Life, byte_track_steps, sort_steps, steps_of
from cvdemo.ops.tracks import FILLED, fill_gaps, track


@given(st.integers(0, 4), st.integers(0, 4), st.integers(0, 2**32 - 1))
@settings(max_examples=60, deadline=None)
def test_hungarian_has_the_best_sum_and_greedy_the_best_pairs(n: int, m: int, seed: int) -> None:
    matrix = np.random.default_rng(seed).uniform(0, 1, (n, m))
    best = assign(matrix, 0.0)
    k = min(n, m)
    sums = [
        matrix[list(rows), list(columns)].sum()
        for rows in itertools.permutations(range(n), k)
        for columns in itertools.permutations(range(m), k)
    ]
    assert matrix[best.pairs[:, 0], best.pairs[:, 1]].sum() == pytest.approx(max(sums, default=0.0))
    assert len(best.pairs) == k and len(best.rows) == n - k and len(best.columns) == m - k
    greedy = assign(matrix, 0.0, "greedy")
    left = matrix.copy()
    taken = sorted(greedy.pairs.tolist(), key=lambda pair: -matrix[tuple(pair)])
    for row, column in taken:
        assert matrix[row, column] == left.max()
        left[row], left[:, column] = -1, -1


def test_pairs_below_the_least_are_no_pairs() -> None:
    found = assign([[0.9, 0.2], [0.85, 0.1]], 0.15)
    assert found.pairs.tolist() == [[0, 1], [1, 0]]  # .2 + .85 is more than .9 + .1
    assert assign([[0.9, 0.2], [0.85, 0.1]], 0.3).pairs.tolist() == [[1, 0]]
    assert assign([[0.9, 0.2], [0.85, 0.1]], 0.3, "greedy").pairs.tolist() == [[0, 0]]
    with pytest.raises(DataError, match="hungarian"):
        assign([[1.0]], 0, "best")  # type: ignore[arg-type]
    with pytest.raises(DataError, match=r"\[N, M\]"):
        assign([1.0], 0)


def test_a_box_survives_its_state() -> None:
    box = [3.0, 4.0, 33.0, 24.5]
    np.testing.assert_allclose(to_box(to_measurement(box)), box)
    assert to_box(to_measurement([5, 5, 5, 5])).tolist() == pytest.approx([5, 5, 5, 5], abs=1e-2)


def test_the_filter_is_the_least_squares_of_its_model() -> None:
    """After a prediction, the update minimizes the Mahalanobis distances to prediction and measurement."""
    rng = np.random.default_rng(0)
    one = BoxFilter([10, 10, 50, 90])
    for _ in range(5):
        one.predict()
        before, covariance = one.state.copy(), one.covariance.copy()
        box = one.box + rng.normal(0, 2, 4)
        one.update(box)
        left = np.linalg.inv(covariance) + MEASURED.T @ np.linalg.inv(MEASUREMENT_NOISE) @ MEASURED
        right = np.linalg.inv(covariance) @ before
        right += MEASURED.T @ np.linalg.inv(MEASUREMENT_NOISE) @ to_measurement(box)
        np.testing.assert_allclose(one.state, np.linalg.solve(left, right), rtol=1e-6)
        np.testing.assert_allclose(one.covariance, np.linalg.inv(left), rtol=1e-5, atol=1e-8)


def test_the_filter_learns_a_velocity_and_predicts_through_a_gap() -> None:
    one = BoxFilter([0, 0, 40, 80])
    for t in range(1, 20):
        one.predict()
        one.update([5 * t, 2 * t, 40 + 5 * t, 80 + 2 * t])
    np.testing.assert_allclose(one.velocity, [5, 2], atol=0.05)
    for _ in range(10):
        ahead = one.predict()
    np.testing.assert_allclose(ahead, [5 * 29, 2 * 29, 40 + 5 * 29, 80 + 2 * 29], atol=2)


def test_an_area_never_becomes_negative() -> None:
    one = BoxFilter([0, 0, 40, 40])
    for side in (30, 20, 10, 4):
        one.predict()
        one.update([0, 0, side, side])
    for _ in range(50):
        box = one.predict()
        assert np.isfinite(box).all() and box[2] >= box[0] and box[3] >= box[1]


def walking(frames: int, *, gone: set[int] = frozenset(), low: set[int] = frozenset()) -> list[FrameBoxes]:  # type: ignore[assignment]
    """Two people: one walks right, the other, below, left; the first is missing or scores low at times."""
    found = []
    for t in range(frames):
        boxes = [[4.0 * t, 0, 4 * t + 30, 60], [200 - 4.0 * t, 100, 230 - 4 * t, 160]]
        scores = [0.2 if t in low else 0.9, 0.8]
        keep = slice(1, 2) if t in gone else slice(0, 2)
        found.append(FrameBoxes(np.array(boxes[keep]), np.array(scores[keep])))
    return found


@pytest.mark.parametrize("name", ["sort", "bytetrack"])
def test_two_that_cross_keep_their_numbers(name: str) -> None:
    tracks = track(name, walking(40))
    assert len(tracks) == 80 and set(tracks.ids.tolist()) == {1, 2}
    for rows in tracks.each():
        assert len(set(tracks.detection[rows].tolist())) == 1  # row 0 or row 1 all the time


def test_life_from_birth_to_removal() -> None:
    settings = SORT._replace(hits=3, buffer=2)
    frames = [FrameBoxes(np.zeros((0, 4)), np.zeros(0)), *walking(10, gone={5, 6, 7, 8, 9})]
    steps = list(sort_steps(frames, settings))
    assert [step.born for step in steps[:3]] == [[], [1, 2], []]
    assert [step.confirmed for step in steps[:5]] == [[], [], [], [1, 2], []]
    lives = [next((v.life for v in step.tracks if v.id == 1), None) for step in steps]
    assert lives[1:] == [Life.TENTATIVE] * 2 + [Life.CONFIRMED] * 3 + [Life.LOST] * 2 + [None] * 3
    assert steps[6].lost == [1] and steps[8].removed == [1]
    assert steps[6].tracks[0].missed == 1 and steps[6].tracks[0].detection is None


def test_a_lost_track_is_found_again_within_the_buffer() -> None:
    frames = walking(20, gone={8, 9, 10})
    short = track("sort", frames, SORT._replace(buffer=2))
    assert len(set(short.ids.tolist())) == 3
    steps = list(sort_steps(frames, SORT._replace(buffer=3)))
    assert steps[11].found_again == [1] and not any(step.removed for step in steps)


def test_low_scores_go_on_with_a_track_and_begin_none() -> None:
    frames = walking(20, low={8, 9, 10, 11})
    assert (track("bytetrack", frames).frame[track("bytetrack", frames).ids == 1] == np.arange(20)).all()
    second = list(byte_track_steps(frames))[9].rounds[1]
    assert second.ids.tolist() == [1] and second.rows.tolist() == [0] and len(second.assignment.pairs) == 1
    assert 9 not in track("sort", frames).frame[track("sort", frames).ids == 1]
    assert len(track("bytetrack", walking(5, low={0, 1, 2, 3, 4}))) == 5  # only the other one


def test_online_tracks_begin_when_they_are_confirmed() -> None:
    frames = [FrameBoxes(np.zeros((0, 4)), np.zeros(0)), *walking(10)]
    assert track("sort", frames, online=True).frame.min() == 3 and track("sort", frames).frame.min() == 1
    assert len(track("sort", frames[:3])) == 0  # never confirmed


def test_gaps_are_filled_on_straight_lines() -> None:
    tracks = track("bytetrack", walking(20, gone={8, 9, 10}))
    assert len(fill_gaps(tracks, 2)) == len(tracks) == 37
    whole = fill_gaps(tracks, 3)
    assert len(whole) == 40 and (whole.detection == FILLED).sum() == 3
    filled = whole.boxes[whole.detection == FILLED]
    np.testing.assert_allclose(filled[:, 0], [32, 36, 40])
    assert (np.diff(whole.frame) >= 0).all()


def test_no_frames_no_boxes_and_an_unknown_name() -> None:
    nothing = [FrameBoxes(np.zeros((0, 4)), np.zeros(0))] * 3
    for name in ("sort", "bytetrack"):
        assert len(track(name, [])) == 0 and track(name, nothing).frames == 3
        assert [step.tracks for step in steps_of(name, nothing)] == [[], [], []]
        assert len(fill_gaps(track(name, nothing), 5)) == 0
    with pytest.raises(DataError, match="no tracker is called 'deep'"):
        track("deep", [])


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=30, deadline=None)
def test_any_boxes_give_tracks_that_use_each_detection_once(seed: int) -> None:
    rng = np.random.default_rng(seed)
    frames = []
    for _ in range(12):
        corner, size = rng.uniform(0, 100, (6, 2)), rng.uniform(0, 60, (6, 2)) * rng.integers(0, 2, (6, 1))
        frames.append(FrameBoxes(np.hstack([corner, corner + size]), rng.uniform(0, 1, 6)))
    for name, published in (("sort", SORT), ("bytetrack", BYTE_TRACK)):
        for step in steps_of(name, frames, published):
            used = [view.detection for view in step.tracks if view.detection is not None]
            assert len(used) == len(set(used))
            assert {v.id for v in step.tracks if v.life is Life.LOST} >= set(step.lost)
