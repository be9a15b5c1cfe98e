"""COCO's numbers against pycocotools, faster-coco-eval and the published fixtures."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from cvdemo.bench.metrics import random_set
from cvdemo.metrics import evaluate, load
from cvdemo.metrics.coco import score
from cvdemo.metrics.conventions import COCO, Conventions
from tests.metrics.conftest import keypoint_set, mask_set, peer_eval, tiny_set

BOXES = ["AP", "AP50", "AP75", "APs", "APm", "APl", "AR1", "AR10", "AR100", "ARs", "ARm", "ARl"]
KEYPOINTS = ["AP", "AP50", "AP75", "APm", "APl", "AR", "AR50", "AR75", "ARm", "ARl"]

PUBLISHED = {
    "bbox": [0.5046, 0.6970, 0.5730, 0.5856, 0.5194, 0.5014, 0.3868, 0.5937, 0.5954, 0.6398, 0.5664, 0.5643],
    "segm": [0.3195, 0.5623, 0.2989, 0.3874, 0.3102, 0.3269, 0.2682, 0.4154, 0.4168, 0.4694, 0.3768, 0.3815],
    "keypoints": [0.5049, 0.7228, 0.6337, 0.4663, 0.7505, 0.5182, 0.7273, 0.6364, 0.4667, 0.7500],
}
FILES = {
    "bbox": ("coco-100/instances_val2014_100.json", "coco-100/instances_val2014_fakebbox100_results.json"),
    "segm": ("coco-100/instances_val2014_100.json", "coco-100/instances_val2014_fakesegm100_results.json"),
    "keypoints": ("coco-keypoints/gt_dataset.json", "coco-keypoints/dt_dataset.json"),
}


@pytest.mark.parametrize("iou_type", FILES)
def test_published_fixtures_to_every_digit(shared, iou_type) -> None:
    truth, results = (shared / name for name in FILES[iou_type])
    found = evaluate(truth, results, iou_type)
    assert list(found) == (KEYPOINTS if iou_type == "keypoints" else BOXES)
    np.testing.assert_allclose(list(found.values()), PUBLISHED[iou_type], atol=5e-5)
    np.testing.assert_allclose(
        list(found.values()), peer_eval(truth, results, iou_type).stats, rtol=0, atol=1e-9
    )
    assert found == evaluate(json.loads(truth.read_text()), json.loads(results.read_text()), iou_type)


@pytest.mark.parametrize(
    ("images", "classes", "detections"), [(300, 20, 9000), (40, 2, 3000), (3, 1, 900), (200, 80, 300)]
)
def test_boxes_equal_pycocotools_class_by_class(images: int, classes: int, detections: int) -> None:
    """With crowds, tied scores, absent classes and more than 100 detections of an image and class."""
    truth, results = random_set(images, classes, detections, seed=classes)
    peer = peer_eval(truth, results)
    found = score(load(truth, results))
    np.testing.assert_allclose(list(found.summary().values()), peer.stats, rtol=0, atol=1e-9)
    precision, recall = (
        peer.eval["precision"][..., -1].mean(axis=1),
        peer.eval["recall"],
    )  # [T, K, A], [T, K, A, M]
    np.testing.assert_allclose(np.nan_to_num(found.ap, nan=-1), precision, rtol=0, atol=1e-9)
    np.testing.assert_allclose(np.nan_to_num(found.recall, nan=-1), recall, rtol=0, atol=1e-9)
    ordered = np.nanmean(found.ap[:, :, 0], axis=1)
    np.testing.assert_allclose(found.per_threshold(), ordered, atol=1e-12)
    np.testing.assert_allclose(found.per_class(iou_threshold=0.75), found.ap[5, :, 0])


@pytest.mark.parametrize("seed", range(4))
def test_masks_equal_pycocotools(seed: int) -> None:
    truth, results = mask_set(seed)
    found = evaluate(truth, results, "segm")
    assert 0.05 < found["AP"] < 0.95
    np.testing.assert_allclose(
        list(found.values()), peer_eval(truth, results, "segm").stats, rtol=0, atol=1e-9
    )


@pytest.mark.parametrize("seed", range(4))
def test_keypoints_equal_pycocotools(seed: int) -> None:
    truth, results = keypoint_set(seed)
    found = evaluate(truth, results, "keypoints")
    assert 0.05 < found["AP"] < 0.95
    np.testing.assert_allclose(
        list(found.values()), peer_eval(truth, results, "keypoints").stats, rtol=0, atol=1e-9
    )


def test_equals_faster_coco_eval() -> None:
    truth, results = random_set(400, 80, 12_000, seed=1)
    peer = peer_eval(truth, results, faster=True)
    np.testing.assert_allclose(list(evaluate(truth, results).values()), peer.stats[:12], rtol=0, atol=1e-9)


def test_order_of_the_files_rows_does_not_matter_without_ties() -> None:
    truth, results = random_set(60, 5, 1500, seed=3)
    rng = np.random.default_rng(0)
    for result, jitter in zip(results, rng.random(len(results)), strict=True):
        result["score"] += jitter * 1e-6
    shuffled = [results[i] for i in rng.permutation(len(results))]
    turned = {**truth, "images": truth["images"][::-1], "categories": truth["categories"][::-1]}
    assert evaluate(turned, shuffled) == pytest.approx(evaluate(truth, results), abs=1e-12)


def test_a_truth_with_id_0_counts_as_any_other() -> None:
    """pycocotools takes a match with id 0 for none; ids do not matter here."""
    truth, results = tiny_set([(1, 1, 0, 0, 50, 50)], [(1, 1, 0, 0, 50, 50, 0.9)], classes=1)
    truth["annotations"][0]["id"] = 0
    assert evaluate(truth, results)["AP"] == 1


def test_no_results_score_0_and_no_truth_of_a_size_scores_minus_1() -> None:
    truth, _ = tiny_set([(1, 1, 0, 0, 50, 50)], [])
    found = evaluate(truth, [])
    assert found["AP"] == found["AR100"] == found["APm"] == 0
    assert found["APs"] == found["APl"] == found["ARl"] == -1


def test_other_conventions_name_what_they_measure() -> None:
    truth, results = random_set(30, 3, 600, seed=4)
    data = load(truth, results)
    some = Conventions(max_detections=5, iou_thresholds=(0.3, 0.5))
    found = score(data, some).summary()
    assert [key for key in found if key.startswith("AR")] == ["AR1", "AR5", "ARs", "ARm", "ARl"]
    assert found["AP75"] == -1
    assert found["AP50"] > 0
    assert score(data, replace(some, max_detections=None)).summary()["AR"] > found["AR5"]


def test_strings_serve_as_ids() -> None:
    truth, results = random_set(20, 3, 300, seed=5)
    expected = evaluate(truth, results)
    for row in truth["images"]:
        row["id"] = f"{row['id']:04d}.jpg"
    for row in truth["annotations"] + results:
        row["image_id"] = f"{row['image_id']:04d}.jpg"
    assert evaluate(truth, results) == expected


def test_scores_are_those_of_the_conventions_given() -> None:
    truth, results = random_set(30, 3, 600, seed=6)
    data = load(truth, results)
    assert score(data, COCO).summary() == score(data).summary()
    exact = score(data, Conventions(interpolation="all-point")).summary()
    assert exact["AP"] != score(data).summary()["AP"]
    assert exact["AP"] == pytest.approx(score(data).summary()["AP"], abs=0.02)
    assert exact["AR100"] == score(data).summary()["AR100"]
