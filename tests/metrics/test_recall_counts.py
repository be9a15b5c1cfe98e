"""Recall counts: found and missed objects, duplicates and background detections."""

from __future__ import annotations

import numpy as np

from cvdemo.metrics.recall_counts import recall_counts


def test_each_detection_is_one_of_three() -> None:
    truth = [[0, 0, 10, 10], [20, 0, 30, 10], [50, 50, 60, 60]]
    boxes = [[0, 0, 10, 10], [1, 0, 10, 10], [20, 0, 30, 10], [80, 80, 90, 90]]
    stand = recall_counts(boxes, [0.8, 0.9, 0.7, 0.6], [1, 1, 2, 1], truth, [1, 1, 1])
    assert stand.found.tolist() == [True, False, False]
    assert stand.true_positive.tolist() == [False, True, False, False]
    assert stand.duplicate.tolist() == [True, False, False, False]
    assert stand.background.tolist() == [False, False, True, True]


def test_nothing_found_and_nothing_there() -> None:
    empty = np.zeros((0, 4))
    assert not recall_counts(empty, [], np.zeros(0, int), [[0, 0, 1, 1]], [0]).found.any()
    assert recall_counts([[0, 0, 1, 1]], [0.5], [0], empty, np.zeros(0, int)).background.all()
