"""Stacked frames (L39): neighbouring frames as channels of one picture, and what each neighbour adds."""

from __future__ import annotations

import streamlit as st

from cvdemo.labs.stacked import experiment
from cvdemo.labs.stacked.board import (
    held_out_figures,
    looked,
    show_answers,
    show_first_layer,
    show_stack,
)
from cvdemo.labs.stacked.controls import EXPERIMENTS, USES, choose_stack, choose_use
from cvdemo.labs.stacked.experiment import FIRST_ACTIVITY, FIRST_SEED
from cvdemo.labs.stacked.frames_board import frame_figures, show_frames
from cvdemo.ops.clip_flow import clip_flow, photometric_error
from cvdemo.ui.activities import choose_activity
from cvdemo.ui.page import code_fold, guarded, header, picture_beside, texts, theory
from cvdemo.ui.try_this import try_this

PAGE = "stacked"


@st.fragment
@guarded
def lab() -> None:
    """Clip and stack left; right the stack, its motion, the first layer and the answers."""
    try_this(PAGE, EXPERIMENTS)
    if choose_use() == USES[1]:
        show_frames()
        return
    if not experiment.lengths():
        st.info(texts(PAGE)["no nets"])
        return
    left, right = picture_beside([1, 3.4], gap="medium")
    with left:
        clip = choose_activity(FIRST_ACTIVITY, FIRST_SEED)
        choice = choose_stack(len(clip))
    with right:
        seen = looked(clip)
        show_stack(clip, seen, choice)
        show_answers(clip, seen, choice)
        show_first_layer(clip, seen, choice)


def main() -> None:
    """The page from top to bottom."""
    header(PAGE)
    lab()
    held_out_figures()
    frame_figures()
    theory(PAGE)

    from cvdemo.nets import early_fusion, frame_features, two_stream, unet  # late: torch
    from cvdemo.train import frames

    code_fold(
        frame_features.windows,
        early_fusion.EarlyFusion,
        two_stream.TwoStream,
        clip_flow,
        photometric_error,
        frames.as_channels,
        unet.UNet,
        paper="https://doi.org/10.1109/CVPR.2014.223",
        ready_made="`torchvision.models.video` has 3-D convolutions instead; "
        "`cv2.DISOpticalFlow` for the second stream",
    )


main()
