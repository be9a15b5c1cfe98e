"""The views of YOLO and SSD: YOLO's grid, SSD's levels, both side by side."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st
import supervision as sv
from numpy.typing import NDArray

from cvdemo import zoo
from cvdemo.data.chosen import Chosen
from cvdemo.data.pictures import fit, to_jpeg
from cvdemo.draw.colours import colour
from cvdemo.draw.detections import draw_detections
from cvdemo.draw.matches import draw_matches
from cvdemo.labs.yolo_ssd.controls import ViewOptions, choose_levels
from cvdemo.labs.yolo_ssd.draw import draw_cell_map
from cvdemo.labs.yolo_ssd.experiment import (
    PHOTO_KEY,
    SMALL,
    Floats,
    SSDLevels,
    YOLOGrid,
    from_levels,
    level_scores,
    mobilenet_levels,
    recall_by_size,
    ssd_cells,
    ssd_levels,
    yolo_cells,
    yolo_grid,
)
from cvdemo.ops.detections import confidence, select
from cvdemo.ui.cache import cached
from cvdemo.ui.component import Parts, component, packed
from cvdemo.ui.downloads import offer, png, table
from cvdemo.ui.page import picture_first, texts
from cvdemo.ui.truth import say_score
from cvdemo.world.reading import Truth
from cvdemo.world.vocabulary import THINGS

MAP = 480  # pixels of a map's width

LEVEL_COLOURS = ["#E69F00", "#56B4E9", "#CC79A7", "#009E73", "#F0E442", "#D55E00"]
"""Colours of SSD's levels, finest first."""

_grid = component("yolo_ssd/yolo")
_levels = component("yolo_ssd/ssd")


@cached
def _yolo_grid(identity: str, _picture: NDArray[np.uint8]) -> YOLOGrid:
    return yolo_grid(_picture)


@cached
def _ssd_levels(key: str, identity: str, _picture: NDArray[np.uint8]) -> SSDLevels:
    return ssd_levels(_picture, key)


@cached
def _mobilenet_levels(identity: str, _picture: NDArray[np.uint8]) -> SSDLevels:
    return mobilenet_levels(_picture)


@cached
def _jpeg(identity: str, _picture: NDArray[np.uint8]) -> bytes:
    return to_jpeg(fit(_picture, 800))


def predictions(chosen: Chosen, ssd: str) -> tuple[YOLOGrid, SSDLevels]:
    """What both nets predict, with the SSD of a key; each runs once for a picture."""
    with st.spinner(f"YOLO and SSD run on {zoo.default_device().upper()} …", show_time=True):
        return _yolo_grid(chosen.identity, chosen.picture), _ssd_levels(ssd, chosen.identity, chosen.picture)


def mobilenet_predictions(chosen: Chosen) -> SSDLevels:
    """What the SSD that knows photos predicts; it runs once for a picture."""
    with st.spinner(f"{zoo.spec(PHOTO_KEY).title} runs on the CPU …", show_time=True):
        return _mobilenet_levels(chosen.identity, chosen.picture)


def yolo_view(chosen: Chosen, found: YOLOGrid, options: ViewOptions) -> None:
    """The grid in four pictures."""
    kept = select(found.raw, score=options.score, iou=options.iou)
    say_score(chosen, kept)
    _yolo_board(chosen, found, kept, options)
    rows, columns, boxes = found.confidence.shape
    values = 5 * boxes + found.classes.shape[-1]
    st.caption(
        f"One pass: {rows} × {columns} cells × ({boxes} boxes × 5 + {found.classes.shape[-1]} classes) = "
        f"{rows * columns * values:,} numbers · network {found.milliseconds:.0f} ms (once)"
    )
    _downloads(chosen, kept, "yolo")


def ssd_view(chosen: Chosen, found: SSDLevels, options: ViewOptions) -> None:
    """Detections by the level that found them; levels can be switched off."""
    used, shown = choose_levels(found.names)
    kept = select(from_levels(found, used), score=options.score, iou=options.iou)
    board, beside = picture_first("levels").columns([1.9, 1], gap="medium")
    with board:
        say_score(chosen, kept)
        _ssd_board(chosen, found, kept, shown, options)
    with beside:
        _level_table(found, kept, used)
        if chosen.truth is not None:
            st.markdown(_recall_text(kept, chosen.truth))
        st.caption(
            "The colour of a box is that of the level that found it. Point at one: the dashed box is the "
            "default box that it comes from."
        )
        st.caption(
            f"{len(found.boxes):,} default boxes in all, each with {found.classes} classes, background and "
            f"4 offsets · "
            f"network {found.milliseconds:.0f} ms (once)"
        )
        _downloads(chosen, kept, found.key)
    _levels_off(found.key)


def _levels_off(key: str) -> None:
    """What each level brings on held-out scenes, where the card of the net says it."""
    if rows := level_scores(key):
        st.caption(
            "With one level off, on the held-out scenes (*small* is below 32 × 32 pixels, as COCO has it):"
        )
        st.dataframe(rows, hide_index=True, key="levels-off")


def _level_table(found: SSDLevels, kept: sv.Detections, used: list[int]) -> None:
    by_level = np.bincount(kept.data["level"], minlength=len(found.names))
    rows = "\n".join(
        f"| {name.replace(' ', chr(160))} | {rows}×{columns} | {int((found.level == k).sum()):,} "
        f"| {scale:.0f} | {by_level[k] if k in used else 'off'} |"
        for k, (name, (rows, columns), scale) in enumerate(
            zip(found.names, found.cells, found.scales, strict=True)
        )
    )
    st.markdown(f"| level | cells | boxes | side | kept |\n|---|---|---|---|---|\n{rows}")


