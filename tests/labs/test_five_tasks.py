"""Five tasks: which models answer, the box of an activation map, what a threshold leaves."""

from __future__ import annotations

import numpy as np
import pytest
import supervision as sv

from cvdemo import world, zoo
from cvdemo.labs.five_tasks.experiment import (
    CAM_SHARE,
    TASKS,
    OneObject,
    best_iou,
    box_of,
    cam_box,
    five_tasks,
    holdings,
    models_of,
    of_localizer,
)
from cvdemo.ops.iou import box_iou


def test_every_task_has_a_model_of_the_pictures_domain() -> None:
    for domain in (zoo.Domain.DRAWINGS, zoo.Domain.PHOTOS):
        models = models_of(domain)
        assert tuple(models) == TASKS
        assert all(entry.domain is domain for entry in models.values())
        assert all(zoo.spec(entry.key).offline for entry in models.values())


@pytest.mark.parametrize("seed", range(4))
def test_the_box_of_a_map_holds_the_largest_part_above_the_threshold(seed: int) -> None:
    rng = np.random.default_rng(seed)
    small = np.zeros((6, 8), np.float32)
    top, left = rng.integers(0, 3, 2)
    small[top : top + 3, left : left + 3] = 1  # the largest part
    small[5, 7] = 5 * CAM_SHARE * rng.uniform(0, 0.9)  # a small one, perhaps below the threshold
    box = cam_box(small, (6, 8))
    assert box is not None
    np.testing.assert_array_equal(box, [left, top, left + 3, top + 3])
    large = cam_box(small, (60, 80))
    assert large is not None
    assert np.abs(large - 10 * box).max() <= 10  # upsampled in between cells
    assert cam_box(np.zeros((3, 3)), (9, 9)) is None


def test_answers_on_a_scene_of_one_object() -> None:
    picture, truth = world.draw(
        world.scene(7, split="test", difficulty=world.named("normal", objects=1)), 320, 240
    )
    found = five_tasks(picture, zoo.Domain.DRAWINGS)
    probabilities = [p for _, p in found.one.classes]
    assert probabilities == sorted(probabilities, reverse=True) and sum(probabilities) <= 1.001
    iou = best_iou(found.one, truth)
    if iou is not None and found.one.box is not None:
        assert iou == pytest.approx(box_iou(found.one.box[None], truth.boxes).max())
    assert found.semantic.shape == (240, 320) and found.semantic.max() < len(found.names)
    assert (found.detection.confidence >= 0.5).all()
    rows = holdings(found)
    assert rows[3]["answer"] == "320 x 240 = 76,800 classes"
    assert rows[4]["answer"].startswith(f"{len(found.instances)} x")


def test_no_box_is_no_detection() -> None:
    nothing = OneObject((("cat", 0.9),), None, 1.0)
    assert len(box_of(nothing)) == 0
    raw = sv.Detections.empty()
    raw.metadata["milliseconds"] = 2.0
    assert of_localizer(raw) == OneObject((), None, 2.0)
    one = box_of(OneObject((("cat", 0.9),), np.array([1, 2, 3, 4]), 1.0))
    assert one.data["class_name"].tolist() == ["cat"] and one.xyxy.tolist() == [[1, 2, 3, 4]]
