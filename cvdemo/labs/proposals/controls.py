"""The experiments and widgets of the Region proposals page."""

from __future__ import annotations

from typing import Any, NamedTuple

import streamlit as st

from cvdemo.labs.proposals.experiment import MOST, RECALL_IOUS, SEARCHES, START
from cvdemo.ops.grouping import SIMILARITIES, Similarity
from cvdemo.ops.regions import FAST, QUALITY, Strategy
from cvdemo.ops.segments import COLOUR_SPACES

SCALES = (10, 20, 35, 50, 75, 100, 150, 200, 300, 500, 1000)


class BoxKnobs(NamedTuple):
    """A search, the number of its boxes, and from which IoU on an object is found."""

    search: str
    boxes: int
    iou: float


def _settings(search: str, boxes: int, /, **changes: Any) -> dict[str, Any]:
    """The state of all widgets for a strategy that differs from `START` in these fields, and a search."""
    strategy = START._replace(**changes)
    return {
        "space": strategy.space,
        "k": int(strategy.scale),
        "sigma": strategy.sigma,
        "least": strategy.min_size,
        "alike": list(strategy.similarities),
        "search": search,
        "n": boxes,
    }


EXPERIMENTS: dict[str, dict[str, Any]] = {
    "only colour": _settings("one", 100, similarities=("colour",)),
    "only size": _settings("one", 100, similarities=("size",)),
    "coarse segments": _settings("one", 100, scale=500.0),
    "fine segments": _settings("one", 100, scale=20.0, min_size=10),
    "without colours": _settings("one", 100, space="grey"),
    "a hard scene": _settings("fast", 100) | {"source": "scene", "preset": "hard"},
    "many hierarchies": _settings("quality", 1000),
    "as at first": _settings("fast", 100) | {"preset": "normal"},
}


def choose_strategy() -> Strategy:
    """Colour space, the segments' three numbers, and the similarities; all stand in the URL."""
    space = st.segmented_control(
        "Colour space",
        COLOUR_SPACES,
        default=START.space,
        required=True,
        key="space",
        bind="query-params",
        wrap=True,
    )
    scale = st.select_slider(
        "Scale k: larger, larger segments", SCALES, int(START.scale), key="k", bind="query-params"
    )
    left, right = st.columns(2)
    sigma = left.slider("Blur σ", 0.0, 3.0, START.sigma, 0.1, key="sigma", bind="query-params")
    least = right.slider("Least pixels", 5, 300, START.min_size, 5, key="least", bind="query-params")
    names = st.pills(
        "Similarity of two regions",
        SIMILARITIES,
        selection_mode="multi",
        default=list(SIMILARITIES),
        key="alike",
        bind="query-params",
        wrap=True,
    )
    chosen: tuple[Similarity, ...] = tuple(name for name in SIMILARITIES if name in names)
    return Strategy(space, float(scale), chosen, float(sigma), int(least or 0))


def choose_boxes(*, with_truth: bool) -> BoxKnobs:
    """Which search, how many boxes, and, where truth is known, the IoU that counts; all are in the URL."""
    search = st.segmented_control(
        f"Boxes of one hierarchy, of {len(FAST)}, of {len(QUALITY)}",
        SEARCHES,
        default="fast",
        required=True,
        key="search",
        bind="query-params",
        wrap=True,
    )
    count = st.slider("Number of boxes", 0, MOST, 100, 10, key="n", bind="query-params")
    iou = st.segmented_control(
        "Found from an IoU of",
        RECALL_IOUS,
        default=RECALL_IOUS[0],
        required=True,
        key="iou",
        bind="query-params",
        disabled=not with_truth,
    )
    return BoxKnobs(str(search), int(count), float(iou or RECALL_IOUS[0]))
