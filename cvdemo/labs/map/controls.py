"""The widgets of the mAP page over the player: experiments, class, thresholds, NMS, false alarms, rules."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import numpy as np
import streamlit as st

from cvdemo.labs.map.experiment import EvaluationSet, classes_by_truth
from cvdemo.metrics.convention_scores import TOOLS
from cvdemo.metrics.curve import unique_names
from cvdemo.metrics.eligible_pairs import EligiblePairs
from cvdemo.ui import widgets
from cvdemo.ui.try_this import on_top, try_this

IOU, SCORE = 0.5, 0.3  # where the sliders start

EXPERIMENTS: dict[str, tuple[str, dict[str, float]]] = {
    "duplicates": ("NMS off: duplicates", {"nms": 1.0}),
    "strict": ("IoU .9", {"iou": 0.9}),
    "alarm": ("A confident false alarm", {"alarms": 1}),
    "cut": ("Only scores ≥ .7", {"score": 0.7}),
}


class MapChoice(NamedTuple):
    """What the controls say; `category` is the position of the class, `tool` whose rules are followed."""

    category: int
    iou: float
    score: float
    nms: float
    alarms: int
    tool: str


def experiments() -> None:
    """One-click experiments, on whatever set is chosen."""
    settings = {
        name: partial(on_top, values, replacing=("iou", "score", "nms", "alarms"))
        for name, (_, values) in EXPERIMENTS.items()
    }
    try_this("map", settings, labels={name: label for name, (label, _) in EXPERIMENTS.items()})


def controls(found: EvaluationSet) -> MapChoice:
    """Class, thresholds, NMS, false alarms and rules, in one row."""
    only_boxes = found.data.iou_type == "bbox"
    kind, iou, score, nms, more = st.columns([1, 1.2, 1.2, 1.2, 0.7], gap="medium", vertical_alignment="top")
    with kind:
        category = _class(found)
    at = widgets.slider("iou", "IoU threshold", 0.05, 0.95, IOU, 0.05, place=iou)
    low, high = _score_range(found)
    first = min(max(SCORE, low), high)
    cut = widgets.slider("score", "Score threshold", low, high, first, 0.01, place=score)
    suppress = widgets.slider(
        "nms", "NMS again (IoU; 1: off)" if found.nms >= 1 else "NMS (IoU; 1: off)", 0.1, 1.0, found.nms,
        0.05, place=nms, disabled=not only_boxes,
    )  # fmt: skip
    with more.popover("More", width="stretch"):
        tool = widgets.selectbox(
            "rules",
            "Rules of",
            TOOLS,
            disabled=found.data.iou_type == "keypoints",
            help="Matching, pixels, crowds and difficult objects as this tool handles them.",
        )
        alarms = widgets.number_input(
            "alarms", "False alarms on top", 0, 10, 0, disabled=not only_boxes,
            help="Detections of this class where no object is, with the highest scores of all.",
        )  # fmt: skip
    if not only_boxes:
        suppress, alarms = 1.0, 0
    return MapChoice(category, at, cut, suppress, alarms, _usable(tool, found))


def _class(found: EvaluationSet) -> int:
    """The position of the class to look at, among those with truth."""
    eligible = EligiblePairs(found.data)
    names, listed = unique_names(eligible), classes_by_truth(eligible)
    listed.sort(key=lambda k: names[k] != "duck")  # the lecture's favourite first
    return names.index(widgets.selectbox("class", "Class", [names[k] for k in listed]))


def _usable(tool: str, found: EvaluationSet) -> str:
    """The tool, or COCO where boxes are fractions, which rules with the +1 pixel cannot score."""
    if found.data.sized or TOOLS[tool].pixel == "continuous":
        return tool
    st.caption(f"{tool} adds a pixel to every box, but these boxes are fractions: COCO's rules are used.")
    return "COCO"


def _score_range(found: EvaluationSet) -> tuple[float, float]:
    """0 to 1, or further where results score beyond."""
    scores = found.data.results.score
    low, high = min(0.0, float(scores.min(initial=0))), max(1.0, float(scores.max(initial=1)))
    return float(np.floor(low)), float(np.ceil(high - 1e-6))
