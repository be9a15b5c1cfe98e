"""The steps of a PR curve: every outcome once, and the relation of steps to the curve."""

from __future__ import annotations

import numpy as np
import pytest

from cvdemo.bench.metrics import random_set
from cvdemo.errors import DataError
from cvdemo.metrics import load
from cvdemo.metrics.conventions import Conventions
from cvdemo.metrics.curve import curves
from cvdemo.metrics.eligible_pairs import AREA_RANGES, EligiblePairs, eligible_pairs
from cvdemo.metrics.error_types import ErrorType
from cvdemo.metrics.pr_steps import PRSteps
from cvdemo.ops.iou import box_iou
from tests.metrics.conftest import tiny_set

TRUTH, RESULTS = tiny_set(
    [
        (1, 1, 0, 0, 100, 100),  # a cat
        (1, 2, 200, 0, 300, 100),  # a dog
        (2, 1, 0, 0, 200, 200, {"iscrowd": 1}),  # cats
        (2, 1, 300, 300, 340, 340),  # a cat
    ],
    [
        (1, 1, 0, 0, 100, 90, 0.95),  # finds the cat
        (1, 1, 0, 0, 100, 80, 0.9),  # the cat again
        (1, 1, 50, 0, 150, 100, 0.8),  # near the cat
        (1, 1, 200, 0, 300, 80, 0.7),  # the dog
        (1, 1, 260, 0, 360, 100, 0.6),  # near the dog
        (1, 1, 500, 400, 520, 420, 0.5),  # nothing
        (2, 1, 20, 20, 50, 50, 0.4),  # in the crowd
    ],
)


def test_every_outcome_and_error_type_is_recognised() -> None:
    steps = PRSteps(curves(eligible_pairs(load(TRUTH, RESULTS)), 0.5)[0])
    found = list(steps)
    assert [f.outcome for f in found] == ["TP", "FP", "FP", "FP", "FP", "FP", "ignored"]
    kinds = [
        None,
        ErrorType.DUPLICATE,
        ErrorType.LOCALISATION,
        ErrorType.CLASSIFICATION,
        ErrorType.BOTH,
        ErrorType.BACKGROUND,
        None,
    ]
    assert [f.error_type for f in found] == kinds
    assert [f.why for f in found] == [
        "finds a cat: IoU 0.90, at least 0.5",
        "duplicate: IoU 0.80 with a cat, which a detection of score 0.95 has",
        "badly placed: IoU 0.33 with the nearest cat, below 0.5",
        "wrong class: IoU 0.80 with a dog",
        "wrong class and badly placed: IoU 0.25 with a dog, below 0.5",
        "background: nothing there that is labelled",
        "ignored: it lies in a crowd, IoU 1.00",
    ]
    assert found[0].matched == found[0].same == (0, 0.9)
    assert found[1].matched is None
    assert found[1].taken_by == 0
    assert found[3].other == (1, 0.8)
    assert found[5].same is None
    assert found[6].matched == (2, 1.0)
    assert [f.tp for f in found] == [1] * 7
    assert [f.fp for f in found] == [0, 1, 2, 3, 4, 5, 5]
    assert [f.precision for f in found] == [1, 1 / 2, 1 / 3, 1 / 4, 1 / 5, 1 / 6, 1 / 6]
    assert {f.recall for f in found} == {1 / 2}
    assert (found[6].image_id, found[6].image_name) == (2, "2")
    np.testing.assert_array_equal(found[2].box, [50, 0, 150, 100])


def test_what_is_outside_the_range_of_sizes_is_ignored() -> None:
    eligible = eligible_pairs(load(TRUTH, RESULTS))
    steps = PRSteps(curves(eligible, 0.5, area_range=AREA_RANGES["medium"])[0])
    assert steps[5].outcome == "ignored"
    assert steps[5].why == "ignored: its size is outside the range that is scored"
    assert steps[0].why == "ignored: it lies at a truth that need not be found, IoU 0.90"


def test_by_vocs_rule_the_claimed_truth_is_the_one_taken() -> None:
    truth, results = tiny_set(
        [(1, 1, 0, 0, 100, 100), (1, 1, 30, 0, 130, 100)],
        [(1, 1, 0, 0, 100, 100, 0.9), (1, 1, 12, 0, 112, 100, 0.8)],
    )
    found = list(PRSteps(curves(EligiblePairs(load(truth, results), Conventions(matching="voc")), 0.5)[0]))
    assert found[1].error_type == ErrorType.DUPLICATE
    assert found[1].taken_by == 0


@pytest.mark.parametrize("matching", ["coco", "voc"])
def test_findings_agree_with_the_curve_and_with_the_boxes(matching) -> None:
    truth, results = random_set(20, 3, 900, seed=5)
    eligible = EligiblePairs(load(truth, results), Conventions(matching=matching, crowd="count"))
    data = eligible.data
    for curve in curves(eligible, 0.5).values():
        steps = PRSteps(curve)
        for place, f in enumerate(steps):
            assert f.place == place
            assert (f.precision, f.recall) == (curve.precision[place], curve.recall[place])
            assert f.recall == f.tp / curve.positives
            assert f.precision == f.tp / (f.tp + f.fp)
            here = np.flatnonzero(data.truth.image == data.results.image[f.detection])
            ious = box_iou(f.box[None], data.truth.boxes[here])[0]
            same = data.truth.category[here] == curve.category
            best, other = ious[same].max(initial=0), ious[~same].max(initial=0)
            assert best == pytest.approx(f.same.iou if f.same else 0, abs=1e-9)
            assert other == pytest.approx(f.other.iou if f.other else 0, abs=1e-9)
            if f.outcome == "TP":
                assert f.matched is not None
                assert f.matched.iou >= 0.5
                continue
            expected = {
                ErrorType.LOCALISATION: 0.1 <= best < 0.5,
                ErrorType.CLASSIFICATION: not 0.1 <= best < 0.5 and other >= 0.5,
                ErrorType.DUPLICATE: best >= 0.5 and other < 0.5,
                ErrorType.BOTH: best < 0.1 < other < 0.5,
                ErrorType.BACKGROUND: max(best, other) <= 0.1,
            }
            assert [error_type for error_type, holds in expected.items() if holds] == [f.error_type]
            if f.error_type == ErrorType.DUPLICATE:
                assert f.taken_by in curve.rows[:place]


def test_any_place_is_reached_at_once_and_none_beyond_the_end() -> None:
    steps = PRSteps(curves(eligible_pairs(load(TRUTH, RESULTS)), 0.5)[0])
    assert len(steps) == 7
    assert steps[4].why == list(steps)[4].why
    for place in (-1, 7):
        with pytest.raises(DataError, match=f"no detection {place} on the curve of cat: it has 7"):
            steps[place]
