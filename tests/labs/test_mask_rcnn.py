"""What the Mask R-CNN page computes, without it."""

from __future__ import annotations

import numpy as np
import pytest

from cvdemo import world, zoo
from cvdemo.data.pictures import sample
from cvdemo.labs.mask_rcnn import experiment
from cvdemo.world.reading import Truth
from cvdemo.zoo.mask_crops import KEY, mask_crops, masks_of_crops
from cvdemo.zoo.mask_heads import ALIGN, POOL, SOFTMAX, MaskFeatures, mask_features, masks_of_boxes
from cvdemo.zoo.mask_shifts import pasted
from cvdemo.zoo.weights import has_weights, read_card


@pytest.fixture(scope="module")
def scene() -> tuple[np.ndarray, Truth]:
    return world.draw(world.scene(7, split="test"), 640, 480)


@pytest.fixture(scope="module")
def found(scene: tuple[np.ndarray, Truth]) -> MaskFeatures:
    return mask_features(ALIGN, scene[0])


def test_the_head_on_detected_boxes_gives_the_detector_s_masks(
    scene: tuple[np.ndarray, Truth], found: MaskFeatures
) -> None:
    raw = zoo.load(ALIGN).raw(scene[0])
    masks = masks_of_boxes(found, found.boxes).masks
    scale = np.array([640 / found.size[1], 480 / found.size[0]] * 2)
    for box, class_id, mask in zip(found.boxes, found.classes, masks, strict=True):
        row = int(np.abs(raw.xyxy - box * scale).max(1).argmin())
        assert raw.class_id[row] == class_id
        np.testing.assert_allclose(raw.data["masks"][row], mask[class_id], atol=2e-3)


def test_masks_meet_their_objects(scene: tuple[np.ndarray, Truth], found: MaskFeatures) -> None:
    scores = []
    for box, class_id in zip(found.boxes, found.classes, strict=True):
        target = experiment.target_of(tuple(box), found.size, scene[1])
        assert target is not None
        mask = masks_of_boxes(found, [box]).masks[0, class_id]
        whole = pasted(mask, tuple(box), found.size, (480, 640), 0.5)
        score = experiment.score_mask(whole, tuple(box), found.size, target)
        scores.append((score.iou, score.bare_box_iou))
    iou, bare = np.mean(scores, axis=0)
    assert iou > 0.75
    assert iou > bare + 0.1


def test_a_box_beside_every_object_has_no_target(scene: tuple[np.ndarray, Truth]) -> None:
    assert experiment.target_of((-50.0, -50.0, -40.0, -40.0), (144, 192), scene[1]) is None
    assert experiment.target_of((0.0, 0.0, 5.0, 5.0), (144, 192), None) is None
    assert not pasted(np.ones((28, 28)), (-9.0, -9, -5, -5), (144, 192), (480, 640), 0.5).any()


def test_a_class_that_is_empty_pastes_nothing() -> None:
    assert not pasted(np.zeros((28, 28)), (10.0, 10, 50, 60), (144, 192), (480, 640), 0.5).any()


@pytest.mark.parametrize("other", [POOL, SOFTMAX])
def test_the_ablations_of_the_paper_come_out_in_its_order(other: str) -> None:
    if not has_weights(other):
        pytest.skip(f"the weights of {other} are not here")
    ours, theirs = (read_card(key)["metrics"]["mask_AP"] for key in (ALIGN, other))  # type: ignore[index]
    assert ours >= theirs - 0.005
    assert ours > 0.6


@pytest.mark.skipif(not has_weights(KEY), reason="the weights of photo-masks are not here")
def test_masks_of_a_photo_s_boxes_are_the_detector_s() -> None:
    picture = sample("cat")
    found = mask_crops(KEY, picture)
    raw = zoo.load(KEY).raw(picture)  # type: ignore[attr-defined]
    assert found.titles[0] == "cat" and found.names == ("object",)
    assert max(found.size) == 320
    masks = masks_of_crops(found, found.boxes)
    assert len(masks.masks) == len(masks.pooled) == len(found.boxes)
    for k in range(len(found.boxes)):
        np.testing.assert_allclose(masks.masks[k, 0], raw.data["masks"][k], atol=2e-2)
