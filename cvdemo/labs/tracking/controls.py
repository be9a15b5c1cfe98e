"""The Tracking page's experiments and sliders."""

from __future__ import annotations

from typing import Any

from cvdemo.labs.tracking.experiment import StepKnobs
from cvdemo.ui import widgets
from cvdemo.video.tracked import Tracker

FIRST = StepKnobs()
TRACKERS: tuple[Tracker, ...] = ("sort", "bytetrack")

EXPERIMENTS: dict[str, dict[str, Any]] = {
    "Two people cross": {"source": "drawn", "seed": 27, "frame": 27},
    "A low score continues": {"source": "drawn", "seed": 12, "score": 0.6, "frame": 34},
    "SORT forgets at once": {
        "source": "drawn", "seed": 12, "score": 0.6, "tracker": "sort", "buffer": 1, "frame": 34,
    },
    "Too strict": {"source": "drawn", "seed": 27, "iou": 0.9},
    "Greedy": {"source": "sample", "sample": "vtest", "score": 0.2, "association": "greedy", "frame": 60},
}  # fmt: skip


def choose_knobs(*, nms: bool) -> StepKnobs:
    """Draws the sliders; `nms` says whether the model needs one."""
    tracker = widgets.segmented_control("tracker", "Tracker", TRACKERS, FIRST.tracker)
    score = widgets.slider("score", "Score threshold", 0.05, 1.0, FIRST.score, 0.01)
    overlap = widgets.slider("nms", "NMS threshold (IoU)", 0.0, 1.0, FIRST.nms, 0.05, disabled=not nms)
    iou = widgets.slider("iou", "Minimum IoU of a match", 0.05, 0.95, FIRST.iou, 0.05)
    buffer = widgets.slider("buffer", "Frames that a lost track is kept", 0, 60, FIRST.buffer)
    hits = widgets.slider("hits", "Detections that confirm a track", 1, 6, FIRST.hits)
    one = tracker == "sort"
    low = widgets.slider("low", "Second round: minimum score", 0.05, 0.9, FIRST.low, 0.05, disabled=one)
    second = widgets.slider(
        "second", "Second round: minimum IoU", 0.05, 0.95, FIRST.second_iou, 0.05, disabled=one
    )
    ways = ("hungarian", "greedy")
    association = widgets.segmented_control("association", "Assignment", ways, FIRST.association, wrap=True)
    return StepKnobs(tracker, score, overlap, iou, buffer, hits, low, second, association)  # type: ignore[arg-type]
