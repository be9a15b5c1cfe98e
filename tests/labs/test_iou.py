"""The IoU page without its page: pairs of boxes, a detector's correct boxes."""

from __future__ import annotations

import numpy as np
import pytest
import supervision as sv

from cvdemo.labs.iou.experiment import (
    BoxPair,
    centre_shift,
    clip_box,
    count_correct,
    example_pairs,
    initial_pair,
    nearest_box,
    offset_prediction,
    overlap_measures,
    square_side,
)
from cvdemo.metrics.conventions import COCO_THRESHOLDS


@pytest.mark.parametrize("size", [(1, 1), (30, 2000), (451, 300)])
def test_boxes_stay_within_pictures_of_any_size(size: tuple[int, int]) -> None:
    width, height = size
    boxes = [clip_box(offset_prediction((0, 0, width, height), width, height), width, height)]
    for pair in (*example_pairs(width, height).values(), initial_pair(width, height)):
        boxes += [pair.truth, pair.prediction]
    for x1, y1, x2, y2 in boxes:
        assert 0 <= x1 < x2 <= width and 0 <= y1 < y2 <= height


def test_a_large_box_passes_all_thresholds_from_390_pixels_on() -> None:
    def passed(side: float) -> int:
        iou = overlap_measures((0, 0, side, side), (10, 0, side + 10, side))["iou"]
        return sum(iou >= t for t in COCO_THRESHOLDS)

    assert passed(390) == len(COCO_THRESHOLDS) > passed(389)
    for width, height in ((1280, 960), (451, 300)):
        large, small = (example_pairs(width, height)[f"10 px, {size}"] for size in ("large", "small"))
        assert overlap_measures(*large[:2])["iou"] > overlap_measures(*small[:2])["iou"]


def test_side_and_shift_of_a_pair() -> None:
    pair = BoxPair((0, 0, 20, 5), (3, 4, 23, 9))
    assert square_side(pair.truth) == 10
    assert centre_shift(pair) == 5


def test_the_nearest_box_has_the_highest_iou() -> None:
    boxes = np.array([[50.0, 50, 90, 90], [1, 1, 10.126, 10], [0, 0, 4, 4]])
    assert nearest_box((0, 0, 10, 10), boxes) == (1, 1, 10.13, 10)


def test_correct_boxes_by_threshold() -> None:
    truth = np.array([[0.0, 0, 100, 100], [200, 0, 300, 100]])
    found = sv.Detections(
        xyxy=np.array([[0.0, 0, 100, 100], [200, 0, 270, 100], [0, 0, 100, 99]]),
        confidence=np.array([0.9, 0.8, 0.7]),
        class_id=np.array([3, 3, 5]),
    )
    assert count_correct(truth, found, width=320, height=100) == [2] * 5 + [1] * 5
    assert count_correct(truth, sv.Detections.empty(), width=320, height=100) == [0] * 10
