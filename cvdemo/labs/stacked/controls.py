"""The Stacked frames page's experiments, and which stack is looked at."""

from __future__ import annotations

from typing import Any, NamedTuple

from cvdemo.labs.stacked.experiment import FIRST_MOMENT, lengths
from cvdemo.ui import widgets

A_FRAME: dict[str, Any] = {"use": "segmentation", "clip": 3, "frame": 25}

EXPERIMENTS: dict[str, dict[str, Any]] = {
    "Nothing moves": {"activity": "play guitar", "seed": 36, "moment": 3},
    "A ball in flight": {"activity": "throw", "seed": 6, "moment": 15, "frames": 3},
    "The same, caught": {"activity": "catch", "seed": 6, "moment": 6, "frames": 3},
    "One frame only": {"activity": "walk backwards", "seed": 5, "frames": 1},
    "Noise": {**A_FRAME, "show": "errors"},
    "A clear day": {**A_FRAME, "noise": 0.0, "weather": False, "show": "errors"},
}

USES = ("activity", "segmentation")


def choose_use() -> str:
    """Draws what the stacks are for."""
    return widgets.segmented_control("use", "Stacks for", USES, USES[0])


class Choice(NamedTuple):
    """How many frames are stacked, and the frame that the stack ends at."""

    length: int
    moment: int


def choose_stack(frames: int) -> Choice:
    """Draws the number of frames in a stack, and the moment of a clip of so many."""
    known = lengths()
    length = widgets.segmented_control("frames", "Frames in a stack", known, 3 if 3 in known else known[-1])
    moment = widgets.slider("moment", "The stack ends at frame", 1, frames, FIRST_MOMENT) - 1
    return Choice(length, moment)
