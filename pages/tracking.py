"""Tracking: predict, match, live and die, step by step: SORT and ByteTrack on a clip's detections."""

from __future__ import annotations

import streamlit as st

from cvdemo.labs.tracking import board
from cvdemo.labs.tracking.controls import EXPERIMENTS, choose_knobs
from cvdemo.ops.assignment import assign
from cvdemo.ops.kalman import BoxFilter
from cvdemo.ops.tracking import byte_track_steps, sort_steps
from cvdemo.ui.clip_work import choose_detector, process, send
from cvdemo.ui.clips import choose_clip
from cvdemo.ui.models import ready
from cvdemo.ui.page import code_fold, guarded, header, picture_beside, theory
from cvdemo.ui.truth import say_what_it_knows
from cvdemo.ui.try_this import try_this
from cvdemo.video.work import Processed
from cvdemo.zoo import ModelSpec

PAGE = "tracking"


@guarded
def lab() -> None:
    """Clip and model on top; sliders and board under them, in a fragment of their own.

    It is no fragment itself: a click in one waits until the run is over, and *Stop* must not.
    """
    try_this(PAGE, EXPERIMENTS)
    left, right = st.columns([1, 1], gap="medium")
    with left:
        chosen = choose_clip()
    with right:
        entry = choose_detector(drawn=chosen is not None and chosen.clip.truths is not None)
    if chosen is None or not ready(entry):
        return
    say_what_it_knows(chosen, entry)
    done = process(entry, chosen, "person, dog" if entry.prompt else "")
    if done is None:
        st.info("This clip has no frames that could be shown.")
        return
    name = f"{entry.key} {chosen.clip.identity} {len(done.raw)}"
    steps(entry, done, name, own=chosen.own)
    send(done, name)


@st.fragment
@guarded
def steps(entry: ModelSpec, done: Processed, name: str, *, own: bool) -> None:
    """Sliders left, board right: all that runs when a slider moves."""
    left, right = picture_beside([1, 4], gap="medium")
    with left:
        knobs = choose_knobs(nms=entry.nms)
    with right:
        board.show(done, name, knobs, own=own)


def main() -> None:
    """The page from top to bottom."""
    header(PAGE)
    lab()
    theory(PAGE)
    code_fold(
        sort_steps,
        byte_track_steps,
        assign,
        BoxFilter,
        paper="https://arxiv.org/abs/2110.06864",
        ready_made="`trackers.SORTTracker`, `trackers.ByteTrackTracker` (Roboflow)",
    )


main()
