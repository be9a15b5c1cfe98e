"""Simulated detections and changed evaluation sets."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cvdemo.data.coco import read_coco
from cvdemo.errors import DataError
from cvdemo.metrics.curve import ap_table, curves
from cvdemo.metrics.eligible_pairs import EligiblePairs
from cvdemo.metrics.simulated import SimulatedErrors, simulated
from cvdemo.metrics.what_if import above, after_nms, with_false_positives
from cvdemo.ops.nms import nms

TRUTH = {
    "images": [{"id": i, "width": 320, "height": 240} for i in range(20)],
    "categories": [{"id": 1, "name": "cat"}, {"id": 2, "name": "duck"}],
    "annotations": [
        {
            "id": 2 * i + k,
            "image_id": i,
            "category_id": k + 1,
            "bbox": [60 + 90 * k, 70, 60, 50],
            "iscrowd": 0,
        }
        for i in range(20)
        for k in range(2)
    ],
}


def test_a_perfect_detector_scores_one_and_a_seed_decides_all() -> None:
    perfect = simulated(TRUTH, SimulatedErrors(jitter=0, missed=0, confused=0, duplicates=0, background=0))
    assert ap_table(EligiblePairs(read_coco(TRUTH, perfect)), 0.95).mean["all-point"] == pytest.approx(1)
    assert simulated(TRUTH, seed=3) == simulated(TRUTH, seed=3) != simulated(TRUTH, seed=4)


def test_nms_of_a_set_is_nms_of_each_class_of_each_image() -> None:
    data = read_coco(TRUTH, simulated(TRUTH))
    kept = after_nms(data, 0.5)
    expected = 0
    for image in range(20):
        for category in range(2):
            rows = (data.results.image == image) & (data.results.category == category)
            expected += len(nms(data.results.boxes[rows], data.results.score[rows], 0.5))
    assert len(kept.results) == expected < len(data.results)
    assert after_nms(data, 1.0) is data


def test_ap_above_a_score_never_rises() -> None:
    data = read_coco(TRUTH, simulated(TRUTH))
    aps = [ap_table(EligiblePairs(above(data, s)), 0.5).mean["101-point"] for s in np.linspace(0, 1, 11)]
    assert (np.diff(aps) <= 1e-12).all()


def test_false_alarms_lead_the_list() -> None:
    data = with_false_positives(read_coco(TRUTH, simulated(TRUTH)), 1, 3)
    curve = curves(EligiblePairs(data), 0.5)[1]
    assert curve.false_positives[:3].all()
    assert curve.precision[0] == 0
    with pytest.raises(DataError, match="false alarms are boxes"):
        with_false_positives(replace(data, iou_type="segm"), 0, 1)
