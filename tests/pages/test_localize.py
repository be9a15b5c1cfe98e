"""Class and box: both losses against their formulas, nets that run once, scenes without exactly one thing."""

from __future__ import annotations

import io
import math
from functools import partial

import numpy as np
import pytest
import torch
from PIL import Image

from cvdemo import world, zoo
from cvdemo.labs.localize import lab as localize
from cvdemo.labs.localize.lab import KEYS, Answer, answers, as_json, asked_of, detection, losses
from cvdemo.nets.localizer import LocalizerTrace, localizer_loss
from cvdemo.nets.matching import Targets
from cvdemo.ui.source import Chosen
from tests.pages import driver
from tests.pages.driver import without_errors

open_page = partial(driver.open_page, "localize")


@pytest.fixture(scope="module")
def chosen() -> Chosen:
    difficulty = world.named("normal", objects=1)
    picture, truth = world.draw(world.scene(7, split="test", difficulty=difficulty), 640, 480)
    return Chosen("test-one-thing", "scene", picture, 0.0, truth)


def test_the_losses_are_those_that_the_net_was_taught_with(chosen: Chosen) -> None:
    asked = asked_of(chosen.truth)
    assert asked is not None
    dice = np.random.default_rng(0)
    logits = dice.normal(size=8)
    answer = Answer("localizer", np.exp(logits) / np.exp(logits).sum(), dice.random(4), 1.0)
    found = losses(answer, asked, (640, 480))
    empty = torch.empty(0)
    trace = LocalizerTrace(
        empty, empty, empty, torch.tensor(logits[None]), torch.tensor(answer.relative[None]), (480, 640)
    )
    truth = Targets(torch.tensor(asked.box[None]), torch.tensor([asked.class_id]), torch.tensor([False]))
    taught = localizer_loss(trace, [truth])
    assert found.softmax == pytest.approx(float(taught.classes))
    assert found.distance == pytest.approx(float(taught.box))
    assert found.softmax == pytest.approx(-math.log(answer.probabilities[asked.class_id]))
    perfect = losses(answer._replace(relative=asked.relative), asked, (640, 480))
    assert perfect.distance == 0
    assert perfect.iou == pytest.approx(1)


def test_every_net_answers_as_its_detector_does(chosen: Chosen) -> None:
    for key, answer in answers(chosen).items():
        raw = zoo.load(key).raw(chosen.picture)
        found = detection(answer, 640, 480)
        assert len(raw) == len(found) == 1
        asked = asked_of(chosen.truth)
        assert asked is not None
        if key == "localizer":
            assert losses(answer, asked, (640, 480)).iou > 0.5
        np.testing.assert_allclose(raw.xyxy, found.xyxy, atol=0.1)
        assert raw.class_id.tolist() == [answer.best]
        assert set(as_json(answer, None, (640, 480))) == {
            "net",
            "box_weight",
            "class",
            "probabilities",
            "box",
        }


def test_a_box_without_area_is_no_detection() -> None:
    answer = Answer("localizer", np.full(8, 1 / 8), np.array([0.5, 0.5, -0.1, 0.2]), 1.0)
    assert not len(detection(answer, 640, 480))


def test_none_or_several_things_are_not_asked_for() -> None:
    assert asked_of(None) is None
    for objects in (0, 8):
        scene = world.scene(7, split="test", difficulty=world.named("normal", objects=objects))
        assert asked_of(world.truth(scene, 640, 480)) is None


@pytest.mark.skipif(len(KEYS) < 2, reason="needs the nets of several weights")
def test_the_weight_changes_the_net_and_runs_none(monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[str] = []
    own = localize.look
    monkeypatch.setattr(localize, "look", lambda key, picture: ran.append(key) or own(key, picture))
    app = without_errors(open_page(seed="4711"))
    assert sorted(ran) == sorted(KEYS)
    shown = [m.value for m in app.markdown if "Together" in m.value]
    assert len(shown) == 1
    app.select_slider(key="weight").set_value(KEYS[0])
    without_errors(app.run())
    assert [m.value for m in app.markdown if "Together" in m.value] != shown
    assert len(ran) == len(KEYS)


def test_every_experiment_is_one_click_and_says_what_to_look_at() -> None:
    app = without_errors(open_page())
    names = [b.key for b in app.button if (b.key or "").startswith("try-")]
    assert len(names) == 2 + len(KEYS)
    for name in names:
        without_errors(app.button(key=name).click().run())
        assert sum(m.value.startswith("👀") for m in app.markdown) == 1
        assert bool(app.warning) == (name == "try-Several things")


@pytest.mark.parametrize("shape", [(1, 1), (3, 900), (37, 53)])
def test_pictures_of_any_size(shape: tuple[int, int]) -> None:
    out = io.BytesIO()
    Image.fromarray(np.full((*shape, 3), 90, np.uint8)).save(out, "PNG")
    app = open_page(source="upload")
    app.file_uploader(key="files").set_value([("odd.png", out.getvalue(), "image/png")]).run()
    without_errors(app)
    assert any("drawn world only" in i.value for i in app.info)
