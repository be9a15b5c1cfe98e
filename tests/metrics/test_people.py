"""The score of a scene's people, held to pycocotools."""

from __future__ import annotations

import numpy as np
import pytest
import supervision as sv

from cvdemo import world
from cvdemo.metrics.people import people_rows, people_score
from cvdemo.world.reading import Truth
from cvdemo.zoo.coco_scores import coco_numbers
from cvdemo.zoo.evaluate import drawn_people

SEED, SIZE = 10, (288, 240)  # three people


@pytest.fixture(scope="module")
def truth() -> Truth:
    return world.truth(world.scene(SEED, split="test"), *SIZE)


def detections(points: np.ndarray, boxes: np.ndarray, scores: list[float]) -> sv.Detections:
    return sv.Detections(boxes, confidence=np.array(scores), data={"keypoints": points})


@pytest.mark.parametrize("seed", range(4))
def test_ap_is_pycocotools(truth: Truth, seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows = people_rows(truth)
    assert len(rows) == 3
    points = np.concatenate([truth.keypoints[rows], truth.keypoints[rows[:1]]])
    points[..., :2] += rng.normal(0, 1.5 * (1 + seed), points[..., :2].shape)
    boxes = truth.boxes[[*rows, rows[0]]]
    scores = rng.uniform(size=4).tolist()
    found = people_score(detections(points, boxes, scores), truth)
    results = [
        {
            "image_id": SEED,
            "category_id": 1,
            "score": s,
            "keypoints": p.ravel().tolist(),
            "bbox": [0, 0, 9, 9],
        }
        for p, s in zip(points, scores, strict=True)
    ]
    data = drawn_people("test", SEED + 1, size=SIZE)
    rows_of_scene = [row for row in data.truth["annotations"] if row["image_id"] == SEED]
    known = {**data.truth, "images": [{"id": SEED}], "annotations": rows_of_scene}
    numbers = coco_numbers(known, results, "keypoints")
    assert found.ap == pytest.approx(numbers["keypoint_AP"], abs=1e-9)
    assert found.ap50 == pytest.approx(numbers["keypoint_AP50"], abs=1e-9)
    assert found.found + found.false <= 4 and found.asked == 3


def test_nobody_drawn_and_nobody_found(truth: Truth) -> None:
    nothing = people_score(sv.Detections.empty(), truth)
    assert (nothing.ap, nothing.found, nothing.asked, nothing.false) == (0, 0, 3, 0)
    empty = world.truth(world.scene(0, split="test"), *SIZE)
    assert not len(people_rows(empty))
    one = detections(truth.keypoints[people_rows(truth)[:1]], truth.boxes[:1], [0.5])
    assert people_score(one, empty).false == 1
    assert people_score(one, empty).text(objects="people") == "0 of 0 people found, 1 false"
