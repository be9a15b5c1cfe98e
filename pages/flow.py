"""Optical flow (L40): where every pixel goes from one frame to the next, by hand-made methods and by nets."""

from __future__ import annotations

import streamlit as st

from cvdemo.labs.flow import results
from cvdemo.labs.flow.board import downloads, held_out_figures, show
from cvdemo.labs.flow.controls import (
    EXPERIMENTS,
    about_all,
    choose_display,
    choose_knobs,
    choose_methods,
    choose_part,
)
from cvdemo.labs.flow.parts import show_part
from cvdemo.labs.flow.sources import choose_frames, open_pair
from cvdemo.metrics.flow import end_point_error
from cvdemo.ops.flow import occluded, warp
from cvdemo.ops.horn_schunck import horn_schunck_steps
from cvdemo.ops.lucas_kanade import dense_steps, track_steps
from cvdemo.ui.page import code_fold, guarded, header, picture_first, theory
from cvdemo.ui.truth import say_what_it_knows
from cvdemo.ui.try_this import try_this
from cvdemo.zoo.spec import Source

PAGE = "flow"


@st.fragment
@guarded
def lab() -> None:
    """Frames and methods on top, the board under them, then one closer look."""
    try_this(PAGE, EXPERIMENTS)
    left, right = st.columns([1, 1.4], gap="medium")
    with left:
        choice = choose_frames()
    if choice is None:
        return
    pair = open_pair(choice)
    with right:
        specs = choose_methods(pair.domain)
        display, row = choose_display(pair.motion is not None)
        knobs = choose_knobs(row)
        about_all(specs, row)
    runs = results.flows(pair, specs, knobs)
    if nets := [spec for spec in specs if spec.source is not Source.METHOD]:
        say_what_it_knows(pair, *nets)
    with picture_first():
        show(pair, runs, specs, knobs, display)
    downloads(pair, runs, display)
    show_part(choose_part(), choice, pair, runs, knobs)


def main() -> None:
    """The page from top to bottom."""
    header(PAGE)
    st.latex(r"I_x\,u + I_y\,v + I_t = 0")
    lab()
    held_out_figures()
    theory(PAGE)
    code_fold(
        dense_steps,
        track_steps,
        horn_schunck_steps,
        warp,
        occluded,
        end_point_error,
        paper="https://arxiv.org/abs/2003.12039",
        ready_made="`cv2.calcOpticalFlowPyrLK`, `cv2.calcOpticalFlowFarneback`, `cv2.DISOpticalFlow`, "
        "`torchvision.models.optical_flow.raft_large`",
    )


main()
