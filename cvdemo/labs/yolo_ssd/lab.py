"""YOLO's cells and SSD's default boxes of one picture: each net runs once, sliders choose from its answer."""

from __future__ import annotations

from typing import Any, NamedTuple, cast

import numpy as np
import streamlit as st
import supervision as sv
from numpy.typing import NDArray

from cvdemo import zoo
from cvdemo.data.pictures import fit, to_jpeg
from cvdemo.draw.colours import colour
from cvdemo.draw.matches import right_and_found
from cvdemo.nets.ssd import SSD, SSDTrace
from cvdemo.nets.yolo import YOLOTrace
from cvdemo.ops.detections import confidence
from cvdemo.ui.component import Parts, component, packed
from cvdemo.ui.source import Chosen
from cvdemo.world.known import Truth
from cvdemo.world.vocabulary import THINGS
from cvdemo.zoo.drawn import LONG_SIDE, DrawnDetector
from cvdemo.zoo.model import FLOOR

Floats = NDArray[np.float32]

LEVELS = ("stride 8", "stride 16", "stride 32")
"""SSD's levels, finest first."""

SMALL = 24
"""Pixels of the net's picture, as the square root of the area: below it a thing is small."""

_grid = component("yolo_ssd/yolo")
_levels = component("yolo_ssd/ssd")


class Cells(NamedTuple):
    """What YOLO's cells say, in pixels of the picture.

    `boxes` [h, w, B, 4], `confidence` [h, w, B] and `classes` [h, w, C] in 0..1, the size of a cell in
    pixels (width, height); `raw` are the detections of all boxes, each with its number in
    `data["box"]`; milliseconds of the network.
    """

    boxes: Floats
    confidence: Floats
    classes: Floats
    cell: tuple[float, float]
    raw: sv.Detections
    milliseconds: float


class Defaults(NamedTuple):
    """SSD's detections before threshold and NMS, with where each comes from.

    `raw.data` has "level" and "default", the number among the default boxes `boxes` [D, 4] of the picture in
    pixels; `level` [D] is each one's level, `cells` the rows and columns of every level, `scales` the sides
    of its smaller square in pixels of the net's picture.
    """

    boxes: Floats
    level: NDArray[np.int64]
    cells: list[tuple[int, int]]
    strides: tuple[int, ...]
    scales: tuple[float, ...]
    unit: tuple[float, float]
    raw: sv.Detections
    milliseconds: float


def _traced(key: str, picture: NDArray[np.uint8]) -> tuple[Any, float, tuple[float, float]]:
    """A net's trace of a picture, milliseconds, and pixels of the picture in one of the net's (x, y)."""
    model = cast(DrawnDetector, zoo.load(key))
    trace, milliseconds = model.run(lambda: model.trace(picture), warm=picture.shape)
    height, width = picture.shape[:2]
    scale = LONG_SIDE / max(height, width)
    unit = width / max(1, round(width * scale)), height / max(1, round(height * scale))
    return trace, milliseconds, unit


@st.cache_resource(max_entries=16, show_spinner=False)
def _cells(identity: str, _picture: NDArray[np.uint8]) -> Cells:
    trace, milliseconds, unit = _traced("yolo", _picture)
    return cells_of(trace, unit, _picture.shape[1], _picture.shape[0], milliseconds)


def cells_of(
    trace: YOLOTrace, unit: tuple[float, float], width: int, height: int, milliseconds: float
) -> Cells:
    """YOLO's trace in pixels of a picture of this size; `unit` are its pixels in one of the net's."""
    shape = trace.confidence.shape[1:]
    scale = np.array(unit * 2, np.float32)
    boxes = trace.boxes()[0].cpu().numpy() * scale
    scores = trace.scores()[0].cpu().numpy()
    stride = trace.grid.stride
    return Cells(
        boxes.reshape(*shape, 4),
        trace.confidence[0].clamp(0, 1).cpu().numpy(),
        trace.classes[0].clamp(0, 1).cpu().numpy(),
        (stride * unit[0], stride * unit[1]),
        detections_of(boxes, scores, width, height),
        milliseconds,
    )


@st.cache_resource(max_entries=16, show_spinner=False)
def _defaults(identity: str, _picture: NDArray[np.uint8]) -> Defaults:
    trace, milliseconds, unit = _traced("ssd", _picture)
    net = cast(SSD, cast(DrawnDetector, zoo.load("ssd")).net)
    return defaults_of(trace, net, unit, _picture.shape[1], _picture.shape[0], milliseconds)


def defaults_of(
    trace: SSDTrace, net: SSD, unit: tuple[float, float], width: int, height: int, milliseconds: float
) -> Defaults:
    """SSD's trace in pixels of a picture of this size; `unit` are its pixels in one of the net's."""
    scale = np.array(unit * 2, np.float32)
    level = np.repeat(np.arange(len(trace.defaults)), [len(d) for d in trace.defaults])
    boxes = np.concatenate([d.cpu().numpy() for d in trace.defaults]) * scale
    raw = detections_of(
        trace.boxes()[0].cpu().numpy() * scale, trace.scores()[0].cpu().numpy(), width, height
    )
    raw.data["level"] = level[raw.data["box"]]
    cells = [(int(f.shape[2]), int(f.shape[3])) for f in trace.features]
    return Defaults(boxes, level, cells, net.config.strides, net.config.scales[:-1], unit, raw, milliseconds)


