"""RPN and anchors (L8, L9): a cell's anchors, where the network shifts them, the funnel to the proposals."""

from __future__ import annotations

import streamlit as st

from cvdemo.labs.rpn.board import board, downloads
from cvdemo.labs.rpn.controls import EXPERIMENTS, choose
from cvdemo.labs.rpn.experiment import KEY, Choice, Passed, Seen, passed, seen
from cvdemo.labs.rpn.paper import full_size
from cvdemo.ops.anchors import anchor_sizes, grid_boxes
from cvdemo.ui.page import code_fold, guarded, header, texts, theory
from cvdemo.ui.source import Chosen, choose_picture
from cvdemo.ui.try_this import try_this
from cvdemo.zoo.weights import has_weights

PAGE = "rpn"


def known(chosen: Chosen, found: Seen, left: Passed) -> None:
    """What it cost, and on a drawn scene the score of what came out at the end."""
    height, width = found.size
    cost = (
        f"Network {found.milliseconds:.0f} ms on {width} × {height} pixels, once for each picture · "
        f"funnel and head {left.milliseconds:.0f} ms"
    )
    if left.score is None:
        st.info(texts(PAGE)["photo"])
        st.caption(f"{cost}.")
        return
    st.markdown(f"Detections: {left.score.text()}")
    st.caption(f"On the cards, the share of true boxes that are found at IoU .5 · .7. {cost}.")


def funnelled(chosen: Chosen, choice: Choice) -> None:
    """The board and all that is known of what it shows."""
    found = seen(chosen)
    left = passed(chosen, found, choice)
    board(chosen, found, choice, left)
    if not len(left.rows):
        st.info(texts(PAGE)["nothing"])
    known(chosen, found, left)
    downloads(chosen, found, left)


@st.fragment
@guarded
def lab() -> None:
    """Picture and sliders left, the board right, the paper's counts below."""
    try_this(PAGE, EXPERIMENTS)
    left, right = st.columns([1, 3.4], gap="medium")
    with left:
        chosen = choose_picture("scene")
        choice = choose() if has_weights(KEY) else None
    if chosen is None:
        return
    with right:
        if choice is None:
            st.info(texts(PAGE)["untrained"])
        else:
            funnelled(chosen, choice)
    full_size(chosen)


def main() -> None:
    """The page from top to bottom."""
    header(PAGE)
    lab()
    theory(PAGE)

    from cvdemo.nets.rpn import RPN, funnel, rpn_loss  # late: torch
    from cvdemo.ops.box_coding import decode

    code_fold(
        anchor_sizes,
        grid_boxes,
        RPN,
        decode,
        funnel,
        rpn_loss,
        paper="https://arxiv.org/abs/1506.01497",
        ready_made="`torchvision.models.detection.rpn.RegionProposalNetwork`",
    )


main()
