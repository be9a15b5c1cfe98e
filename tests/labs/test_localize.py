"""Class and box: losses against the training's, predictions against the detector's, no target."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from cvdemo import world, zoo
from cvdemo.labs.localize.experiment import (
    KEYS,
    Localization,
    as_detections,
    as_json,
    localize,
    losses,
    target_of,
)
from cvdemo.nets.localizer import LocalizerTrace, localizer_loss
from cvdemo.nets.matching import Targets
from cvdemo.world.reading import Truth


@pytest.fixture(scope="module")
def drawn() -> tuple[NDArray[np.uint8], Truth]:
    difficulty = world.named("normal", objects=1)
    return world.draw(world.scene(7, split="test", difficulty=difficulty), 640, 480)


def test_the_losses_are_those_of_the_training(drawn: tuple[NDArray[np.uint8], Truth]) -> None:
    target = target_of(drawn[1])
    assert target is not None
    rng = np.random.default_rng(0)
    logits = rng.normal(size=8)
    found = Localization("localizer", np.exp(logits) / np.exp(logits).sum(), rng.random(4), 1.0)
    measured = losses(found, target, (640, 480))
    empty = torch.empty(0)
    trace = LocalizerTrace(
        empty, empty, empty, torch.tensor(logits[None]), torch.tensor(found.relative[None]), (480, 640)
    )
    truth = Targets(torch.tensor(target.box[None]), torch.tensor([target.class_id]), torch.tensor([False]))
    trained = localizer_loss(trace, [truth])
    assert measured.softmax == pytest.approx(float(trained.classes))
    assert measured.l2 == pytest.approx(float(trained.box))
    assert measured.softmax == pytest.approx(-math.log(found.probabilities[target.class_id]))
    perfect = losses(found._replace(relative=target.relative), target, (640, 480))
    assert perfect.l2 == 0
    assert perfect.iou == pytest.approx(1)


@pytest.mark.parametrize("key", KEYS)
def test_every_net_predicts_what_its_detector_does(key: str, drawn: tuple[NDArray[np.uint8], Truth]) -> None:
    picture, truth = drawn
    raw, found = zoo.load(key).raw(picture), localize(key, picture)
    detections = as_detections(found, 640, 480)
    assert len(raw) == len(detections) == 1
    target = target_of(truth)
    assert target is not None
    if key == "localizer":
        assert losses(found, target, (640, 480)).iou > 0.5
    np.testing.assert_allclose(raw.xyxy, detections.xyxy, atol=0.1)
    assert raw.class_id.tolist() == [found.best]
    assert set(as_json(found, None, (640, 480))) == {"net", "box_weight", "class", "probabilities", "box"}


def test_a_box_without_area_is_no_detection() -> None:
    found = Localization("localizer", np.full(8, 1 / 8), np.array([0.5, 0.5, -0.1, 0.2]), 1.0)
    assert not len(as_detections(found, 640, 480))


def test_no_object_or_several_are_no_target() -> None:
    assert target_of(None) is None
    for objects in (0, 8):
        scene = world.scene(7, split="test", difficulty=world.named("normal", objects=objects))
        assert target_of(world.truth(scene, 640, 480)) is None
