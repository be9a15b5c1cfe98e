"""YOLO and SSD (L11 to L13): the grid and what its cells say, default boxes by level, both side by side."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st
import supervision as sv

from cvdemo import zoo
from cvdemo.data.detections_json import to_csv
from cvdemo.data.pictures import fit, to_jpeg, to_png
from cvdemo.draw.detections import draw_detections
from cvdemo.draw.matches import draw_matches
from cvdemo.labs.yolo_ssd.lab import (
    LEVELS,
    Cells,
    Defaults,
    found_by_size,
    grid,
    levels,
    looked,
    of_levels,
)
from cvdemo.metrics.scene import scene_score
from cvdemo.nets.ssd import SSD, ssd_loss
from cvdemo.nets.yolo import YOLO, boxes_of, wanted, yolo_loss
from cvdemo.ops.anchors import default_sizes, grid_boxes
from cvdemo.ops.detections import select
from cvdemo.ui.page import code_fold, guarded, header, theory
from cvdemo.ui.source import Chosen, choose_picture
from cvdemo.ui.truth import say_what_it_knows
from cvdemo.ui.try_this import try_this

GRID, DEFAULTS, BOTH = VIEWS = ("YOLO's grid", "SSD's levels", "Side by side")
SCENE = {"source": "scene", "seed": 7, "preset": "normal", "score": 0.4, "iou": 0.5}
MANY = {"preset": "hard", "seed": 7}
EXPERIMENTS: dict[str, dict[str, Any]] = {
    "The grid": {**SCENE, "view": GRID},
    "Without NMS": {**SCENE, "view": GRID, "score": 0.1, "iou": 1.0},
    "Small things go": {**SCENE, **MANY, "view": DEFAULTS, "levels": list(LEVELS[1:])},
    "Large things go": {**SCENE, **MANY, "view": DEFAULTS, "levels": list(LEVELS[:1])},
    "Far away": {**SCENE, **MANY, "view": BOTH},
}


class Asked:
    """The thresholds, the levels of SSD, and the true boxes to lay over the picture."""

    def __init__(self, chosen: Chosen) -> None:
        left, middle, right = st.columns([2, 2, 1], gap="medium", vertical_alignment="center")
        self.score = left.slider("Score threshold", 0.02, 1.0, 0.4, 0.01, key="score", bind="query-params")
        self.iou = middle.slider("NMS threshold (IoU)", 0.0, 1.0, 0.5, 0.05, key="iou", bind="query-params")
        self.truth: np.ndarray | None = None
        if chosen.truth is not None and right.toggle("Show the truth", key="truth", bind="query-params"):
            self.truth = chosen.truth.boxes[~chosen.truth.difficult]


def scored(chosen: Chosen, kept: sv.Detections) -> None:
    """The score of what is left, where the truth is known."""
    if chosen.truth is not None:
        st.markdown(scene_score(kept, chosen.truth).text())


def yolo_view(chosen: Chosen, cells: Cells, asked: Asked) -> None:
    """The grid in four pictures."""
    kept = select(cells.raw, score=asked.score, iou=asked.iou)
    scored(chosen, kept)
    grid(chosen, cells, kept, asked.score, asked.truth)
    rows, columns, boxes = cells.confidence.shape
    values = 5 * boxes + cells.classes.shape[-1]
    st.caption(
        f"One look: {rows} × {columns} cells × ({boxes} boxes × 5 + {cells.classes.shape[-1]} classes) = "
        f"{rows * columns * values:,} numbers · network {cells.milliseconds:.0f} ms (once)"
    )
    downloads(chosen, kept, "yolo")


def ssd_view(chosen: Chosen, found: Defaults, asked: Asked) -> None:
    """Detections by the level that found them; levels to switch off."""
    left, right = st.columns(2, gap="medium")
    on = left.pills(
        "Levels that may answer", LEVELS, selection_mode="multi", default=list(LEVELS), key="levels",
        bind="query-params",
    )  # fmt: skip
    shown = right.segmented_control(
        "Default boxes under the pointer", LEVELS, default=LEVELS[1], required=True, key="shown",
        bind="query-params",
    )  # fmt: skip
    used = [LEVELS.index(name) for name in on]
    kept = select(of_levels(found, used), score=asked.score, iou=asked.iou)
    board, beside = st.columns([1.9, 1], gap="medium")
    with board:
        scored(chosen, kept)
        levels(chosen, found, kept, LEVELS.index(str(shown)), asked.truth)
    by_level = np.bincount(kept.data["level"], minlength=len(LEVELS))
    table = "\n".join(
        f"| {stride} | {rows}×{columns} | {int((found.level == k).sum()):,} | {scale:g} "
        f"| {by_level[k] if k in used else 'off'} |"
        for k, (stride, (rows, columns), scale) in enumerate(
            zip(found.strides, found.cells, found.scales, strict=True)
        )
    )
    beside.markdown(f"| stride | cells | boxes | side | kept |\n|---|---|---|---|---|\n{table}")
    if chosen.truth is not None:
        beside.markdown(found_by_size(kept, chosen.truth))
    beside.caption(
        "The colour of a box is that of the level that found it. Point at one: the dashed box is the default "
        "box that it comes from."
    )
    beside.caption(
        f"{len(found.boxes):,} default boxes in all, each with 8 classes, background and 4 offsets · "
        f"network {found.milliseconds:.0f} ms (once)"
    )
    with beside:
        downloads(chosen, kept, "ssd")


def side_by_side(chosen: Chosen, cells: Cells, found: Defaults, asked: Asked) -> None:
    """Both nets on the picture with their times and, on a scene, what they found and missed."""
    for side, key, raw, milliseconds in zip(
        st.columns(2, gap="medium"),
        ("yolo", "ssd"),
        (cells.raw, found.raw),
        (cells.milliseconds, found.milliseconds),
        strict=True,
    ):
        with side:
            kept = select(raw, score=asked.score, iou=asked.iou)
            entry = zoo.spec(key)
            st.markdown(f"#### {entry.title}")
            scored(chosen, kept)
            drawn = draw_detections(chosen.picture, kept)
            if chosen.truth is not None:
                drawn = draw_matches(chosen.picture, kept, chosen.truth)
            st.image(to_jpeg(fit(drawn, 1000)), width="stretch", alt=f"{entry.title}: {len(kept)} boxes")
            if chosen.truth is not None:
                st.caption(found_by_size(kept, chosen.truth))
            figure = entry.published
            held_out = f" · held-out scenes: {figure.metric} {figure.value:g}" if figure else ""
            st.caption(f"network {milliseconds:.0f} ms (once){held_out}")
            downloads(chosen, kept, key)
    if chosen.truth is not None:
        st.caption("Green: found, IoU with the truth of .5 or more. Red: a false box. Dashed white: missed.")


def downloads(chosen: Chosen, kept: sv.Detections, key: str) -> None:
    """Picture and detections as they stand."""
    stem = f"{chosen.name.rsplit('.', 1)[0]}-{key}"
    row = st.container(horizontal=True, gap="small")
    row.download_button(
        "PNG", lambda: to_png(draw_detections(chosen.picture, kept)), f"{stem}.png", "image/png",
        key=f"png-{key}",
    )  # fmt: skip
    row.download_button("CSV", lambda: to_csv(kept), f"{stem}.csv", "text/csv", key=f"csv-{key}")


@st.fragment
@guarded
def results(chosen: Chosen, cells: Cells, found: Defaults, view: str) -> None:
    """Thresholds and under them the view that is asked for: all that runs when a slider moves."""
    asked = Asked(chosen)
    if view == DEFAULTS:
        ssd_view(chosen, found, asked)
    elif view == BOTH:
        side_by_side(chosen, cells, found, asked)
    else:
        yolo_view(chosen, cells, asked)


@st.fragment
@guarded
def lab() -> None:
    """Picture and view on top, results under them."""
    try_this("yolo_ssd", EXPERIMENTS)
    left, right = st.columns(2, gap="large", vertical_alignment="bottom")
    with left:
        chosen = choose_picture("scene")
    with right:
        view = st.segmented_control(
            "See", VIEWS, default=GRID, required=True, key="view", bind="query-params", wrap=True
        )
    if chosen is None:
        return
    say_what_it_knows(chosen.truth)
    results(chosen, *looked(chosen), str(view))


def main() -> None:
    """The page from top to bottom."""
    header("yolo_ssd")
    lab()
    theory("yolo_ssd")
    code_fold(
        YOLO,
        boxes_of,
        wanted,
        yolo_loss,
        SSD,
        default_sizes,
        grid_boxes,
        ssd_loss,
        paper="https://arxiv.org/abs/1506.02640",
        ready_made="`torchvision.models.detection.ssd300_vgg16`",
    )


main()
