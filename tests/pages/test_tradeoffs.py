"""The page of speed against accuracy: points measured once, curves, runs on the page."""

from __future__ import annotations

from functools import partial

import pytest

from cvdemo import zoo
from cvdemo.draw.cost_chart import Disc, crowded
from cvdemo.labs.tradeoffs import lab as views
from cvdemo.labs.tradeoffs.lab import Clock, Net, against_peer, drawn_nets, rows, to_csv
from cvdemo.zoo.tradeoffs import VALUES, Curves, Point, drawn_detectors, read_curves
from tests.pages import driver
from tests.pages.driver import without_errors

open_page = partial(driver.open_page, "tradeoffs")


def runs() -> dict[str, int]:
    return {key: zoo.load(key).runs for key in drawn_detectors()}


def test_every_net_stands_in_the_table_and_nothing_runs_twice() -> None:
    app = without_errors(open_page())
    table = app.dataframe[0].value
    assert list(table["net"]) == [views.title(key) for key in drawn_detectors()]
    assert (table["ms"] > 0).all()
    assert table["x SSD"][list(table["net"]).index("SSD")] == 1
    before = runs()
    for metric in ("AP50", "APs"):
        without_errors(app.segmented_control(key="metric").set_value(metric).run())
    without_errors(app.selectbox(key="net").select("ssd").run())
    assert runs() == before
    assert app.query_params["net"] in ("ssd", ["ssd"])
    without_errors(app.button(key="again").click().run())
    assert all(after > before[key] for key, after in runs().items())


def test_photos_have_published_figures_and_models_that_are_not_here_no_time() -> None:
    app = without_errors(open_page(world="photos", source="sample"))
    table = app.dataframe[0].value.set_index("net")
    assert table.loc["SSD MobileNetV2", "AP"] == 0.22
    assert table.loc["SSD MobileNetV2", "ms"] > 0
    assert table.loc["DETR ResNet-50", "AP"] > 0.4


def test_curves_run_on_the_page_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(VALUES, "size", (96, 192))
    app = without_errors(open_page(show="a bigger picture", net="ssd", scenes="5"))
    assert not any("Dashed" in c.value for c in app.caption)
    before = runs()["ssd"]
    without_errors(app.button(key="live").click().run())
    assert any("Dashed: 5 test scenes" in c.value for c in app.caption)
    after = runs()["ssd"]
    assert after >= before
    without_errors(app.button(key="live").click().run())
    assert runs()["ssd"] == after


def test_no_net_is_chosen_no_run() -> None:
    app = without_errors(open_page(show="a bigger picture"))
    assert app.button(key="live").disabled


def test_kinds_can_all_be_off() -> None:
    app = without_errors(open_page())
    without_errors(app.pills[0].set_value([]).run())


def test_an_unknown_net_in_the_url_is_none() -> None:
    app = without_errors(open_page(net="rcnnn"))
    assert app.selectbox(key="net").value == ""


@pytest.mark.parametrize(
    "name", ["Small things only", "Boxes that fit", "Bigger picture", "Fewer proposals", "Real photos"]
)
def test_every_experiment_is_one_click(name: str) -> None:
    without_errors(open_page(show="a bigger picture").button(key=f"try-{name}").click().run())


def test_a_card_of_easier_scenes_is_not_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    easy = {"metrics": {"AP": 0.9, "APl": -1.0}, "scored_on": "world:test, 500 scenes, normal, objects=1"}
    monkeypatch.setattr(views, "read_card", lambda key: easy)
    monkeypatch.setattr(views, "drawn_detectors", lambda: ["ssd"])
    assert drawn_nets(None)[0].numbers == {}
    point = Point(192, 5.0, None, {"AP": 0.3, "APl": -1.0})
    curves = Curves("", "", 20, {}, {"ssd": {"size": [point]}})
    (net,) = drawn_nets(curves)
    assert (net.numbers, net.data) == ({"AP": 0.3}, "world:test, 20 scenes, normal")


def test_rows_and_ratios() -> None:
    nets = [
        Net("ssd", "SSD", "one stage", {"AP": 0.5}, "scenes", 1_000_000, 10.0),
        Net("rcnn", "R-CNN", "two stages", {"AP": 0.25}, "scenes", None, 400.0),
        Net("yolo", "YOLO", "one stage", {"AP": 0.4}, "scenes", None, 8.0),
        Net("rfcn", "R-FCN", "two stages", {}, "scenes", None, None),
    ]
    assert [against_peer(net, nets, "drawn") for net in nets] == [1, 40, 0.8, None]
    lines = to_csv(rows(nets, "drawn")).splitlines()
    assert lines[0] == "net,kind,ms,x SSD,AP,M parameters,scored on"
    assert lines[2] == "R-CNN,two stages,400.0,40.0,0.25,,scenes"
    figure = views.scatter(nets, "AP", "rcnn", "drawn")
    assert list(figure.data[0].x) == [8, 10]  # the front: R-CNN is slower and worse
    assert list(figure.data[1].marker.line.width) == [0, 4, 0]


def test_titles_go_below_discs_with_another_close_above() -> None:
    def disc(ms: float, quality: float) -> Disc:
        return Disc("", "", ms, quality, None, "")

    assert crowded([disc(10, 0.5), disc(10.1, 0.55), disc(20, 0), disc(30, 1)]) == [True, False, False, False]
    assert crowded([]) == []


def test_the_clock_forgets_the_oldest() -> None:
    clock = Clock(2)
    for k in range(3):
        clock.keep(k, 10 * k)
    assert [clock.get(k) for k in range(3)] == [None, 10, 20]
    clock.forget(2)
    assert clock.get(2) is None


def test_shipped_curves_are_shown() -> None:
    curves = read_curves()
    assert curves is not None
    app = without_errors(open_page(show="a bigger picture"))
    assert any(curves.command in c.value for c in app.caption)
