"""The page on dilated convolutions, by Streamlit's own test driver; its views' arithmetic without it."""

from __future__ import annotations

import io
from functools import partial
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from PIL import Image
from streamlit.testing.v1 import AppTest

from cvdemo import zoo
from cvdemo.draw.feature_maps import enlarged, feature_colours
from cvdemo.labs.dilated.aspp import branches
from cvdemo.labs.dilated.lab import EXPERIMENTS, counts_csv, formula, measured_field, ways_there
from cvdemo.labs.dilated.responses import responses, signed_colours
from cvdemo.nets.deeplab import deeplabv3
from cvdemo.ops.dilated import ConvLayer
from cvdemo.ui.page import texts
from cvdemo.zoo.drawn import TraceSegmenter
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
    assert any(m.value == f"👀 {texts('dilated')[name]}" for m in app.markdown)


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
    app.file_uploader(key="files").set_value([("odd.png", out.getvalue(), "image/png")]).run()
    without_errors(app)


def test_the_formula_is_written_out() -> None:
    assert formula([ConvLayer(3, 2, 1), ConvLayer(3, 1, 4)]) == r"1 + 2 + 8 \cdot 2 = 19"
    assert measured_field([(3, 2, 1), (3, 1, 4)]) == 19


def test_ways_there_say_what_they_cost() -> None:
    mine, plain, pooled = ways_there([ConvLayer(3, 1, 1), ConvLayer(3, 1, 2), ConvLayer(3, 1, 4)])
    assert (mine["field"], plain["field"], pooled["field"]) == ("15 px", "7 px", "18 px")
    assert pooled["layers"] == "3×3 → pool 2 → 3×3 → pool 2 → 3×3"
    assert pooled["output of 192×144"] == "48×36"
    cells = 192 * 144
    assert mine["multiply-adds"] == plain["multiply-adds"] == f"{3 * 9 * 64**2 * cells / 1e6:,.0f} M"
    assert pooled["multiply-adds"] == f"{(1 + 1 / 4 + 1 / 16) * 9 * 64**2 * cells / 1e6:,.0f} M"


def test_the_csv_holds_the_whole_field() -> None:
    table = np.loadtxt(io.BytesIO(counts_csv([ConvLayer(3), ConvLayer(3)])), delimiter=",")
    np.testing.assert_array_equal(table, np.outer([1, 2, 3, 2, 1], [1, 2, 3, 2, 1]))


def test_both_ways_of_looking_far_give_the_same_numbers() -> None:
    picture = np.random.default_rng(0).integers(0, 256, (480, 640, 3), dtype=np.uint8)
    found = responses("noise", 8, picture)
    assert found.sizes == ("80 × 60", "640 × 480")
    assert found.difference < 1e-5
    assert found.shrunk.shape == found.dilated.shape == (480, 640, 3)


def test_signs_have_their_colours() -> None:
    colours = signed_colours(np.array([[-2, 0, 2]], np.float32), 2)
    assert colours.tolist() == [[[0, 114, 178], [248, 248, 248], [213, 94, 0]]]


def test_branches_are_named_and_drawn_by_what_they_are() -> None:
    torch.manual_seed(0)
    net = deeplabv3().eval()
    with torch.inference_mode():
        trace = net(torch.rand(1, 3, 144, 192))
    found = branches(trace, net.config.rates, net.config.backbone.output_stride)
    assert [b.name for b in found] == ["1 × 1", "rate 3", "rate 6", "rate 9", "whole picture", "together"]
    assert found[1].remark.startswith(f"{8 * 7} px")
    wanted = enlarged(feature_colours(trace.branches[2][0].numpy()), 360)
    np.testing.assert_array_equal(found[2].colours, wanted)
    assert (found[4].colours == 128).all()  # one average for all cells


def test_the_branches_are_on_the_page_and_the_network_runs_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the untrained net in place of the shipped one."""
    from cvdemo.labs.dilated import aspp as dilated_aspp

    net = TraceSegmenter(zoo.spec("deeplabv3"), "cpu", deeplabv3())
    traced: list[int] = []
    trace = net.trace
    monkeypatch.setattr(net, "trace", lambda picture: (traced.append(1), trace(picture))[1])
    monkeypatch.setattr(zoo, "load", lambda key: net)
    monkeypatch.setattr(dilated_aspp, "is_trained", lambda: True)
    dilated_aspp._seen.clear()
    app = without_errors(open_page())
    shown = [m.value for m in app.markdown]
    for name in ("picture", "1 × 1", "rate 3", "rate 6", "rate 9", "whole picture", "together", "mask"):
        assert any(text.startswith(f"**{name}**") for text in shown)
    without_errors(app.slider(key="rate2").set_value(5).run())
    assert len(traced) == 1
    dilated_aspp._seen.clear()


def test_the_aspp_section_needs_the_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    from cvdemo.labs.dilated import aspp as dilated_aspp

    entries = [SimpleNamespace(key="deeplabv3")]
    monkeypatch.setattr(dilated_aspp.zoo, "models", lambda task: entries)
    for there in (True, False):
        monkeypatch.setattr(dilated_aspp, "has_weights", lambda key, there=there: there)
        assert dilated_aspp.is_trained() == there
    entries.clear()
    monkeypatch.setattr(dilated_aspp, "has_weights", lambda key: True)
    assert not dilated_aspp.is_trained()
