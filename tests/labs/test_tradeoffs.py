"""Speed against accuracy without its page: points and their ratios, times in turn, lines over a knob."""

from __future__ import annotations

import numpy as np
import pytest

from cvdemo.errors import ModelNotAvailableError
from cvdemo.labs.tradeoffs import experiment
from cvdemo.labs.tradeoffs.draw import knob_charts, scatter
from cvdemo.labs.tradeoffs.experiment import (
    DetectorPoint,
    against_peer,
    curve_rows,
    drawn_points,
    knob_lines,
    point_rows,
    time_detectors,
    to_csv,
    with_times,
)
from cvdemo.zoo.tradeoffs import Curves, Point


def test_a_card_of_easier_scenes_is_not_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    easy = {"metrics": {"AP": 0.9, "APl": -1.0}, "scored_on": "world:test, 500 scenes, normal, objects=1"}
    monkeypatch.setattr(experiment, "read_card", lambda key: easy)
    monkeypatch.setattr(experiment, "compared", lambda: ["ssd-plus"])
    assert drawn_points(None)[0].numbers == {}
    point = Point(192, 5.0, None, {"AP": 0.3, "APl": -1.0})
    curves = Curves("", "", 20, {}, {"ssd-plus": {"size": [point]}})
    (net,) = drawn_points(curves)
    assert (net.numbers, net.data) == ({"AP": 0.3}, "world:test, 20 scenes, normal")


def test_rows_and_ratios() -> None:
    nets = [
        DetectorPoint("ssd-plus", "SSD", "one stage", {"AP": 0.5}, "scenes", 1_000_000, 10.0),
        DetectorPoint("rcnn", "R-CNN", "two stages", {"AP": 0.25}, "scenes", None, 400.0),
        DetectorPoint("yolo", "YOLO", "one stage", {"AP": 0.4}, "scenes", None, 8.0),
        DetectorPoint("rfcn", "R-FCN", "two stages", {}, "scenes", None, None),
    ]
    assert [against_peer(net, nets, "drawn") for net in nets] == [1, 40, 0.8, None]
    lines = to_csv(point_rows(nets, "drawn")).splitlines()
    assert lines[0] == "net,kind,ms,x SSD+,AP,M parameters,scored on"
    assert lines[2] == "R-CNN,two stages,400.0,40.0,0.25,,scenes"
    figure = scatter(nets, "AP", "rcnn", "drawn")
    assert list(figure.data[0].x) == [8, 10]  # the front: R-CNN is slower and worse
    assert list(figure.data[1].marker.line.width) == [0, 4, 0]


def test_a_net_that_cannot_be_loaded_is_left_out_with_its_error(monkeypatch: pytest.MonkeyPatch) -> None:
    load = experiment.zoo.load

    def some(key: str) -> object:
        if key == "yolo":
            raise ModelNotAvailableError("its weights are not there")
        return load(key)

    monkeypatch.setattr(experiment.zoo, "load", some)
    timing = time_detectors(["ssd-plus", "yolo"], np.zeros((160, 192, 3), np.uint8))
    assert set(timing.ms) == {"ssd-plus"} and timing.ms["ssd-plus"] > 0
    assert set(timing.errors) == {"yolo"}
    points = [DetectorPoint(key, key, "one stage", {}, "", None) for key in ("ssd-plus", "yolo")]
    assert [point.ms for point in with_times(points, timing.ms)] == [timing.ms["ssd-plus"]]


def test_shipped_and_live_lines_of_a_knob() -> None:
    shipped = [Point(96, 4.0, None, {"AP": 0.1}), Point(192, 8.0, None, {"AP": 0.5})]
    curves = Curves("", "", 20, {}, {"ssd-plus": {"size": shipped}})
    live = {
        ("ssd-plus", 144): Point(144, 6.0, None, {"AP": 0.3}),
        ("yolo", 96): Point(96, 2.0, None, {"AP": -1}),
    }
    lines = knob_lines(
        curves, "size", ["ssd-plus", "yolo", "rcnn"], lambda key, value: live.get((key, value))
    )
    assert [(line.key, line.live, len(line.points)) for line in lines] == [
        ("ssd-plus", False, 2), ("ssd-plus", True, 1), ("yolo", True, 1),
    ]  # fmt: skip
    rows = curve_rows(lines, "size")
    assert [row["measured"] for row in rows] == ["shipped", "shipped", "here", "here"]
    charts = knob_charts(lines, "size", "AP", "ssd-plus")
    assert list(charts["plane"].data[0].x) == [4, 8] and list(charts["plane"].data[0].y) == [0.1, 0.5]
    assert charts["quality"].data[2].y == (None,)  # no object of that size
    assert [line.line.dash for line in charts["time"].data] == ["solid", "dash", "dash"]
