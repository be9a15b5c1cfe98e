"""The sample photos' objects: inside the photos, of COCO's classes, and scored by COCO's rules."""

from __future__ import annotations

import numpy as np
import pytest
import supervision as sv

from cvdemo import zoo
from cvdemo.data.photo_objects import photo_objects
from cvdemo.data.pictures import SAMPLES, sample
from cvdemo.metrics.scene import photo_score


@pytest.mark.parametrize("name", SAMPLES)
def test_objects_lie_in_their_photo_and_have_cocos_classes(name: str) -> None:
    assert SAMPLES[name].credit
    objects = photo_objects(name)
    if objects is None:
        return
    assert (objects.height, objects.width) == sample(name).shape[:2]
    assert set(objects.names) <= set(zoo.labels("coco").values())
    assert (objects.boxes[:, 2:] > objects.boxes[:, :2]).all() and (objects.boxes >= 0).all()
    assert (objects.boxes[:, 2:] <= [objects.width, objects.height]).all()


def test_scores_count_what_is_found_missed_and_false() -> None:
    objects = photo_objects("coffee")
    assert objects is not None and set(objects.names) == {"cup", "spoon", "dining table"}
    cup = objects.boxes[objects.names.index("cup")]

    def found(*names: str) -> sv.Detections:
        return sv.Detections(
            np.repeat(cup[None], len(names), 0), confidence=np.linspace(0.9, 0.5, len(names)),
            class_id=np.arange(len(names)), data={"class_name": np.array(names)},
        )  # fmt: skip

    right = photo_score(found("cup"), objects)
    assert (right.found, right.asked, right.false) == (1, 3, 0)
    assert right.ap == pytest.approx(1 / 3, abs=0.01)
    both = photo_score(found("bowl", "cup"), objects)
    assert (both.found, both.false) == (1, 1)
    assert photo_score(found("bowl"), objects).found == 0


def test_the_packaged_detector_finds_most_of_them() -> None:
    model = zoo.load("ssd-mobilenet-v2", "cpu")
    scores = [
        photo_score(model(sample(name), score=0.5), objects)
        for name in SAMPLES
        if (objects := photo_objects(name)) is not None
    ]
    assert sum(score.found for score in scores) >= 0.7 * sum(score.asked for score in scores)
