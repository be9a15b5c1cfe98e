"""The CRF page: experiments, odd pictures, that sliders run no network, and what the player is sent."""

from __future__ import annotations

import io
from functools import partial

import numpy as np
import pytest
from PIL import Image

from cvdemo import zoo
from cvdemo.labs.crf.controls import EXPERIMENTS, START, WEAKNESSES, weakened
from cvdemo.labs.crf.lab import entropy
from cvdemo.ops.crf import dense_crf_steps
from tests.pages import driver
from tests.pages.driver import without_errors

SLIDERS = {"w1": (0.0, 20.0), "s1": (0.5, 20.0), "w2": (0.0, 30.0), "s2": (1.0, 120.0), "srgb": (1.0, 100.0)}


open_page = partial(driver.open_page, "crf")


def test_every_experiment_is_one_click_and_sliders_run_no_network() -> None:
    app = without_errors(open_page())
    network = str(app.selectbox(key="crf-network").value)
    before = zoo.load(network).runs
    for name in EXPERIMENTS:
        without_errors(app.button(key=f"try-{name}").click().run())
        assert sum(m.value.startswith("👀") for m in app.markdown) == 1
    assert app.slider(key="srgb").value == START.srgb
    for end in (0, 1):
        for key, ends in SLIDERS.items():
            app.slider(key=key).set_value(ends[end])
        app.slider(key="n").set_value((1, 20)[end])
        without_errors(app.run())
    for weakness in WEAKNESSES:
        without_errors(app.selectbox(key="answer").set_value(weakness).run())
    assert zoo.load(network).runs == before


def test_state_comes_from_the_url_and_a_photo_has_no_score() -> None:
    app = without_errors(open_page(source="sample", w2="12", answer="noisy", n="4"))
    assert app.slider(key="w2").value == 12
    assert app.selectbox(key="answer").value == "noisy"
    assert any("No truth" in c.value for c in app.caption)


@pytest.mark.parametrize("shape", [(1, 1), (1, 900), (20, 15)])
def test_one_colour_and_tiny_pictures(shape: tuple[int, int]) -> None:
    out = io.BytesIO()
    Image.fromarray(np.full((*shape, 3), 90, np.uint8)).save(out, "PNG")
    app = open_page(source="upload")
    app.file_uploader(key="crf-files").set_value([("odd.png", out.getvalue(), "image/png")]).run()
    without_errors(app)


@pytest.mark.parametrize("weakness", WEAKNESSES)
def test_weakened_probabilities_are_probabilities(weakness: str) -> None:
    rng = np.random.default_rng(0)
    labels = np.kron(rng.integers(0, 4, (3, 4)), np.ones((20, 20), int))
    sure = np.stack([labels == k for k in range(4)]).astype(np.float32)
    worse = weakened(sure, weakness)
    assert worse.shape == sure.shape
    np.testing.assert_allclose(worse.sum(axis=0), 1, atol=1e-4)
    same = (worse.argmax(axis=0) == labels).mean()
    assert same == 1 if weakness == "as it is" else 0.5 < same < 1
    assert weakened(sure[:, :1, :1], weakness).shape == (4, 1, 1)


def test_entropy_is_zero_where_sure_and_full_at_a_coins_throw() -> None:
    q = np.zeros((3, 1, 3), np.float32)
    q[:, 0, 0], q[:, 0, 1], q[:, 0, 2] = (1, 0, 0), (0.5, 0.5, 0), (1 / 3, 1 / 3, 1 / 3)
    assert entropy(q).tolist() == [[0, 255, 255]]
    assert next(dense_crf_steps(q, [])).q.shape == q.shape
