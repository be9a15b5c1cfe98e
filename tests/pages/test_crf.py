"""The CRF page: experiments, odd pictures, that sliders run no network."""

from __future__ import annotations

import io
from functools import partial

import numpy as np
import pytest
from PIL import Image

from cvdemo import zoo
from cvdemo.labs.crf.controls import EXPERIMENTS, START
from cvdemo.labs.crf.experiment import DEGRADATIONS
from tests.pages import driver
from tests.pages.driver import without_errors

SLIDERS = {"w2": (0.0, 20.0), "s2": (0.5, 20.0), "w1": (0.0, 30.0), "s1": (1.0, 120.0), "srgb": (1.0, 100.0)}


open_page = partial(driver.open_page, "crf")


def test_every_experiment_is_one_click_and_sliders_run_no_network() -> None:
    app = without_errors(open_page())
    network = str(app.selectbox(key="crf-network").value)
    before = zoo.load(network).runs
    for name, settings in EXPERIMENTS.items():
        without_errors(app.button(key=f"try-{name}").click().run())
        before += "scene-texture" in settings  # another picture
        assert zoo.load(network).runs == before
        assert sum(m.value.startswith(":material/visibility:") for m in app.markdown) == 1
    assert app.slider(key="crf-srgb").value == START.srgb
    for end in (0, 1):
        for key, ends in SLIDERS.items():
            app.slider(key=f"crf-{key}").set_value(ends[end])
        app.slider(key="crf-n").set_value((1, 20)[end])
        without_errors(app.run())
    for degradation in DEGRADATIONS:
        without_errors(app.selectbox(key="crf-answer").set_value(degradation).run())
    assert zoo.load(network).runs == before


def test_state_comes_from_the_url_and_a_photo_has_no_score() -> None:
    app = without_errors(open_page(source="sample", w1="12", answer="noisy", n="4"))
    assert app.slider(key="crf-w1").value == 12
    assert app.selectbox(key="crf-answer").value == "noisy"
    assert any("No truth" in c.value for c in app.caption)


@pytest.mark.parametrize("shape", [(1, 1), (1, 900), (20, 15)])
def test_one_colour_and_tiny_pictures(shape: tuple[int, int]) -> None:
    out = io.BytesIO()
    Image.fromarray(np.full((*shape, 3), 90, np.uint8)).save(out, "PNG")
    app = open_page(source="upload")
    app.file_uploader(key="crf-files").set_value([("odd.png", out.getvalue(), "image/png")]).run()
    without_errors(app)
