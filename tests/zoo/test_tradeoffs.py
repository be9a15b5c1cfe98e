"""Speed against accuracy: nets at other settings, times in turn, the front, the benchmark's file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from cvdemo import world, zoo
from cvdemo.cli import main
from cvdemo.errors import DataError
from cvdemo.nets.faster_rcnn import FasterRCNN
from cvdemo.nets.rcnn import RCNN
from cvdemo.nets.yolo import YOLO
from cvdemo.zoo import tradeoffs
from cvdemo.zoo.catalogue import compared
from cvdemo.zoo.coco_scores import NUMBERS, coco_numbers
from cvdemo.zoo.drawn import DrawnDetector, at_working_size
from cvdemo.zoo.drawn_regions import RCNNDetector, TwoStageDetector
from cvdemo.zoo.evaluate import drawn_data, evaluate
from cvdemo.zoo.model import Detector, RawArrays
from cvdemo.zoo.tradeoffs import (
    by_proposals,
    by_size,
    curves_path,
    front,
    in_turn,
    measure,
    read_curves,
    scenes,
    with_setting,
)


@pytest.fixture(scope="module")
def yolo() -> DrawnDetector:
    torch.manual_seed(0)
    return DrawnDetector(zoo.spec("yolo"), "cpu", YOLO())


@pytest.fixture(scope="module")
def faster() -> TwoStageDetector:
    torch.manual_seed(0)
    return TwoStageDetector(zoo.spec("faster-rcnn-plus"), "cpu", FasterRCNN())


@pytest.fixture(scope="module")
def rcnn() -> RCNNDetector:
    torch.manual_seed(0)
    return RCNNDetector(zoo.spec("rcnn"), "cpu", RCNN(), correct=False)


def test_every_detector_of_the_zoo_has_a_kind() -> None:
    detectors = [m for m in zoo.catalogue.CATALOGUE.values() if m.task == zoo.Task.DETECT]
    assert {m.chart.family for m in detectors} == {"sliding window", "two stages", "one stage", "queries"}
    placed = sorted((m for m in detectors if m.chart.place), key=lambda m: m.chart.place)
    assert [m.key for m in placed] == [
        "localizer", "sliding-window", "rcnn", "fast-rcnn", "fast-rcnn-plus", "faster-rcnn",
        "faster-rcnn-plus", "rfcn", "rfcn-plus", "yolo", "ssd", "ssd-plus", "ssd-light", "faster-rcnn-light",
    ]  # fmt: skip
    assert [m.chart.place for m in placed] == list(range(1, 15))
    assert all(m.chart.colour for m in placed)


def test_a_net_is_shown_the_size_that_was_asked_for(yolo: DrawnDetector) -> None:
    picture = scenes(1, 288).pictures[0]()
    assert picture.shape == (240, 288, 3)
    bigger = with_setting(yolo, "size", 288)
    assert bigger.net is yolo.net
    assert bigger._lock is yolo._lock
    assert (yolo.long_side, bigger.long_side) == (192, 288)
    assert bigger.trace(picture).located.shape[1:3] == (16, 18)  # padded to 256 x 288, in cells of 16
    assert yolo.trace(picture).located.shape[1:3] == (10, 12)


@pytest.mark.parametrize("most", [1, 7, 40])
def test_a_net_looks_at_as_many_regions_as_asked_for(rcnn: RCNNDetector, most: int) -> None:
    picture = scenes(1).pictures[0]()
    fewer = with_setting(rcnn, "proposals", most)
    assert isinstance(fewer, RCNNDetector)
    assert not fewer.correct  # its own settings stay
    proposed = {tuple(box) for box in fewer.run_stages(picture, most=most).regions.tolist()}
    assert len(proposed) == most
    raw = fewer.network(picture, "")
    assert {tuple(box) for box in raw.boxes.tolist()} <= proposed
    assert len(raw.boxes) <= 8 * most


def test_the_regions_that_there_were_are_counted(faster: TwoStageDetector) -> None:
    few, more = by_proposals(faster, (5, 50), n=2)
    assert (few.value, few.regions, more.regions) == (5, 5, 50)
    assert all(tuple(p.numbers) == NUMBERS and p.ms > 0 for p in (few, more))
    pictures = [lambda: scenes(1).pictures[0]()]
    there = tradeoffs.regions_of(with_setting(faster, "proposals", 4000), pictures)
    assert there is not None
    assert 50 < there < 3780  # it has not even so many anchors


def test_the_scenes_own_size_scores_what_evaluate_says(yolo: DrawnDetector) -> None:
    (point,) = by_size(yolo, (192,), n=2)
    numbers = evaluate(yolo, drawn_data("test", 2))
    assert point.numbers == {name: round(numbers[name], 4) for name in NUMBERS}
    assert point.regions is None


class Knowing(DrawnDetector):
    """Finds all that a scene holds, whatever the size that it is drawn in."""

    def network(self, picture: np.ndarray, prompt: str) -> RawArrays:
        height, width = picture.shape[:2]
        for seed in range(4):
            if np.array_equal(picture, world.render(world.scene(seed, split="test"), width, height)):
                truth = world.truth(world.scene(seed, split="test"), 192, 160)
                boxes = truth.boxes * np.array([width / 192, height / 160] * 2)
                return RawArrays(boxes, np.full(len(boxes), 0.9), truth.classes)
        raise AssertionError("a picture of another size than was asked for")


@pytest.mark.parametrize("size", [96, 384])
def test_boxes_of_another_size_meet_the_truth(size: int) -> None:
    point = measure(Knowing(zoo.spec("yolo"), "cpu", YOLO()), "size", size, n=4)
    truth = drawn_data("test", 4).truth
    perfect = [{**row, "score": 0.9} for row in truth["annotations"]]
    assert point.numbers["AP"] == pytest.approx(coco_numbers(truth, perfect)["AP"], abs=0.02)
    assert point.numbers["AP"] > 0.97


def test_what_cannot_be_turned_is_said(yolo: DrawnDetector) -> None:
    with pytest.raises(DataError, match=r"YOLO .* cannot be set to another number of proposals"):
        with_setting(yolo, "proposals", 10)
    with pytest.raises(DataError, match="0 is no size of the picture: give 1 or more"):
        with_setting(yolo, "size", 0)


class Counted(Detector):
    """Answers nothing, and notes that it was called."""

    def __init__(self, key: str, calls: list[str]) -> None:
        super().__init__(zoo.spec(key), device="cpu", nbytes=0)
        self.calls = calls

    def network(self, picture: np.ndarray, prompt: str) -> RawArrays:
        self.calls.append(self.spec.key)
        return RawArrays(np.zeros((0, 4)), np.zeros(0), np.zeros(0, int))


def test_all_are_timed_in_turn_after_one_call_each() -> None:
    calls: list[str] = []
    models = {key: Counted(key, calls) for key in ("ssd-plus", "yolo")}
    picture = np.zeros((20, 20, 3), np.uint8)
    found = in_turn(models, picture, repeats=3)
    assert calls == ["ssd-plus", "yolo"] * 4
    assert list(found) == ["ssd-plus", "yolo"]
    calls.clear()
    in_turn(models, picture, repeats=3, seconds=0)
    assert calls == ["ssd-plus", "yolo"] * 2  # the patience is over after the first that counts


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=12))
def test_the_front_is_what_no_other_beats(points: list[tuple[int, int]]) -> None:
    def beaten(p: tuple[int, int]) -> bool:
        return any(q != p and q[0] <= p[0] and q[1] >= p[1] for q in points)

    found = [points[row] for row in front(points)]
    assert sorted(set(points) - {p for p in points if beaten(p)}) == found


def bench(*options: object) -> str:
    done = CliRunner().invoke(main, ["bench", "detectors", *map(str, options)])
    assert done.exit_code == 0, done.output
    return done.stdout


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[str, str, int]]]:
    """What `cvdemo bench detectors` measures, noted as it does so."""
    noted = []

    def note(model: Detector, knob: Any, value: int, *, n: int, progress: Any) -> tradeoffs.Point:
        noted.append((model.spec.key, knob, value))
        return measure(model, knob, value, n=n, progress=progress)

    monkeypatch.setattr("cvdemo.bench.detectors.measure", note)
    yield noted


def test_the_bench_measures_only_what_its_file_lacks(
    measured: list[tuple[str, str, int]], tmp_path: Path
) -> None:
    out = tmp_path / "detectors.json"
    options = ("ssd-plus", "--n", 1, "--size", 96, "--size", 192, "--out", out)
    said = json.loads(bench(*options))
    assert said["peer"] == "ssd-plus"
    assert said["ratio"]["ssd-plus"] == 1
    assert measured == [("ssd-plus", "size", 96), ("ssd-plus", "size", 192)]
    curves = read_curves(out)
    assert curves is not None
    assert (curves.n, curves.command) == (1, f"cvdemo bench detectors --n 1 --out {out}")
    assert [p.value for p in curves.points["ssd-plus"]["size"]] == [96, 192]
    assert curves.ms["ssd-plus"] > 0
    bench(*options)
    assert len(measured) == 2
    bench(*options, "--again")
    assert len(measured) == 4
    changed = json.loads(out.read_text())
    changed["nets"]["ssd-plus"]["weights"] = "other weights"
    out.write_text(json.dumps(changed))
    bench(*options)
    assert len(measured) == 6


def test_the_bench_refuses_what_it_does_not_know() -> None:
    done = CliRunner().invoke(main, ["bench", "detectors", "ssd-mobilenet-v2"])
    assert done.exit_code == 1
    assert "'ssd-mobilenet-v2' is not a detector of the drawn world" in done.stderr


@pytest.mark.parametrize("text", ["", "{", "[]", '{"nets": 3}', '{"nets": {"ssd-plus": []}}'])
def test_a_file_that_is_none_gives_no_curves(tmp_path: Path, text: str) -> None:
    (tmp_path / "curves.json").write_text(text)
    assert read_curves(tmp_path / "curves.json") is None
    assert read_curves(tmp_path / "none.json") is None


def test_the_shipped_curves_are_of_nets_that_are_there() -> None:
    curves = read_curves()
    assert curves is not None
    assert set(curves.points) <= set(compared())
    assert curves.command.endswith(f"--out assets/benchmarks/{curves_path().name}")
    for points in (p for net in curves.points.values() for p in net.values()):
        assert [p.value for p in points] == sorted(p.value for p in points)
        assert all(0 <= p.numbers["AP"] <= p.numbers["AP50"] <= 1 for p in points)


def test_a_bigger_working_size_has_more_pixels() -> None:
    x = at_working_size(np.zeros((80, 96, 3), np.uint8), "cpu", 384)
    assert x.shape == (1, 3, 320, 384)
