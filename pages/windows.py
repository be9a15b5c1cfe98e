"""Sliding window (L3): a window over a pyramid, its heat maps, its cost, and what comes out of it."""

from __future__ import annotations

from typing import Any

import streamlit as st

from cvdemo.data.detections_json import to_csv
from cvdemo.data.pictures import fit, to_jpeg, to_png
from cvdemo.draw.detections import draw_detections
from cvdemo.draw.search_costs import count_curves
from cvdemo.labs.windows.lab import (
    FACTOR,
    MOST_SCALES,
    SMALLEST,
    STRIDES,
    Found,
    Search,
    board,
    found_in,
    raw_windows,
)
from cvdemo.metrics.scene import scene_score
from cvdemo.nets.fcn import convolutionalized
from cvdemo.nets.sliding_window import STRIDE, WINDOW, EveryWindow, SlidingWindow, WindowClassifier
from cvdemo.ops.detections import select
from cvdemo.ops.windows import pyramid, pyramid_count, slide
from cvdemo.ui.page import code_fold, guarded, header, theory
from cvdemo.ui.source import Chosen, choose_picture
from cvdemo.ui.truth import say_what_it_knows
from cvdemo.ui.try_this import try_this

PLAIN = {"displayModeBar": False}
SQUARE, SHAPES = (1.0,), (0.5, 1.0, 2.0)
SCENE: dict[str, Any] = {"source": "scene", "seed": 7, "preset": "normal", "stride": 8, "shapes": False}
EXPERIMENTS: dict[str, dict[str, Any]] = {
    "One size": {**SCENE, "smallest": 36, "scales": 1},
    "A pyramid": {**SCENE, "smallest": 24, "scales": 4},
    "Wide and upright": {**SCENE, "smallest": 24, "scales": 4, "shapes": True},
    "Half the stride": {**SCENE, "smallest": 24, "scales": 4, "stride": 4},
    "In strides of 32": {**SCENE, "smallest": 24, "scales": 4, "stride": 32},
}


def knobs(left: Any, right: Any) -> Search:
    """The search that the sliders ask for."""
    smallest = left.select_slider(
        "Smallest window in pixels", SMALLEST, 24, key="smallest", bind="query-params"
    )
    scales = left.slider(
        f"Scales, each {FACTOR:g} × the last", 1, MOST_SCALES, 4, key="scales", bind="query-params"
    )
    stride = right.select_slider("Stride in pixels", STRIDES, 8, key="stride", bind="query-params")
    shapes = right.toggle("Wide and upright windows too", key="shapes", bind="query-params")
    return Search(int(smallest), int(scales), int(stride), SHAPES if shapes else SQUARE)


def counters(found: Found) -> None:
    """Calls and seconds of both ways, side by side, and how they compare."""
    slid, dense = st.columns(2, gap="large")
    for side, title, (calls, seconds), note in (
        (slid, "Window by window", found.windows, "a classification for each"),
        (dense, "By convolution", found.convolved, "all windows of a picture at once"),
    ):
        with side.container(border=True):
            st.markdown(f"**{title}**, {note}")
            one, other = st.columns(2)
            one.metric("network calls", f"{calls:,}")
            other.metric("measured here", f"{seconds:.2f} s" if seconds >= 1 else f"{1000 * seconds:.0f} ms")
    height, width = found.size
    terms = [f"{probabilities.shape[1]} × {probabilities.shape[2]}" for probabilities in found.probabilities]
    many = " + ".join(terms[:6]) + (f" + {len(terms) - 6} more" if len(terms) > 6 else "")
    st.caption(
        f"The picture is {width} × {height} to the net. Windows of all levels: {many} = "
        f"**{found.windows[0]:,}**. "
        f"Both ways give the same scores: the largest difference is {found.apart:.0e}, and one takes "
        f"**{found.windows[1] / found.convolved[1]:.0f} ×** the other's time."
    )


def costs(found: Found) -> None:
    """How many windows there would be with other knobs, by formula."""
    st.markdown("#### What each knob costs")
    now = found.search

    def count(**changes: Any) -> int:
        return now._replace(**changes).windows(found.size)

    scales = list(range(1, MOST_SCALES + 1))
    lines = {
        "smallest window in pixels": (SMALLEST, [count(smallest=v) for v in SMALLEST]),
        "scales": (scales, [count(scales=v) for v in scales]),
        "stride in pixels": (STRIDES, [count(stride=v) for v in STRIDES]),
    }
    figure = count_curves(lines, (now.smallest, now.scales, now.stride))
    st.plotly_chart(figure, config=PLAIN, key="costs", width="stretch")
    st.caption(
        f"By formula: a level of W × H pixels has (⌊(W − {WINDOW}) / s⌋ + 1) × (⌊(H − {WINDOW}) / s⌋ + 1) "
        f"windows. By convolution there is one call a level, and below a stride of {STRIDE} one for each "
        "shift."
    )


@st.fragment
@guarded
def detections(chosen: Chosen, found: Found) -> None:
    """Windows above the threshold that NMS leaves, and the score where the truth is known."""
    st.markdown("#### What is left after NMS")
    left, right = st.columns([1, 2.6], gap="medium")
    with left:
        score = st.slider("Score threshold", 0.05, 1.0, 0.5, 0.01, key="score", bind="query-params")
        iou = st.slider("NMS threshold (IoU)", 0.0, 1.0, 0.3, 0.05, key="iou", bind="query-params")
    height, width = chosen.picture.shape[:2]
    raw = raw_windows(found, width, height)
    kept = select(raw, score=score, iou=iou)
    drawn = draw_detections(chosen.picture, kept)
    with right:
        if chosen.truth is not None:
            st.markdown(scene_score(kept, chosen.truth).text())
        st.image(to_jpeg(fit(drawn, 1280)), width="stretch", alt=f"{chosen.name}: {len(kept)} windows")
    with left:
        passing = int((raw.confidence >= score).sum()) if raw.confidence is not None else 0
        st.caption(
            f"{passing:,} windows pass the score threshold, NMS leaves **{len(kept)}**. A window *is* the "
            "box: it has one of a few sizes and shapes and stands on a grid, so it hardly ever fits. "
            "Correcting it is R-CNN's idea."
        )
        stem = chosen.name.rsplit(".", 1)[0]
        row = st.container(horizontal=True, gap="small")
        row.download_button("PNG", lambda: to_png(drawn), f"{stem}-windows.png", "image/png", key="png")
        row.download_button("CSV", lambda: to_csv(kept), f"{stem}-windows.csv", "text/csv", key="csv")


@st.fragment
@guarded
def lab() -> None:
    """Picture and knobs on top, the running window, its cost and its detections under them."""
    try_this("windows", EXPERIMENTS)
    source, left, right = st.columns([1.15, 1, 1], gap="large")
    with source:
        chosen = choose_picture("scene")
    search = knobs(left, right)
    if chosen is None:
        return
    say_what_it_knows(chosen.truth)
    found = found_in(chosen, search)
    board(chosen, found)
    counters(found)
    detections(chosen, found)
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
