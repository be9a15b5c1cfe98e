"""IoU (L16): two boxes to drag, the four measures, and what a pixel of error costs."""

from __future__ import annotations

import streamlit as st

from cvdemo.draw.iou import draw_overlap
from cvdemo.labs.iou.board import board, current_pair
from cvdemo.labs.iou.controls import choose_object, experiments, show_detector, show_shift
from cvdemo.ops.iou import (
    box_iou,
    centre_distance,
    complete_box_iou,
    distance_box_iou,
    generalized_box_iou,
    iou_under_shift,
    overlap,
)
from cvdemo.ui.downloads import offer, png
from cvdemo.ui.page import code_fold, guarded, header, picture_beside, theory
from cvdemo.ui.source import choose_picture


@st.fragment
@guarded
def lab() -> None:
    """Picture and experiments left, the boxes right, the curves under them."""
    left, right = picture_beside([1, 2.6], gap="medium")
    with left:
        chosen = choose_picture("scene")
        if chosen is None:
            return
        pair = current_pair(chosen)
        choose_object(chosen, pair)
        experiments(chosen)
    with right:
        board(chosen, pair)
        offer(chosen.name, png(lambda: draw_overlap(chosen.picture, pair.truth, pair.prediction)))
    shift, detector = st.columns(2, gap="large")
    with shift:
        show_shift(pair)
    with detector:
        show_detector(chosen, pair)


def main() -> None:
    """The page from top to bottom."""
    header("iou")
    lab()
    theory("iou")
    code_fold(
        box_iou,
        overlap,
        generalized_box_iou,
        distance_box_iou,
        centre_distance,
        complete_box_iou,
        iou_under_shift,
        paper="https://arxiv.org/abs/1911.08287",
        ready_made="`torchvision.ops.box_iou`, `generalized_box_iou`, `distance_box_iou`, `complete_box_iou`",
    )


main()
