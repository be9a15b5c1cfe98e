"""IoU and its variants against torchvision and against counting pixels."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torchvision.ops as peer

from cvdemo.errors import DataError
from cvdemo.ops import iou


def boxes(n: int, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    corners, sides = rng.uniform(-20, 80, (n, 2)), rng.uniform(0.5, 60, (n, 2))
    return np.hstack([corners, corners + sides])


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (iou.box_iou, peer.box_iou),
        (iou.generalized_box_iou, peer.generalized_box_iou),
        (iou.distance_box_iou, peer.distance_box_iou),
        (iou.complete_box_iou, peer.complete_box_iou),
    ],
)
def test_variants_equal_torchvision(ours, theirs) -> None:
    a, b = boxes(70, 1), boxes(50, 2)
    b[:5] = a[:5]  # some identical
    expected = theirs(torch.from_numpy(a), torch.from_numpy(b)).numpy()
    np.testing.assert_allclose(ours(a, b), expected, rtol=0, atol=1e-12)
    assert ours(a, b).shape == (70, 50)


def test_float32_boxes_are_measured_in_float64() -> None:
    a, b = boxes(20, 3).astype(np.float32), boxes(20, 4).astype(np.float32)
    assert iou.box_iou(a, b).dtype == np.float64
    np.testing.assert_array_equal(iou.box_iou(a, b), iou.box_iou(a.astype(float), b.astype(float)))


def pixels(box: np.ndarray) -> set[tuple[int, int]]:
    x1, y1, x2, y2 = box
    return {(x, y) for x in range(x1, x2 + 1) for y in range(y1, y2 + 1)}


def test_plus_one_counts_pixels_first_and_last_included() -> None:
    rng = np.random.default_rng(5)
    corners = rng.integers(0, 8, (12, 2))
    a = np.hstack([corners, corners + rng.integers(0, 6, (12, 2))])
    overlap = iou.overlap(a, a, pixel_convention="plus-one")
    ratio = iou.box_iou(a, a, pixel_convention="plus-one")
    for i, j in np.ndindex(12, 12):
        both, either = pixels(a[i]) & pixels(a[j]), pixels(a[i]) | pixels(a[j])
        assert overlap.intersection[i, j] == len(both)
        assert overlap.union[i, j] == len(either)
        assert ratio[i, j] == pytest.approx(len(both) / len(either), abs=1e-15)


def test_boxes_that_touch_or_are_empty_do_not_overlap() -> None:
    a = [[0, 0, 10, 10], [5, 5, 5, 5]]
    b = [[10, 0, 20, 10], [5, 5, 5, 5], [2, 2, 4, 8]]
    np.testing.assert_array_equal(iou.box_iou(a, b), [[0, 0, 0.12], [0, 0, 0]])
    assert np.isfinite(iou.generalized_box_iou(a, b)).all()
    assert np.isfinite(iou.complete_box_iou(a, b)).all()


def test_sets_without_boxes_give_matrices_without_rows() -> None:
    for measure in (iou.box_iou, iou.generalized_box_iou, iou.distance_box_iou, iou.complete_box_iou):
        assert measure([], boxes(3, 0)).shape == (0, 3)
        assert measure(boxes(3, 0), np.zeros((0, 4))).shape == (3, 0)


def test_mask_iou_counts_pixels() -> None:
    rng = np.random.default_rng(6)
    a, b = rng.random((4, 9, 7)) < 0.5, rng.random((3, 9, 7)) < 0.3
    b[2] = False
    expected = [[(x & y).sum() / (x | y).sum() for y in b] for x in a]
    np.testing.assert_allclose(iou.mask_iou(a, b), expected, rtol=0, atol=1e-15)
    assert iou.mask_iou(b[2:], b[2:]) == 0
    assert iou.mask_iou(a[:0], b).shape == (0, 3)


def test_mask_iou_of_pictures_of_two_sizes_is_refused() -> None:
    with pytest.raises(DataError, match=r"\[1, 4, 5\] and \[1, 5, 4\]"):
        iou.mask_iou(np.ones((1, 4, 5)), np.ones((1, 5, 4)))


def test_shift_curve_is_the_iou_of_a_moved_box() -> None:
    sizes, shifts = [8, 32, 200], [-3.0, 0, 1, 7.5, 40]
    curve = iou.iou_under_shift(sizes, shifts)
    for (i, size), (j, shift) in ((x, y) for x in enumerate(sizes) for y in enumerate(shifts)):
        moved = iou.box_iou([[0, 0, size, size]], [[shift, 0, shift + size, size]])
        assert curve[i, j] == pytest.approx(moved[0, 0], abs=1e-12)


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ([[0, 0, 1, float("nan")]], r"a\[0\] is not finite"),
        ([[0, 0, 1, 1], [5, 0, 3, 4]], r"a\[1\] has a negative size"),
        ([[0, 0, 1]], r"shape \[N, 4\].*\[1, 3\]"),
        ([0, 0, 1, 1], r"shape \[N, 4\].*\[4\]"),
        ([["left", 0, 1, 1]], "must be numbers"),
        ([[0, 0, 1, 1], [0, 0, 1]], "must be numbers"),
    ],
)
def test_what_are_no_boxes_is_refused(bad, message: str) -> None:
    with pytest.raises(DataError, match=message):
        iou.box_iou(bad, [[0, 0, 1, 1]])


def test_unknown_pixel_convention_is_refused() -> None:
    with pytest.raises(DataError, match="not 'minus-one'"):
        iou.box_iou([[0, 0, 1, 1]], [[0, 0, 1, 1]], pixel_convention="minus-one")  # type: ignore[arg-type]
