"""The confusion matrix: by hand, and its sums on random sets."""

from __future__ import annotations

import numpy as np
import pytest

from cvdemo.bench.metrics import random_set
from cvdemo.metrics import load
from cvdemo.metrics.confusion import confusion
from cvdemo.metrics.curve import curves
from cvdemo.metrics.eligible_pairs import eligible_pairs
from tests.metrics.conftest import tiny_set


def test_by_hand() -> None:
    truth, results = tiny_set(
        [
            (1, 1, 0, 0, 100, 100),
            (1, 2, 200, 0, 300, 100),
            (1, 3, 400, 0, 500, 100),
            (2, 1, 0, 0, 200, 200, {"iscrowd": 1}),
        ],
        [
            (1, 1, 0, 0, 100, 100, 0.9),  # the cat
            (1, 1, 0, 0, 100, 95, 0.8),  # the cat again: nothing is left for it
            (1, 3, 200, 0, 300, 100, 0.7),  # the dog is taken for a duck
            (1, 2, 400, 300, 500, 400, 0.6),  # a dog on the background
            (2, 1, 10, 10, 30, 30, 0.5),  # in the crowd
            (1, 3, 400, 0, 500, 100, 0.1),  # the duck, of low score
        ],
        classes=3,
    )
    eligible = eligible_pairs(load(truth, results))
    found = confusion(eligible, 0.5, 0.3)
    assert found.names == ("cat", "dog", "duck", "background")
    assert found.matrix.tolist() == [[1, 0, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1], [1, 1, 0, 0]]
    assert found.of(1, 2) == [(1, 2)]
    assert found.of(2, 3) == [(2, -1)]
    assert found.of(3, 0) == [(-1, 1)]
    assert confusion(eligible, 0.5).matrix[2].tolist() == [0, 0, 1, 0]


def test_a_detection_of_the_right_class_comes_before_a_better_placed_one_of_another() -> None:
    truth, results = tiny_set(
        [(1, 1, 0, 0, 100, 100)], [(1, 1, 0, 0, 100, 70, 0.4), (1, 2, 0, 0, 100, 100, 0.9)]
    )
    assert confusion(eligible_pairs(load(truth, results))).matrix.tolist() == [
        [1, 0, 0],
        [0, 0, 0],
        [0, 1, 0],
    ]


@pytest.mark.parametrize("score_threshold", [0.0, 0.5])
def test_rows_are_the_truths_and_columns_the_detections(score_threshold: float) -> None:
    truth, results = random_set(60, 5, 1500, seed=6)
    eligible = eligible_pairs(load(truth, results))
    found = confusion(eligible, 0.5, score_threshold)
    matches = eligible.match((0.5,))
    kept = ~matches.ignored[0] & (eligible.data.results.score >= score_threshold)
    np.testing.assert_array_equal(found.matrix[:-1].sum(axis=1), eligible.positives(matches.truth_ignored))
    columns = np.bincount(eligible.data.results.category[kept], minlength=5)
    np.testing.assert_array_equal(found.matrix[:, :-1].sum(axis=0), columns)
    right = [curve.at_score(score_threshold).tp for curve in curves(eligible, 0.5).values()]
    assert found.matrix.diagonal().tolist() == [*right, 0]
    off = found.matrix[:-1, :-1].sum() - sum(right)
    assert off > 0
    for g, d in (pair for i in range(5) for j in range(5) for pair in found.of(i, j)):
        assert eligible.data.truth.image[g] == eligible.data.results.image[d]
