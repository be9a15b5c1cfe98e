"""The page from sliding window to FCN: nothing runs twice, experiments, odd pictures."""

from __future__ import annotations

import io
from functools import partial

import numpy as np
import pytest
from PIL import Image

from cvdemo.labs.fcn.experiment import model
from cvdemo.zoo import imagenet_windows
from tests.pages import driver
from tests.pages.driver import without_errors

open_page = partial(driver.open_page, "fcn")


def test_the_networks_run_once_for_each_picture_size_and_stride() -> None:
    before = model().runs
    app = without_errors(open_page(seed="4711", longest="64"))
    assert model().runs == before + 3  # both ways, and the folded layer on the picture
    without_errors(app.run())
    without_errors(app.select_slider(key="fcn-stride").set_value(16).run())
    assert model().runs == before + 5
    without_errors(app.select_slider(key="fcn-stride").set_value(8).run())
    assert model().runs == before + 5


def test_every_experiment_is_one_click_and_says_what_to_look_at() -> None:
    app = without_errors(open_page(longest="48"))
    names = [b.key for b in app.button if (b.key or "").startswith("try-")]
    assert len(names) == 6
    for name in ("try-coarse", "try-every pixel, small"):
        without_errors(app.button(key=name).click().run())
        assert sum(m.value.startswith(":material/visibility:") for m in app.markdown) == 1


@pytest.mark.parametrize(("shape", "fits"), [((1, 1), True), ((37, 53), True), ((5, 900), False)])
def test_pictures_of_any_size(shape: tuple[int, int], fits: bool) -> None:
    out = io.BytesIO()
    Image.fromarray(np.full((*shape, 3), 90, np.uint8)).save(out, "PNG")
    app = open_page(source="upload", longest="64", classifier="patches")
    app.file_uploader(key="fcn-files").set_value([("odd.png", out.getvalue(), "image/png")]).run()
    assert not app.exception
    if fits:
        without_errors(app)
    else:
        assert [e.value for e in app.error] == [
            "A window of 32 x 32 pixels does not fit into a picture of 64 x 1."
        ]
    app.selectbox(key="fcn-classifier").select("efficientnet-lite0").run()
    assert not app.exception
    assert [("3 x 3 cells do not fit" in e.value) for e in app.error] == [True] * (not fits)


def test_a_photo_gets_a_heat_map_of_any_class_and_runs_the_net_once() -> None:
    before = imagenet_windows.model().runs
    app = without_errors(open_page(source="sample", sample="coffee"))
    assert imagenet_windows.model().runs == before + 1
    box = app.selectbox(key="fcn-photo-class")
    assert len(box.options) == 1000 and box.options[0] in ("espresso", "cup", "coffee mug")
    without_errors(box.select_index(999).run())
    assert imagenet_windows.model().runs == before + 1
    without_errors(app.toggle(key="fcn-photo-windows").set_value(True).run())
    costs = app.dataframe[-1].value
    assert costs["calls"].tolist() == ["24", "1"]
    without_errors(app.selectbox(key="fcn-classifier").select("patches").run())
    assert any("only seen drawings" in info.value for info in app.info)


def test_too_many_windows_are_one_sentence() -> None:
    app = open_page(longest="384", stride="1")
    assert not app.exception
    assert len(app.error) == 1
    assert "windows are too many to wait for" in app.error[0].value
