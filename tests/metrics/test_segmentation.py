"""Segmentation scores against sums over pixels, one at a time."""

from __future__ import annotations

import numpy as np
import pytest

from cvdemo.errors import DataError
from cvdemo.metrics.segmentation import IGNORED, SegmentationScores, boundary, boundary_f1


def blobs(seed: int, shape: tuple[int, int] = (30, 40), classes: int = 4) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return np.kron(rng.integers(0, classes, (shape[0] // 10, shape[1] // 10)), np.ones((10, 10), int))


def slow_boundary(mask: np.ndarray) -> list[tuple[int, int]]:
    h, w = mask.shape
    near = ((0, 1), (1, 0), (0, -1), (-1, 0))
    return [
        (y, x)
        for y in range(h)
        for x in range(w)
        if mask[y, x] and any(0 <= y + b < h and 0 <= x + a < w and not mask[y + b, x + a] for a, b in near)
    ]


def slow_f1(truth: np.ndarray, found: np.ndarray, tolerance: float) -> float:
    theirs, mine = slow_boundary(truth), slow_boundary(found)
    reach = tolerance * np.hypot(*truth.shape)

    def near(some: list, others: list) -> float:
        return float(np.mean([min(np.hypot(y - b, x - a) for b, a in others) <= reach for y, x in some]))

    if not theirs or not mine:
        return float(not theirs and not mine and truth.any() == found.any())
    precision, recall = near(mine, theirs), near(theirs, mine)
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("tolerance", [0.0, 0.02, 0.05])
def test_boundary_f1_by_brute_force(seed: int, tolerance: float) -> None:
    truth = blobs(seed) == 0
    found = np.roll(truth, (1, 2), axis=(0, 1)) ^ (np.random.default_rng(seed).random(truth.shape) < 0.01)
    assert sorted(zip(*np.nonzero(boundary(truth)), strict=True)) == slow_boundary(truth)
    assert boundary_f1(truth, found, tolerance) == pytest.approx(slow_f1(truth, found, tolerance))


def test_scores_by_brute_force() -> None:
    rng = np.random.default_rng(1)
    scores = SegmentationScores(5)
    hits, unions = np.zeros(5), np.zeros(5)
    right = asked = 0
    f1: dict[int, list[float]] = {}
    for seed in range(4):
        truth = blobs(seed)
        found = np.where(rng.random(truth.shape) < 0.3, rng.integers(0, 7, truth.shape), truth)
        truth[rng.random(truth.shape) < 0.1] = IGNORED
        scores.add(truth, found)
        valid = truth != IGNORED
        right += int((truth == found)[valid].sum())
        asked += int(valid.sum())
        for k in range(5):
            t, f = (truth == k), (found == k) & valid
            hits[k] += (t & f).sum()
            unions[k] += (t | f).sum()
            if t.any():
                f1.setdefault(k, []).append(boundary_f1(t, f))
    np.testing.assert_allclose(scores.iou()[:4], (hits / unions)[:4])
    assert np.isnan(scores.iou()[4])  # found, but in no truth
    assert scores.mean_iou() == pytest.approx((hits / unions)[:4].mean())
    assert scores.pixel_accuracy() == pytest.approx(right / asked)
    assert scores.mean_boundary_f1() == pytest.approx(np.mean([np.mean(v) for v in f1.values()]))


def test_perfect_and_empty() -> None:
    scores = SegmentationScores(4)
    assert np.isnan(scores.mean_iou())
    assert np.isnan(scores.pixel_accuracy())
    scores.add(blobs(0), blobs(0))
    assert (scores.mean_iou(), scores.pixel_accuracy(), scores.mean_boundary_f1()) == (1, 1, 1)


def test_what_cannot_be_scored() -> None:
    with pytest.raises(DataError, match="one size"):
        SegmentationScores(4).add(np.zeros((3, 4), int), np.zeros((4, 3), int))
    with pytest.raises(DataError, match="class 9, but there are 4"):
        SegmentationScores(4).add(np.full((3, 3), 9), np.zeros((3, 3), int))
    with pytest.raises(DataError, match="cannot score"):
        SegmentationScores(0)
