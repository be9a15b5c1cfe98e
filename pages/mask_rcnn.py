"""Mask R-CNN (L34, L35): from a RoI's features to the masks of all classes, and back to the picture."""

from __future__ import annotations

import streamlit as st

from cvdemo import zoo
from cvdemo.labs.mask_rcnn.board import board
from cvdemo.labs.mask_rcnn.controls import EXPERIMENTS, choose_net
from cvdemo.ops.masks import paste_patch
from cvdemo.ui.page import code_fold, guarded, header, picture_first, texts, theory
from cvdemo.ui.source import choose_picture
from cvdemo.ui.truth import say_what_it_knows
from cvdemo.ui.try_this import try_this

PAGE = "mask_rcnn"


@st.fragment
@guarded
def lab() -> None:
    """Experiments and the picture's source on top, the board below."""
    try_this(PAGE, EXPERIMENTS)
    with st.popover(":material/image: Picture"):
        chosen = choose_picture("scene")
    if chosen is None:
        st.info("Choose a picture to begin.")
        return
    key = choose_net(chosen)
    if not key:
        st.info(texts(PAGE)["untrained"])
        return
    say_what_it_knows(chosen, zoo.spec(key))
    with picture_first():
        board(chosen, key)


def main() -> None:
    """The page from top to bottom."""
    header(PAGE)
    lab()
    theory(PAGE)

    from cvdemo.nets.mask_rcnn import MaskHead, MaskRCNN, mask_loss, project_masks  # late: torch

    code_fold(
        MaskRCNN,
        MaskHead,
        project_masks,
        mask_loss,
        paste_patch,
        paper="https://arxiv.org/abs/1703.06870",
        ready_made="`torchvision.models.detection.maskrcnn_resnet50_fpn`",
    )


main()
