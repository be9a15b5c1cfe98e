"""Tracks of drawn clips against their truth: MOTA, IDF1, HOTA, and how unsteady boxes are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cvdemo.metrics.blinking import Blinking, LinkedBoxes, blinking
from cvdemo.metrics.tracking import MATCH_IOU, Counts, FrameTracks, TrackingScores, count, match, scores
from cvdemo.ops.assignment import assign
from cvdemo.ops.iou import box_iou
from cvdemo.video.clip import FrameTruth
from cvdemo.video.tracked import ClipBoxes


class ClipScore(NamedTuple):
    """What is counted in a clip, and the boxes that found an object, each linked to that object."""

    counts: Counts
    linked: LinkedBoxes


class ClipScores(NamedTuple):
    """The scores of several clips together; jitter and IoU are means over all boxes, flips their sum."""

    tracking: TrackingScores
    blinking: Blinking


def score_clip(boxes: ClipBoxes, truths: Sequence[FrameTruth]) -> ClipScore:
    """A clip's boxes against its truth.

    A box that finds only an object that is too small or too hidden is left out, as MOT Challenge does it.
    """
    required, difficult = required_tracks(truths), difficult_tracks(truths)
    kept = [_countable(boxes, f, required[f], difficult[f]) for f in range(boxes.frames)]
    found = [FrameTracks(boxes.ids[rows], boxes.boxes[rows]) for rows in kept]
    return ClipScore(count(required, found), _linked_to_truth(boxes, required, found, kept))


def total(clips: Iterable[ClipScore]) -> ClipScores:
    """The scores of clips together."""
    every = list(clips)
    return ClipScores(scores([one.counts for one in every]), blinking(_joined([one.linked for one in every])))


def _countable(
    boxes: ClipBoxes, frame: int, required: FrameTracks, difficult: FrameTracks
) -> NDArray[np.int64]:
    """The rows of a frame's boxes without those that find a difficult object and no other."""
    rows = np.arange(len(boxes))[boxes.of(frame)]
    truth = np.vstack([required.boxes.reshape(-1, 4), difficult.boxes.reshape(-1, 4)])
    pairs = assign(np.where((iou := box_iou(truth, boxes.boxes[rows])) >= MATCH_IOU, iou, 0), MATCH_IOU).pairs
    left_out = pairs[pairs[:, 0] >= len(required.ids), 1]
    return np.delete(rows, left_out)


def _linked_to_truth(
    boxes: ClipBoxes, truth: list[FrameTracks], found: list[FrameTracks], kept: list[NDArray[np.int64]]
) -> LinkedBoxes:
    """The boxes that found an object, with the object's number."""
    rows, ids = [], []
    for true, frame, one in zip(truth, match(truth, found), kept, strict=True):
        t, f = frame.pairs[:, 0], frame.pairs[:, 1]
        rows.append(one[f])
        ids.append(true.ids[t])
    row = np.concatenate([*rows, np.zeros(0, np.int64)]).astype(np.int64)
    own = np.concatenate([*ids, np.zeros(0, np.int64)]).astype(np.int64)
    return LinkedBoxes(boxes.frames, boxes.frame[row], own, boxes.boxes[row], boxes.class_ids[row])


def _joined(clips: Sequence[LinkedBoxes]) -> LinkedBoxes:
    """Boxes of several clips as those of one long clip."""
    starts = np.concatenate([[0], np.cumsum([clip.frames for clip in clips])])
    first_id = np.concatenate([[0], np.cumsum([clip.ids.max(initial=0) + 1 for clip in clips])])
    return LinkedBoxes(
        int(starts[-1]),
        np.concatenate([clip.frame + start for clip, start in zip(clips, starts, strict=False)]),
        np.concatenate([clip.ids + start for clip, start in zip(clips, first_id, strict=False)]),
        np.concatenate([clip.boxes for clip in clips]),
        np.concatenate([clip.classes for clip in clips]),
    )


def required_tracks(truths: Sequence[FrameTruth]) -> list[FrameTracks]:
    """The true boxes of each frame and their tracks, without objects that are too small or hidden."""
    return [FrameTracks(t.tracks[~t.difficult], t.boxes[~t.difficult]) for t in truths]


def difficult_tracks(truths: Sequence[FrameTruth]) -> list[FrameTracks]:
    """The true boxes of each frame that need not be found, and are not wrong where they are."""
    return [FrameTracks(t.tracks[t.difficult], t.boxes[t.difficult]) for t in truths]
