"""Tracks of a whole clip as flat arrays: what a tracker's steps leave, and gaps filled."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cvdemo.ops.tracking import FrameBoxes, Life, TrackerSettings, TrackStep, steps_of

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]
FILLED = -1


@dataclass(frozen=True, eq=False)
class Tracks:
    """R boxes of tracks in a clip of `frames` frames, by frame and then by track.

    `frame` [R] numbers of frames from 0, `ids` [R] of tracks from 1, `boxes` [R, 4] x1 y1 x2 y2 in pixels,
    `detection` [R] the row among its frame's detections, or `FILLED` where a gap was filled.
    """

    frames: int
    frame: Indices
    ids: Indices
    boxes: Floats
    detection: Indices

    def __len__(self) -> int:
        return len(self.frame)

    def each(self) -> Iterator[Indices]:
        """The rows of each track, in time order."""
        order = np.lexsort((self.frame, self.ids))
        if len(order):
            yield from np.split(order, np.flatnonzero(np.diff(self.ids[order])) + 1)


def track(
    name: str, frames: Iterable[FrameBoxes], settings: TrackerSettings | None = None, *, online: bool = False
) -> Tracks:
    """The tracks that a tracker of `TRACKERS` finds in a clip.

    A track has a box wherever it has a detection: that detection's. With `online`, only from the frame at
    which it was confirmed, as a camera needs it; else from its first one, if it ever was confirmed: in a clip
    that is all there, what comes later is known.
    """
    every = list(frames)
    return collect(steps_of(name, every, settings), every, online=online)


def collect(steps: Iterable[TrackStep], frames: list[FrameBoxes], *, online: bool = False) -> Tracks:
    """The boxes of a tracker's steps, as `track` says."""
    rows: list[tuple[int, int, int]] = []
    confirmed: set[int] = set()
    for step in steps:
        for view in step.tracks:
            if view.life is Life.CONFIRMED:
                confirmed.add(view.id)
            if view.detection is not None and (not online or view.life is Life.CONFIRMED):
                rows.append((step.number, view.id, view.detection))
    kept = np.array([row for row in rows if row[1] in confirmed], np.int64).reshape(-1, 3)
    kept = kept[np.lexsort((kept[:, 1], kept[:, 0]))]
    boxes = [frames[frame].boxes[row] for frame, _, row in kept.tolist()]
    return Tracks(len(frames), kept[:, 0], kept[:, 1], np.array(boxes, np.float64).reshape(-1, 4), kept[:, 2])


def fill_gaps(tracks: Tracks, most: int) -> Tracks:
    """Boxes where a track has none for at most so many frames, on straight lines between those around.

    As ByteTrack's tracklet interpolation (arXiv:2110.06864, sec. 4.1), which needs the frames behind a gap.
    """
    frame, ids, boxes = [tracks.frame], [tracks.ids], [tracks.boxes]
    for rows in tracks.each():
        times = tracks.frame[rows]
        for k in np.flatnonzero((np.diff(times) > 1) & (np.diff(times) <= most + 1)).tolist():
            between = np.arange(times[k] + 1, times[k + 1])
            share = ((between - times[k]) / (times[k + 1] - times[k]))[:, None]
            frame.append(between)
            ids.append(np.full(len(between), tracks.ids[rows[k]]))
            boxes.append((1 - share) * tracks.boxes[rows[k]] + share * tracks.boxes[rows[k + 1]])
    detection = np.full(sum(map(len, frame)), FILLED)
    detection[: len(tracks)] = tracks.detection
    order = np.lexsort((np.concatenate(ids), np.concatenate(frame)))
    frame_of, ids_of = np.concatenate(frame)[order], np.concatenate(ids)[order]
    return Tracks(tracks.frames, frame_of, ids_of, np.concatenate(boxes)[order], detection[order])


def with_boxes(tracks: Tracks, boxes: Floats) -> Tracks:
    """The same tracks with other boxes [R, 4]."""
    return replace(tracks, boxes=boxes)
