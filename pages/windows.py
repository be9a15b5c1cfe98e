"""Sliding window (L3): a window over a pyramid, its heat maps, its cost, and what comes out of it."""

from __future__ import annotations

from typing import Any

import streamlit as st

from cvdemo import zoo
from cvdemo.data.chosen import Chosen
from cvdemo.labs.windows.board import board, costs, counters, detections, pyramid_scores, shown_pyramid
from cvdemo.labs.windows.experiment import FACTOR, KEY, MOST_SCALES, SMALLEST, STRIDES, Search, raw_windows
from cvdemo.labs.windows.photo_board import photo
from cvdemo.nets.fcn import convolutionalized
from cvdemo.nets.sliding_window import EveryWindow, SlidingWindow, WindowClassifier
from cvdemo.ops.windows import pyramid, pyramid_count, slide
from cvdemo.ui import widgets
from cvdemo.ui.page import code_fold, guarded, header, picture_first, theory
from cvdemo.ui.source import choose_picture
from cvdemo.ui.truth import say_what_it_knows
from cvdemo.ui.try_this import try_this
from cvdemo.zoo import imagenet_windows

SQUARE, SHAPES = (1.0,), (0.5, 1.0, 2.0)
SCENE: dict[str, Any] = {"source": "scene", "seed": 7, "preset": "normal", "stride": 8, "shapes": False}
EXPERIMENTS: dict[str, dict[str, Any]] = {
    "One size": {**SCENE, "smallest": 36, "scales": 1},
    "A pyramid": {**SCENE, "smallest": 24, "scales": 4},
    "Wide and upright": {**SCENE, "smallest": 24, "scales": 4, "shapes": True},
    "Half the stride": {**SCENE, "smallest": 24, "scales": 4, "stride": 4},
    "In strides of 32": {**SCENE, "smallest": 24, "scales": 4, "stride": 32},
    "A photo": {"source": "sample", "sample": "coffee"},
}


def choose_classifier(chosen: Chosen) -> zoo.ModelSpec:
    """The classifier of windows; at first the one that knows such pictures."""
    specs = {key: zoo.spec(key) for key in (KEY, imagenet_windows.KEY)}
    first = next(key for key, spec in specs.items() if spec.domain is chosen.domain)
    return specs[
        widgets.selectbox("classifier", "Classifier", specs, first, format_func=lambda key: specs[key].title)
    ]


def choose_search(left: Any, right: Any) -> Search:
    """The search that the sliders set."""
    smallest = widgets.select_slider("smallest", "Smallest window in pixels", SMALLEST, 24, place=left)
    label = f"Scales, each {FACTOR:g} × the last"
    scales = widgets.slider("scales", label, 1, MOST_SCALES, 4, place=left)
    stride = widgets.select_slider("stride", "Stride in pixels", STRIDES, 8, place=right)
    shapes = widgets.toggle("shapes", "Wide and upright windows too", place=right)
    return Search(smallest, scales, stride, SHAPES if shapes else SQUARE)


@st.fragment
@guarded
def lab() -> None:
    """Picture and knobs on top, the running window, its cost and its detections under them."""
    try_this("windows", EXPERIMENTS)
    source, left, right = st.columns([1.15, 1, 1], gap="large")
    with source:
        chosen = choose_picture("scene")
    if chosen is None:
        return
    with source:
        classifier = choose_classifier(chosen)
    say_what_it_knows(chosen, classifier)
    if classifier.key != KEY:
        photo(chosen, left, right)
        return
    found = pyramid_scores(chosen, choose_search(left, right))
    with picture_first():
        board(chosen, shown_pyramid(chosen, found))
    counters(found)
    height, width = chosen.picture.shape[:2]
    detections(chosen, raw_windows(found, width, height))
    costs(found)


def main() -> None:
    """The page from top to bottom."""
    header("windows")
    lab()
    theory("windows")
    code_fold(
        pyramid,
        pyramid_count,
        slide,
        WindowClassifier,
        EveryWindow,
        convolutionalized,
        SlidingWindow,
        paper="https://arxiv.org/abs/1312.6229",
        ready_made="none: detectors have left it behind; `skimage.transform.pyramid_gaussian` makes pyramids",
    )


main()