def side_by_side(chosen: Chosen, grid: YOLOGrid, levels: SSDLevels, options: ViewOptions) -> None:
    """Both nets on the picture with their times and, on a scene, what they found and missed."""
    left, right = st.columns(2, gap="medium")
    for side, key, raw, milliseconds in (
        (left, "yolo", grid.raw, grid.milliseconds),
        (right, levels.key, levels.raw, levels.milliseconds),
    ):
        with side:
            kept = select(raw, score=options.score, iou=options.iou)
            _one_side(chosen, zoo.spec(key), kept, milliseconds)
    if chosen.truth is not None:
        st.caption("Green: found, IoU with the truth of .5 or more. Red: a false box. Dashed white: missed.")
    _cell_maps(chosen, grid, levels)


def _cell_maps(chosen: Chosen, grid: YOLOGrid, levels: SSDLevels) -> None:
    """The maps that both nets predict from, each cell with its best class."""
    st.subheader("What their maps say", anchor=False)
    st.markdown(texts("yolo_ssd")["maps"])
    small = fit(chosen.picture, MAP)
    unit = small.shape[1] / chosen.picture.shape[1]
    maps = [("YOLO", yolo_cells(grid)), *(("SSD", one) for one in ssd_cells(levels))]
    for column, (net, one) in zip(st.columns(len(maps), gap="small"), maps, strict=True):
        scaled = one._replace(cell=(unit * one.cell[0], unit * one.cell[1]))
        rows, columns = one.scores.shape
        column.image(
            to_jpeg(draw_cell_map(small, scaled, THINGS), 90), width="stretch", alt=f"{net}, {one.name}"
        )
        column.caption(f"**{net}**, {one.name}: {rows} × {columns} cells")


def _one_side(chosen: Chosen, entry: zoo.ModelSpec, kept: sv.Detections, milliseconds: float) -> None:
    st.markdown(f"#### {entry.title}")
    say_score(chosen, kept)
    drawn = (
        draw_detections(chosen.picture, kept)
        if chosen.truth is None
        else draw_matches(chosen.picture, kept, chosen.truth)
    )
    st.image(to_jpeg(fit(drawn, 1000)), width="stretch", alt=f"{entry.title}: {len(kept)} boxes")
    if chosen.truth is not None:
        st.caption(_recall_text(kept, chosen.truth))
    figure = entry.published
    held_out = f" · held-out scenes: {figure.metric} {figure.value:g}" if figure else ""
    st.caption(f"network {milliseconds:.0f} ms (once){held_out}")
    _downloads(chosen, kept, entry.key)


def _recall_text(kept: sv.Detections, truth: Truth) -> str:
    found = recall_by_size(kept, truth)
    return (
        f"Found: {found.small_found} of {found.small} under {SMALL} pixels of the net's input, "
        f"{found.large_found} of {found.large} larger."
    )


def _downloads(chosen: Chosen, kept: sv.Detections, key: str) -> None:
    """Picture and detections as they stand."""
    drawn = png(lambda: draw_detections(chosen.picture, kept))
    offer(chosen.name, drawn, table(lambda: kept), part=key)


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


def _yolo_board(chosen: Chosen, found: YOLOGrid, kept: sv.Detections, options: ViewOptions) -> None:
    """YOLO's four pictures: class map, boxes by confidence, their product, what is kept."""
    rows, columns, boxes = found.confidence.shape
    fields = _common_fields(chosen, options) | {
        "rows": rows,
        "columns": columns,
        "boxes": boxes,
        "cell": found.cell,
        "names": THINGS,
        "colours": [colour(name) for name in THINGS],
        "score": options.score,
        "kept": kept_rows(kept),
    }
    _grid(data=packed(fields, _parts(chosen, found.boxes, found.confidence, found.classes)), key="yolo-board")


def _ssd_board(
    chosen: Chosen, found: SSDLevels, kept: sv.Detections, shown: int, options: ViewOptions
) -> None:
    """SSD's detections by the level that found them, and the default boxes under the pointer at one level."""
    fields = _common_fields(chosen, options) | {
        "unit": found.unit,
        "names": found.names,
        "cells": found.cells,
        "each": [int((found.level == k).sum()) // (r * c) for k, (r, c) in enumerate(found.cells)],
        "shown": shown,
        "kept": [
            {**row, "level": int(level)}
            for row, level in zip(kept_rows(kept), kept.data["level"], strict=True)
        ],
        "colours": LEVEL_COLOURS,
    }
    _levels(data=packed(fields, _parts(chosen, found.boxes)), key="ssd-board")


def _common_fields(chosen: Chosen, options: ViewOptions) -> dict[str, Any]:
    height, width = chosen.picture.shape[:2]
    return {
        "identity": chosen.identity,
        "width": width,
        "height": height,
        "truth": [] if options.truth is None else options.truth.tolist(),
        "alt": chosen.name,
    }


def _parts(chosen: Chosen, *arrays: Floats) -> Parts:
    parts = {"picture": _jpeg(chosen.identity, chosen.picture)}
    return parts | {
        name: a.astype("<f4") for name, a in zip(("boxes", "confidence", "classes"), arrays, strict=False)
    }
