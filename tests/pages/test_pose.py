"""The pose page: defaults, experiments, what is dragged, and pictures that are no use."""

from __future__ import annotations

import io
from functools import partial
from typing import Any

import numpy as np
import pytest
import supervision as sv
from PIL import Image
from streamlit.testing.v1 import AppTest

from cvdemo import zoo
from cvdemo.labs.pose import experiment, results
from cvdemo.labs.pose.controls import _read, _write
from cvdemo.zoo import catalogue
from tests.pages import driver
from tests.pages.driver import query, without_errors

PERSON = next(i for i, name in zoo.labels("coco").items() if name == "person")
open_page = partial(driver.open_page, "pose")


def text(app: AppTest) -> str:
    return " ".join(e.value for e in (*app.markdown, *app.caption, *app.info))


def test_a_scene_opens_with_the_drawn_net_and_its_score_and_a_photo_with_movenet() -> None:
    app = without_errors(open_page())
    assert app.selectbox(key="pose-model").value == "keypoint-rcnn"
    assert "2 of 2 people found" in text(app)
    assert app.dataframe[0].value["net"].tolist()[0] == "Keypoint R-CNN"
    without_errors(app.segmented_control(key="pose-source").set_value("sample").run())
    assert app.selectbox(key="pose-model").value == "movenet-lightning"
    without_errors(app.selectbox(key="pose-sample").select("astronaut").run())
    assert "No truth is known here" in text(app) and "Heat maps or regression" in text(app)
    without_errors(app.selectbox(key="pose-model").select("keypoint-rcnn").run())
    assert "only seen drawings" in text(app)


def test_without_the_drawn_nets_a_scene_opens_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (catalogue, experiment):
        monkeypatch.setattr(module, "has_weights", lambda key: False)
    app = without_errors(open_page(seed="7"))
    assert app.selectbox(key="pose-model").value == "movenet-lightning"


def test_sliders_and_people_run_no_network_again() -> None:
    model = zoo.load("movenet-lightning")
    app = without_errors(open_page(source="sample", sample="astronaut"))
    before = model.runs
    without_errors(app.slider(key="pose-alpha").set_value(0.3).run())
    without_errors(app.selectbox(key="pose-keypoint").select("nose").run())
    without_errors(app.slider(key="pose-score").set_value(0.99).run())
    assert "No person scores enough" in text(app)
    assert model.runs == before


def test_every_experiment_is_one_click_and_says_what_to_look_for() -> None:
    app = open_page()
    buttons = [b.key for b in app.button if (b.key or "").startswith("try-") and b.key != "try-back"]
    assert len(buttons) >= 5
    for key in buttons:
        without_errors(app.button(key=key).click().run())
        assert sum(m.value.startswith(":material/visibility:") for m in app.markdown) == 1, key


def test_what_is_dragged_stands_in_the_address() -> None:
    app = without_errors(open_page(seed="7", moved="3:100.5,200;40:1,2;5:nan,1"))
    kept = app.session_state["cvdemo-kept-pose"].values["moved"]
    assert kept == {3: (100.5, 200.0)}
    assert _read([_write(kept)]) == kept
    without_errors(app.selectbox(key="pose-person").select_index(1).run())
    assert "moved" not in app.session_state["cvdemo-kept-pose"].values  # it was the other person's
    without_errors(app.button(key="try-all off alike").click().run())
    assert query(app)["moved"][0].startswith("0:")


@pytest.mark.parametrize("moved", ["", "x", "1:2", "a:1,2", "1:2,b"])
def test_an_address_that_cannot_be_read_moves_nothing(moved: str) -> None:
    app = without_errors(open_page(seed="7", moved=moved))
    assert not app.session_state["cvdemo-kept-pose"].values.get("moved")


def upload(picture: np.ndarray, **more: str) -> AppTest:
    out = io.BytesIO()
    Image.fromarray(picture).save(out, "PNG")
    app = open_page(source="upload", **more)
    return app.file_uploader(key="pose-files").set_value([("odd.png", out.getvalue(), "image/png")]).run()


@pytest.mark.parametrize("shape", [(1, 1), (100, 1600), (1600, 100)])
@pytest.mark.parametrize("model", ["movenet-lightning", "keypoint-rcnn"])
def test_pictures_of_any_shape(shape: tuple[int, int], model: str) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (*shape, 3), np.uint8)
    without_errors(upload(noise, model=model, score="0.01"))


@pytest.mark.parametrize("model", ["movenet-lightning", "keypoint-rcnn", "pose-regression"])
def test_a_picture_without_people(model: str) -> None:
    app = without_errors(upload(np.full((240, 320, 3), 90, np.uint8), model=model))
    assert not any(box.key == "pose-person" and box.options for box in app.selectbox)


def crowd(keypoints: np.ndarray) -> sv.Detections:
    n = len(keypoints)
    corner = np.stack([np.arange(n) * 10.0, np.zeros(n)], axis=1)
    return sv.Detections(
        np.hstack([corner, corner + np.array([9, 90])]),
        confidence=np.linspace(0.99, 0.5, n),
        class_id=np.full(n, PERSON),
        data={"keypoints": keypoints, "class_name": np.full(n, "person")},
    )


@pytest.mark.parametrize("score", [0.9, 0.0])
def test_a_hundred_people_and_keypoints_that_are_all_hidden(
    score: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(0)
    points = np.concatenate([rng.uniform(0, 400, (100, 17, 2)), np.full((100, 17, 1), score)], axis=2)
    raw: Any = crowd(points)
    monkeypatch.setattr(results, "raw_detections", lambda spec, chosen: raw)
    app = without_errors(open_page(source="sample", sample="astronaut"))
    assert len(app.selectbox(key="pose-person").options) == 100
    without_errors(app.selectbox(key="pose-person").select_index(99).run())
