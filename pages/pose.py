"""Pose (L36): keypoints of people, by heat maps and by regression, and how they are scored."""

from __future__ import annotations

import streamlit as st

from cvdemo import zoo
from cvdemo.labs.pose import results
from cvdemo.labs.pose.board import board, downloads, held_out_figures
from cvdemo.labs.pose.controls import EXPERIMENTS, choose_knobs
from cvdemo.ops.keypoints import correct_keypoints, keypoint_similarity, oks
from cvdemo.ops.peaks import find_peaks
from cvdemo.ui.live.camera import choose_width, live_camera
from cvdemo.ui.live.predictors import DetectionPredictor
from cvdemo.ui.models import about, choose_model, offer_better, ready
from cvdemo.ui.page import code_fold, guarded, header, picture_beside, picture_first, theory
from cvdemo.ui.source import choose_picture, is_live
from cvdemo.ui.truth import say_what_it_knows
from cvdemo.ui.try_this import try_this

PAGE = "pose"


@st.fragment
@guarded
def lab() -> None:
    """Picture, model and sliders on top; under them the people."""
    try_this(PAGE, EXPERIMENTS)
    source, model, sliders, which = st.columns([1.2, 1.2, 1, 1], gap="medium")
    with source:
        chosen = choose_picture("scene", live=True)
    with model:
        spec = choose_model(zoo.Task.POSE, chosen)
        about(spec)
    if is_live():
        if ready(spec):
            live(spec)
        return
    with sliders:
        knobs = choose_knobs()
    if chosen is None or not ready(spec):
        return
    found = results.found(chosen, spec, knobs.score)
    say_what_it_knows(chosen, spec)
    with picture_first():
        board(chosen, spec, found, knobs, which)
    downloads(chosen, found)
    offer_better(spec, chosen, lambda key: {"model": key})


@st.fragment
@guarded
def live(spec: zoo.ModelSpec) -> None:
    """Sliders left, the visitor's camera right."""
    left, right = picture_beside([1, 3], gap="medium")
    with left:
        knobs = choose_knobs()
        width = choose_width()
    with right:
        live_camera(spec, DetectionPredictor(spec.key, knobs.score), width, least=knobs.least)


def main() -> None:
    """The page from top to bottom."""
    header(PAGE)
    lab()
    held_out_figures()
    theory(PAGE)

    from cvdemo.nets import keypoint_rcnn as net  # late: torch
    from cvdemo.ops.heatmaps import heatmaps_to_keypoints

    code_fold(
        net.HeatmapHead,
        net.heatmap_loss,
        heatmaps_to_keypoints,
        net.RegressionHead,
        net.regression_loss,
        find_peaks,
        keypoint_similarity,
        oks,
        correct_keypoints,
        paper="https://arxiv.org/abs/1703.06870",
        ready_made="`torchvision.models.detection.keypointrcnn_resnet50_fpn`, "
        "`pycocotools.cocoeval.COCOeval(..., 'keypoints')`",
    )


main()
