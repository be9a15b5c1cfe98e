"""Curves of one class: published figures, their relation to COCO's score, operating points."""

from __future__ import annotations

import numpy as np
import pytest

from cvdemo.bench.metrics import random_set
from cvdemo.errors import DataError
from cvdemo.metrics import evaluate_at, load
from cvdemo.metrics.coco import score
from cvdemo.metrics.convention_scores import ap_by_convention, ap_by_tool
from cvdemo.metrics.conventions import OBJECT_DETECTION_METRICS
from cvdemo.metrics.curve import ap_table, curves, true_positives_by_threshold
from cvdemo.metrics.eligible_pairs import EligiblePairs, eligible_pairs
from tests.metrics.conftest import tiny_set


def test_object_detection_metrics_published_figures(shared) -> None:
    folders = [shared / "object-detection-metrics" / name for name in ("groundtruths", "detections")]
    plus_one = evaluate_at(*folders, 0.3, format="odm", conventions=OBJECT_DETECTION_METRICS)
    assert plus_one["AP_all_point"] == pytest.approx(0.2457, abs=5e-5)
    assert plus_one["AP_11_point"] == pytest.approx(0.2684, abs=5e-5)
    continuous = evaluate_at(*folders, 0.3, format="odm")
    assert continuous["AP_all_point"] == pytest.approx(0.2254, abs=5e-5)
    assert continuous["AP_11_point"] == pytest.approx(0.2684, abs=5e-5)
    assert list(continuous["per_class"]) == ["person"]


def test_ap_at_a_threshold_is_cocos_class_by_class() -> None:
    truth, results = random_set(80, 6, 2500, seed=2)
    data = load(truth, results)
    table, scores = ap_table(eligible_pairs(data), 0.75), score(data)
    assert table.mean["101-point"] == pytest.approx(scores.summary()["AP75"], abs=1e-12)
    np.testing.assert_allclose(
        [row["101-point"] for row in table.per_class.values()],
        scores.per_class(iou_threshold=0.75),
        atol=1e-12,
    )
    for k, curve in curves(eligible_pairs(data), 0.75).items():
        assert curve.recall[-1] == pytest.approx(scores.recall[5, k, 0, -1], abs=1e-12)
        assert (np.diff(curve.scores) <= 0).all()
        assert curve.name == data.category_names[k]


def test_classes_without_truth_have_no_curve_and_no_say() -> None:
    truth, results = tiny_set([(1, 1, 0, 0, 50, 50)], [(1, 1, 0, 0, 50, 50, 0.9), (1, 2, 0, 0, 50, 50, 0.8)])
    eligible = eligible_pairs(load(truth, results))
    assert list(curves(eligible, 0.5)) == [0]
    assert ap_table(eligible, 0.5).mean == {"all-point": 1.0, "11-point": 1.0, "101-point": 1.0}


def test_two_classes_of_one_name_are_told_apart() -> None:
    truth, results = tiny_set([(1, 1, 0, 0, 9, 9), (1, 2, 0, 0, 9, 9)], [(1, 1, 0, 0, 9, 9, 0.9)])
    truth["categories"][1]["name"] = "cat"
    assert list(ap_table(eligible_pairs(load(truth, results)), 0.5).per_class) == ["cat (1)", "cat (2)"]


def test_operating_point_counts_what_is_kept() -> None:
    truth, results = tiny_set(
        [(1, 1, 0, 0, 50, 50), (2, 1, 0, 0, 50, 50), (2, 1, 200, 200, 300, 300)],
        [(1, 1, 0, 0, 50, 50, 0.9), (1, 1, 200, 0, 250, 50, 0.6), (2, 1, 0, 0, 50, 50, 0.3)],
    )
    curve = curves(eligible_pairs(load(truth, results)), 0.5)[0]
    assert curve.at_score(0.0) == (2, 1, 1, 2 / 3, 2 / 3, 2 / 3)
    assert curve.at_score(0.6) == (1, 1, 2, 1 / 2, 1 / 3, 2 / 5)
    assert curve.at_score(0.95) == (0, 0, 3, 0, 0, 0)


def test_fewer_detections_are_right_as_the_threshold_rises() -> None:
    truth, results = random_set(60, 4, 1500, seed=3)
    eligible = eligible_pairs(load(truth, results))
    ladder = tuple(np.linspace(0.5, 0.95, 10).tolist())
    counts = true_positives_by_threshold(eligible, ladder)
    assert counts.tolist() == [
        sum(c.true_positives.sum() for c in curves(eligible, t).values()) for t in ladder
    ]
    assert counts[0] > counts[5] > counts[9]
    few = true_positives_by_threshold(eligible, ladder, min_score=0.8)
    assert (few[:-1] < counts[:-1]).all()
    assert few[0] > 0


@pytest.mark.parametrize("threshold", [0.0, 1.1, float("nan")])
def test_a_threshold_out_of_range_is_refused(threshold: float) -> None:
    eligible = eligible_pairs(load(*tiny_set([(1, 1, 0, 0, 9, 9)], [(1, 1, 0, 0, 9, 9, 0.9)])))
    with pytest.raises(DataError, match="iou_threshold must lie above 0"):
        curves(eligible, threshold)


def test_switchboard_gives_each_tools_figure(shared) -> None:
    folders = [shared / "object-detection-metrics" / name for name in ("groundtruths", "detections")]
    data = load(*folders, format="odm")
    found = {r.name: r.ap for r in ap_by_tool(data, 0.3)}
    assert found["Object-Detection-Metrics"] == pytest.approx(0.2457, abs=5e-5)
    assert found["VOC 2007"] == pytest.approx(0.2684, abs=5e-5)
    singles = {r.name: r.ap for r in ap_by_convention(data, OBJECT_DETECTION_METRICS, 0.3)}
    assert singles["as it is"] == found["Object-Detection-Metrics"]
    assert singles["pixel = continuous"] == pytest.approx(0.2254, abs=5e-5)
    assert singles["interpolation = 11-point"] == pytest.approx(0.2684, abs=5e-5)


def test_switchboard_moves_one_convention_at_a_time() -> None:
    truth, results = tiny_set(
        [(1, 1, 0, 0, 100, 100), (1, 1, 30, 0, 130, 100), (2, 1, 0, 0, 50, 50, {"difficult": 1})],
        [(1, 1, 0, 0, 100, 100, 0.9), (1, 1, 12, 0, 112, 100, 0.8)],
        classes=1,
    )
    found = {r.name: r.ap for r in ap_by_convention(load(truth, results))}
    assert found["as it is"] == pytest.approx(67 / 101)  # two of three found, none wrong
    assert found["difficult = ignore"] == pytest.approx(1.0)
    assert found["matching = voc"] == pytest.approx(34 / 101)  # the second claims the first dog
    assert found["interpolation = 11-point"] == pytest.approx(7 / 11)
    assert found["interpolation = all-point"] == pytest.approx(2 / 3)
    assert found["pixel = plus-one"] == found["crowd = drop"] == found["as it is"]
    assert EligiblePairs(load(truth, results)).conventions.pixel == "continuous"
