"""Every detector as a point: milliseconds measured in this process, accuracy from its card or its authors."""

from __future__ import annotations

import csv
import io
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, cast

import numpy as np

from cvdemo import zoo
from cvdemo.data.pictures import fit
from cvdemo.errors import CvdemoError
from cvdemo.zoo.catalogue import compared
from cvdemo.zoo.evaluate import SIZE
from cvdemo.zoo.fetch import is_here
from cvdemo.zoo.model import Detector
from cvdemo.zoo.tradeoffs import PEER, VALUES, Curves, Knob, Point, in_turn, measure
from cvdemo.zoo.turns import TURNS
from cvdemo.zoo.weights import read_card

METRICS = ("AP", "AP50", "AP75", "APs", "APm", "APl")
PEERS = {"drawn": PEER, "photos": "ssd-mobilenet-v2"}
PATIENCE = 1.5  # seconds after which a slow net is timed by the calls that there are
_MEASURING = threading.Lock()  # two measurements at once would slow each other

Progress = Callable[[Iterable[Any]], Iterable[Any]]


class DetectorPoint(NamedTuple):
    """One detector: its metrics and the data they are of, parameters, milliseconds; None where not known."""

    key: str
    title: str
    kind: str
    numbers: dict[str, float]
    data: str
    params: int | None
    ms: float | None = None


def drawn_points(curves: Curves | None) -> list[DetectorPoint]:
    """The drawn world's detectors, scored on the same scenes: by their cards, else by the shipped curves."""
    found = []
    for key in compared():
        card = read_card(key) or {}
        numbers, data = card.get("metrics", {}), str(card.get("scored_on", ""))
        if "=" in data or not data:  # a card of easier scenes cannot be compared
            numbers, data = _from_curves(curves, key)
        found.append(
            DetectorPoint(
                key, title(key), zoo.spec(key).chart.family, _known(numbers), data, card.get("params")
            )
        )
    return found


def _from_curves(curves: Curves | None, key: str) -> tuple[dict[str, float], str]:
    """A net's numbers at the scenes' own size, and what they were measured on."""
    points = curves.points.get(key, {}).get("size", []) if curves else []
    for point in points:
        if curves and point.value == SIZE[0]:
            return point.numbers, f"world:test, {curves.n} scenes, normal"
    return {}, "no scenes that can be compared"


def _known(numbers: dict[str, float]) -> dict[str, float]:
    """COCO's numbers without those of sizes that no object has."""
    return {name: numbers[name] for name in METRICS if numbers.get(name, -1.0) >= 0}


def photo_points() -> tuple[list[DetectorPoint], list[DetectorPoint]]:
    """Detectors of real photos with their published AP: those on this machine, and those that are not."""
    here: list[DetectorPoint] = []
    away: list[DetectorPoint] = []
    for entry in zoo.models(zoo.Task.DETECT):
        if entry.source is zoo.Source.DRAWN:
            continue
        figure = entry.published
        there = figure is not None and figure.metric == "COCO AP"
        numbers = {"AP": figure.value / 100} if figure and there else {}
        data = figure.data if figure and there else "no published AP"
        point = DetectorPoint(entry.key, entry.title, entry.chart.family, numbers, data, None)
        (here if entry.offline or is_here(entry) else away).append(point)
    return here, away


def title(key: str) -> str:
    """A drawn net's short title."""
    return zoo.spec(key).title.removesuffix(" (drawn world)")


class Timing(NamedTuple):
    """Milliseconds of detectors on one picture by key, and an error for each that could not be loaded."""

    ms: dict[str, float]
    errors: dict[str, CvdemoError]


def time_detectors(
    keys: Sequence[str], picture: np.ndarray, *, loading: Progress = iter, running: Progress = iter
) -> Timing:
    """Detectors timed in turn on a picture [H, W, 3] uint8 RGB; `loading` wraps keys, `running` calls.

    The drawn world's nets get it at the size of their scenes.
    """
    models: dict[str, Detector] = {}
    errors: dict[str, CvdemoError] = {}
    with TURNS.held(_MEASURING):
        for key in loading(keys):
            try:
                models[key] = cast(Detector, zoo.load(key))
            except CvdemoError as error:
                errors[key] = error
        drawn = any(model.spec.source is zoo.Source.DRAWN for model in models.values())
        fitted = fit(picture, SIZE[0]) if drawn else picture
        return Timing(in_turn(models, fitted, seconds=PATIENCE, progress=running), errors)


def with_times(points: Sequence[DetectorPoint], ms: Mapping[str, float]) -> list[DetectorPoint]:
    """The points whose milliseconds are known, with these."""
    return [point._replace(ms=ms[point.key]) for point in points if point.key in ms]


def against_peer(point: DetectorPoint, points: Sequence[DetectorPoint], world: str) -> float | None:
    """A detector's time divided by the peer's, where both were measured."""
    peer = next((other.ms for other in points if other.key == PEERS[world]), None)
    return point.ms / peer if point.ms and peer else None


def point_rows(points: Sequence[DetectorPoint], world: str) -> list[dict[str, Any]]:
    """A row for each detector, for the table and the file."""
    peer = zoo.spec(PEERS[world]).title.split(" (")[0]
    names = [name for name in METRICS if any(name in point.numbers for point in points)]
    found = []
    for point in points:
        ratio = against_peer(point, points, world)
        found.append(
            {
                "net": point.title,
                "kind": point.kind,
                "ms": _rounded(point.ms, 2),
                f"x {peer}": _rounded(ratio, 2),
                **{name: _rounded(point.numbers.get(name)) for name in names},
                "M parameters": _rounded(point.params / 1e6 if point.params else None, 2),
                "scored on": point.data,
            }
        )
    return found


def _rounded(number: float | None, digits: int = 3) -> float | None:
    return None if number is None else float(np.round(number, digits))


class KnobLine(NamedTuple):
    """One net at every value of a knob; `live` points were measured in this process."""

    key: str
    points: list[Point]
    live: bool


def measure_point(key: str, knob: Knob, value: int, n: int, progress: Progress = iter) -> Point:
    """A detector of the drawn world scored and timed on n test scenes at one value of a knob."""
    model = cast(Detector, zoo.load(key))
    with TURNS.held(_MEASURING):
        return measure(model, knob, value, n=n, progress=progress)


def knob_lines(
    curves: Curves | None, knob: Knob, keys: Sequence[str], live: Callable[[str, int], Point | None]
) -> list[KnobLine]:
    """Shipped and live lines of the nets, those that have points; `live` gives a net's point at a value."""
    found = []
    for key in keys:
        shipped = curves.points.get(key, {}).get(knob, []) if curves else []
        here = [point for value in VALUES[knob] if (point := live(key, value)) is not None]
        found += [KnobLine(key, points, i == 1) for i, points in enumerate((shipped, here)) if points]
    return found


def curve_rows(lines: Sequence[KnobLine], knob: Knob) -> list[dict[str, Any]]:
    """A row for each point, for the file."""
    return [
        {
            "net": title(line.key),
            knob: point.value,
            "regions": point.regions,
            "ms": point.ms,
            **{name: point.numbers.get(name) for name in METRICS},
            "measured": "here" if line.live else "shipped",
        }
        for line in lines
        for point in line.points
    ]


def to_csv(table: Sequence[dict[str, Any]]) -> str:
    """Rows under the names of their columns."""
    out = io.StringIO()
    writer = csv.DictWriter(out, list(table[0]) if table else [], lineterminator="\n")
    writer.writeheader()
    writer.writerows(table)
    return out.getvalue()
