"""RPN and anchors (L8, L9): a cell's anchors, their correction, the funnel from anchors to proposals."""

from __future__ import annotations

import streamlit as st

from cvdemo import zoo
from cvdemo.labs.rpn.board import funnel, paper_table
from cvdemo.labs.rpn.controls import EXPERIMENTS, choose
from cvdemo.labs.rpn.experiment import KEY
from cvdemo.ops.anchors import anchor_sizes, grid_boxes
from cvdemo.ui.page import code_fold, guarded, header, picture_beside, texts, theory
from cvdemo.ui.source import choose_picture
from cvdemo.ui.truth import say_what_it_knows
from cvdemo.ui.try_this import try_this
from cvdemo.zoo.weights import has_weights

PAGE = "rpn"


@st.fragment
@guarded
def lab() -> None:
    """Picture and sliders left, the board right, the paper's counts below."""
    try_this(PAGE, EXPERIMENTS)
    left, right = picture_beside([1, 3.4], gap="medium")
    with left:
        chosen = choose_picture("scene")
        knobs = choose() if has_weights(KEY) else None
    if chosen is None:
        return
    with right:
        if knobs is None:
            st.info(texts(PAGE)["untrained"])
        else:
            say_what_it_knows(chosen, zoo.spec(KEY))
            funnel(chosen, knobs)
    paper_table(chosen)


def main() -> None:
    """The page from top to bottom."""
    header(PAGE)
    lab()
    theory(PAGE)

    from cvdemo.nets import rpn  # late: torch
    from cvdemo.ops.box_coding import decode

    code_fold(
        anchor_sizes,
        grid_boxes,
        rpn.RPN,
        decode,
        rpn.funnel,
        rpn.rpn_loss,
        paper="https://arxiv.org/abs/1506.01497",
        ready_made="`torchvision.models.detection.rpn.RegionProposalNetwork`",
    )


main()
