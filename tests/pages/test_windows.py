"""The sliding window's page: nothing runs twice, experiments, odd pictures."""

from __future__ import annotations

import io
from functools import partial

import numpy as np
import pytest
from PIL import Image

from cvdemo.labs.windows.experiment import model
from cvdemo.zoo import imagenet_windows
from tests.pages import driver
from tests.pages.driver import without_errors

open_page = partial(driver.open_page, "windows")


def test_the_classifier_runs_once_for_each_search() -> None:
    before = model().runs
    app = without_errors(open_page(seed="4711", smallest="54", scales="1"))
    assert model().runs == before + 2  # window by window, and as convolutions
    without_errors(app.slider(key="windows-score").set_value(0.2).run())
    without_errors(app.slider(key="windows-iou").set_value(1.0).run())
    assert model().runs == before + 2
    without_errors(app.select_slider(key="windows-stride").set_value(32).run())
    assert model().runs == before + 4


def test_experiments_are_one_click_and_say_what_to_look_at() -> None:
    app = without_errors(open_page(smallest="54", scales="1"))
    names = [b.key for b in app.button if (b.key or "").startswith("try-")]
    assert len(names) == 6
    for name in ("try-One size", "try-In strides of 32"):
        without_errors(app.button(key=name).click().run())
        assert sum(m.value.startswith(":material/visibility:") for m in app.markdown) == 1


@pytest.mark.parametrize(("shape", "fits"), [((1, 1), True), ((37, 53), True), ((3, 900), False)])
def test_pictures_of_any_size(shape: tuple[int, int], fits: bool) -> None:
    out = io.BytesIO()
    Image.fromarray(np.full((*shape, 3), 90, np.uint8)).save(out, "PNG")
    app = open_page(source="upload", smallest="54", scales="1", classifier="sliding-window")
    app.file_uploader(key="windows-files").set_value([("odd.png", out.getvalue(), "image/png")]).run()
    assert not app.exception
    assert len(app.error) == (not fits)
    assert any("only seen drawings" in i.value for i in app.info)


def test_a_photo_is_searched_with_imagenets_classes() -> None:
    model = imagenet_windows.model()
    before = model.runs
    query = {"photo-smallest": "192", "photo-scales": "1", "photo-score": "0.3"}
    app = without_errors(open_page(source="sample", sample="coffee", **query))
    assert model.runs == before + 1 and not app.info
    without_errors(app.slider(key="windows-photo-score").set_value(0.1).run())
    assert model.runs == before + 1
    without_errors(app.toggle(key="windows-photo-each").set_value(True).run())
    assert model.runs == before + 2
    assert any("Window by window: **" in m.value for m in app.markdown)
