"""The page's experiments, sliders and switches, and which object is chosen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import streamlit as st

from cvdemo.labs.instances.experiment import DRAWN, LEAST_THRESHOLD
from cvdemo.ui import state, widgets
from cvdemo.ui.boxes import Cut

VIEWS = ("instances", "semantic")
LAYERS = ("masks", "outlines", "boxes")
BACKGROUNDS = ("as it is", "blurred", "grey")
SCENE: dict[str, Any] = {"source": "scene", "model": DRAWN}
EXPERIMENTS: dict[str, dict[str, Any]] = {
    "One region, two cats": {**SCENE, "seed": 38, "view": "semantic"},
    "A mask too thin": {**SCENE, "seed": 3, "mask": 0.95, "truth": True},
    "One cat is lost": {**SCENE, "seed": 38, "iou": 0.25, "truth": True},
    "A crowd": {**SCENE, "seed": 36, "preset": "hard", "truth": True},
    "Cut it out": {
        "source": "sample", "sample": "cat", "object": 0, "background": "blurred", "opacity": 0.0,
        "layers": ["outlines"],
    },
}  # fmt: skip


class InstanceKnobs(NamedTuple):
    """What the sliders and switches say; `truth` only where one is known."""

    score: float
    iou: float
    mask: float
    opacity: float
    view: str
    layers: tuple[str, ...]
    background: str
    truth: bool

    def cuts(self) -> dict[str, Cut]:
        """The sliders that the browser follows by itself, by name."""
        return {name: Cut(label, getattr(self, name)) for name, label in SLIDERS.items()}


SLIDERS = {
    "score": "Score threshold",
    "iou": "NMS threshold (IoU)",
    "mask": "Mask threshold",
    "opacity": "Opacity of masks",
}
"""Labels of the sliders by the names of `InstanceKnobs`."""


def choose_knobs(*, nms: bool, truth: bool) -> InstanceKnobs:
    """Draws sliders and switches; `nms` says whether a model needs one, `truth` whether one is known."""
    score = widgets.slider("score", SLIDERS["score"], 0.01, 1.0, 0.5, 0.01)
    iou = widgets.slider("iou", SLIDERS["iou"], 0.0, 1.0, 0.5, 0.05, disabled=not nms)
    mask = widgets.slider("mask", SLIDERS["mask"], LEAST_THRESHOLD, 1.0, 0.5, 0.01)
    opacity = widgets.slider("opacity", SLIDERS["opacity"], 0.0, 1.0, 0.55, 0.05)
    view = widgets.segmented_control("view", "View", VIEWS, VIEWS[0])
    layers = widgets.pills("layers", "Draw", LAYERS, LAYERS, wrap=True)
    background = widgets.segmented_control("background", "Background", BACKGROUNDS, BACKGROUNDS[0], wrap=True)
    shown = truth and widgets.toggle("truth", "Show the truth", help="Right, false and missed masks")
    return InstanceKnobs(score, iou, mask, opacity, view, tuple(layers), background, shown)


def picked_object(name: str, raw_index: np.ndarray, *, of: str) -> int | None:
    """The row, among those shown, of the object that the visitor picked; None while there is none.

    `raw_index` [N] are the raw detections that are shown, by which an object is kept under `name`.
    """

    def read(texts: Sequence[str]) -> int:
        return int(texts[-1])

    raw_row: int | None = state.value(name, read=read, of=of)
    if raw_row is None:
        return None
    rows = np.flatnonzero(raw_index == raw_row)
    return int(rows[0]) if len(rows) else None


def keep_picked(component: str, name: str, of: str) -> None:
    """Keep the object that was picked or let go in a component of this key."""
    picked: dict[str, Any] | None = st.session_state[component].get("picked")
    if picked is None or picked.get("of") != of:
        return
    row = picked.get("row")
    if row is None:
        state.drop(name)
        state.write_address()
    else:
        state.keep({name: int(row)}, of=of)
