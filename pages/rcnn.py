"""R-CNN to Faster R-CNN (L5, L6, L8, L10, L14): one picture through four nets, stage by stage."""

from __future__ import annotations

import streamlit as st

from cvdemo import zoo
from cvdemo.labs.rcnn.board import detections, follow, name_missing, stage_rows, votes_corner
from cvdemo.labs.rcnn.controls import EXPERIMENTS, choose_family, choose_regions
from cvdemo.labs.rcnn.experiment import FAMILY, available
from cvdemo.labs.rcnn.photo import photo
from cvdemo.labs.rcnn.results import family_runs
from cvdemo.labs.rcnn.times import bars, curves
from cvdemo.nets.fast_rcnn import FastRCNN, fast_rcnn
from cvdemo.nets.faster_rcnn import FasterRCNN, faster_rcnn
from cvdemo.nets.rcnn import RCNN
from cvdemo.nets.rfcn import VotingHead, rfcn
from cvdemo.ops.warp import warp_regions
from cvdemo.ui.additions import additions_chart
from cvdemo.ui.page import code_fold, guarded, header, theory
from cvdemo.ui.published import voc_table
from cvdemo.ui.source import choose_picture
from cvdemo.ui.truth import say_what_it_knows
from cvdemo.ui.try_this import try_this
from cvdemo.zoo.additions import REGION_NETS


@st.fragment
@guarded
def lab() -> None:
    """Source and number of regions on top; under them the stages, the times, the votes."""
    try_this("rcnn", EXPERIMENTS)
    left, right = st.columns([1.6, 1], gap="medium")
    with left:
        chosen = choose_picture("scene")
        additions = choose_family()
    with right:
        count = choose_regions()
    if chosen is None:
        return
    with st.container():  # what stands below keeps its place, whatever is said here
        if chosen.truth is None:
            photo(chosen)
            say_what_it_knows(chosen, *(zoo.spec(key) for key in available(additions=additions)))
        name_missing(additions=additions)
        runs = family_runs(chosen, available(additions=additions), count)
    if not runs:
        return
    with right:
        followed = follow(chosen, runs)
    stage_rows(runs, followed)
    detections(chosen, runs)
    measured, curved = st.container(), st.container()
    votes_corner(chosen, runs)  # it needs no measuring, so it does not wait for those above it
    with measured:
        bars(chosen, runs, count)
    with curved:
        curves(chosen, runs, count)


def main() -> None:
    """The page from top to bottom."""
    header("rcnn")
    lab()
    additions_chart("rcnn", REGION_NETS, ("AP", "AP50", "APs"))
    voc_table(("", *FAMILY))
    theory("rcnn")
    code_fold(
        warp_regions,
        RCNN,
        FastRCNN,
        fast_rcnn,
        FasterRCNN,
        faster_rcnn,
        VotingHead,
        rfcn,
        paper="https://arxiv.org/abs/1506.01497",
        ready_made="`torchvision.models.detection.fasterrcnn_resnet50_fpn`",
    )


main()
