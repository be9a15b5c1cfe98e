"""Region proposals (L4): Selective Search from segments over merges to boxes, and what the boxes find."""

from __future__ import annotations

import streamlit as st

from cvdemo.data.chosen import Chosen
from cvdemo.labs.proposals.board import (
    boxes_over_picture,
    downloads,
    hierarchy_player,
    merged,
    score,
    searched,
)
from cvdemo.labs.proposals.controls import EXPERIMENTS, choose_boxes, choose_strategy
from cvdemo.labs.proposals.experiment import MergedSegments
from cvdemo.metrics.proposals import recall
from cvdemo.ops import grouping
from cvdemo.ops.regions import Strategy, selective_search
from cvdemo.ops.segments import colour_histograms, felzenszwalb_labels, texture_histograms
from cvdemo.ui.page import code_fold, guarded, header, picture_beside, theory
from cvdemo.ui.source import choose_picture
from cvdemo.ui.try_this import try_this


@st.fragment
@guarded
def lab() -> None:
    """Controls left, the hierarchy right; under them the boxes of the search and what they find."""
    try_this("proposals", EXPERIMENTS)
    left, right = picture_beside([1, 2.9], gap="medium")
    with left:
        chosen = choose_picture("scene")
        strategy = choose_strategy()
    if chosen is None:
        return
    merges = merged(chosen, strategy)
    with right:
        hierarchy_player(chosen, strategy, merges)
    st.markdown("#### All boxes")
    boxes(chosen, strategy, merges)


@st.fragment
@guarded
def boxes(chosen: Chosen, strategy: Strategy, merges: MergedSegments) -> None:
    """The boxes of a search over the picture, what they find, and the files; alone when its controls move."""
    with_truth = chosen.truth is not None
    left, middle, right = st.columns([1, 1.8, 1.4] if with_truth else [1, 2.4, 0.8], gap="medium")
    with left:
        knobs = choose_boxes(with_truth=with_truth)
    found = searched(chosen, knobs.search, strategy)
    with middle:
        boxes_over_picture(chosen, found, knobs)
    with right:
        score(chosen, found, knobs, strategy)
    downloads(chosen, merges, found, knobs)


def main() -> None:
    """The page from top to bottom."""
    header("proposals")
    lab()
    theory("proposals")
    code_fold(
        felzenszwalb_labels,
        colour_histograms,
        texture_histograms,
        grouping.fill_similarity,
        grouping.merged,
        grouping.merge_steps,
        grouping.group,
        selective_search,
        recall,
        paper="https://doi.org/10.1007/s11263-013-0620-5",
        ready_made="`selectivesearch` (PyPI), OpenCV contrib's `createSelectiveSearchSegmentation`",
    )


main()
