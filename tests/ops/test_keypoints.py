"""OKS against pycocotools, heat maps against torchvision, and mirrors that swap left and right."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval
from torchvision.models.detection.roi_heads import heatmaps_to_keypoints as torchvisions

from cvdemo.errors import DataError
from cvdemo.ops.heatmaps import heatmaps_to_keypoints
from cvdemo.ops.keypoints import (
    COCO_SIGMAS,
    MIRROR,
    SIDES,
    correct_keypoints,
    keypoint_similarity,
    mirrored_keypoints,
    oks,
)
from cvdemo.world.vocabulary import KEYPOINTS


def people(rng: np.random.Generator, n: int) -> np.ndarray:
    """Keypoints [n, 17, 3] with at least one label each."""
    visible = rng.integers(0, 3, (n, 17, 1))
    visible[:, 3] = 2
    return np.concatenate([rng.uniform(0, 60, (n, 17, 2)), visible], axis=2)


def test_oks_is_pycocotools() -> None:
    rng = np.random.default_rng(0)
    truth, found, areas = people(rng, 4), people(rng, 5), rng.uniform(50, 900, 4)
    found[:3, :, :2] = truth[:3, :, :2] + rng.normal(0, 2, (3, 17, 2))
    rows = [
        {
            "id": k + 1, "image_id": 1, "category_id": 1, "iscrowd": 0, "area": float(area),
            "bbox": [0, 0, 60, 60], "keypoints": points.ravel().tolist(),
            "num_keypoints": int((points[:, 2] > 0).sum()),
        }
        for k, (points, area) in enumerate(zip(truth, areas, strict=True))
    ]  # fmt: skip
    known = COCO()
    known.dataset = {"images": [{"id": 1}], "categories": [{"id": 1}], "annotations": rows}
    known.createIndex()
    results = known.loadRes(
        [
            {"image_id": 1, "category_id": 1, "score": 1 - k / 10, "keypoints": points.ravel().tolist()}
            for k, points in enumerate(found)
        ]
    )
    evaluator = COCOeval(known, results, "keypoints")
    evaluator._prepare()
    theirs = evaluator.computeOks(1, 1)
    ours = oks(found[:, None], truth[None], areas[None])
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-9)
    np.testing.assert_array_equal(COCO_SIGMAS, evaluator.params.kpt_oks_sigmas)


def test_each_keypoint_has_its_own_tolerance() -> None:
    """At a distance of twice sigma times the root of the area, similarity is exp(-1/2)."""
    truth = np.zeros((17, 3))
    truth[:, 2] = 2
    found = truth.copy()
    found[:, 0] = 2 * COCO_SIGMAS * 30
    np.testing.assert_allclose(keypoint_similarity(found, truth, 900.0), np.exp(-0.5), atol=1e-9)


def test_a_person_without_labels_has_no_similarity() -> None:
    truth = people(np.random.default_rng(1), 2)
    truth[1, :, 2] = 0
    similar = oks(truth, truth, np.array([100.0, 100.0]))
    assert similar[0] == 1 and np.isnan(similar[1])
    assert np.isnan(keypoint_similarity(truth, truth, [1.0, 1.0])[1]).all()
    with pytest.raises(DataError, match="17 sigmas for 5 keypoints"):
        oks(truth[:, :5], truth[:, :5], [1.0, 1.0])


def test_a_mirror_swaps_left_and_right() -> None:
    for k, name in enumerate(KEYPOINTS):
        swapped = name.replace("left", "LEFT").replace("right", "left").replace("LEFT", "right")
        assert KEYPOINTS[MIRROR[k]] == swapped
    points = people(np.random.default_rng(2), 3)
    points[points[..., 2] == 0] = 0
    mirrored = mirrored_keypoints(points, 60)
    np.testing.assert_allclose(mirrored[:, 5, 0], np.where(points[:, 6, 2] > 0, 60 - points[:, 6, 0], 0))
    np.testing.assert_allclose(mirrored_keypoints(mirrored, 60), points)
    assert mirrored_keypoints(np.zeros((0, 17, 3)), 60).shape == (0, 17, 3)


def test_peaks_are_torchvisions() -> None:
    torch.manual_seed(0)
    low = torch.rand(30, 2) * 50
    boxes = torch.cat([low, low + torch.rand(30, 2) * 90], dim=1)
    boxes[0, 2:] = boxes[0, :2] + 0.2  # less than a pixel
    boxes[1] = boxes[1].round()
    maps = torch.randn(30, 17, 56, 56)
    theirs, heights = torchvisions(maps, boxes)
    places, own = heatmaps_to_keypoints(maps, boxes)
    torch.testing.assert_close(places, theirs[..., :2])
    torch.testing.assert_close(own, heights)


def test_no_boxes_have_no_keypoints() -> None:
    places, heights = heatmaps_to_keypoints(torch.zeros(0, 17, 56, 56), torch.zeros(0, 4))
    assert places.shape == (0, 17, 2) and heights.shape == (0, 17)


def test_correct_keypoints_by_hand() -> None:
    truth = np.zeros((2, 3, 3))
    truth[..., 2] = [[2, 1, 0], [2, 2, 2]]
    found = truth[..., :2] + np.array([[3, 4], [0, 5.1], [0, 0]])
    assert correct_keypoints(found, truth, [50, 51], 0.1).tolist() == [
        [True, False, False],
        [True, True, True],
    ]


def test_sides_are_those_of_the_names() -> None:
    for k, other in enumerate(MIRROR):
        assert {SIDES[k], SIDES[other]} == ({"left", "right"} if k != other else {"middle"})
