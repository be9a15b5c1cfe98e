"""The page on dilated convolutions, by Streamlit's own test driver."""

from __future__ import annotations

import io
from functools import partial

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from cvdemo import zoo
from cvdemo.labs.dilated.board import layer_text
from cvdemo.labs.dilated.controls import EXPERIMENTS
from cvdemo.labs.dilated.experiment import ASPP_KEY
from cvdemo.ops.dilated import ConvLayer
from cvdemo.ui.page import texts
from tests.pages import driver
from tests.pages.driver import without_errors

open_page = partial(driver.open_page, "dilated")


def figures(app: AppTest) -> dict[str, str]:
    return {m.label: m.value for m in app.metric}


def test_the_page_opens_with_a_field_that_formula_and_gradient_agree_on() -> None:
    shown = figures(without_errors(open_page()))
    assert shown["Field"] == shown["Measured"] == "15 px"
    assert shown["Seen"] == "100 %"
    assert shown["192×144 gives"] == "192×144"


@pytest.mark.parametrize(
    ("name", "field", "seen", "shared", "size"),
    [
        ("1, 2, 4", "15 px", "100 %", "93 %", "192×144"),
        ("2, 2, 2", "13 px", "29 %", "0 %", "192×144"),
        ("1, 2, 5", "17 px", "100 %", "94 %", "192×144"),
        ("1, 2, 9", "25 px", "71 %", "86 %", "192×144"),
        ("strides instead", "15 px", "100 %", "47 %", "24×18"),
    ],
)
def test_every_experiment_is_one_click(name: str, field: str, seen: str, shared: str, size: str) -> None:
    app = without_errors(open_page().button(key=f"try-{name}").click().run())
    shown = figures(app)
    assert (shown["Field"], shown["Measured"], shown["Seen"]) == (field, field, seen)
    assert shown["Shared"] == shared
    assert shown["192×144 gives"] == size
    assert any(m.value == f":material/visibility: {texts('dilated')[name]}" for m in app.markdown)


def test_every_experiment_has_its_text() -> None:
    assert set(EXPERIMENTS) <= set(texts("dilated"))


def test_the_stack_comes_from_the_url() -> None:
    app = without_errors(open_page(layers="2", taps="5", rate1="3", rate2="7", stride1="2"))
    assert figures(app)["Field"] == f"{1 + 3 * 4 + 7 * 4 * 2} px"


@pytest.mark.parametrize("end", [1, 16])
def test_sliders_at_their_ends(end: int) -> None:
    query = {"layers": "5" if end > 1 else "1", "taps": "7" if end > 1 else "2", "apart": str(min(end, 24))}
    for k in range(1, 6):
        query |= {f"rate{k}": str(end), f"stride{k}": "2" if end > 1 else "1"}
    shown = figures(without_errors(open_page(**query)))
    assert shown["Field"] == shown["Measured"] == ("2977 px" if end > 1 else "2 px")


@pytest.mark.parametrize("shape", [(1, 1), (1, 1500), (37, 53)])
def test_pictures_of_any_size(shape: tuple[int, int]) -> None:
    out = io.BytesIO()
    Image.fromarray(np.full((*shape, 3), 90, np.uint8)).save(out, "PNG")
    app = open_page(source="upload", apart="24")
    without_errors(app)
    app.file_uploader(key="dilated-files").set_value([("odd.png", out.getvalue(), "image/png")]).run()
    without_errors(app)


def test_layers_are_named_in_the_table() -> None:
    layers = (ConvLayer(3), ConvLayer(5, 2, 4), ConvLayer(2, 2, 1, True))
    assert [layer_text(layer) for layer in layers] == ["3×3", "5×5 rate 4 ÷2", "pool 2"]


def test_the_branches_are_on_the_page_and_the_network_runs_once() -> None:
    before = zoo.load(ASPP_KEY).runs
    app = without_errors(open_page(seed="4711"))
    shown = [m.value for m in app.markdown]
    for name in ("picture", "1 × 1", "rate 3", "rate 6", "rate 9", "whole picture", "together", "mask"):
        assert any(text.startswith(f"**{name}**") for text in shown)
    without_errors(app.slider(key="dilated-rate2").set_value(5).run())
    assert zoo.load(ASPP_KEY).runs == before + 1
