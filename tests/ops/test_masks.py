"""Pasted masks against torchvision and a plain double; empty and odd boxes; memory."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
import torch
from torchvision.models.detection.roi_heads import paste_masks_in_image

from cvdemo.errors import DataError
from cvdemo.ops.masks import PastedMasks, paste_mask, paste_patch, snap_boxes, trim_mask

SIZE = (60, 80)


def boxes_of_all_kinds(rng: np.random.Generator, n: int = 60) -> np.ndarray:
    """Boxes within the picture, across its borders, outside, below a pixel, larger than the picture."""
    low = rng.uniform(-30, 80, (n, 2))
    sides = rng.choice([0.4, 5, 20, 120], (n, 2)) * rng.uniform(0.5, 1.5, (n, 2))
    return np.concatenate([low, low + sides], axis=1).astype(np.float32)


@pytest.mark.parametrize("side", [14, 28])
def test_snapped_masks_are_torchvisions(side: int) -> None:
    rng = np.random.default_rng(0)
    boxes = boxes_of_all_kinds(rng)
    boxes = boxes[
        (boxes[:, 2:] > 1).all(axis=1) & (boxes[:, 0] < 80) & (boxes[:, 1] < 60)
    ]  # it fails outside
    masks = rng.random((len(boxes), side, side), np.float32)
    theirs = paste_masks_in_image(torch.from_numpy(masks)[:, None], torch.from_numpy(boxes), SIZE)[:, 0]
    ours = PastedMasks(masks, snap_boxes(boxes, side), SIZE)
    for row in range(len(ours)):
        np.testing.assert_allclose(ours.probability(row), theirs[row], atol=1e-5)


def plain(mask: np.ndarray, box: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Every pixel's centre reads the mask with zeros around it, bilinearly."""
    side = len(mask)
    padded = np.pad(mask.astype(float), 1)
    full = np.zeros(size)
    for y in range(size[0]):
        for x in range(size[1]):
            u = (x + 0.5 - box[0]) / (box[2] - box[0]) * side + 0.5
            v = (y + 0.5 - box[1]) / (box[3] - box[1]) * side + 0.5
            if not (0 <= u < side + 1 and 0 <= v < side + 1):
                continue
            i, j, a, b = int(v), int(u), v - int(v), u - int(u)
            full[y, x] = (padded[i, j] * (1 - b) + padded[i, j + 1] * b) * (1 - a) + (
                padded[i + 1, j] * (1 - b) + padded[i + 1, j + 1] * b
            ) * a
    return full


def test_masks_are_pasted_at_parts_of_a_pixel() -> None:
    rng = np.random.default_rng(1)
    for box in boxes_of_all_kinds(rng, 12):
        mask = rng.random((7, 7))
        np.testing.assert_allclose(paste_mask(mask, box, SIZE), plain(mask, box, SIZE), atol=1e-6)


def test_a_shift_by_a_pixel_shifts_the_mask() -> None:
    mask, box = np.random.default_rng(2).random((28, 28)), np.array([10.3, 12.6, 40.1, 33.2])
    here, there = paste_mask(mask, box, SIZE), paste_mask(mask, box + np.tile([3, 2], 2), SIZE)
    np.testing.assert_allclose(there[2:, 3:], here[:-2, :-3], atol=1e-6)


@pytest.mark.parametrize("box", [[5, 5, 5, 20], [90, 70, 99, 80], [-20, -20, -10, -10], [8, 9, 7, 3]])
def test_boxes_that_hold_no_pixel_give_nothing(box: list[float]) -> None:
    patch = paste_patch(np.ones((28, 28)), box, SIZE)
    assert patch.values.size == 0
    assert not paste_mask(np.ones((28, 28)), box, SIZE).any()


def test_an_object_of_one_pixel() -> None:
    full = paste_mask(np.ones((28, 28)), [20, 30, 21, 31], SIZE)
    assert full[30, 20] == pytest.approx(1)
    assert (full >= 0.5).sum() == 1


def test_rows_areas_and_sizes() -> None:
    masks = PastedMasks(
        np.ones((3, 28, 28), np.float32), np.array([[0, 0, 10, 10], [5, 5, 25, 9], [70, 50, 90, 70]]), SIZE
    )
    assert masks.areas().tolist() == [100, 80, 100]
    assert [int(m.sum()) for m in masks.each()] == [100, 80, 100]
    assert masks[np.array([2, 0])].areas().tolist() == [100, 100]
    assert masks[masks.areas() > 90].boxes.tolist() == [[0, 0, 10, 10], [70, 50, 90, 70]]
    assert masks.resized((120, 160)).areas().tolist() == [400, 320, 400]
    assert len(masks[:0]) == 0 and masks[:0].areas().shape == (0,)


def test_fifty_masks_of_twelve_megapixels_take_little_memory() -> None:
    rng = np.random.default_rng(3)
    low = rng.uniform(0, 2000, (50, 2))
    masks = PastedMasks(
        rng.random((50, 28, 28), np.float32), np.concatenate([low, low + 600], axis=1), (3000, 4000)
    )
    tracemalloc.start()
    areas = masks.areas()
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (areas > 0).all()
    assert most < 40e6


def test_bad_masks_are_said() -> None:
    with pytest.raises(DataError, match="a mask must be"):
        paste_mask(np.zeros((2, 28, 28)), [0, 0, 1, 1], SIZE)
    with pytest.raises(DataError, match="a box must be"):
        paste_mask(np.zeros((28, 28)), [0, 0, 1], SIZE)
    with pytest.raises(DataError, match="no shape of boxes"):
        PastedMasks(np.zeros((2, 28, 28), np.float32), np.zeros((3, 4)), SIZE)


@pytest.mark.parametrize("least", [0.05, 0.5, 0.9])
def test_a_trimmed_mask_has_the_same_values_above_its_least(least: float) -> None:
    rng = np.random.default_rng(1)
    for shape in ((28, 28), (40, 17), (1, 1)):
        y, x = np.mgrid[: shape[0], : shape[1]]
        mask = np.exp(
            -(((y - rng.uniform(0, shape[0])) / 6) ** 2) - ((x - rng.uniform(0, shape[1])) / 4) ** 2
        )
        box = np.array([-7.3, 4.1, 95.2, 88.8])
        part, under = trim_mask(mask, box, least)
        assert part.size <= mask.size
        whole, cut = paste_mask(mask, box, SIZE), paste_mask(part, under, SIZE)
        np.testing.assert_allclose(cut[whole >= least], whole[whole >= least], atol=1e-6)
        assert (cut[whole < least] < least + 1e-6).all()
    part, _ = trim_mask(np.zeros((28, 28)), box, least)
    assert part.tolist() == [[0]]


def test_a_threshold_goes_with_the_masks() -> None:
    ramp = np.tile(np.linspace(0.05, 0.95, 10, dtype=np.float32), (10, 1))
    box = np.array([[0, 0, 10, 10]])
    counts = {t: int(PastedMasks(ramp[None], box, (10, 10), t)[:1].areas()[0]) for t in (0.1, 0.5, 0.9)}
    assert counts == {0.1: 90, 0.5: 50, 0.9: 10}
