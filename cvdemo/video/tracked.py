"""What sliders leave of a clip's raw detections: frame by frame, and as smoothed tracks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
import supervision as sv
from numpy.typing import NDArray

from cvdemo.metrics.blinking import LinkedBoxes
from cvdemo.ops.assignment import assign
from cvdemo.ops.detections import KEYPOINTS, MASK_BOXES, MASKS, SIZE, select_rows
from cvdemo.ops.iou import box_iou
from cvdemo.ops.smoothing import Smoothing, smooth_boxes, vote_classes
from cvdemo.ops.tracking import TRACKERS, FrameBoxes, TrackerSettings
from cvdemo.ops.tracks import FILLED, Tracks, fill_gaps, track
from cvdemo.video.raw import RawClip

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]

LINK_IOU = 0.3  # from which on boxes of two frames that follow one another are taken for the same object

Tracker = Literal["none", "sort", "bytetrack"]


class TrackingKnobs(NamedTuple):
    """From raw detections to what is shown: thresholds, tracker, smoothing.

    `match_iou` is the least IoU of a prediction and a detection, `buffer` the frames that a lost track is
    kept, `low` the least score in ByteTrack's second round. `strength` 0..1 is that of the smoothing;
    `vote` gives all boxes of a track one class, `fill` closes gaps of up to `buffer` frames.
    """

    score: float = 0.5
    iou: float = 0.5
    tracker: Tracker = "bytetrack"
    match_iou: float = 0.2
    buffer: int = 30
    low: float = 0.1
    smoothing: Smoothing = "moving average"
    strength: float = 0.3
    vote: bool = True
    fill: bool = True

    def settings(self) -> TrackerSettings:
        """The tracker's settings; what is not a knob is as published."""
        published = TRACKERS[self.tracker][1]
        return published._replace(
            high=self.score, new=self.score, iou=self.match_iou, buffer=self.buffer, low=self.low
        )


@dataclass(frozen=True, eq=False)
class ClipBoxes:
    """R boxes in a clip of `frames` frames, by frame.

    `frame` [R] from 0, `ids` [R] of tracks from 1, `boxes` [R, 4] in pixels, `class_ids` [R], `scores` [R],
    and `row` [R] among the clip's raw detections, `FILLED` for boxes between detections, which have no score.
    """

    frames: int
    frame: Indices
    ids: Indices
    boxes: Floats
    class_ids: Indices
    scores: Floats
    row: Indices

    def __len__(self) -> int:
        return len(self.frame)

    def of(self, frame: int) -> slice:
        """The rows of a frame."""
        return slice(*np.searchsorted(self.frame, [frame, frame + 1]).tolist())

    def linked(self) -> LinkedBoxes:
        """The same for the measures of blinking."""
        return LinkedBoxes(self.frames, self.frame, self.ids, self.boxes, self.class_ids)


def frame_by_frame(raw: RawClip, knobs: TrackingKnobs) -> ClipBoxes:
    """What a detector alone shows: score threshold and NMS in every frame by itself.

    `ids` link boxes that overlap in frames that follow one another; they measure how unsteady boxes are, and
    nothing is changed by them.
    """
    rows = [selected(raw, f, knobs.score, knobs.iou) for f in range(len(raw))]
    row = np.concatenate([*rows, np.zeros(0, np.int64)]).astype(np.int64)
    frame = np.repeat(np.arange(len(raw)), [len(one) for one in rows])
    boxes = raw.boxes[row].astype(np.float64)
    return ClipBoxes(len(raw), frame, _linked(boxes, [len(one) for one in rows]), boxes,
                     raw.class_ids[row], raw.scores[row].astype(np.float64), row)  # fmt: skip


def selected(raw: RawClip, frame: int, score: float, iou: float) -> Indices:
    """The raw rows of a frame that pass a score threshold and NMS, by descending score."""
    part = raw.rows(frame)
    kept = select_rows(
        raw.boxes[part], raw.scores[part], raw.class_ids[part], score=score, iou=iou if raw.nms else 1.0
    )
    return np.asarray(part.start + kept, np.int64)


def _linked(boxes: Floats, counts: list[int]) -> Indices:
    """Numbers of objects: each box has that of the box that it overlaps in the frame before, or a new one."""
    ids = np.zeros(len(boxes), np.int64)
    start, before, next_id = 0, slice(0, 0), 1
    for n in counts:
        now = slice(start, start + n)
        pairs = assign(box_iou(boxes[before], boxes[now]), LINK_IOU)
        ids[now][pairs.pairs[:, 1]] = ids[before][pairs.pairs[:, 0]]
        ids[now][pairs.columns] = np.arange(next_id, next_id + len(pairs.columns))
        next_id += len(pairs.columns)
        start, before = start + n, now
    return ids


