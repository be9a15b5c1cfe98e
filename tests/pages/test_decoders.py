"""The page that compares the drawn world's segmenters: every net shown, ablations, networks run once."""

from __future__ import annotations

import json
from functools import partial

import pytest

from cvdemo import zoo
from cvdemo.labs.decoders.experiment import drawn_segmenters, photo_segmenters
from cvdemo.zoo.weights import read_card
from tests.pages import driver
from tests.pages.driver import without_errors

open_page = partial(driver.open_page, "decoders")


def runs() -> dict[str, int]:
    return {m.key: zoo.load(m.key).runs for m in drawn_segmenters()}


def test_every_net_is_shown_with_its_score_and_from_inside() -> None:
    app = without_errors(open_page(seed="36"))
    captions = " ".join(c.value for c in app.caption)
    for net in drawn_segmenters():
        assert f"**{net.title.removesuffix(' (drawn world)')}** · mIoU" in captions
        without_errors(app.selectbox(key="decoders-net").select(net.key).run())
        assert any("encoder 1 · " in c.value for c in app.caption)


def test_a_photo_has_no_score() -> None:
    app = without_errors(open_page(source="sample"))
    assert not any("boundary F1" in c.value for c in app.caption)  # it stands beside every mIoU of a picture


@pytest.mark.skipif(not photo_segmenters(), reason="no weights of nets for photos are here")
def test_a_photo_is_shown_by_the_nets_that_know_photos() -> None:
    app = without_errors(open_page(source="sample", sample="cat"))
    captions = " ".join(c.value for c in app.caption)
    for net in photo_segmenters():
        assert f"**{net.title.removesuffix(' (photos, MSRC)')}**" in captions
        without_errors(app.selectbox(key="decoders-net").select(net.key).run())
        assert any("encoder 5 · " in c.value for c in app.caption)
    without_errors(app.segmented_control(key="decoders-source").set_value("scene").run())
    assert app.selectbox(key="decoders-net").value == "unet"


def test_what_is_shown_changes_without_running_a_network() -> None:
    app = without_errors(open_page(seed="36"))
    before = runs()
    for show in ("errors", "labels", "mask"):
        without_errors(app.segmented_control(key="decoders-show").set_value(show).run())
    assert runs() == before


def test_a_skip_left_out_costs_something() -> None:
    app = without_errors(open_page(seed="36", net="unet"))
    app.pills(key="decoders-ablate-unet").set_value(["skip at stride 2"]).run()
    without_errors(app)
    scores = [c.value for c in app.caption if c.value.startswith(("whole", "without"))]
    whole, ablated = (float(s.split("mIoU ")[1].split()[0]) for s in scores)
    assert ablated < whole


@pytest.mark.parametrize("name", ["Stride 32 or 8", "Without skips", "No context", "A hard scene", "A photo"])
def test_every_experiment_is_one_click(name: str) -> None:
    without_errors(open_page().button(key=f"try-{name}").click().run())


def test_the_nets_are_compared_after_their_own_and_after_longer_trainings() -> None:
    app = without_errors(open_page(seed="36"))
    figure = json.loads(app.get("plotly_chart")[0].proto.spec)["data"][0]
    assert len(figure["y"]) == len(drawn_segmenters())
    app = without_errors(app.segmented_control(key="decoders-trained").set_value("longer").run())
    longer = json.loads(app.get("plotly_chart")[0].proto.spec)["data"][0]
    trained = [net.key for net in drawn_segmenters() if "longer" in (read_card(net.key) or {})]
    assert [key for key, *_ in longer["customdata"]] == [key for key in trained for _ in range(2)]
    assert longer["marker"]["symbol"] == ["circle-open", "circle"] * len(trained)
    assert not any(longer["text"][::2])
