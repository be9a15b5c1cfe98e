"""TIDE: against the authors' tidecv, and by hand."""

from __future__ import annotations

import numpy as np
import pytest

from cvdemo.bench.metrics import random_set
from cvdemo.metrics import load
from cvdemo.metrics.ap import LEVELS
from cvdemo.metrics.coco import score
from cvdemo.metrics.eligible_pairs import eligible_pairs
from cvdemo.metrics.error_types import ErrorType
from cvdemo.metrics.tide import tide
from tests.metrics.conftest import tiny_set

# What tidecv 1.0.1 gives for `untied(seed)`, over 100: AP, the six costs, FalsePos and FalseNeg; and counts.
TIDECV = {
    1: (
        0.5785257135082231,
        [
            0.031060539864593437,
            0.02677015942490833,
            0.014188260870122206,
            0.10091891361839274,
            0.06394968648794162,
            0.0378439916641301,
        ],
        (0.3086029993630639, 0.07109905493111142),
        [134, 67, 106, 457, 863, 26],
    ),
    2: (
        0.5158919412031785,
        [
            0.0387185109537338,
            0.008208691041790174,
            0.009013172648152476,
            0.10132921824514732,
            0.08905676698455181,
            0.046153359512036335,
        ],
        (0.33559320731167297, 0.08757826638039155),
        [142, 43, 97, 487, 873, 35],
    ),
}


def untied(seed: int) -> tuple[dict, list[dict]]:
    """60 images, 5 classes, 2000 detections of which no two have one score."""
    truth, results = random_set(60, 5, 2000, seed=seed)
    rng = np.random.default_rng(seed)
    for row in results:
        row["score"] += float(rng.random()) * 1e-6
    return truth, results


@pytest.mark.parametrize("seed", TIDECV)
def test_equals_tidecv(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(
        LEVELS, "101-point", np.array([n / 100 for n in range(101)])
    )  # tidecv's, not pycocotools'
    found = tide(eligible_pairs(load(*untied(seed))))
    ap, costs, (false_positives, false_negatives), counts = TIDECV[seed]
    assert found.ap == pytest.approx(ap, abs=1e-12)
    assert list(found.cost) == list(ErrorType)
    np.testing.assert_allclose(list(found.cost.values()), costs, atol=1e-12)
    assert found.false_positives == pytest.approx(false_positives, abs=1e-12)
    assert found.false_negatives == pytest.approx(false_negatives, abs=1e-12)
    ignored = eligible_pairs(load(*untied(seed))).match((0.5,)).ignored.sum()
    assert 0 <= sum(counts) - sum(found.count.values()) <= ignored  # tidecv counts ignored detections too


def test_ap_is_cocos_even_with_classes_that_are_not_there() -> None:
    truth, results = random_set(30, 12, 900, seed=3)
    truth["annotations"] = [row for row in truth["annotations"] if row["category_id"] % 3]
    data = load(truth, results)
    found = tide(eligible_pairs(data))
    assert found.ap == pytest.approx(score(data).summary()["AP50"], abs=1e-12)
    assert tide(eligible_pairs(data), absent_classes="count-as-zero").ap == pytest.approx(
        found.ap * 8 / 12, abs=1e-12
    )
    assert tide(eligible_pairs(data), 0.75).ap == pytest.approx(score(data).summary()["AP75"], abs=1e-12)


CAT, FAR = (1, 1, 0, 0, 100, 100), (1, 1, 300, 300, 400, 400)


@pytest.mark.parametrize(
    ("error_type", "wrong", "ap", "gain"),
    [
        # One cat found at .5, below it or above it something wrong; one cat (FAR) is to be found as well.
        (ErrorType.DUPLICATE, (1, 1, 0, 0, 100, 95, 0.4), 51 / 101, 0.0),
        (ErrorType.BACKGROUND, (1, 1, 500, 0, 600, 100, 0.9), 51 / 101 / 2, 51 / 101 / 2),
        (ErrorType.LOCALISATION, (1, 1, 300, 300, 400, 345, 0.9), 51 / 101 / 2, 1 - 51 / 101 / 2),
        (ErrorType.CLASSIFICATION, (1, 2, 300, 300, 400, 400, 0.9), 51 / 101, 1 - 51 / 101),
        (ErrorType.MISSED, (1, 2, 300, 300, 310, 310, 0.9), 51 / 101, 1 - 51 / 101),
    ],
)
def test_costs_by_hand(error_type: ErrorType, wrong: tuple, ap: float, gain: float) -> None:
    truth, results = tiny_set([CAT, FAR], [(*CAT, 0.5), wrong])
    found = tide(eligible_pairs(load(truth, results)))
    assert found.ap == pytest.approx(ap, abs=1e-12)
    assert found.cost[error_type] == pytest.approx(gain, abs=1e-12)
    assert found.count[error_type] == 1


def test_of_two_detections_near_one_truth_the_better_scored_is_repaired() -> None:
    truth, results = tiny_set(
        [CAT], [(1, 1, 0, 0, 100, 40, 0.6), (1, 1, 0, 0, 100, 30, 0.9), (1, 2, 0, 0, 100, 100, 0.7)]
    )
    found = tide(eligible_pairs(load(truth, results)))
    assert (found.ap, found.count[ErrorType.LOCALISATION], found.count[ErrorType.CLASSIFICATION]) == (0, 2, 1)
    assert found.cost[ErrorType.LOCALISATION] == 1
    assert found.cost[ErrorType.CLASSIFICATION] == 0  # the truth goes to the detection of .9
    assert len(found.missed) == 0
    assert found.kinds.tolist() == [ErrorType.LOCALISATION, ErrorType.LOCALISATION, ErrorType.CLASSIFICATION]


def test_of_wrong_class_and_place() -> None:
    truth, results = tiny_set(
        [CAT], [(*CAT, 0.5), (1, 1, 200, 0, 300, 100, 0.3), (1, 2, 40, 0, 140, 100, 0.9)]
    )
    found = tide(eligible_pairs(load(truth, results)))
    assert found.kinds.tolist() == [None, ErrorType.BACKGROUND, ErrorType.BOTH]
    assert found.false_positives == found.false_negatives == 0


def test_without_results_all_is_missed() -> None:
    found = tide(eligible_pairs(load(tiny_set([CAT, FAR], [])[0], [])))
    assert (found.ap, found.count[ErrorType.MISSED], found.missed.tolist()) == (0, 2, [0, 1])
