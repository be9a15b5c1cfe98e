"""A tracker on a clip's raw detections, step by step: what it predicts, pairs, begins and ends."""

from __future__ import annotations

from typing import NamedTuple

from cvdemo.ops.assignment import Association
from cvdemo.ops.tracking import TRACKERS, FrameBoxes, TrackerSettings, TrackStep, steps_of
from cvdemo.video.raw import RawClip
from cvdemo.video.tracked import Indices, Tracker, TrackingKnobs, tracker_input

MOST_FRAMES = 150  # of a clip that are played step by step

ROUNDS = {
    "sort": ("match",),
    "bytetrack": ("round 1: high scores", "round 2: low scores", "tentative tracks"),
}
"""What a tracker's rounds of pairing are called."""


class StepKnobs(NamedTuple):
    """The sliders of the page; those that a tracker does not use change nothing."""

    tracker: Tracker = "bytetrack"
    score: float = 0.5
    nms: float = 0.5
    iou: float = 0.2
    buffer: int = 10
    hits: int = 2
    low: float = 0.1
    second_iou: float = 0.5
    association: Association = "hungarian"

    def settings(self) -> TrackerSettings:
        """The tracker's settings."""
        return TRACKERS[self.tracker][1]._replace(
            high=self.score, new=self.score, iou=self.iou, buffer=self.buffer, hits=self.hits, low=self.low,
            second_iou=self.second_iou, association=self.association,
        )  # fmt: skip


class TrackingSteps(NamedTuple):
    """The steps of a tracker, one a frame, and the detections that it was given: raw rows and boxes."""

    steps: list[TrackStep]
    rows: list[Indices]
    frames: list[FrameBoxes]


def track_steps(raw: RawClip, knobs: StepKnobs) -> TrackingSteps:
    """Every step of a tracker over the first frames of a clip."""
    given = TrackingKnobs(score=knobs.score, iou=knobs.nms, tracker=knobs.tracker, low=knobs.low)
    rows, frames = tracker_input(raw, given)
    rows, frames = rows[:MOST_FRAMES], frames[:MOST_FRAMES]
    return TrackingSteps(list(steps_of(knobs.tracker, frames, knobs.settings())), rows, frames)


def first_change(found: TrackingSteps) -> int:
    """The first frame, but for two, in which a track is lost, found again, born or removed; else 0."""
    for step in found.steps[2:]:
        if step.lost or step.found_again or step.removed or step.born:
            return step.number
    return 0
