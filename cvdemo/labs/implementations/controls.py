"""The widgets of By hand or ready-made: which view, which architecture, which model to take home."""

from __future__ import annotations

from typing import Any

import streamlit as st

from cvdemo import zoo
from cvdemo.labs.implementations.experiment import SIZES, search_list
from cvdemo.ui import widgets
from cvdemo.ui.models import say_what_is_unknown
from cvdemo.ui.state import asked
from cvdemo.zoo.counterparts import COUNTERPARTS, Counterpart
from cvdemo.zoo.plain_code import DEFAULT, Shown, can_be_written
from cvdemo.zoo.spec import ModelSpec, Task

PAIRS, ARGUMENTS, SEARCH, HOME = "side by side", "arguments", "search", "take it home"
VIEWS = (PAIRS, ARGUMENTS, SEARCH, HOME)
FIRST = "mask-rcnn"
EXPERIMENTS: dict[str, dict[str, Any]] = {
    "The same numbers": {"view": PAIRS, "architecture": "ssd"},
    "Same weights, other answers": {"view": PAIRS, "architecture": "deeplabv3-smp"},
    "The same name only": {"view": PAIRS, "architecture": "fcn"},
    "What a library hides": {"view": ARGUMENTS},
    "Search for YOLO": {"view": SEARCH, "method": "YOLO"},
    "Take DETR home": {"view": HOME, "model": "detr-resnet50"},
}


def choose_view() -> str:
    """Which of the page's views is shown."""
    return widgets.segmented_control("view", "Show", VIEWS, PAIRS, label_visibility="collapsed", wrap=True)


def choose_pair() -> tuple[Counterpart, str, int]:
    """The architecture, the size of the scene that both nets get, and the scene's seed."""
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        key = widgets.selectbox(
            "architecture",
            "Architecture",
            list(COUNTERPARTS),
            FIRST,
            format_func=lambda one: COUNTERPARTS[one].title,
            width=300,
        )
        pair = COUNTERPARTS[key]
        sizes = {name: f"{width} × {height}" for name, (height, width) in SIZES.items()}
        if pair.fixed:
            st.caption(f"It takes {pair.fixed[1]} × {pair.fixed[0]} pixels only.", width="content")
            size = "small"
        else:
            size = widgets.segmented_control(
                "size", "Scene", list(SIZES), "small", format_func=sizes.__getitem__
            )
        seed = widgets.number_input("seed", "Seed", 0, 999, 0, width=110)
    return pair, size, seed


def choose_method() -> dict[str, Any]:
    """One method of the curated list."""
    methods = {one["method"]: one for one in search_list()["methods"]}
    return methods[widgets.selectbox("method", "Method", list(methods), "Mask R-CNN", width=300)]


def choose_home() -> tuple[ModelSpec, Shown]:
    """The model whose code is written, and the thresholds that go into it."""
    specs = {spec.key: spec for spec in zoo.models() if can_be_written(spec)}
    say_what_is_unknown(asked("model"), list(specs))
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        key = widgets.selectbox(
            "model", "Model", list(specs), "fasterrcnn-resnet50-fpn", width=340,
            format_func=lambda one: f"{specs[one].title} · {specs[one].task.value}",
        )  # fmt: skip
        spec = specs[key]
        if spec.task in (Task.CLASSIFY, Task.SEGMENT, Task.FLOW):
            return spec, DEFAULT
        score = widgets.slider("score", "Score threshold", 0.05, 1.0, DEFAULT.score, 0.05, width=200)
        iou = DEFAULT.iou
        if spec.nms:
            iou = widgets.slider("iou", "NMS: suppress above IoU", 0.1, 0.95, DEFAULT.iou, 0.05, width=200)
        prompt = widgets.text_input("prompt", "Look for", DEFAULT.prompt) if spec.prompt else DEFAULT.prompt
    return spec, Shown(score, iou, DEFAULT.most, prompt if prompt.strip(" ,") else DEFAULT.prompt)
