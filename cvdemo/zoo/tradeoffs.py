"""Speed against accuracy: detectors timed in turn, and scored with bigger pictures or fewer proposals.

After Huang et al., "Speed/accuracy trade-offs for modern convolutional object detectors", arXiv:1611.10012.
"""

from __future__ import annotations

import copy
import json
import math
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np

from cvdemo.assets import asset
from cvdemo.errors import DataError
from cvdemo.zoo.coco_scores import coco_numbers
from cvdemo.zoo.evaluate import (
    MAX_DETECTIONS,
    NMS_IOU,
    SIZE,
    CocoData,
    collect_results,
    drawn_data,
)
from cvdemo.zoo.model import FLOOR, Detector

if TYPE_CHECKING:
    from cvdemo.zoo.drawn import DrawnDetector

Knob = Literal["size", "proposals"]
Progress = Callable[[Iterable[Any]], Iterable[Any]]

SIZES = (96, 144, 192, 240, 288, 336, 384)  # pixels of the longer side
PROPOSALS = (10, 20, 50, 100, 200, 500, 1000)
VALUES: dict[Knob, tuple[int, ...]] = {"size": SIZES, "proposals": PROPOSALS}
FIRST = 3  # scenes that regions are counted on, and that warm up

PEER = "ssd-plus"
"""Times are given as ratios to this net's."""


class Point(NamedTuple):
    """One setting of a detector: the knob's `value`, milliseconds a picture, COCO's numbers by name.

    `regions` is how many a picture had on the first few scenes; None for a detector that has no proposals.
    """

    value: int
    ms: float
    regions: float | None
    numbers: dict[str, float]


class Curves(NamedTuple):
    """What `cvdemo bench detectors` wrote: of each net the points of each knob, and milliseconds in turn."""

    command: str
    machine: str
    n: int
    ms: dict[str, float]
    points: dict[str, dict[Knob, list[Point]]]


def in_turn(
    models: Mapping[str, Detector],
    picture: np.ndarray,
    *,
    repeats: int = 5,
    seconds: float = math.inf,
    progress: Progress = iter,
) -> dict[str, float]:
    """Median milliseconds of each detector's call on a picture [H, W, 3], as `evaluate` calls it.

    All are called once to warm up, then in turn, so that a busy machine is busy for all; one that has taken
    so many `seconds` is called once more at most. `progress` wraps the calls.
    """
    taken: dict[str, list[float]] = {key: [] for key in models}
    for key in progress(list(models) * (repeats + 1)):
        if len(taken[key]) > 1 and sum(taken[key]) > 1000 * seconds:
            continue
        prompt = "thing" if models[key].spec.prompt else ""
        start = time.perf_counter()
        models[key](picture, score=FLOOR, iou=NMS_IOU, max_detections=MAX_DETECTIONS, prompt=prompt)
        taken[key].append(1000 * (time.perf_counter() - start))
    return {key: median(times[1:]) for key, times in taken.items()}


def front(points: Sequence[tuple[float, float]]) -> list[int]:
    """Rows of the (cost, quality) that no other beats in one without losing in the other, cheapest first."""
    rows: list[int] = []
    for row in sorted(range(len(points)), key=lambda k: (points[k][0], -points[k][1])):
        if not rows or points[row][1] > points[rows[-1]][1]:
            rows.append(row)
    return rows


def has_knob(model: Detector, knob: Knob) -> bool:
    """Whether a detector can be set to other sizes or to other numbers of proposals."""
    from cvdemo.zoo.drawn import DrawnDetector
    from cvdemo.zoo.drawn_regions import RegionDetector

    return isinstance(model, RegionDetector if knob == "proposals" else DrawnDetector)


def with_setting(model: Detector, knob: Knob, value: int) -> DrawnDetector:
    """The same net, not a copy, as a detector of pictures of another size or of another number of proposals.

    A `DataError` for a detector without this knob and for a value below 1.
    """
    if not has_knob(model, knob):
        raise DataError(f"{model.spec.title} cannot be set to another {_meaning(knob)}")
    if value < 1:
        raise DataError(f"{value} is no {_meaning(knob)}: give 1 or more")
    other: Any = copy.copy(model)  # with the lock of the net that they share
    setattr(other, "long_side" if knob == "size" else "proposals", value)
    return other


def _meaning(knob: Knob) -> str:
    return "size of the picture" if knob == "size" else "number of proposals"


def scenes(n: int, long_side: int = SIZE[0]) -> CocoData:
    """The first n test scenes in so many pixels of the longer side; their truth stays that of 192 x 160."""
    return drawn_data("test", n, size=(long_side, round(long_side * SIZE[1] / SIZE[0])))


def measure(model: Detector, knob: Knob, value: int, *, n: int, progress: Progress = iter) -> Point:
    """A detector scored and timed (the median) at one setting on n test scenes; `progress` wraps them.

    For another size the scenes are drawn in it, so that a bigger picture shows more.
    """
    other = with_setting(model, knob, value)
    data = scenes(n, value if knob == "size" else other.long_side)
    regions = regions_of(other, list(data.first(FIRST).pictures.values()))
    results, seconds = collect_results(other, data, progress=progress)
    numbers = {name: round(number, 4) for name, number in coco_numbers(data.truth, results).items()}
    return Point(value, round(1000 * median(seconds), 2), regions, numbers)


def regions_of(model: Detector, readers: Sequence[Callable[[], np.ndarray]]) -> float | None:
    """Regions a picture on average, None for a net without; it has warmed up when all are through."""
    from cvdemo.zoo.drawn_regions import RegionDetector

    if isinstance(model, RegionDetector):
        return round(
            float(np.mean([len(model.run_stages(r(), most=model.proposals).regions) for r in readers])), 1
        )
    for read in readers:
        model.raw(read())
    return None


def by_size(
    model: Detector, sizes: Sequence[int] = SIZES, *, n: int, progress: Progress = iter
) -> list[Point]:
    """A detector with the picture's longer side at each of the sizes in pixels, on n test scenes."""
    return [measure(model, "size", size, n=n, progress=progress) for size in sizes]


def by_proposals(
    model: Detector, counts: Sequence[int] = PROPOSALS, *, n: int, progress: Progress = iter
) -> list[Point]:
    """A detector of regions with at most so many proposals, on n test scenes of 192 x 160."""
    return [measure(model, "proposals", count, n=n, progress=progress) for count in counts]


def curves_path() -> Path:
    """The shipped file of `cvdemo bench detectors`."""
    return asset("benchmarks", "detectors.json")


def read_curves(path: Path | None = None) -> Curves | None:
    """What a file of `cvdemo bench detectors` says; None where there is none that can be read."""
    try:
        said = json.loads((path or curves_path()).read_text("utf-8"))
        points = {key: points_of(net) for key, net in said["nets"].items()}
        return Curves(str(said["command"]), str(said["machine"]), int(said["n"]), said["ms"], points)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def points_of(net: Mapping[str, Any]) -> dict[Knob, list[Point]]:
    """The points of a net in the file by knob, those that it has."""
    return {knob: [Point(*row) for row in net[knob]] for knob in VALUES if knob in net}
