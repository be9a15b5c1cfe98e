"""VOC's rule against the development kit's loop, and what sets the two rules and conventions apart."""

from __future__ import annotations

import numpy as np
import pytest

from cvdemo.bench.metrics import random_set
from cvdemo.errors import DataError
from cvdemo.metrics import load
from cvdemo.metrics.conventions import COCO, VOC_2007, Conventions
from cvdemo.metrics.eligible_pairs import AREA_RANGES, EligiblePairs, eligible_pairs
from tests.metrics.conftest import mask_set, tiny_set

VOC = Conventions(matching="voc", difficult="ignore", max_detections=None)


def voc_double(truth: dict, results: list[dict], category: int, threshold: float, extra: float) -> list[str]:
    """VOCevaldet.m: "tp", "fp" or "ignored" for each detection of a class by descending score."""
    outcome, taken = [], set()
    rows = [a for a in truth["annotations"] if a["category_id"] == category]
    found = [r for r in results if r["category_id"] == category]
    for r in sorted(found, key=lambda r: (-r["score"], r["image_id"])):
        best, best_iou = None, -1.0
        for a in rows:
            if a["image_id"] != r["image_id"]:
                continue
            (x, y, w, h), (u, v, s, t) = r["bbox"], a["bbox"]
            iw = min(x + w, u + s) - max(x, u) + extra
            ih = min(y + h, v + t) - max(y, v) + extra
            if iw > 0 and ih > 0:
                shared = iw * ih
                iou = shared / ((w + extra) * (h + extra) + (s + extra) * (t + extra) - shared)
                if iou > best_iou:
                    best, best_iou = a, iou
        if best is None or best_iou < threshold:
            outcome.append("fp")
        elif best.get("difficult"):
            outcome.append("ignored")
        elif best["id"] in taken:
            outcome.append("fp")
        else:
            taken.add(best["id"])
            outcome.append("tp")
    return outcome


@pytest.mark.parametrize(("pixel", "extra"), [("continuous", 0.0), ("plus-one", 1.0)])
@pytest.mark.parametrize("threshold", [0.3, 0.5, 0.7])
def test_voc_rule_is_the_development_kits(pixel, extra: float, threshold: float) -> None:
    truth, results = random_set(25, 3, 1500, seed=8)
    rng = np.random.default_rng(9)
    for row in truth["annotations"]:
        row["iscrowd"], row["difficult"] = 0, int(rng.random() < 0.2)
    for row in results:
        row["score"] += float(rng.random()) * 1e-6
    eligible = EligiblePairs(
        load(truth, results), Conventions(pixel, "voc", difficult="ignore", max_detections=None)
    )
    matches = eligible.match((threshold,))
    names = np.where(matches.true_positives[0], "tp", np.where(matches.false_positives[0], "fp", "ignored"))
    for k in range(3):
        ours = names[eligible.order[eligible.bounds[k] : eligible.bounds[k + 1]]].tolist()
        assert ours == voc_double(truth, results, k + 1, threshold, extra)
        assert {"tp", "fp", "ignored"} == set(ours)


# Two cats side by side: both detections overlap the first most, the second would also find the second cat.
SIDE_BY_SIDE = tiny_set(
    [(1, 1, 0, 0, 100, 100), (1, 1, 30, 0, 130, 100)],
    [(1, 1, 0, 0, 100, 100, 0.9), (1, 1, 12, 0, 112, 100, 0.8)],
)


def test_second_best_truth_is_taken_by_cocos_rule_only() -> None:
    data = load(*SIDE_BY_SIDE)
    coco, voc = (EligiblePairs(data, c).match((0.5,)) for c in (COCO, VOC))
    assert coco.matched[0].tolist() == [0, 1]
    assert voc.matched[0].tolist() == [0, -1]


@pytest.mark.parametrize("conventions", [COCO, VOC])
def test_an_overlap_of_the_threshold_is_enough(conventions: Conventions) -> None:
    truth, results = tiny_set([(1, 1, 0, 0, 10, 10)], [(1, 1, 0, 0, 10, 5, 0.9)])
    matches = EligiblePairs(load(truth, results), conventions).match((0.5, 0.5000001))
    assert matches.matched.tolist() == [[0], [-1]]


def test_identical_boxes_meet_a_threshold_of_1_whatever_the_rounding() -> None:
    rng = np.random.default_rng(0)
    boxes = rng.uniform(0, 100, (300, 4)).tolist()
    rows = [{"image_id": n, "category_id": 1, "bbox": box} for n, box in enumerate(boxes)]
    images = [{"id": n} for n in range(300)]
    truth = {"images": images, "categories": [{"id": 1}], "annotations": rows}
    results = [{**row, "score": 0.5} for row in rows]
    eligible = eligible_pairs(load(truth, results))
    assert (eligible.pairs.iou < 1).any()
    assert (eligible.match((1.0,)).matched >= 0).all()


