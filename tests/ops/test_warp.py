"""R-CNN's warp against a brute-force bilinear sampler, its context against the paper's formula."""

from __future__ import annotations

import numpy as np
import pytest

from cvdemo.errors import DataError
from cvdemo.ops.warp import BEYOND, warp_regions, with_context


def sampled(picture: np.ndarray, x: float, y: float) -> np.ndarray:
    """The picture at a point in pixels, bilinear between the four nearest pixels' middles; grey beyond."""
    left, top = int(np.floor(x - 0.5)), int(np.floor(y - 0.5))
    across, down = x - 0.5 - left, y - 0.5 - top
    value = np.zeros(3)
    for row, column, weight in (
        (top, left, (1 - down) * (1 - across)),
        (top, left + 1, (1 - down) * across),
        (top + 1, left, down * (1 - across)),
        (top + 1, left + 1, down * across),
    ):
        inside = 0 <= row < picture.shape[0] and 0 <= column < picture.shape[1]
        value += weight * (picture[row, column] if inside else np.full(3, BEYOND))
    return value


def brute(picture: np.ndarray, box: np.ndarray, size: int, context: int) -> np.ndarray:
    """The box fills all but `context` pixels on each side, so one is side / (size - 2 context) wide."""
    step = (box[2:] - box[:2]) / (size - 2 * context)
    start = box[:2] - context * step
    out = np.empty((size, size, 3))
    for i in range(size):
        for j in range(size):
            out[i, j] = sampled(picture, *(start + np.array([j + 0.5, i + 0.5]) * step))
    return out


@pytest.mark.parametrize(
    "box",
    [
        (10, 8, 40, 30),
        (3.25, 4.5, 9.75, 30.125),
        (-6, -4, 20, 25),
        (30, 20, 61, 44),
        (0, 0, 50, 40),
        (7, 7, 9, 9),
    ],
)
@pytest.mark.parametrize(("size", "context"), [(16, 2), (24, 0)])
def test_equals_the_crop_formula(box: tuple[float, ...], size: int, context: int) -> None:
    picture = np.random.default_rng(0).integers(87, 168, (40, 50, 3), np.uint8)
    warped = warp_regions(picture, np.array([box]), size=size, context=context)
    # OpenCV rounds places to 1/32 of a pixel, and neighbours differ by up to 80.
    np.testing.assert_allclose(warped[0], brute(picture, np.array(box), size, context), atol=4)


def test_context_grows_both_sides_by_the_papers_factor() -> None:
    boxes = np.array([[10.0, 20, 30, 100]])
    grown = with_context(boxes, size=64, context=4)
    np.testing.assert_allclose(grown[0, 2:] - grown[0, :2], np.array([20, 80]) * 64 / 56)
    np.testing.assert_allclose(grown[0, 2:] + grown[0, :2], boxes[0, 2:] + boxes[0, :2])
    np.testing.assert_array_equal(with_context(boxes, size=64, context=0), boxes)


def test_the_whole_picture_without_context_is_the_picture() -> None:
    picture = np.random.default_rng(1).integers(0, 256, (24, 24, 3), np.uint8)
    np.testing.assert_array_equal(warp_regions(picture, [[0, 0, 24, 24]], size=24, context=0)[0], picture)


def test_nothing_thin_boxes_and_boxes_beside_the_picture() -> None:
    picture = np.full((20, 20, 3), 200, np.uint8)
    assert warp_regions(picture, np.zeros((0, 4)), size=8, context=1).shape == (0, 8, 8, 3)
    assert (warp_regions(picture, [[50, 50, 60, 60]], size=8, context=1) == BEYOND).all()
    assert (warp_regions(picture, [[10, 5, 10, 15]], size=8, context=0) == 200).all()
    with pytest.raises(DataError):
        warp_regions(picture, [[0, 0, np.nan, 5]])
