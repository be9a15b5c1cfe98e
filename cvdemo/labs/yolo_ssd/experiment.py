"""YOLO's grid and SSD's default boxes on a picture: all that both nets predict, before threshold and NMS."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, TypeAlias, cast

import numpy as np
import supervision as sv
from numpy.typing import NDArray

from cvdemo import zoo
from cvdemo.draw.matches import match_detections
from cvdemo.nets.ssd import SSD, SSDConfig, SSDTrace
from cvdemo.nets.yolo import YOLOTrace
from cvdemo.ops.detections import confidence
from cvdemo.world.reading import Truth
from cvdemo.world.vocabulary import THINGS
from cvdemo.zoo.additions import SSDS
from cvdemo.zoo.default_boxes import CELLS, FINEST, INPUT, SCALES, default_boxes
from cvdemo.zoo.drawn import LONG_SIDE, DrawnDetector, at_working_size
from cvdemo.zoo.entries import entry
from cvdemo.zoo.model import FLOOR
from cvdemo.zoo.packaged import SSDMobileNetV2
from cvdemo.zoo.weights import figures_without, has_weights

Floats: TypeAlias = NDArray[np.float32]

LEVELS = ("stride 8", "stride 16", "stride 32")
"""SSD's levels, finest first."""

PHOTO_KEY = "ssd-mobilenet-v2"
PHOTO_LEVELS = tuple(f"{n} × {n}" for n in CELLS)
"""The levels of the SSD that knows photos, finest first."""

DRAWN = dict(enumerate(THINGS))

SMALL = 24
"""An object is small below this many pixels of the net's input, as the square root of its area."""


class YOLOGrid(NamedTuple):
    """What every cell of YOLO's grid predicts, in pixels of the picture.

    `boxes` [h, w, B, 4], `confidence` [h, w, B] and `classes` [h, w, C] in 0..1; `cell` is its width and
    height in pixels; `raw` are the detections of all boxes, `raw.data["box"]` the number of each one's
    box in 0..h*w*B.
    """

    boxes: Floats
    confidence: Floats
    classes: Floats
    cell: tuple[float, float]
    raw: sv.Detections
    milliseconds: float


class SSDLevels(NamedTuple):
    """The default boxes by level of the SSD `key`, and its detections before threshold and NMS.

    `boxes` [D, 4] are the default boxes in pixels of the picture, `level` [D] the level of each; `names` and
    `cells`, rows and columns, are those of every level, `scales` the sides of its smallest square in pixels
    of the net's input, `unit` the pixels of the picture in one of these (x, y), `classes` how many there
    are. `raw.data` has "box", the default box that a detection comes from, and "level", the level of that.
    """

    boxes: Floats
    level: NDArray[np.int64]
    names: tuple[str, ...]
    cells: list[tuple[int, int]]
    scales: tuple[float, ...]
    classes: int
    unit: tuple[float, float]
    raw: sv.Detections
    milliseconds: float
    key: str


class CellMap(NamedTuple):
    """What each cell of a net's map says: the class id [h, w] of the highest score, and that score [h, w].

    `cell` is a cell's width and height in pixels of the picture.
    """

    name: str
    class_ids: NDArray[np.int64]
    scores: Floats
    cell: tuple[float, float]


class SizeRecall(NamedTuple):
    """How many small and larger objects of a scene there are, and how many of them are found."""

    small_found: int
    small: int
    large_found: int
    large: int


class _Run(NamedTuple):
    """A net and its trace of a picture; `unit` are the picture's pixels in one of the net's input (x, y)."""

    net: Any
    trace: Any
    unit: tuple[float, float]
    milliseconds: float


def _run(key: str, picture: NDArray[np.uint8]) -> _Run:
    model = cast(DrawnDetector, zoo.load(key))
    x = at_working_size(picture, model.device)  # [1, 3, h, w]
    trace, milliseconds = model.run(lambda: model.forward(x), warm=x.shape)
    unit = picture.shape[1] / x.shape[3], picture.shape[0] / x.shape[2]
    return _Run(model.net, trace, unit, milliseconds)


def yolo_grid(picture: NDArray[np.uint8]) -> YOLOGrid:
    """Run YOLO on a picture [H, W, 3] uint8 RGB."""
    _, trace, unit, milliseconds = _run("yolo", picture)
    trace = cast(YOLOTrace, trace)
    boxes = trace.boxes()[0].cpu().numpy() * np.array(unit * 2, np.float32)  # [h * w * B, 4]
    scores = trace.scores()[0].cpu().numpy()  # [h * w * B, C]
    stride = trace.grid.stride
    return YOLOGrid(
        boxes.reshape(*trace.confidence.shape[1:], 4),
        trace.confidence[0].clamp(0, 1).cpu().numpy(),
        trace.classes[0].clamp(0, 1).cpu().numpy(),
        (stride * unit[0], stride * unit[1]),
        numbered_detections(boxes, scores, picture.shape[1], picture.shape[0]),
        milliseconds,
    )


def available_ssds() -> dict[str, str]:
    """The titles of the drawn world's SSDs that have weights, by key: as published, then with additions."""
    return {key: entry(key).title for key in SSDS if has_weights(key)}


def first_ssd() -> str:
    """The key of the first SSD that has weights; the published one where none has."""
    return next(iter(available_ssds()), SSDS[0])


