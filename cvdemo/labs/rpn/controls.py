"""The sliders of the RPN page: which anchors take part, and how many are left."""

from __future__ import annotations

from typing import Any

import streamlit as st

from cvdemo.labs.rpn.experiment import Choice

SCALES = (12, 18, 28, 42, 64, 96)  # of the net's anchors in pixels, two for each level
RATIOS = {"wide": 0.5, "square": 1.0, "upright": 2.0}
BEFORE = (1, 3, 10, 30, 100, 300, 1000, 3000)
MOST = 300  # proposals
START: dict[str, Any] = {
    "scales": list(SCALES),
    "ratios": list(RATIOS),
    "before": 300,
    "nms": 0.7,
    "after": 150,
}
CROWD = {"source": "scene", "seed": 36, "preset": "hard"}
EXPERIMENTS: dict[str, dict[str, Any]] = {
    "as it was trained": START,
    "large anchors only": {**START, "scales": [64, 96]},
    "no NMS": {**START, "nms": 1.0, "after": 20},
    "three of each level": {**START, "before": 3},
    "a crowd": {**START, **CROWD},
}


def choose() -> Choice:
    """Draws them; all stand in the URL."""
    scales = st.pills(
        "Anchors: scales in pixels", SCALES, selection_mode="multi", default=list(SCALES),
        key="scales", bind="query-params", wrap=True,
    )  # fmt: skip
    ratios = st.pills(
        "Anchors: shapes", list(RATIOS), selection_mode="multi", default=list(RATIOS), key="ratios",
        bind="query-params", help="Height to width 1 : 2, 1 : 1, 2 : 1", wrap=True,
    )  # fmt: skip
    before = st.select_slider(
        "Best of each level", BEFORE, START["before"], key="before", bind="query-params"
    )
    iou = st.slider(
        "NMS: drop above IoU", 0.0, 1.0, START["nms"], 0.05, key="nms", bind="query-params",
        help="At 1 nothing is dropped",
    )  # fmt: skip
    after = st.slider("Proposals at most", 0, MOST, START["after"], key="after", bind="query-params")
    return Choice(
        tuple(sorted(scales or ())),
        tuple(RATIOS[name] for name in RATIOS if name in (ratios or ())),
        int(before),
        float(iou),
        int(after),
    )
