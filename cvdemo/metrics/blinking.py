"""How unsteady boxes are from frame to frame: counts that change, boxes that tremble, classes that flip."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cvdemo.ops.iou import box_iou

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]


class LinkedBoxes(NamedTuple):
    """R boxes in a clip of `frames` frames, each linked to an object: the same `ids` [R] in other frames.

    `frame` [R] numbers of frames from 0, boxes [R, 4] in pixels, `classes` [R].
    """

    frames: int
    frame: Indices
    ids: Indices
    boxes: Floats
    classes: Indices


class Blinking(NamedTuple):
    """How unsteady the boxes of a clip are; NaN where there is nothing to compare.

    `count_changes`: by how many boxes the count changes from a frame to the next, on average. `jitter`:
    pixels that a corner lies from the middle of its places in the frame before and after; 0 for boxes that
    stand still or move steadily. `iou`: IoU of an object's boxes in frames that follow one another. `flips`:
    how often the class of an object changes between them.
    """

    count_changes: float
    jitter: float
    iou: float
    flips: int


class BlinkingSeries(NamedTuple):
    """The same frame by frame: counts [F], mean jitter [F] and IoU [F] of its boxes (NaN), flips [F]."""

    counts: Indices
    jitter: Floats
    iou: Floats
    flips: Indices


def blinking(boxes: LinkedBoxes) -> Blinking:
    """How unsteady boxes are, over all of a clip."""
    return _over_all(boxes, _differences(boxes))


def blinking_series(boxes: LinkedBoxes) -> BlinkingSeries:
    """How unsteady boxes are, frame by frame; a jump counts in the frame where it arrives."""
    d = _differences(boxes)
    frame = boxes.frame
    return BlinkingSeries(
        _per_frame(boxes),
        _means(frame[d.middle], d.jitter, boxes.frames),
        _means(frame[d.next], d.iou, boxes.frames),
        np.bincount(frame[d.next[d.flipped]], minlength=boxes.frames),
    )


class _Differences(NamedTuple):
    """Rows that follow a box of their object in the frame before, `next` [P], their IoU with it and flips.

    `middle` [Q] are rows with a box of their object in the frames before and after, and their jitter [Q].
    """

    next: Indices
    iou: Floats
    flipped: NDArray[np.bool_]
    middle: Indices
    jitter: Floats


def _differences(boxes: LinkedBoxes) -> _Differences:
    order = np.lexsort((boxes.frame, boxes.ids))
    before, after = order[:-1], order[1:]
    follows = (boxes.ids[before] == boxes.ids[after]) & (boxes.frame[after] - boxes.frame[before] == 1)
    both = np.flatnonzero(follows[:-1] & follows[1:])
    first, middle, last = (boxes.boxes[order[both + k]] for k in range(3))
    corners = (middle - (first + last) / 2).reshape(-1, 2, 2)
    pairs = zip(boxes.boxes[before[follows]], boxes.boxes[after[follows]], strict=True)
    iou = np.array([box_iou(a[None], b[None])[0, 0] for a, b in pairs])
    flipped = boxes.classes[before[follows]] != boxes.classes[after[follows]]
    jitter = np.hypot(corners[..., 0], corners[..., 1]).mean(axis=1)
    return _Differences(after[follows], iou, flipped, order[both + 1], jitter)


def _over_all(boxes: LinkedBoxes, d: _Differences) -> Blinking:
    counts = _per_frame(boxes)
    changes = float(np.abs(np.diff(counts)).mean()) if boxes.frames > 1 else float("nan")
    return Blinking(changes, _mean(d.jitter), _mean(d.iou), int(d.flipped.sum()))


def _per_frame(boxes: LinkedBoxes) -> Indices:
    return np.bincount(boxes.frame, minlength=boxes.frames).astype(np.int64)


def _mean(values: Floats) -> float:
    return float(values.mean()) if len(values) else float("nan")


def _means(groups: Indices, values: Floats, count: int) -> Floats:
    """The mean of the values of each group 0 ... count - 1, NaN where there are none."""
    totals = np.bincount(groups, values, minlength=count)
    sizes = np.bincount(groups, minlength=count)
    return np.divide(totals, sizes, out=np.full(count, np.nan), where=sizes > 0)
