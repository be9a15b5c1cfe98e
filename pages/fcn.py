"""Sliding window to FCN (L21, L22): the same scores window by window and as convolutions, and their cost."""

from __future__ import annotations

from typing import Any

import streamlit as st

from cvdemo.labs.fcn.board import accuracy, costs, layer_as_kernel, patch_scores, race
from cvdemo.labs.fcn.experiment import STRIDES
from cvdemo.nets.fcn import convolutionalized
from cvdemo.nets.patch_classifier import EveryPatch, PatchClassifier, multiply_adds
from cvdemo.ops.windows import shift_and_stitch, slide
from cvdemo.ui import widgets
from cvdemo.ui.page import code_fold, guarded, header, theory
from cvdemo.ui.source import choose_picture
from cvdemo.ui.try_this import try_this

SIZES = (48, 64, 96, 128, 192, 256, 384)
EXPERIMENTS: dict[str, dict[str, Any]] = {
    "coarse": {"longest": 192, "stride": 16},
    "its own stride": {"longest": 192, "stride": 4},
    "finer than its own": {"longest": 192, "stride": 2},
    "every pixel, small": {"longest": 96, "stride": 1},
    "a larger picture": {"longest": 384, "stride": 8},
}


@st.fragment
@guarded
def lab() -> None:
    """Controls left, the two runs right; the folded layer and the cost under them."""
    try_this("fcn", EXPERIMENTS)
    left, right = st.columns([1, 3.2], gap="medium")
    with left:
        chosen = choose_picture("scene")
        stride = widgets.select_slider("stride", "Stride in pixels", STRIDES, 8)
        longest = widgets.select_slider("longest", "Longer side in pixels", SIZES, 192)
    if chosen is None:
        return
    with right:
        found = patch_scores(chosen, longest, stride)
        race(chosen, found)
        accuracy(chosen, found)
    layer_as_kernel(chosen, longest)
    costs(found)


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
