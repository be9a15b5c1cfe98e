"""YOLO and SSD (L11 to L13): the grid and what its cells predict, default boxes by level, side by side."""

from __future__ import annotations

from typing import Any

import streamlit as st

from cvdemo import zoo
from cvdemo.data.chosen import Chosen
from cvdemo.labs.yolo_ssd.board import mobilenet_predictions, predictions, side_by_side, ssd_view, yolo_view
from cvdemo.labs.yolo_ssd.controls import choose_nets, choose_ssd, choose_view_options
from cvdemo.labs.yolo_ssd.experiment import (
    LEVELS,
    PHOTO_KEY,
    PHOTO_LEVELS,
    SSDLevels,
    YOLOGrid,
    first_ssd,
)
from cvdemo.nets.ssd import SSD, ssd_loss, ssd_plus
from cvdemo.nets.yolo import YOLO, assign_targets, boxes_of, yolo_loss
from cvdemo.ops.anchors import default_sizes, grid_boxes
from cvdemo.ui import widgets
from cvdemo.ui.additions import additions_chart
from cvdemo.ui.models import about
from cvdemo.ui.page import code_fold, guarded, header, picture_first, theory
from cvdemo.ui.published import voc_table
from cvdemo.ui.source import choose_picture
from cvdemo.ui.truth import say_what_it_knows
from cvdemo.ui.try_this import try_this
from cvdemo.zoo.additions import SSD_CHAIN
from cvdemo.zoo.default_boxes import default_boxes, level_sizes

GRID, DEFAULTS, BOTH = VIEWS = ("YOLO's grid", "SSD's levels", "Side by side")
SCENE = {"source": "scene", "seed": 7, "preset": "normal", "score": 0.3, "iou": 0.5}
PHOTO = {"source": "sample", "score": 0.4}
MANY = {"preset": "hard", "seed": 7}
EXPERIMENTS: dict[str, dict[str, Any]] = {
    "The grid": {**SCENE, "view": GRID},
    "Without NMS": {**SCENE, "view": GRID, "score": 0.1, "iou": 1.0},
    "Coarse levels only": {**SCENE, **MANY, "view": DEFAULTS, "levels": list(LEVELS[1:])},
    "Finest level only": {**SCENE, **MANY, "view": DEFAULTS, "levels": list(LEVELS[:1])},
    "Far away": {**SCENE, **MANY, "seed": 36, "view": BOTH},
    "A photo": {**PHOTO, "sample": "coffee"},
    "Coarsest levels off": {**PHOTO, "sample": "cat", "photo-levels": list(PHOTO_LEVELS[:3])},
}


@st.fragment
@guarded
def results(chosen: Chosen, grid: YOLOGrid, levels: SSDLevels, view: str) -> None:
    """The chosen view and under it the thresholds: all that runs when a slider moves."""
    seen = st.container()
    options = choose_view_options(chosen)
    with seen:
        if view == DEFAULTS:
            ssd_view(chosen, levels, options)
        elif view == BOTH:
            side_by_side(chosen, grid, levels, options)
        else:
            yolo_view(chosen, grid, options)


@st.fragment
@guarded
def photo_results(chosen: Chosen, levels: SSDLevels) -> None:
    """The same of the SSD that knows photos: all that runs when a slider moves."""
    seen = st.container()
    options = choose_view_options(chosen)
    with seen:
        ssd_view(chosen, levels, options)


@st.fragment
@guarded
def lab() -> None:
    """Picture and view on top, results under them."""
    try_this("yolo_ssd", EXPERIMENTS)
    left, right = st.columns(2, gap="large", vertical_alignment="bottom")
    with left:
        chosen = choose_picture("scene")
    with right:
        photo = choose_nets(chosen)
        if not photo:
            view = widgets.segmented_control("view", "View", VIEWS, GRID, wrap=True)
    if not photo:
        with left:
            ssd = first_ssd() if view == GRID else choose_ssd()
    if chosen is None:
        return
    if photo:
        say_what_it_knows(chosen, zoo.spec(PHOTO_KEY))
        about(zoo.spec(PHOTO_KEY))
        with picture_first():
            photo_results(chosen, mobilenet_predictions(chosen))
        return
    say_what_it_knows(chosen, zoo.spec("yolo"), zoo.spec(ssd))
    with picture_first():
        results(chosen, *predictions(chosen, ssd), view)


def main() -> None:
    """The page from top to bottom."""
    header("yolo_ssd")
    lab()
    additions_chart("yolo_ssd", SSD_CHAIN, ("AP", "AP50", "APs"))
    voc_table(("yolo", "ssd", "faster-rcnn"))
    theory("yolo_ssd")
    code_fold(
        YOLO,
        boxes_of,
        assign_targets,
        yolo_loss,
        SSD,
        ssd_plus,
        level_sizes,
        default_boxes,
        default_sizes,
        grid_boxes,
        ssd_loss,
        paper="https://arxiv.org/abs/1506.02640",
        ready_made="`torchvision.models.detection.ssd300_vgg16`",
    )


main()
