"""Video (L37): a detector frame by frame, and what tracking and smoothing cure."""

from __future__ import annotations

import streamlit as st

from cvdemo.labs.video import board
from cvdemo.labs.video.controls import EXPERIMENTS, choose_knobs, choose_tracker
from cvdemo.metrics import blinking
from cvdemo.ops.smoothing import one_euro
from cvdemo.ops.tracking import byte_track_steps
from cvdemo.ops.tracks import fill_gaps
from cvdemo.ui import widgets
from cvdemo.ui.clip_work import choose_detector, process, send
from cvdemo.ui.clips import choose_clip, show_strip
from cvdemo.ui.live.camera import choose_width, live_camera
from cvdemo.ui.live.predictors import DetectionPredictor
from cvdemo.ui.live.tracking import tracked
from cvdemo.ui.models import ready
from cvdemo.ui.page import code_fold, guarded, header, theory
from cvdemo.ui.source import is_live
from cvdemo.ui.truth import say_what_it_knows
from cvdemo.ui.try_this import try_this
from cvdemo.video.work import Processed
from cvdemo.zoo import ModelSpec

PAGE = "video"


@st.fragment
@guarded
def lab() -> None:
    """Clip and model on top; the work, then sliders and player in a fragment of their own."""
    try_this(PAGE, EXPERIMENTS)
    left, middle, right = st.columns([1.1, 1, 1.4], gap="medium")
    with left:
        chosen = choose_clip(live=True)
    with middle:
        entry = choose_detector(drawn=chosen is not None and chosen.clip.truths is not None)
        prompt = widgets.text_input("prompt", "What to look for", "person, dog") if entry.prompt else ""
    if is_live() and ready(entry):
        live(entry, prompt)
    if chosen is None or not ready(entry):
        return
    with right:
        show_strip(chosen)
    say_what_it_knows(chosen, entry)
    done = process(entry, chosen, prompt)
    if done is None:
        st.info("This clip has no frames that could be shown.")
        return
    for note in chosen.clip.notes:
        st.warning(f"{note}.", icon="✂️")
    name = f"{entry.key} {prompt} {chosen.clip.identity} {len(done.raw)}"
    results(entry, done, name, own=chosen.own)
    send(done, name)


@st.fragment
@guarded
def live(entry: ModelSpec, prompt: str) -> None:
    """Sliders left, the visitor's camera with numbered tracks right."""
    left, right = st.columns([1, 3], gap="medium")
    with left:
        knobs = choose_tracker(nms=entry.nms)
        width = choose_width()
    with right:
        detector = DetectionPredictor(entry.key, knobs.score, knobs.iou, prompt=prompt)
        live_camera(entry, tracked(detector, knobs), width)


@st.fragment
@guarded
def results(entry: ModelSpec, done: Processed, name: str, *, own: bool) -> None:
    """Sliders left, player right: all that runs when a slider moves."""
    left, right = st.columns([1, 4], gap="medium")
    with left:
        knobs = choose_knobs(nms=entry.nms)
        truth = done.truths is not None and widgets.toggle("truth", "Show the truth")
    with right:
        found = board.show(done, name, knobs, truth=truth, own=own)
        board.downloads(done, found, entry.key)


def main() -> None:
    """The page from top to bottom."""
    header(PAGE)
    lab()
    theory(PAGE)
    code_fold(
        byte_track_steps,
        fill_gaps,
        one_euro,
        blinking.blinking,
        paper="https://arxiv.org/abs/2110.06864",
        ready_made="`trackers.ByteTrackTracker` (Roboflow), `supervision.DetectionsSmoother`",
    )


main()
