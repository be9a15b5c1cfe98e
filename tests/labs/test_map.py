"""The mAP page without its page: the example, a detector's results, what a threshold costs, files to take."""

from __future__ import annotations

import csv
import io
import json
from typing import cast

import numpy as np
import pytest

from cvdemo import zoo
from cvdemo.data.coco import read_coco
from cvdemo.errors import DataError
from cvdemo.labs.map.draw import curve_svg
from cvdemo.labs.map.experiment import (
    MOST_RAW,
    DrawnExample,
    ap_above,
    changed,
    classes_by_truth,
    curve_csv,
    detect,
    detected_set,
    drawn_example,
    first_false_positive,
    mean_ap,
    outcomes,
    pictures_of_example,
    scores_json,
    simulated_set,
)
from cvdemo.metrics.coco import score
from cvdemo.metrics.curve import curves
from cvdemo.metrics.eligible_pairs import eligible_pairs
from cvdemo.metrics.evaluation import evaluate_at
from cvdemo.metrics.simulated import simulated
from cvdemo.zoo.model import Detector


@pytest.fixture(scope="module")
def example() -> DrawnExample:
    return drawn_example(6)


def test_the_simulated_set_scores_as_evaluate_does(example: DrawnExample) -> None:
    found = simulated_set(example)
    by_class = curves(eligible_pairs(found.data), 0.5)
    expected = evaluate_at(example.truth, simulated(example.truth), 0.5)["AP_101_point"]
    assert mean_ap(by_class) == pytest.approx(expected)
    assert mean_ap(curves(eligible_pairs(changed(found.data, nms=found.nms)), 0.5)) > mean_ap(by_class)
    jpeg = found.jpeg(5)
    assert jpeg is not None and jpeg[:2] == b"\xff\xd8"


def test_a_detectors_results_have_the_truths_classes(example: DrawnExample) -> None:
    model = cast(Detector, zoo.load("ssd-plus"))
    categories = example.truth["categories"]
    rows = [row for p in pictures_of_example(example) for row in detect(model, p, categories)]
    assert {row["image_id"] for row in rows} == {image["id"] for image in example.truth["images"]}
    assert {row["category_id"] for row in rows} <= {c["id"] for c in categories}
    assert len(rows) <= MOST_RAW * len(example.pictures)
    found = detected_set(example, model.spec, rows)
    assert mean_ap(curves(eligible_pairs(changed(found.data, nms=found.nms)), 0.5)) > 0.3
    with pytest.raises(DataError, match="none of the truth's classes"):
        detect(model, pictures_of_example(example)[0], [{"id": 1, "name": "lighthouse"}])


def test_a_score_threshold_never_raises_ap(example: DrawnExample) -> None:
    for curve in curves(eligible_pairs(simulated_set(example).data), 0.5).values():
        aps = [ap_above(curve, threshold) for threshold in (-1, 0.2, 0.5, 0.8, 2)]
        assert aps[0] == pytest.approx(curve.ap("101-point")) and aps[-1] == 0
        assert aps == sorted(aps, reverse=True)


def test_a_confident_false_alarm_lowers_the_precision_at_recall_0(example: DrawnExample) -> None:
    data = simulated_set(example).data
    eligible = eligible_pairs(data)
    category = classes_by_truth(eligible)[0]
    assert eligible.positives(eligible.ignore)[category] == eligible.positives(eligible.ignore).max()
    curve = curves(eligible_pairs(changed(data, nms=1, alarms=1, category=category)), 0.5)[category]
    assert outcomes(curve)[0] == "0" and curve.precision[0] == 0
    assert curve.envelope[0] == curve.precision.max() > 0
    assert first_false_positive(curve) > 0


def test_the_files_say_what_the_curve_says(example: DrawnExample) -> None:
    eligible = eligible_pairs(simulated_set(example).data)
    curve = next(iter(curves(eligible, 0.5).values()))
    rows = list(csv.DictReader(io.StringIO(curve_csv(curve))))
    assert len(rows) == len(curve)
    np.testing.assert_allclose([float(r["recall"]) for r in rows], curve.recall)
    assert "".join({"TP": "1", "FP": "0", "ignored": "2"}[r["outcome"]] for r in rows) == outcomes(curve)
    scores = score(eligible.data, eligible.conventions)
    assert json.loads(scores_json(eligible, scores, 0.5))["summary"] == pytest.approx(scores.summary())
    assert f"{curve.ap('101-point'):.4f}" in curve_svg(curve)


def test_a_set_without_results_has_no_false_positive(example: DrawnExample) -> None:
    curve = next(iter(curves(eligible_pairs(read_coco(example.truth, [])), 0.5).values()))
    assert first_false_positive(curve) == 0 and outcomes(curve) == ""
