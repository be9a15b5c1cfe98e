"""The RPN page's experiments and sliders: which anchors take part, and how many are left."""

from __future__ import annotations

from typing import Any

import streamlit as st

from cvdemo.labs.rpn.experiment import RATIOS, SCALES, FunnelKnobs

SHAPES = dict(zip(("wide", "square", "upright"), RATIOS, strict=True))
BEFORE = (1, 3, 10, 30, 100, 300, 1000, 3000)
MOST = 300  # proposals
TRAINED = FunnelKnobs()
START: dict[str, Any] = {
    "scales": list(SCALES),
    "ratios": list(SHAPES),
    "before": TRAINED.before,
    "nms": TRAINED.iou,
    "after": TRAINED.after,
}
CROWD = {"source": "scene", "seed": 36, "preset": "hard"}
EXPERIMENTS: dict[str, dict[str, Any]] = {
    "as it was trained": START,
    "large anchors only": {**START, "scales": [64, 96]},
    "no NMS": {**START, "nms": 1.0, "after": 20},
    "three of each level": {**START, "before": 3},
    "a crowd": {**START, **CROWD},
}


def choose() -> FunnelKnobs:
    """Draws the sliders; all of them stand in the URL."""
    scales = st.pills(
        "Anchors: scales in pixels", SCALES, selection_mode="multi", default=list(SCALES),
        key="scales", bind="query-params", wrap=True,
    )  # fmt: skip
    shapes = st.pills(
        "Anchors: shapes", list(SHAPES), selection_mode="multi", default=list(SHAPES), key="ratios",
        bind="query-params", help="Height to width 1 : 2, 1 : 1, 2 : 1", wrap=True,
    )  # fmt: skip
    before = st.select_slider(
        "Best of each level", BEFORE, START["before"], key="before", bind="query-params"
    )
    iou = st.slider(
        "NMS: suppress above IoU", 0.0, 1.0, START["nms"], 0.05, key="nms", bind="query-params",
        help="At 1 nothing is suppressed",
    )  # fmt: skip
    after = st.slider("Proposals at most", 0, MOST, START["after"], key="after", bind="query-params")
    return FunnelKnobs(
        tuple(sorted(scales or ())),
        tuple(SHAPES[name] for name in SHAPES if name in (shapes or ())),
        int(before),
        float(iou),
        int(after),
    )
