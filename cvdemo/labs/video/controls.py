"""The Video page's experiments, sliders and switches."""

from __future__ import annotations

from typing import Any

import streamlit as st

from cvdemo.ops.smoothing import SMOOTHINGS
from cvdemo.ui import widgets
from cvdemo.ui.boxes import Cut
from cvdemo.video.tracked import Tracker, TrackingKnobs

FIRST = TrackingKnobs()
TRACKER_TITLES: dict[Tracker, str] = {"none": "none", "sort": "SORT", "bytetrack": "ByteTrack"}
EXPERIMENTS: dict[str, dict[str, Any]] = {
    "The blinking duck": {"source": "drawn", "seed": 18, "score": 0.6},
    "Two people cross": {"source": "drawn", "seed": 27},
    "The box that jumps": {"source": "drawn", "seed": 26, "smoothing": "moving average", "strength": 1.0},
    "A frame without objects": {"source": "drawn", "seed": 12, "score": 0.6},
    "The camera shakes": {"source": "drawn", "seed": 30, "camera": 1.0},
    "The map that flickers": {"source": "drawn", "seed": 30, "gives": "maps of classes"},
    "A map that lags": {
        "source": "drawn",
        "seed": 30,
        "camera": 1.0,
        "gives": "maps of classes",
        "memory": 0.9,
    },
    "A map of photos": {"source": "sample", "sample": "bikes", "gives": "maps of classes"},
}

SLIDERS = {"score": "Score threshold", "iou": "NMS threshold (IoU)"}
"""Labels of the sliders that the browser follows by itself."""


def choose_tracker(*, nms: bool) -> TrackingKnobs:
    """Draws thresholds and tracker, without smoothing; `nms` says whether the model needs one."""
    score = widgets.slider("score", SLIDERS["score"], 0.05, 1.0, FIRST.score, 0.01)
    iou = widgets.slider("iou", SLIDERS["iou"], 0.0, 1.0, FIRST.iou, 0.05, disabled=not nms)
    tracker = widgets.selectbox(
        "tracker", "Tracker", TRACKER_TITLES, FIRST.tracker, format_func=TRACKER_TITLES.__getitem__
    )
    with st.popover("Tracker's settings", disabled=tracker == "none", width="stretch"):
        match = widgets.slider("match", "Minimum IoU of a match", 0.05, 0.9, FIRST.match_iou, 0.05)
        buffer = widgets.slider("buffer", "Frames that a lost track is kept", 0, 60, FIRST.buffer)
        low = widgets.slider(
            "low", "ByteTrack: minimum score in the second round", 0.05, 0.9, FIRST.low, 0.05,
            disabled=tracker != "bytetrack",
        )  # fmt: skip
    return TrackingKnobs(score, iou, tracker, match, buffer, low)


def choose_knobs(*, nms: bool) -> TrackingKnobs:
    """Draws the sliders; `nms` says whether the model needs one."""
    knobs = choose_tracker(nms=nms)
    off = knobs.tracker == "none"
    smoothing = widgets.selectbox(
        "smoothing", "Smoothing of boxes", SMOOTHINGS, FIRST.smoothing, disabled=off
    )
    strength = widgets.slider(
        "strength", "Strength", 0.0, 1.0, FIRST.strength, 0.05, disabled=off or smoothing == "none"
    )
    vote = widgets.toggle("vote", "One class for each track", FIRST.vote, disabled=off)
    fill = widgets.toggle("fill", "Fill gaps", FIRST.fill, disabled=off)
    return knobs._replace(smoothing=smoothing, strength=strength, vote=vote, fill=fill)


def cuts(knobs: TrackingKnobs) -> dict[str, dict[str, Any]]:
    """The sliders that the browser follows, by name."""
    return {name: Cut(label, getattr(knobs, name))._asdict() for name, label in SLIDERS.items()}
