"""The Instances page: sliders run no network, models follow the picture, files, odd pictures, no weights."""

from __future__ import annotations

import io
import json
from functools import partial

import numpy as np
import pytest
import supervision as sv
from PIL import Image
from streamlit.testing.v1 import AppTest

from cvdemo import zoo
from cvdemo.labs.instances.board import packed_masks
from cvdemo.labs.instances.controls import EXPERIMENTS
from cvdemo.ops.detections import MASK_BOXES, MASKS, SIZE
from cvdemo.ops.masks import PastedMasks
from cvdemo.zoo import catalogue
from tests.pages import driver
from tests.pages.driver import query, without_errors

open_page = partial(driver.open_page, "instances")


def scores(app: AppTest) -> str:
    return next(m.value for m in app.markdown if m.value.startswith("Boxes:"))


def caption(app: AppTest) -> str:
    return next(c.value for c in app.caption if "network" in c.value and "(once)" in c.value)


def upload(picture: np.ndarray) -> AppTest:
    out = io.BytesIO()
    Image.fromarray(picture).save(out, "PNG")
    app = open_page(source="upload")
    app.file_uploader(key="instances-files").set_value([("odd.png", out.getvalue(), "image/png")]).run()
    return without_errors(app)


def test_no_slider_runs_the_network_and_mask_ap_follows() -> None:
    app = without_errors(open_page(seed="3"))
    model = zoo.load("mask-rcnn")
    before, first = model.runs, scores(app)
    app.slider(key="instances-mask").set_value(0.95).run()
    boxes, masks = scores(without_errors(app)).split("\n")
    assert boxes == first.split("\n")[0]
    assert masks != first.split("\n")[1]
    app.slider(key="instances-score").set_value(1.0).run()
    assert "0 of 6" in scores(without_errors(app))
    app.slider(key="instances-opacity").set_value(0.0).run()
    app.segmented_control(key="instances-view").set_value("semantic").run()
    without_errors(app)
    assert model.runs == before
    assert query(app)["view"] == ["semantic"]


def test_the_model_follows_the_picture_until_one_is_chosen() -> None:
    app = without_errors(open_page())
    assert "Mask R-CNN" in caption(app)
    app.segmented_control(key="instances-source").set_value("sample").run()
    assert "Masks in boxes" in caption(without_errors(app))
    assert not any("only seen drawings" in i.value for i in app.info)
    app.selectbox(key="instances-model").select("mask-rcnn").run()
    assert any("only seen drawings" in i.value for i in without_errors(app).info)
    assert not any(m.value.startswith("Boxes:") for m in app.markdown)


def test_two_models_side_by_side() -> None:
    app = without_errors(open_page(compare="true"))
    assert sum("(once)" in c.value for c in app.caption) == 2
    assert sum(m.value.startswith("Boxes:") for m in app.markdown) == 2


def test_every_experiment_is_one_click_and_says_what_to_look_at() -> None:
    app = without_errors(open_page())
    for name in EXPERIMENTS:
        app.button(key=f"try-{name}").click().run()
        without_errors(app)
        assert sum(m.value.startswith(":material/visibility:") for m in app.markdown) == 1


def test_an_object_that_is_picked_can_be_cut_out() -> None:
    app = without_errors(open_page(source="sample", sample="cat", object="0"))
    labels = [button.proto.label for button in app.get("download_button")]
    assert any(label.startswith("Cut-out of cat") for label in labels)
    app = without_errors(open_page(source="sample", sample="cat", object="99"))
    assert not any("Cut-out" in button.proto.label for button in app.get("download_button"))
    assert not open_page(source="sample", object="x").exception


@pytest.mark.parametrize("shape", [(1, 1), (100, 1600), (1600, 100), (3000, 4000)])
def test_pictures_of_any_size_without_an_object(shape: tuple[int, int]) -> None:
    assert "Masks in boxes" in caption(upload(np.full((*shape, 3), 90, np.uint8)))


def test_without_weights_the_page_says_what_makes_them(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = [entry for entry in zoo.models(zoo.Task.INSTANCES) if entry.source is not zoo.Source.DRAWN]
    monkeypatch.setattr(catalogue, "has_weights", lambda key: False)
    monkeypatch.setattr("cvdemo.zoo.weights.has_weights", lambda key: False)
    monkeypatch.setattr(zoo, "models", lambda task=None: shown)
    app = without_errors(open_page())
    assert any("`cvdemo train mask-rcnn`" in i.value for i in app.info)
    assert "GrabCut" in caption(app)


def test_packed_masks_are_small_and_paste_as_they_were() -> None:
    rng = np.random.default_rng(0)
    masks = np.zeros((50, 120, 160), np.float32)
    for k in range(50):
        y, x = rng.integers(0, 90), rng.integers(0, 130)
        masks[k, y : y + 20, x : x + 20] = rng.uniform(0.2, 1, (20, 20))
    size = (3000, 4000)
    raw = sv.Detections(
        xyxy=np.tile(np.array([[0, 0, 4000, 3000]], np.float32), (50, 1)),
        data={MASKS: masks, MASK_BOXES: np.tile(np.array([[0, 0, 4000, 3000]], np.float32), (50, 1))},
        metadata={SIZE: size},
    )
    values, shapes, boxes = packed_masks(raw)
    assert values.nbytes < masks.nbytes / 20
    start = int(np.prod(shapes[:7], axis=1).sum())
    part = values[start : start + int(np.prod(shapes[7]))].reshape(shapes[7])
    whole = PastedMasks(masks[7:8], np.array([[0, 0, 4000, 3000]]), size, 0.3)
    assert PastedMasks(part[None], boxes[7:8], size, 0.3).areas().tolist() == whole.areas().tolist()
    assert json.dumps(shapes.tolist())
