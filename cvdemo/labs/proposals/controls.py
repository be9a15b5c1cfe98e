"""The experiments and widgets of the Region proposals page."""

from __future__ import annotations

from typing import Any, NamedTuple

import streamlit as st

from cvdemo.labs.proposals.experiment import MOST, RECALL_IOUS, SEARCHES, START
from cvdemo.ops.grouping import SIMILARITIES, Similarity
from cvdemo.ops.regions import FAST, QUALITY, Strategy
from cvdemo.ops.segments import COLOUR_SPACES
from cvdemo.ui import widgets

SCALES = (10, 20, 35, 50, 75, 100, 150, 200, 300, 500, 1000)


class BoxKnobs(NamedTuple):
    """A search, the number of its boxes, and from which IoU on an object is found."""

    search: str
    boxes: int
    iou: float


ONE: dict[str, Any] = {"search": "one"}
EXPERIMENTS: dict[str, dict[str, Any]] = {
    "only colour": ONE | {"alike": ["colour"]},
    "only size": ONE | {"alike": ["size"]},
    "coarse segments": ONE | {"k": 500},
    "fine segments": ONE | {"k": 20, "least": 10},
    "without colours": ONE | {"space": "grey"},
    "a hard scene": {"source": "scene", "preset": "hard"},
    "many hierarchies": {"search": "quality", "n": 1000},
    "start again": {},
}


def choose_strategy() -> Strategy:
    """Colour space, the segments' three numbers, and the similarities."""
    space = widgets.segmented_control("space", "Colour space", COLOUR_SPACES, START.space, wrap=True)
    scale = widgets.select_slider("k", "Scale k (large: large segments)", SCALES, int(START.scale))
    left, right = st.columns(2)
    sigma = widgets.slider("sigma", "Blur σ", 0.0, 3.0, START.sigma, 0.1, place=left)
    least = widgets.slider("least", "Minimum size, pixels", 5, 300, int(START.min_size or 0), 5, place=right)
    names = widgets.pills("alike", "Similarity of two regions", SIMILARITIES, SIMILARITIES, wrap=True)
    chosen: tuple[Similarity, ...] = tuple(name for name in SIMILARITIES if name in names)
    return Strategy(space, float(scale), chosen, sigma, least)


def choose_boxes(*, with_truth: bool) -> BoxKnobs:
    """Which search, how many boxes, and, where truth is known, the IoU that counts."""
    search = widgets.segmented_control(
        "search", f"Boxes of one hierarchy, of {len(FAST)}, of {len(QUALITY)}", SEARCHES, "fast", wrap=True
    )
    count = widgets.slider("n", "Number of boxes", 0, MOST, 100, 10)
    iou = widgets.segmented_control(
        "iou", "Found from an IoU of", RECALL_IOUS, RECALL_IOUS[0], disabled=not with_truth
    )
    return BoxKnobs(search, count, iou)
