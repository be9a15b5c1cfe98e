"""Sliding window to FCN (L21, L22): the same scores window by window and as convolutions, and their cost."""

from __future__ import annotations

from typing import Any

import streamlit as st

from cvdemo import zoo
from cvdemo.data.chosen import Chosen
from cvdemo.labs.fcn.board import accuracy, costs, layer_as_kernel, patch_scores, race
from cvdemo.labs.fcn.experiment import SPEC, STRIDES
from cvdemo.labs.fcn.photo_board import photo
from cvdemo.nets.fcn import convolutionalized
from cvdemo.nets.lite_windows import EveryLite
from cvdemo.nets.patch_classifier import EveryPatch, PatchClassifier, multiply_adds
from cvdemo.ops.windows import shift_and_stitch, slide
from cvdemo.ui import widgets
from cvdemo.ui.page import code_fold, guarded, header, picture_beside, theory
from cvdemo.ui.source import choose_picture
from cvdemo.ui.truth import say_what_it_knows
from cvdemo.ui.try_this import try_this
from cvdemo.zoo import imagenet_windows

SIZES = (48, 64, 96, 128, 192, 256, 384)
EXPERIMENTS: dict[str, dict[str, Any]] = {
    "coarse": {"longest": 192, "stride": 16},
    "its own stride": {"longest": 192, "stride": 4},
    "finer than its own": {"longest": 192, "stride": 2},
    "every pixel, small": {"longest": 96, "stride": 1},
    "a larger picture": {"longest": 384, "stride": 8},
    "a photo": {"source": "sample", "sample": "cat", "photo-longest": 640, "photo-pool": 1},
}
CLASSIFIERS = {spec.key: spec for spec in (SPEC, zoo.spec(imagenet_windows.KEY))}


def choose_classifier(chosen: Chosen) -> zoo.ModelSpec:
    """The classifier whose windows are shown; at first the one that knows such pictures."""
    first = next(key for key, spec in CLASSIFIERS.items() if spec.domain is chosen.domain)
    return CLASSIFIERS[
        widgets.selectbox(
            "classifier", "Classifier", CLASSIFIERS, first, format_func=lambda key: CLASSIFIERS[key].title
        )
    ]


@st.fragment
@guarded
def lab() -> None:
    """Controls left, the two runs right; the folded layer and the cost under them."""
    try_this("fcn", EXPERIMENTS)
    left, right = picture_beside([1, 3.2], gap="medium")
    with left:
        chosen = choose_picture("scene")
        if chosen is None:
            return
        classifier = choose_classifier(chosen)
    if classifier is not SPEC:
        say_what_it_knows(chosen, classifier)
        photo(chosen, left, right)
        return
    with left:
        stride = widgets.select_slider("stride", "Stride in pixels", STRIDES, 8)
        longest = widgets.select_slider("longest", "Longer side in pixels", SIZES, 192)
    with right:
        say_what_it_knows(chosen, SPEC)
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
        EveryLite,
        shift_and_stitch,
        PatchClassifier,
        multiply_adds,
        paper="https://arxiv.org/abs/1411.4038",
        ready_made="`torchvision.models.segmentation.fcn_resnet50`",
    )


main()
