"""Video (L37): a model frame by frame, and what tracking and smoothing over time cure."""

from __future__ import annotations

from functools import partial

import streamlit as st

from cvdemo.labs.video import board, map_board
from cvdemo.labs.video.controls import EXPERIMENTS, choose_knobs, choose_tracker
from cvdemo.labs.video.map_controls import OPACITY, choose_smoothing, choose_view
from cvdemo.metrics import blinking
from cvdemo.ops.map_smoothing import average_probabilities, vote
from cvdemo.ops.smoothing import one_euro
from cvdemo.ops.tracking import byte_track_steps
from cvdemo.ops.tracks import fill_gaps
from cvdemo.ui import widgets
from cvdemo.ui.clip_work import choose_detector, process, process_maps, send
from cvdemo.ui.clips import ChosenClip, choose_clip, show_strip
from cvdemo.ui.live.camera import choose_width, live_camera
from cvdemo.ui.live.predictors import DetectionPredictor, SegmentationPredictor
from cvdemo.ui.live.tracking import tracked
from cvdemo.ui.models import about, choose_model, ready
from cvdemo.ui.page import code_fold, guarded, header, picture_beside, theory
from cvdemo.ui.source import is_live
from cvdemo.ui.truth import say_what_it_knows
from cvdemo.ui.try_this import try_this
from cvdemo.video.work import Processed, ProcessedMaps
from cvdemo.zoo import ModelSpec, Task

PAGE = "video"
GIVES = ("objects", "maps of classes")


@guarded
def lab() -> None:
    """Clip and model on top; the work, then sliders and player in a fragment of their own.

    It is no fragment itself: a click in one waits until the run is over, and *Stop* must not.
    """
    try_this(PAGE, EXPERIMENTS)
    left, middle, right = st.columns([1.1, 1, 1.4], gap="medium")
    with left:
        chosen = choose_clip(live=True)
    with middle:
        entry, prompt = choose_network(chosen)
    if is_live() and ready(entry):
        (live_maps if entry.task is Task.SEGMENT else partial(live, prompt=prompt))(entry)
    if chosen is None or not ready(entry):
        return
    with right:
        show_strip(chosen)
    say_what_it_knows(chosen, entry)
    if entry.task is Task.SEGMENT:
        segmented(entry, chosen)
    else:
        detected(entry, chosen, prompt)


def choose_network(chosen: ChosenClip | None) -> tuple[ModelSpec, str]:
    """The model, and what to look for with one that is asked in words."""
    kind = widgets.segmented_control("gives", "What the model gives", GIVES, GIVES[0], wrap=True)
    if kind == GIVES[1]:
        entry = choose_model(Task.SEGMENT, chosen, key="segmenter")
        about(entry)
        return entry, ""
    entry = choose_detector(drawn=chosen is not None and chosen.clip.truths is not None)
    return entry, widgets.text_input("prompt", "What to look for", "person, dog") if entry.prompt else ""


def detected(entry: ModelSpec, chosen: ChosenClip, prompt: str) -> None:
    """A detector's work, then its boxes frame by frame and tracked."""
    done = process(entry, chosen, prompt)
    if say_what_was_read(chosen, done) and done is not None:
        name = f"{entry.key} {prompt} {chosen.clip.identity} {len(done.raw)}"
        results(entry, done, name, own=chosen.own)
        send(done, name)


def segmented(entry: ModelSpec, chosen: ChosenClip) -> None:
    """A segmenter's work, then its maps frame by frame and smoothed."""
    done = process_maps(entry, chosen)
    if say_what_was_read(chosen, done) and done is not None:
        name = f"{entry.key} {chosen.clip.identity} {len(done.maps)}"
        map_results(entry, done, name, own=chosen.own)
        map_board.send(done, name)


def say_what_was_read(chosen: ChosenClip, done: Processed | ProcessedMaps | None) -> bool:
    """What was left out of a clip; False, with a sentence, where there is nothing to show."""
    if done is None:
        st.info("This clip has no frames that could be shown.")
        return False
    for note in chosen.clip.notes:
        st.warning(f"{note}.", icon=":material/content_cut:")
    return True


@st.fragment
@guarded
def live(entry: ModelSpec, *, prompt: str) -> None:
    """Sliders left, the visitor's camera with numbered tracks right."""
    left, right = picture_beside([1, 3], gap="medium")
    with left:
        knobs = choose_tracker(nms=entry.nms)
        width = choose_width()
    with right:
        detector = DetectionPredictor(entry.key, knobs.score, knobs.iou, prompt=prompt)
        live_camera(entry, tracked(detector, knobs), width)


@st.fragment
@guarded
def live_maps(entry: ModelSpec) -> None:
    """The visitor's camera under the map of its classes."""
    left, right = picture_beside([1, 3], gap="medium")
    with left:
        opacity = widgets.slider("opacity", OPACITY.label, 0.0, 1.0, OPACITY.value, 0.05)
        width = choose_width()
    with right:
        live_camera(entry, SegmentationPredictor(entry.key), width, opacity=opacity)


@st.fragment
@guarded
def results(entry: ModelSpec, done: Processed, name: str, *, own: bool) -> None:
    """Sliders left, player right: all that runs when a slider moves."""
    left, right = picture_beside([1, 4], gap="medium")
    with left:
        knobs = choose_knobs(nms=entry.nms)
        truth = done.truths is not None and widgets.toggle("truth", "Show the truth")
    with right:
        found = board.show(done, name, knobs, truth=truth, own=own)
        board.downloads(done, found, entry.key)


@st.fragment
@guarded
def map_results(entry: ModelSpec, done: ProcessedMaps, name: str, *, own: bool) -> None:
    """Smoothing left, player right: all that runs when a slider moves."""
    left, right = picture_beside([1, 4], gap="medium")
    with left:
        knobs = choose_smoothing()
    found = map_board.compared(done, name, knobs, own=own)
    with left:
        view = choose_view(truth=found.truth is not None)
    with right:
        map_board.show(done, name, knobs, view, found)
        map_board.downloads(done, found, entry.key, view.opacity)


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
        average_probabilities,
        vote,
        paper="https://arxiv.org/abs/2110.06864",
        ready_made="`trackers.ByteTrackTracker` (Roboflow), `supervision.DetectionsSmoother`",
    )


main()
