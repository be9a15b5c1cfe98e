"""A clip's raw detections frame by frame and tracked: boxes, scores, time lines."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cvdemo.metrics.blinking import Blinking, BlinkingSeries, blinking, blinking_series
from cvdemo.metrics.tracking import TrackingScores
from cvdemo.video.raw import RawClip
from cvdemo.video.score import score_clip, total
from cvdemo.video.tracked import ClipBoxes, TrackingKnobs, as_tracks, frame_by_frame
from cvdemo.video.work import Processed


class Compared(NamedTuple):
    """What the knobs leave of a clip frame by frame and along tracks, and how unsteady both are."""

    without: ClipBoxes
    tracked: ClipBoxes
    blinking: tuple[Blinking, Blinking]
    series: tuple[BlinkingSeries, BlinkingSeries]
    scores: tuple[TrackingScores, TrackingScores] | None


def compare(done: Processed, knobs: TrackingKnobs) -> Compared:
    """Frame by frame and tracked, from the same raw detections; no network runs.

    Where the truth is known, boxes are linked to the objects that they find, and scored.
    """
    without, tracked = frame_by_frame(done.raw, knobs), as_tracks(done.raw, knobs)
    series = blinking_series(without.linked()), blinking_series(tracked.linked())
    if done.truths is None:
        steady = blinking(without.linked()), blinking(tracked.linked())
        return Compared(without, tracked, steady, series, None)
    first, second = (total([score_clip(boxes, done.truths)]) for boxes in (without, tracked))
    return Compared(
        without,
        tracked,
        (_with_counts(first.blinking, without), _with_counts(second.blinking, tracked)),
        series,
        (first.tracking, second.tracking),
    )


def _with_counts(measured: Blinking, boxes: ClipBoxes) -> Blinking:
    """With the count changes of all boxes, those too that found no object."""
    return measured._replace(count_changes=blinking(boxes.linked()).count_changes)


def track_lives(boxes: ClipBoxes) -> list[tuple[int, int, int]]:
    """Each track's number, first and last frame, by first frame."""
    lives = [
        (int(k), int(boxes.frame[boxes.ids == k].min()), int(boxes.frame[boxes.ids == k].max()))
        for k in np.unique(boxes.ids)
    ]
    return sorted(lives, key=lambda life: life[1:])


def busiest_track(boxes: ClipBoxes, raw: RawClip) -> int | None:
    """The track whose class flips most often, or the longest where none flips; None without tracks."""
    best: tuple[int, int, int] | None = None
    for k in np.unique(boxes.ids).tolist():
        rows: NDArray[np.int64] = boxes.row[(boxes.ids == k) & (boxes.row >= 0)]
        flips = int((np.diff(raw.class_ids[rows]) != 0).sum())
        best = max(best or (-1, -1, 0), (flips, len(rows), -k))
    return None if best is None else -best[2]
