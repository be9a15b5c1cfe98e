"""Sliding window to FCN (L21, L22): the same scores window by window and as convolutions, and their cost."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

from cvdemo.draw.window_costs import cost_curves
from cvdemo.labs.fcn.kernel import reshaped
from cvdemo.labs.fcn.lab import (
    CONVOLVED,
    SLIDING,
    STRIDES,
    Both,
    answers,
    convolved_cost,
    middles,
    race,
    window_cost,
)
from cvdemo.nets.fcn import convolutionalized
from cvdemo.nets.patch_classifier import WINDOW, EveryPatch, PatchClassifier, multiply_adds
from cvdemo.ops.windows import shift_and_stitch, slide, window_counts
from cvdemo.ui.page import code_fold, guarded, header, theory
from cvdemo.ui.source import Chosen, choose_picture
from cvdemo.ui.try_this import try_this

SIZES = (48, 64, 96, 128, 192, 256, 384)
PLAIN = {"displayModeBar": False}
EXPERIMENTS: dict[str, dict[str, Any]] = {
    "coarse": {"longest": 192, "stride": 16},
    "its own stride": {"longest": 192, "stride": 4},
    "finer than its own": {"longest": 192, "stride": 2},
    "every pixel, small": {"longest": 96, "stride": 1},
    "a larger picture": {"longest": 384, "stride": 8},
}


def known(chosen: Chosen, found: Both, stride: int) -> None:
    """On a drawn scene, how many windows got the class of their middle pixel."""
    if chosen.truth is None:
        st.caption("No truth is known of this picture, so nothing is scored.")
        return
    truth = middles(chosen.truth.semantic, found.picture.shape[:2], stride)
    right = found.windows.dense.scores.argmax(0) == truth
    st.caption(
        f"**{100 * np.mean(right):.1f} %** of the {right.size:,} windows have the class of the pixel in "
        "their middle. The classifier is small and sees 32 × 32 pixels: what lies beyond, it cannot know."
    )


def costs(found: Both, stride: int) -> None:
    """Multiply-adds of both ways over all strides, by formula."""
    st.markdown("#### The finer, the dearer")
    height, width = found.picture.shape[:2]
    ways = {SLIDING: window_cost, CONVOLVED: convolved_cost}
    lines = {
        name: [cost(height, width, each).multiply_adds for each in STRIDES] for name, cost in ways.items()
    }
    chart, words = st.columns([1.7, 1], gap="large", vertical_alignment="center")
    chart.plotly_chart(cost_curves(STRIDES, lines, stride), config=PLAIN, key="costs", width="stretch")
    rows, columns = window_counts((height, width), WINDOW, stride)
    words.markdown(
        f"Windows along a side: ⌊(side − {WINDOW}) / {stride}⌋ + 1, here {rows} × {columns} = "
        f"{rows * columns:,}, each {window_cost(height, width, stride).multiply_adds // (rows * columns):,} "
        "multiply-adds.\n\nNeighbouring windows share nearly all their pixels: convolutions compute each "
        "feature once. Below a stride of 4 they run once for each shift of the picture."
    )


@st.fragment
@guarded
def lab() -> None:
    """Controls left, the two runs right; the reshaped layer and the cost under them."""
    try_this("fcn", EXPERIMENTS)
    left, right = st.columns([1, 3.2], gap="medium")
    with left:
        chosen = choose_picture("scene")
        stride = st.select_slider("Stride in pixels", STRIDES, 8, key="stride", bind="query-params")
        longest = st.select_slider("Longer side in pixels", SIZES, 192, key="longest", bind="query-params")
    if chosen is None:
        return
    with right:
        found = answers(chosen, int(longest), int(stride))
        race(chosen, found, int(stride))
        known(chosen, found, int(stride))
    st.markdown("#### The fully connected layer is a convolution")
    reshaped(found)
    costs(found, int(stride))


def main() -> None:
    """The page from top to bottom."""
    header("fcn")
    lab()
    theory("fcn")
    code_fold(
        slide,
        convolutionalized,
        EveryPatch,
        shift_and_stitch,
        PatchClassifier,
        multiply_adds,
        paper="https://arxiv.org/abs/1411.4038",
        ready_made="`torchvision.models.segmentation.fcn_resnet50`",
    )


main()
