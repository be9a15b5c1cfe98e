"""The shipped localizers, sliding window and YOLO: their cards, and that they are as good as these say."""

from __future__ import annotations

import pytest

from cvdemo import zoo
from cvdemo.world.difficulty import named
from cvdemo.world.vocabulary import WORLD_VERSION
from cvdemo.zoo.entries import option_of_each
from cvdemo.zoo.evaluate import drawn_data, evaluate
from cvdemo.zoo.weights import has_weights, read_card, weights_folder

WEIGHTS = option_of_each("box_weight")
SCENES = {"yolo": 20, "sliding-window": 6, **dict.fromkeys(WEIGHTS, 20)}
SHIPPED = [key for key in SCENES if has_weights(key)]


@pytest.mark.parametrize("key", SHIPPED)
def test_shipped_weights_and_their_card(key: str) -> None:
    card = read_card(key)
    assert card is not None
    assert card["net"] == key
    assert card["world"] == WORLD_VERSION
    assert card["size"] == (weights_folder() / f"{key}.safetensors").stat().st_size < 4e6
    metric, numbers = card["metric"], card["metrics"]
    assert numbers["n"] == 500
    assert abs(card["rounding"]["after"] - card["rounding"]["before"]) < 0.01
    published = zoo.spec(key).published
    assert published is not None and published.value == round(100 * numbers[metric], 1)
    difficulty = named("normal", objects=1) if key in WEIGHTS else None
    assert card["scored_on"].endswith(", objects=1") == (key in WEIGHTS)
    found = evaluate(zoo.load(key, "cpu"), drawn_data("val", SCENES[key], difficulty))
    compared = ("accuracy", "box_IoU") if key in WEIGHTS else ("AP50",)
    for name in compared:
        assert found[name] > numbers[name] - 0.15


def test_what_they_reach() -> None:
    yolo, ssd, balanced = (read_card(key)["metrics"] for key in ("yolo", "ssd-plus", "localizer"))
    assert yolo["AP50"] > 0.85
    assert ssd["APs"] > yolo["APs"] + 0.05
    assert balanced["accuracy"] > 0.95 and balanced["box_IoU"] > 0.75