def ssd_levels(picture: NDArray[np.uint8], key: str | None = None) -> SSDLevels:
    """Run one of the SSDs, or `first_ssd`, on a picture [H, W, 3] uint8 RGB."""
    key = key or first_ssd()
    net, trace, unit, milliseconds = _run(key, picture)
    config, trace = cast(SSD, net).config, cast(SSDTrace, trace)
    scale = np.array(unit * 2, np.float32)
    level = np.repeat(np.arange(len(trace.defaults)), [len(d) for d in trace.defaults])
    boxes, scores = trace.boxes()[0].cpu().numpy(), trace.scores()[0].cpu().numpy()  # [D, 4], [D, C]
    raw = numbered_detections(boxes * scale, scores, picture.shape[1], picture.shape[0])
    raw.data["level"] = level[raw.data["box"]]
    return SSDLevels(
        np.concatenate([d.cpu().numpy() for d in trace.defaults]) * scale,
        level,
        LEVELS,
        [(int(f.shape[2]), int(f.shape[3])) for f in trace.features],
        config.scales[:-1],
        len(THINGS),
        unit,
        raw,
        milliseconds,
        key,
    )


def level_scores(key: str) -> list[dict[str, Any]]:
    """AP of all objects, of small and of medium ones on held-out scenes: with all levels, without each.

    Empty where the net's card does not have them.
    """
    columns = {"AP": "AP", "APs": "AP small", "APm": "AP medium"}
    figures = {name: figures_without(key, metric) for metric, name in columns.items()}
    rows: list[dict[str, Any]] = []
    for level in figures["AP"]:
        if not rows:
            rows.append({"level off": "none", **{name: round(f[level][0], 3) for name, f in figures.items()}})
        rows.append({"level off": level, **{name: round(f[level][1], 3) for name, f in figures.items()}})
    return rows


def mobilenet_levels(picture: NDArray[np.uint8]) -> SSDLevels:
    """Run the packaged SSD-MobileNetV2, which knows photos, on a picture [H, W, 3] uint8 RGB."""
    model = cast(SSDMobileNetV2, zoo.load(PHOTO_KEY))
    height, width = picture.shape[:2]
    (boxes, scores, defaults), milliseconds = model.run(lambda: model.boxes(picture))
    level = default_boxes()[1]
    raw = numbered_detections(boxes, scores, width, height, names=model.names(), first=1)
    raw.data["level"] = level[raw.data["box"]]
    return SSDLevels(
        defaults,
        level,
        PHOTO_LEVELS,
        [(n, n) for n in CELLS],
        tuple(INPUT * scale for scale in (FINEST, *SCALES[1:-1])),
        len(model.names()),
        (width / INPUT, height / INPUT),
        raw,
        milliseconds,
        PHOTO_KEY,
    )


def numbered_detections(
    boxes: Floats,
    scores: Floats,
    width: int,
    height: int,
    *,
    names: Mapping[int, str] = DRAWN,
    first: int = 0,
) -> sv.Detections:
    """A detection for each class of each box [D, 4] whose score [D, C] is above the floor, the best first.

    Boxes are clipped to a picture of this size, those of no area are left out; `data["box"]` is each
    detection's row of `boxes`. The scores' first column belongs to the class id `first`.
    """
    inside = boxes.clip(0, np.array([width, height] * 2))
    there = (inside[:, 2:] - inside[:, :2]).min(axis=1) > 0
    row, kind = np.nonzero(np.where(np.reshape(there, (-1, 1)), scores, 0) > FLOOR)
    order = np.argsort(-scores[row, kind], kind="stable")
    row, kind = row[order], kind[order]
    return sv.Detections(
        xyxy=inside[row].astype(np.float32),
        confidence=scores[row, kind].astype(np.float32),
        class_id=kind.astype(int) + first,
        data={"class_name": np.array([names.get(int(k), str(k)) for k in kind + first], str), "box": row},
    )


def yolo_cells(found: YOLOGrid) -> CellMap:
    """The best of every cell of YOLO's grid: its most probable class, times its higher confidence."""
    scores = found.confidence.max(axis=2) * found.classes.max(axis=2)
    return CellMap("grid", found.classes.argmax(axis=2), scores, found.cell)


def ssd_cells(found: SSDLevels) -> list[CellMap]:
    """The best of every cell of each level of the drawn world's SSD, over all default boxes of the cell."""
    first = np.searchsorted(found.level, np.arange(len(found.cells)))  # number of a level's first box
    maps = []
    for k, (rows, columns) in enumerate(found.cells):
        each = int((found.level == k).sum()) // (rows * columns)
        own = cast(sv.Detections, found.raw[found.raw.data["level"] == k])
        cell = (own.data["box"] - first[k]) // each
        cells, best = np.unique(cell, return_index=True)  # the first of a cell is its best
        class_ids, scores = np.zeros(rows * columns, np.int64), np.zeros(rows * columns, np.float32)
        class_ids[cells], scores[cells] = np.asarray(own.class_id)[best], confidence(own)[best]
        wide, high = (SSDConfig().strides[k] * unit for unit in found.unit)
        grid = rows, columns
        maps.append(CellMap(found.names[k], class_ids.reshape(grid), scores.reshape(grid), (wide, high)))
    return maps


def from_levels(found: SSDLevels, levels: list[int]) -> sv.Detections:
    """SSD's raw detections from the default boxes of these levels only."""
    return cast(sv.Detections, found.raw[np.isin(found.raw.data["level"], levels)])


def recall_by_size(kept: sv.Detections, truth: Truth) -> SizeRecall:
    """How many objects of a scene are found at IoU .5, by size; difficult ones do not count."""
    _, taken = match_detections(kept, truth)
    scale = LONG_SIDE / max(truth.width, truth.height)
    small = np.sqrt((truth.boxes[:, 2:] - truth.boxes[:, :2]).prod(1)) * scale < SMALL
    counts = [
        int(rows.sum())
        for size in (~truth.difficult & small, ~truth.difficult & ~small)
        for rows in (taken & size, size)
    ]
    return SizeRecall(*counts)