def test_pairs_made_portion_by_portion_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    data = load(*random_set(20, 3, 600, seed=2))
    whole = eligible_pairs(data).pairs
    monkeypatch.setattr("cvdemo.metrics.overlaps.AT_ONCE", 37)
    for column, expected in zip(eligible_pairs(data).pairs, whole, strict=True):
        np.testing.assert_array_equal(column, expected)


def test_crowds_take_many_count_as_one_or_are_not_there() -> None:
    truth, results = tiny_set(
        [(1, 1, 0, 0, 100, 100, {"iscrowd": 1})], [(1, 1, 0, 0, 40, 40, 0.9), (1, 1, 0, 0, 99, 100, 0.8)]
    )
    data = load(truth, results)
    outcome = {}
    for crowd in ("ignore", "count", "drop"):
        eligible = EligiblePairs(data, Conventions(crowd=crowd))  # type: ignore[arg-type]
        matches = eligible.match((0.5,))
        outcome[crowd] = (matches.true_positives[0].tolist(), matches.false_positives[0].tolist())
        assert eligible.positives(matches.truth_ignored)[0] == (crowd == "count")
    assert outcome["ignore"] == ([False, False], [False, False])
    assert outcome["count"] == ([False, True], [True, False])
    assert outcome["drop"] == ([False, False], [True, True])


def test_real_truth_is_preferred_to_a_crowd() -> None:
    truth, results = tiny_set(
        [(1, 1, 0, 0, 200, 200, {"iscrowd": 1}), (1, 1, 0, 0, 40, 40)], [(1, 1, 0, 0, 40, 30, 0.9)]
    )
    assert eligible_pairs(load(truth, results)).match((0.5,)).matched[0].tolist() == [1]


def test_sizes_leave_what_is_outside_aside() -> None:
    truth, results = tiny_set(
        [(1, 1, 0, 0, 20, 20), (1, 1, 100, 100, 200, 200)],
        [(1, 1, 0, 0, 20, 20, 0.9), (1, 1, 100, 100, 200, 200, 0.8), (1, 1, 300, 300, 310, 310, 0.7)],
    )
    eligible = eligible_pairs(load(truth, results))
    small, large = (eligible.match((0.5,), AREA_RANGES[size]) for size in ("small", "large"))
    assert small.true_positives[0].tolist() == [True, False, False]
    assert small.false_positives[0].tolist() == [False, False, True]
    assert large.true_positives[0].tolist() == [False, True, False]
    assert large.false_positives[0].tolist() == [False, False, False]


def test_a_limit_on_detections_drops_the_lowest_of_each_image_and_class() -> None:
    truth, results = random_set(5, 2, 200, seed=1)
    eligible = EligiblePairs(load(truth, results), Conventions(max_detections=3))
    assert eligible.beyond_limit == 200 - len(eligible.order) > 0
    scores = eligible.data.results.score
    groups = eligible.data.results.image * 2 + eligible.data.results.category
    for group in range(10):
        kept = scores[eligible.order[groups[eligible.order] == group]]
        assert sorted(kept) == sorted(scores[groups == group])[-3:]


def test_masks_of_a_crowd_are_measured_over_the_detection() -> None:
    truth, results = mask_set(1)
    data = load(truth, results, "segm")
    plain, crowd = EligiblePairs(data, Conventions(crowd="count")), EligiblePairs(data, COCO)
    assert plain.pairs.detection.tolist() == crowd.pairs.detection.tolist()
    at_crowds = data.truth.crowd[crowd.pairs.truth]
    assert (crowd.pairs.iou[at_crowds] > plain.pairs.iou[at_crowds]).mean() > 0.5
    np.testing.assert_array_equal(crowd.pairs.iou[~at_crowds], plain.pairs.iou[~at_crowds])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"pixel": "plus-two"}, "pixel is one of continuous, plus-one, not 'plus-two'"),
        ({"matching": "best"}, "matching is one of coco, voc"),
        ({"crowd": "keep"}, "crowd is one of"),
        ({"iou_thresholds": ()}, "iou_thresholds"),
        ({"iou_thresholds": (0.0,)}, "iou_thresholds"),
        ({"max_detections": 0}, "max_detections must be 1 or more"),
    ],
)
def test_conventions_that_do_not_exist_are_refused(change: dict, message: str) -> None:
    with pytest.raises(DataError, match=message):
        Conventions(**change)


def test_presets_say_what_their_tools_do() -> None:
    assert COCO.iou_thresholds == tuple(np.linspace(0.5, 0.95, 10))
    assert (VOC_2007.interpolation, VOC_2007.pixel, VOC_2007.difficult) == ("11-point", "plus-one", "ignore")
