"""Region proposals (L4): Selective Search from segments over merges to boxes, and what the boxes find."""

from __future__ import annotations

from typing import Any

import streamlit as st

from cvdemo.labs.proposals.boxes import box_controls, boxes_over_picture, score, searched
from cvdemo.labs.proposals.downloads import downloads
from cvdemo.labs.proposals.lab import Grown, controls, experiment, grown, hierarchy_player
from cvdemo.metrics.proposals import recall
from cvdemo.ops.grouping import fill_similarity, group, merge_steps, merged
from cvdemo.ops.regions import Strategy, selective_search
from cvdemo.ops.segments import colour_histograms, felzenszwalb_labels, texture_histograms
from cvdemo.ui.page import code_fold, guarded, header, theory
from cvdemo.ui.source import Chosen, choose_picture
from cvdemo.ui.try_this import try_this

ONE: dict[str, Any] = {"search": "one", "n": 100}
EXPERIMENTS: dict[str, dict[str, Any]] = {
    "only colour": experiment(similarities=("colour",)) | ONE,
    "only size": experiment(similarities=("size",)) | ONE,
    "coarse segments": experiment(scale=500.0) | ONE,
    "fine segments": experiment(scale=20.0, min_size=10) | ONE,
    "without colours": experiment(space="grey") | ONE,
    "a hard scene": experiment() | {"source": "scene", "preset": "hard", "search": "fast", "n": 100},
    "many hierarchies": experiment() | {"search": "quality", "n": 1000},
    "as at first": experiment() | {"preset": "normal", "search": "fast", "n": 100},
}


@st.fragment
@guarded
def lab() -> None:
    """Controls left, the hierarchy right; under them the boxes of the search and what they find."""
    try_this("proposals", EXPERIMENTS)
    left, right = st.columns([1, 2.9], gap="medium")
    with left:
        chosen = choose_picture("scene")
        strategy = controls()
    if chosen is None:
        return
    tree = grown(chosen, strategy)
    with right:
        hierarchy_player(chosen, strategy, tree)
    st.markdown("#### All boxes")
    boxes(chosen, strategy, tree)


@st.fragment
@guarded
def boxes(chosen: Chosen, strategy: Strategy, tree: Grown) -> None:
    """The boxes of a search over the picture, what they find, and the files; alone when its controls move."""
    known = chosen.truth is not None
    left, middle, right = st.columns([1, 1.8, 1.4] if known else [1, 2.4, 0.8], gap="medium")
    with left:
        shown = box_controls(known)
    found = searched(chosen, shown.search, strategy)
    with middle:
        boxes_over_picture(chosen, found, shown)
    with right:
        score(chosen, found, shown, strategy)
    downloads(st.container(horizontal=True, gap="small"), chosen, tree, found, shown)


def main() -> None:
    """The page from top to bottom."""
    header("proposals")
    lab()
    theory("proposals")
    code_fold(
        felzenszwalb_labels,
        colour_histograms,
        texture_histograms,
        fill_similarity,
        merged,
        merge_steps,
        group,
        selective_search,
        recall,
        paper="https://doi.org/10.1007/s11263-013-0620-5",
        ready_made="`selectivesearch` (PyPI), OpenCV contrib's `createSelectiveSearchSegmentation`",
    )


main()
