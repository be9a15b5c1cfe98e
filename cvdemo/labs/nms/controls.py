"""The sliders of the NMS page."""

from __future__ import annotations

from typing import NamedTuple

import streamlit as st

from cvdemo.data.detections_json import class_names
from cvdemo.labs.nms.boxes import Boxes, comparable
from cvdemo.labs.nms.player import TITLES, Setting
from cvdemo.labs.nms.sweep import sweep_chart
from cvdemo.ops.replay import Method
from cvdemo.ui.boxes import score_histogram
from cvdemo.ui.source import Chosen

IOU, SCORE = 0.5, 0.3


class Choice(NamedTuple):
    """What the sliders say; `classes` is empty for all."""

    setting: Setting
    methods: tuple[Method, ...]
    sigma: float
    classes: tuple[str, ...]


def controls(chosen: Chosen, boxes: Boxes) -> Choice:
    """Draws them, with the sweep under the IoU slider and the histogram under the score slider."""
    if boxes.entry is not None and not boxes.entry.nms:
        st.caption(
            f"{boxes.entry.title} needs no NMS: it was trained to give each object one box (set prediction). "
            "Play it all the same, and see how few boxes fall."
        )
    left, middle, right = st.columns(3, gap="medium")
    with left:
        iou = st.slider("IoU threshold", 0.0, 1.0, IOU, 0.01, key="iou", bind="query-params")
        chart = st.container()
    with middle:
        score = st.slider("Score threshold", 0.0, 1.0, SCORE, 0.01, key="score", bind="query-params")
        score_histogram(boxes.raw, score, key="histogram")
    with right:
        methods = _methods()
        sigma = 0.5
        if Method.GAUSSIAN in methods:
            sigma = st.slider(
                "σ of Gaussian Soft-NMS", 0.05, 2.0, 0.5, 0.05, key="sigma", bind="query-params"
            )
        across = st.toggle(
            "Across classes",
            key="across",
            bind="query-params",
            help="Off: a box falls only to a box of its own class. On: to any better box.",
        )
        names = sorted(set(class_names(boxes.raw)))
        with st.popover("Only these classes", width="stretch"):
            wanted = st.multiselect("Only these classes", names, placeholder="all classes", key="only")
    choice = Choice(Setting(iou, score, not across), methods, sigma, tuple(wanted))
    with chart:
        sweep_chart(chosen if comparable(boxes) else None, boxes, choice.setting, choice.classes)
    return choice


def _methods() -> tuple[Method, ...]:
    first = _method("Method", "method", Method.GREEDY)
    if not st.toggle("Second method beside it", key="compare", bind="query-params"):
        return (first,)
    return (first, _method("Second method", "method2", Method.GAUSSIAN))


def _method(label: str, key: str, first: Method) -> Method:
    """A select box whose choice stands in the URL by the method's short name, not by its title."""
    names = [m.value for m in Method]
    asked = st.query_params.get(key, first.value)
    index = names.index(asked if asked in names else first.value)
    chosen = Method(st.selectbox(label, names, index, key=key, format_func=lambda m: TITLES[Method(m)]))
    if chosen != st.query_params.get(key, first.value):
        st.query_params[key] = chosen.value
    return chosen
