"""Accuracy and mean IoU of a detector of one box, on pictures with one object."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from cvdemo import zoo
from cvdemo.nets.localizer import Localizer
from cvdemo.world.difficulty import named
from cvdemo.zoo.coco_scores import single_numbers
from cvdemo.zoo.drawn import DrawnDetector
from cvdemo.zoo.evaluate import drawn_data, evaluate


def row(image: int, category: int, box: list[float], **more: Any) -> dict[str, Any]:
    return {"image_id": image, "category_id": category, "bbox": box, "iscrowd": 0, **more}


def test_the_best_detection_of_every_picture_with_one_thing() -> None:
    truth = {
        "annotations": [
            row(1, 3, [0, 0, 10, 10]),
            row(2, 3, [0, 0, 10, 10]),
            row(2, 4, [50, 0, 10, 10], iscrowd=1),
            row(3, 1, [0, 0, 10, 10]),
            row(3, 1, [20, 0, 10, 10]),
            row(4, 2, [0, 0, 10, 10]),
        ]
    }
    results = [
        row(1, 1, [0, 0, 10, 10], score=0.2),
        row(1, 3, [5, 0, 10, 10], score=0.9),
        row(2, 1, [0, 0, 10, 10], score=0.8),
        row(3, 1, [0, 0, 10, 10], score=0.8),
    ]
    found = single_numbers(truth, results)
    assert found["pictures_of_one"] == 3
    assert found["accuracy"] == pytest.approx(1 / 3)
    assert found["box_IoU"] == pytest.approx((1 / 3 + 1 + 0) / 3)
    assert single_numbers({"annotations": []}, results)["accuracy"] == -1


def test_a_detector_of_one_box_is_scored_so() -> None:
    torch.manual_seed(0)
    model = DrawnDetector(zoo.spec("localizer"), "cpu", Localizer())
    found = evaluate(model, drawn_data("val", 4, named("normal", objects=1)))
    assert {"AP", "ARl", "accuracy", "box_IoU", "ms_per_image"} <= set(found)
    assert found["n"] == 4 >= found["pictures_of_one"] >= 2