def detections_of(boxes: Floats, scores: Floats, width: int, height: int) -> sv.Detections:
    """Every class of every box [D, 4] that scores [D, C] above the floor, the best first.

    `data["box"]` is each one's number among the boxes; they are cut at the picture's edges.
    """
    inside = boxes.clip(0, np.array([width, height] * 2))
    there = (inside[:, 2:] - inside[:, :2]).min(axis=1) > 0
    row, kind = np.nonzero(np.where(np.reshape(there, (-1, 1)), scores, 0) > FLOOR)
    order = np.argsort(-scores[row, kind], kind="stable")
    row, kind = row[order], kind[order]
    return sv.Detections(
        xyxy=inside[row].astype(np.float32),
        confidence=scores[row, kind].astype(np.float32),
        class_id=kind.astype(int),
        data={"class_name": np.array([THINGS[k] for k in kind], dtype=str), "box": row},
    )


def looked(chosen: Chosen) -> tuple[Cells, Defaults]:
    """What both nets say of the picture; each runs once for a picture."""
    with st.spinner("YOLO and SSD look at the picture …", show_time=True):
        return _cells(chosen.identity, chosen.picture), _defaults(chosen.identity, chosen.picture)


def of_levels(found: Defaults, levels: list[int]) -> sv.Detections:
    """SSD's raw detections from the default boxes of these levels only."""
    return cast(sv.Detections, found.raw[np.isin(found.raw.data["level"], levels)])


def kept_rows(kept: sv.Detections) -> list[dict[str, Any]]:
    """Detections as a component shows them, each with the number of the box that it comes from."""
    return [
        {
            "box": box,
            "name": str(name),
            "colour": colour(str(name)),
            "score": float(score),
            "from": int(number),
        }
        for box, name, score, number in zip(
            kept.xyxy.round(2).tolist(),
            kept.data["class_name"],
            confidence(kept),
            kept.data["box"],
            strict=True,
        )
    ]


def grid(chosen: Chosen, found: Cells, kept: sv.Detections, score: float, truth: Floats | None) -> None:
    """YOLO's four pictures: class map, boxes by confidence, their product, what is kept above the score."""
    height, width = chosen.picture.shape[:2]
    rows, columns, boxes = found.confidence.shape
    fields = {
        "identity": chosen.identity,
        "width": width,
        "height": height,
        "rows": rows,
        "columns": columns,
        "boxes": boxes,
        "cell": found.cell,
        "names": THINGS,
        "colours": [colour(name) for name in THINGS],
        "score": score,
        "kept": kept_rows(kept),
        "truth": [] if truth is None else truth.tolist(),
        "alt": chosen.name,
    }
    _grid(data=packed(fields, _parts(chosen, found.boxes, found.confidence, found.classes)), key="yolo-board")


def levels(chosen: Chosen, found: Defaults, kept: sv.Detections, shown: int, truth: Floats | None) -> None:
    """SSD's detections by the level that found them, and the default boxes under the pointer at one level."""
    height, width = chosen.picture.shape[:2]
    fields = {
        "identity": chosen.identity,
        "width": width,
        "height": height,
        "unit": found.unit,
        "strides": found.strides,
        "cells": found.cells,
        "shown": shown,
        "kept": [
            {**row, "level": int(level)}
            for row, level in zip(kept_rows(kept), kept.data["level"], strict=True)
        ],
        "colours": LEVEL_COLOURS,
        "truth": [] if truth is None else truth.tolist(),
        "alt": chosen.name,
    }
    _levels(data=packed(fields, _parts(chosen, found.boxes)), key="ssd-board")


def found_by_size(kept: sv.Detections, truth: Truth) -> str:
    """How many small and larger things of a scene are found, as the net sees their size."""
    _, taken = right_and_found(kept, truth)
    scale = LONG_SIDE / max(truth.width, truth.height)
    small = np.sqrt((truth.boxes[:, 2:] - truth.boxes[:, :2]).prod(1)) * scale < SMALL
    asked = ~truth.difficult
    parts = [
        f"{int((taken & rows).sum())} of {int(rows.sum())} {name}"
        for name, rows in ((f"under {SMALL} pixels to the net", asked & small), ("larger", asked & ~small))
    ]
    return f"Found: {parts[0]}, {parts[1]}."


LEVEL_COLOURS = ["#E69F00", "#56B4E9", "#CC79A7"]
"""Colours of SSD's levels, finest first."""


def _parts(chosen: Chosen, *arrays: Floats) -> Parts:
    parts = {"picture": _jpeg(chosen.identity, chosen.picture)}
    return parts | {
        name: a.astype("<f4") for name, a in zip(("boxes", "confidence", "classes"), arrays, strict=False)
    }


@st.cache_resource(max_entries=8, show_spinner=False)
def _jpeg(identity: str, _picture: NDArray[np.uint8]) -> bytes:
    return to_jpeg(fit(_picture, 800))
