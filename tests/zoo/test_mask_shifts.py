"""What moving a RoI costs the masks of trained nets."""

from __future__ import annotations

import numpy as np
import pytest

from cvdemo import world
from cvdemo.ops.iou import mask_iou
from cvdemo.world.reading import Truth
from cvdemo.zoo.mask_heads import ALIGN, POOL, MaskFeatures, mask_features, masks_of_boxes
from cvdemo.zoo.mask_shifts import SHIFTS, pasted, shift_costs, to_picture
from cvdemo.zoo.weights import has_weights

pytestmark = pytest.mark.skipif(
    not (has_weights(ALIGN) and has_weights(POOL)), reason="the weights of the two nets are not here"
)


@pytest.fixture(scope="module")
def scene() -> tuple[np.ndarray, Truth]:
    return world.draw(world.scene(7, split="test"), 640, 480)


@pytest.fixture(scope="module")
def nets(scene: tuple[np.ndarray, Truth]) -> dict[str, MaskFeatures]:
    return {key: mask_features(key, scene[0]) for key in (ALIGN, POOL)}


def test_each_iou_is_that_of_the_shifted_box_alone(
    scene: tuple[np.ndarray, Truth], nets: dict[str, MaskFeatures]
) -> None:
    truth, found = scene[1], nets[ALIGN]
    box, class_id = to_picture(truth.boxes[1], (480, 640), found.size), int(truth.classes[1])
    costs = shift_costs({ALIGN: found}, box, class_id, truth.masks[1])
    for k in (0, 10, 16, 32):
        moved = box + SHIFTS[k] * np.array([1, 0, 1, 0])
        mask = masks_of_boxes(found, [moved]).masks[0, class_id]
        alone = mask_iou([pasted(mask, moved, found.size, (480, 640), 0.5)], [truth.masks[1]])[0, 0]
        assert costs.ious[ALIGN][k] == pytest.approx(alone, abs=5e-3)
    assert SHIFTS[16] == 0
    assert costs.here(ALIGN) == costs.ious[ALIGN][16]
    assert mask_iou([costs.masks[ALIGN]], [truth.masks[1]])[0, 0] == pytest.approx(costs.here(ALIGN))


def test_roi_pooling_jumps_and_roi_align_does_not(
    scene: tuple[np.ndarray, Truth], nets: dict[str, MaskFeatures]
) -> None:
    truth, steps, means = scene[1], [], []
    for row in np.flatnonzero(~truth.difficult):
        box = to_picture(truth.boxes[row], (480, 640), nets[ALIGN].size)
        costs = shift_costs(nets, box, int(truth.classes[row]), truth.masks[row])
        steps.append([costs.largest_step(key) for key in nets])
        means.append([costs.ious[key].mean() for key in nets])
    align, pool = np.mean(steps, axis=0)
    assert pool > 2 * align
    align, pool = np.mean(means, axis=0)
    assert align > pool


@pytest.mark.parametrize("box", [(-60.0, -50, -30, -20), (400.0, 400, 420, 430), (50.0, 50, 50, 50)])
def test_a_roi_without_a_pixel_of_the_object(
    box: tuple[float, ...], scene: tuple[np.ndarray, Truth], nets: dict[str, MaskFeatures]
) -> None:
    costs = shift_costs(nets, box, 0, scene[1].masks[0])
    assert all((iou == 0).all() for iou in costs.ious.values())
    assert not any(mask.any() for mask in costs.masks.values())
