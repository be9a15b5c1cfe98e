"""R-CNN to Faster R-CNN (L5, L6, L8, L10, L14): one picture through four nets, stage by stage."""

from __future__ import annotations

from typing import Any

import streamlit as st

from cvdemo.labs.rcnn.follow import Target, choose_target
from cvdemo.labs.rcnn.lab import Passed, another_world, choose_regions, passed, present
from cvdemo.labs.rcnn.photo import photo
from cvdemo.labs.rcnn.region import followed
from cvdemo.labs.rcnn.scores import results
from cvdemo.labs.rcnn.stages import columns, fed, heading, recomputed, regions, row
from cvdemo.labs.rcnn.times import bars, curves
from cvdemo.labs.rcnn.votes import corner
from cvdemo.nets.fast_rcnn import FastRCNN
from cvdemo.nets.faster_rcnn import FasterRCNN
from cvdemo.nets.rcnn import RCNN
from cvdemo.nets.rfcn import VotingHead
from cvdemo.ops.warp import warp_regions
from cvdemo.ui.page import code_fold, guarded, header, theory
from cvdemo.ui.source import Chosen, choose_picture
from cvdemo.ui.try_this import try_this

SCENE = {"source": "scene", "seed": 7, "preset": "normal"}
EXPERIMENTS: dict[str, dict[str, Any]] = {
    "Ten regions": {**SCENE, "regions": 10, "score": 0.3, "iou": 0.5},
    "A crowd": {"source": "scene", "seed": 36, "preset": "hard", "regions": 300, "score": 0.3},
    "A thousand regions": {**SCENE, "regions": 1000, "curves": True},
    "Half a thing": {**SCENE, "regions": 100, "vote-right": 0.5, "vote-own": True},
    "A photo": {"source": "sample", "sample": "cat", "photo-regions": 64, "photo-score": 0.2},
}


def stages(chosen: Chosen, found: list[Passed], target: Target) -> None:
    """Rows of pictures from the proposals to the detections."""
    with columns("rcnn"):
        heading("① Proposals")
        row(found, lambda one: regions(one, target))
        heading("② What the network is fed")
        row(found, lambda one: fed(one, target))
        recomputed(found)
        followed(found, target)
    results(chosen, found)


@st.fragment
@guarded
def lab() -> None:
    """Source and number of regions on top; under them the stages, the times, the votes."""
    try_this("rcnn", EXPERIMENTS)
    left, right = st.columns([1.6, 1], gap="medium")
    with left:
        chosen = choose_picture("scene")
    with right:
        count = choose_regions()
    if chosen is None:
        return
    with st.container():  # what stands below keeps its place, whatever is said here
        if chosen.truth is None:
            photo(chosen)
            another_world(chosen)
        found = passed(chosen, present(), count)
    if not found:
        return
    with right:
        target = choose_target(chosen, found)
    stages(chosen, found, target)
    measured, asked = st.container(), st.container()
    corner(chosen, found)  # it needs no measuring, so it does not wait for those above it
    with measured:
        bars(chosen, found, count)
    with asked:
        curves(chosen, found, count)


def main() -> None:
    """The page from top to bottom."""
    header("rcnn")
    lab()
    theory("rcnn")
    code_fold(
        warp_regions,
        RCNN,
        FastRCNN,
        FasterRCNN,
        VotingHead,
        paper="https://arxiv.org/abs/1506.01497",
        ready_made="`torchvision.models.detection.fasterrcnn_resnet50_fpn`",
    )


main()
