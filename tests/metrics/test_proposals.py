"""Recall of proposals against a literal count."""

from __future__ import annotations

import numpy as np
import pytest

from cvdemo.errors import DataError
from cvdemo.metrics.proposals import NEVER, first_match_ranks, recall
from cvdemo.ops.iou import box_iou


def boxes(rng: np.random.Generator, count: int) -> np.ndarray:
    corner = rng.uniform(0, 30, (count, 2))
    return np.hstack([corner, corner + rng.uniform(2, 30, (count, 2))])


@pytest.mark.parametrize("seed", range(5))
def test_recall_is_what_counting_gives(seed: int) -> None:
    rng = np.random.default_rng(seed)
    proposed = [boxes(rng, n) for n in (0, 3, 40)]
    truth = [boxes(rng, n) for n in (2, 0, 6)]
    thresholds, counts = [0.3, 0.5, 0.7], [0, 1, 5, 20, 1000]
    found = recall(proposed, truth, thresholds, counts)
    for i, threshold in enumerate(thresholds):
        for j, count in enumerate(counts):
            hits = 0
            for ours, theirs in zip(proposed, truth, strict=True):
                for true in theirs:
                    hits += any(box_iou([box], [true])[0, 0] >= threshold for box in ours[:count])
            assert found[i, j] == pytest.approx(hits / 8)


def test_the_first_hit_is_named() -> None:
    truth = [[0, 0, 10, 10], [50, 50, 60, 60]]
    ours = [[100, 100, 110, 110], [0, 0, 10, 6], [0, 0, 10, 10]]
    assert first_match_ranks(ours, truth, [0.5, 0.7]).tolist() == [[1, NEVER], [2, NEVER]]


def test_nothing_to_find_is_no_number_and_lists_go_together() -> None:
    assert np.isnan(recall([[[0, 0, 1, 1]]], [[]], [0.5], [1, 2])).all()
    assert np.isnan(recall([], [], [0.5], [1])).all()
    with pytest.raises(DataError):
        recall([[]], [], [0.5], [1])