def as_tracks(raw: RawClip, knobs: TrackingKnobs) -> ClipBoxes:
    """Tracks of the clip's detections, with gaps filled, boxes smoothed and classes voted on by the knobs.

    Without a tracker, what `frame_by_frame` gives.
    """
    if knobs.tracker == "none":
        return frame_by_frame(raw, knobs)
    rows, frames = tracker_input(raw, knobs)
    return from_tracks(raw, track(knobs.tracker, frames, knobs.settings()), rows, knobs)


def tracker_input(raw: RawClip, knobs: TrackingKnobs) -> tuple[list[Indices], list[FrameBoxes]]:
    """The raw rows that a tracker sees in each frame, and their boxes and scores.

    ByteTrack sees scores below the threshold too, down to `low`.
    """
    least = min(knobs.score, knobs.low) if knobs.tracker == "bytetrack" else knobs.score
    rows = [selected(raw, f, least, knobs.iou) for f in range(len(raw))]
    return rows, [FrameBoxes(raw.boxes[one].astype(np.float64), raw.scores[one]) for one in rows]


def from_tracks(raw: RawClip, tracks: Tracks, rows: list[Indices], knobs: TrackingKnobs) -> ClipBoxes:
    """A tracker's tracks of the `rows` that it was given, after filling, smoothing and voting."""
    whole = fill_gaps(tracks, knobs.buffer) if knobs.fill else tracks
    real = whole.detection != FILLED
    row = np.full(len(whole), FILLED)
    row[real] = [rows[f][d] for f, d in zip(whole.frame[real], whole.detection[real], strict=True)]
    scores = np.where(real, raw.scores[row] if len(raw.scores) else 0.0, 0.0)
    classes = _classes(raw, whole, row, scores, knobs)
    smooth = smooth_boxes(whole, knobs.smoothing, knobs.strength, raw.fps)
    return ClipBoxes(len(raw), whole.frame, whole.ids, smooth.boxes, classes, scores, row)


def _classes(raw: RawClip, tracks: Tracks, row: Indices, scores: Floats, knobs: TrackingKnobs) -> Indices:
    """The class of each box: its own or its track's; where a gap was filled, that of the box before."""
    own = raw.class_ids[row] if len(raw.class_ids) else np.zeros(len(row), np.int64)
    if knobs.vote:
        return vote_classes(tracks, own, scores)
    own = own.copy()
    for one in tracks.each():
        last = np.maximum.accumulate(np.where(row[one] != FILLED, np.arange(len(one)), 0))
        own[one] = own[one[last]]
    return own


def detections_of(raw: RawClip, boxes: ClipBoxes, frame: int) -> sv.Detections:
    """A frame's boxes as `supervision.Detections` with `tracker_id`, masks and keypoints moved along."""
    part = boxes.of(frame)
    row, class_ids = boxes.row[part], boxes.class_ids[part]
    names = np.array([raw.names.get(int(k), str(k)) for k in class_ids], dtype=str)
    found = sv.Detections(
        boxes.boxes[part].astype(np.float32),
        confidence=boxes.scores[part].astype(np.float32),
        class_id=class_ids,
        tracker_id=boxes.ids[part],
        data={"class_name": names},
        metadata={SIZE: raw.size[::-1]},
    )
    found.data |= _further(raw, row, boxes.boxes[part])
    return found


def _further(raw: RawClip, row: Indices, boxes: Floats) -> dict[str, np.ndarray]:
    """Masks and keypoints of raw rows, moved and stretched as their boxes were; empty in filled gaps."""
    real = row != FILLED
    more: dict[str, np.ndarray] = {}
    old = np.where(real[:, None], raw.boxes[row] if len(raw.boxes) else 0, boxes).astype(np.float64)
    scale = (boxes[:, 2:] - boxes[:, :2]) / np.maximum(old[:, 2:] - old[:, :2], 1e-6)
    shift = boxes[:, :2] - old[:, :2] * scale
    if raw.masks is not None and raw.mask_boxes is not None and len(raw.masks):
        masks = raw.masks[row].astype(np.float32) / 255
        masks[~real] = 0
        corners = raw.mask_boxes[row].reshape(-1, 2, 2) * scale[:, None] + shift[:, None]
        more |= {MASKS: masks, MASK_BOXES: corners.reshape(-1, 4).astype(np.float32)}
    if raw.keypoints is not None and len(raw.keypoints):
        points = raw.keypoints[row].astype(np.float32).copy()
        points[..., :2] = points[..., :2] * scale[:, None] + shift[:, None]
        points[~real] = 0
        more[KEYPOINTS] = points
    return more


def each_frame(raw: RawClip, boxes: ClipBoxes) -> Iterator[sv.Detections]:
    """The detections of every frame, in order."""
    return (detections_of(raw, boxes, frame) for frame in range(boxes.frames))
