"""The widgets of the mAP page over the player: experiments, class, thresholds, NMS, false alarms, rules."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import streamlit as st

from cvdemo.labs.map.experiment import NMS_IOU, EvaluationSet, classes_by_truth
from cvdemo.metrics.convention_scores import TOOLS
from cvdemo.metrics.curve import unique_names
from cvdemo.metrics.eligible_pairs import EligiblePairs
from cvdemo.ui.page import texts

IOU, SCORE = 0.5, 0.3  # where the sliders start

EXPERIMENTS = {
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
    """One-click experiments; each starts from the untouched example."""
    row = st.container(horizontal=True, vertical_alignment="center", gap="small")
    row.markdown("**Try this**", width="content")
    for name, (label, values) in EXPERIMENTS.items():
        row.button(label, key=f"try-{name}", on_click=_try, args=(name, values))
    row.button("↺ Back", key="try-none", on_click=_try, args=("", {}))
    if said := texts("map").get(st.session_state.get("map-tried", "")):
        st.info(said, icon="🔎")


def _try(name: str, values: dict[str, float]) -> None:
    start = {"iou": IOU, "score": SCORE, "alarms": 0}
    kind = "nms-again" if st.session_state.get("data") == "my results" else "nms"
    nms = values.get("nms", 1.0 if kind == "nms-again" else NMS_IOU)
    st.session_state.update({**start, **{k: v for k, v in values.items() if k != "nms"}, kind: nms})
    st.session_state["map-tried"] = name


def controls(found: EvaluationSet) -> MapChoice:
    """Class, thresholds, NMS, false alarms and rules, in one row."""
    only_boxes = found.data.iou_type == "bbox"
    kind, iou, score, nms, more = st.columns([1, 1.2, 1.2, 1.2, 0.7], gap="medium", vertical_alignment="top")
    with kind:
        category = _class(found)
    at = iou.slider("IoU threshold", 0.05, 0.95, IOU, 0.05, key="iou", bind="query-params")
    low, high = _score_range(found)
    cut = score.slider(
        "Score threshold", low, high, min(max(SCORE, low), high), 0.01, key="score", bind="query-params"
    )
    again = found.nms >= 1
    suppress = nms.slider(
        "NMS again (IoU; 1: off)" if again else "NMS (IoU; 1: off)", 0.1, 1.0, found.nms, 0.05,
        key="nms-again" if again else "nms", bind="query-params", disabled=not only_boxes,
    )  # fmt: skip
    with more.popover("More", width="stretch"):
        tool = st.selectbox(
            "Rules of",
            list(TOOLS),
            key="rules",
            bind="query-params",
            disabled=found.data.iou_type == "keypoints",
            help="Matching, pixels, crowds and difficult objects as this tool handles them.",
        )
        alarms = st.number_input(
            "False alarms on top", 0, 10, 0, key="alarms", bind="query-params", disabled=not only_boxes,
            help="Detections of this class where no object is, with the highest scores of all.",
        )  # fmt: skip
    if not only_boxes:
        suppress, alarms = 1.0, 0
    return MapChoice(category, at, cut, suppress, int(alarms), _usable(str(tool), found))


def _class(found: EvaluationSet) -> int:
    """The position of the class to look at, among those with truth."""
    eligible = EligiblePairs(found.data)
    names, listed = unique_names(eligible), classes_by_truth(eligible)
    listed.sort(key=lambda k: names[k] != "duck")  # the lecture's favourite first
    name = st.selectbox("Class", [names[k] for k in listed], key="class", bind="query-params")
    return names.index(str(name)) if name in names else listed[0]


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
