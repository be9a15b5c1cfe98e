"""The page of speed against accuracy: points measured once, curves, runs on the page."""

from __future__ import annotations

from functools import partial

import pytest

from cvdemo import zoo
from cvdemo.labs.tradeoffs.experiment import title
from cvdemo.zoo.catalogue import compared
from cvdemo.zoo.tradeoffs import VALUES, read_curves
from tests.pages import driver
from tests.pages.driver import without_errors

open_page = partial(driver.open_page, "tradeoffs")


def runs() -> dict[str, int]:
    return {key: zoo.load(key).runs for key in compared()}


def test_every_net_stands_in_the_table_and_nothing_runs_twice() -> None:
    app = without_errors(open_page())
    table = app.dataframe[0].value
    assert list(table["net"]) == [title(key) for key in compared()]
    assert (table["ms"] > 0).all()
    assert table["x SSD+"][list(table["net"]).index("SSD+")] == 1
    before = runs()
    for metric in ("AP50", "APs"):
        without_errors(app.segmented_control(key="tradeoffs-metric").set_value(metric).run())
    without_errors(app.selectbox(key="tradeoffs-net").select("ssd-plus").run())
    assert runs() == before
    assert app.query_params["net"] in ("ssd-plus", ["ssd-plus"])
    without_errors(app.button(key="again").click().run())
    assert all(after > before[key] for key, after in runs().items())


def test_another_scene_is_not_timed_again() -> None:
    first = without_errors(open_page(seed="11"))
    said = next(c.value for c in first.caption if "Measured now" in c.value)
    before = runs()
    second = without_errors(open_page(seed="12"))
    assert runs() == before
    assert said in [c.value for c in second.caption]  # times depend on the size: it names the scene timed


def test_photos_have_published_figures_and_models_that_are_not_here_no_time() -> None:
    app = without_errors(open_page(world="photos", source="sample"))
    table = app.dataframe[0].value.set_index("net")
    assert table.loc["SSD MobileNetV2", "AP"] == 0.22
    assert table.loc["SSD MobileNetV2", "ms"] > 0
    assert table.loc["DETR ResNet-50", "AP"] > 0.4


def test_curves_run_on_the_page_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(VALUES, "size", (96, 192))
    app = without_errors(open_page(show="a bigger picture", net="ssd-plus", scenes="5"))
    assert not any("Dashed" in c.value for c in app.caption)
    before = runs()["ssd-plus"]
    without_errors(app.button(key="live").click().run())
    assert any("Dashed: 5 test scenes" in c.value for c in app.caption)
    after = runs()["ssd-plus"]
    assert after >= before
    without_errors(app.button(key="live").click().run())
    assert runs()["ssd-plus"] == after


def test_no_net_is_chosen_no_run() -> None:
    app = without_errors(open_page(show="a bigger picture"))
    assert app.button(key="live").disabled


def test_kinds_can_all_be_off() -> None:
    app = without_errors(open_page())
    without_errors(app.pills[0].set_value([]).run())


def test_an_unknown_net_in_the_url_is_none() -> None:
    app = without_errors(open_page(net="rcnnn"))
    assert app.selectbox(key="tradeoffs-net").value == ""


@pytest.mark.parametrize(
    "name",
    [
        "Small objects only",
        "Boxes that fit",
        "Bigger picture",
        "Fewer proposals",
        "Best quality",
        "Real time",
        "Real photos",
    ],
)
def test_every_experiment_is_one_click(name: str) -> None:
    without_errors(open_page(show="a bigger picture").button(key=f"try-{name}").click().run())


def test_the_conclusions_move_with_the_slider() -> None:
    app = without_errors(open_page(show="in the end", fps="1"))
    slow = [m.value for m in app.markdown if m.value.startswith("Within 1000 ms")]
    app.select_slider(key="tradeoffs-fps").set_value(125).run()
    fast = [m.value for m in app.markdown if m.value.startswith("Within 8 ms")]
    assert len(slow) == len(fast) == 2  # detection and segmentation
    assert not any("two stages" in text.split("\n")[0] for text in fast)


def test_shipped_curves_are_shown() -> None:
    curves = read_curves()
    assert curves is not None
    app = without_errors(open_page(show="a bigger picture"))
    assert any(curves.command in c.value for c in app.caption)
