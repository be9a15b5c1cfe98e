"""The dense captions page: defaults, experiments, searches, two models, and pictures that are no use."""

from __future__ import annotations

import io
from functools import partial

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from cvdemo import zoo
from cvdemo.zoo.weights import has_weights
from tests.pages import driver
from tests.pages.driver import query, without_errors

open_page = partial(driver.open_page, "dense_captions")


def text(app: AppTest) -> str:
    return " ".join(e.value for e in (*app.markdown, *app.caption, *app.info))


@pytest.fixture(scope="module")
def page() -> AppTest:
    """The page as it opens: tests go on from one another's pictures, not from their settings."""
    return without_errors(open_page(seed="7"))


def test_a_scene_opens_with_densecap_and_its_score(page: AppTest) -> None:
    assert page.selectbox(key="dense_captions-model").value == "densecap"
    assert "of 6 objects described" in text(page) and "statements true" in text(page)
    assert page.dataframe[0].value["way"].tolist()[0] == "DenseCap"


def test_sliders_and_searches_run_no_convolution(page: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    model = zoo.load("densecap")
    before = model.runs
    without_errors(page.slider(key="dense_captions-score").set_value(1.0).run())
    assert "0 of 6 objects described" in text(page)
    without_errors(page.slider(key="dense_captions-iou").set_value(0.2).run())
    assert model.runs == before
    monkeypatch.setattr(model.net, "features", None)  # type: ignore[attr-defined]
    without_errors(page.text_input(key="dense_captions-query").set_value("Duck with guitar").run())
    assert "“a duck guitar”" in text(page) and "“with”" in text(page)
    assert query(page)["query"] == ["Duck with guitar"]
    without_errors(page.text_input(key="dense_captions-query").set_value("with").run())
    assert "knows none of these words" in text(page)


def test_every_experiment_is_one_click_and_says_what_to_look_for() -> None:
    app = open_page()
    buttons = [b.key for b in app.button if (b.key or "").startswith("try-") and b.key != "try-back"]
    assert len(buttons) >= 4
    for key in buttons:
        without_errors(app.button(key=key).click().run())
        assert sum(m.value.startswith(":material/visibility:") for m in app.markdown) == 1, key
    assert "only seen drawings" in text(app)  # the last one is a photo


@pytest.mark.skipif(not has_weights("show-attend-tell"), reason="the captioner's weights are not there")
def test_the_plain_crossing_stands_beside_it() -> None:
    app = without_errors(open_page(seed="7", beside="detect-then-caption"))
    assert sum("objects described" in m.value for m in app.markdown) == 2
    assert sum("ms (once)" in c.value for c in app.caption) == 2


def test_a_picked_region_stands_in_the_address_as_long_as_there_is_one() -> None:
    app = without_errors(open_page(seed="7", region="1"))
    assert app.session_state["cvdemo-kept-dense_captions"].values["region"] == 1
    for odd in ("x", "-1", "99999"):
        without_errors(open_page(seed="7", region=odd))


@pytest.mark.parametrize("shape", [(1, 1), (100, 1600), (240, 320)])
def test_pictures_of_any_shape_and_grey_ones(shape: tuple[int, int]) -> None:
    out = io.BytesIO()
    Image.fromarray(np.full(shape, 90, np.uint8)).save(out, "PNG")
    app = open_page(source="upload", score="0.05", query="a red car")
    files = [("odd.png", out.getvalue(), "image/png")]
    without_errors(app.file_uploader(key="dense_captions-files").set_value(files).run())
    assert "only seen drawings" in text(app)


def test_a_scene_without_objects() -> None:
    app = without_errors(open_page(seed="0", **{"scene-objects": "0"}))
    assert "nothing to describe" in text(app)
