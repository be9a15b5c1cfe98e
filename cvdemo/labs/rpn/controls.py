"""The RPN page's experiments and sliders: which anchors take part, and how many are left."""

from __future__ import annotations

from typing import Any

from cvdemo.labs.rpn.experiment import SCALES, SHAPES, FunnelKnobs
from cvdemo.ui import widgets

BEFORE = (1, 3, 10, 30, 100, 300, 1000, 3000)
MOST = 300  # proposals
TRAINED = FunnelKnobs()
EXPERIMENTS: dict[str, dict[str, Any]] = {
    "as it was trained": {},
    "large anchors only": {"scales": [64, 96]},
    "no NMS": {"nms": 1.0, "after": 20},
    "three of each level": {"before": 3},
    "a crowd": {"source": "scene", "seed": 36, "preset": "hard"},
}


def choose() -> FunnelKnobs:
    """Draws the sliders."""
    scales = widgets.pills("scales", "Anchors: scales in pixels", SCALES, SCALES, wrap=True)
    shapes = widgets.pills(
        "ratios", "Anchors: shapes", SHAPES, list(SHAPES), help="Height to width 1 : 2, 1 : 1, 2 : 1",
        wrap=True,
    )  # fmt: skip
    before = widgets.select_slider("before", "Best of each level", BEFORE, TRAINED.before)
    iou = widgets.slider(
        "nms", "NMS: suppress above IoU", 0.0, 1.0, TRAINED.iou, 0.05, help="At 1 nothing is suppressed"
    )
    after = widgets.slider("after", "Proposals at most", 0, MOST, TRAINED.after)
    return FunnelKnobs(
        tuple(sorted(scales)),
        tuple(ratio for name, ratio in SHAPES.items() if name in shapes),
        before,
        iou,
        after,
    )
