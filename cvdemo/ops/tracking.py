"""Tracking by detection: SORT and ByteTrack, as steps that a page can play, one a frame.

    for step in sort_steps(frames, SORT):
        print(step.number, [track.id for track in step.tracks if track.detection is not None])

Both predict every track's box, pair predictions with detections by their IoU, and keep account of each
track's life: tentative, confirmed, lost, removed. They differ in what they pair with what.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cvdemo.errors import DataError
from cvdemo.ops.assignment import Assignment, Association, assign
from cvdemo.ops.iou import box_iou
from cvdemo.ops.kalman import BoxFilter

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]


class FrameBoxes(NamedTuple):
    """The detections of a frame: boxes [N, 4] x1 y1 x2 y2 in pixels and scores [N]."""

    boxes: NDArray[np.floating]
    scores: NDArray[np.floating]


class TrackerSettings(NamedTuple):
    """How boxes become tracks.

    Detections that score at least `high` take part in the first round and may begin a track, if they score
    at least `new`; in ByteTrack, those of at least `low` take part in the second. Pairs need an IoU of at
    least `iou` in the first round and `second_iou` in the second. A track is confirmed at its `hits`-th
    detection, and removed when none was found in more than `buffer` frames.
    """

    high: float = 0.5
    new: float = 0.5
    iou: float = 0.3
    hits: int = 3
    buffer: int = 1
    low: float = 0.1
    second_iou: float = 0.5
    association: Association = "hungarian"


SORT = TrackerSettings()
"""IoU .3, three hits, removed after one frame (arXiv:1602.00763, sec. 4)."""

BYTE_TRACK = TrackerSettings(high=0.5, new=0.6, iou=0.2, hits=2, buffer=30, low=0.1, second_iou=0.5)
"""Least IoU .2, second round from .1, lost tracks stay for 30 frames (arXiv:2110.06864, sec. 4.1)."""


class Life(StrEnum):
    """Where a track stands in its life."""

    TENTATIVE = "tentative"
    CONFIRMED = "confirmed"
    LOST = "lost"
    REMOVED = "removed"


@dataclass
class Track:
    """One object over time, while a tracker works on it."""

    id: int
    filter: BoxFilter
    life: Life
    hits: int = 1
    missed: int = 0


class TrackView(NamedTuple):
    """A track after a frame: its box [4], and the row of its detection, None where it has none."""

    id: int
    life: Life
    box: Floats
    detection: int | None
    hits: int
    missed: int


class Round(NamedTuple):
    """A round of pairing: the tracks `ids` [T] against the detections `rows` [D] by their IoU [T, D].

    The assignment's pairs count within `ids` and `rows`.
    """

    ids: Indices
    rows: Indices
    iou: Floats
    assignment: Assignment


class TrackStep(NamedTuple):
    """What a tracker did in a frame: predictions, rounds of pairing, and what became of tracks, by their ids.

    `predicted` has the box of every track before the frame's detections are looked at. `tracks` are all that
    are still followed afterwards.
    """

    number: int
    predicted: dict[int, Floats]
    rounds: list[Round]
    born: list[int]
    confirmed: list[int]
    lost: list[int]
    found_again: list[int]
    removed: list[int]
    tracks: list[TrackView]


@dataclass
class _Book:
    """The tracks that are followed, and what happens to them in a frame."""

    settings: TrackerSettings
    tracks: list[Track] = field(default_factory=list)
    next_id: int = 1
    number: int = -1
    events: dict[str, list[int]] = field(default_factory=dict)
    detections: dict[int, int] = field(default_factory=dict)

    def begin(self) -> dict[int, Floats]:
        """Go on to the next frame; the predicted boxes by track."""
        self.number += 1
        self.events = {name: [] for name in ("born", "confirmed", "lost", "found_again", "removed")}
        self.detections = {}
        return {track.id: track.filter.predict() for track in self.tracks}

    def hit(self, track: Track, row: int, box: Floats) -> None:
        """A track has found its detection."""
        track.filter.update(box)
        track.hits, track.missed = track.hits + 1, 0
        self.detections[track.id] = row
        if track.life is Life.LOST:
            track.life = Life.CONFIRMED
            self.events["found_again"].append(track.id)
        elif track.life is Life.TENTATIVE and track.hits >= self.settings.hits:
            track.life = Life.CONFIRMED
            self.events["confirmed"].append(track.id)

    def miss(self, track: Track) -> None:
        """A track has found none: a tentative one is removed, a confirmed one lost and removed later."""
        track.missed += 1
        if track.life is Life.TENTATIVE or track.missed > self.settings.buffer:
            track.life = Life.REMOVED
            self.events["removed"].append(track.id)
        elif track.life is Life.CONFIRMED:
            track.life = Life.LOST
            self.events["lost"].append(track.id)

    def birth(self, row: int, box: Floats) -> None:
        """A detection that no track has found begins one; in the first frame it is confirmed at once."""
        confirmed = self.number == 0 or self.settings.hits <= 1
        life = Life.CONFIRMED if confirmed else Life.TENTATIVE
        self.tracks.append(Track(self.next_id, BoxFilter(box), life))
        self.detections[self.next_id] = row
        self.events["born"].append(self.next_id)
        self.next_id += 1

    def step(self, predicted: dict[int, Floats], rounds: list[Round]) -> TrackStep:
        """The frame's end: removed tracks go, the others are listed."""
        self.tracks = [track for track in self.tracks if track.life is not Life.REMOVED]
        views = [
            TrackView(t.id, t.life, t.filter.box, self.detections.get(t.id), t.hits, t.missed)
            for t in self.tracks
        ]
        return TrackStep(self.number, predicted, rounds, **self.events, tracks=views)


def sort_steps(frames: Iterable[FrameBoxes], settings: TrackerSettings = SORT) -> Iterator[TrackStep]:
    """SORT (arXiv:1602.00763): one round, all tracks against the detections that score at least `high`."""
    book = _Book(settings)
    for boxes, scores in frames:
        predicted = book.begin()
        rows = np.flatnonzero(scores >= settings.high)
        tracks = list(book.tracks)
        first = pair_up(tracks, predicted, rows, boxes, settings.iou, settings.association)
        _apply(book, first, tracks, boxes)
        for k in first.assignment.rows.tolist():
            book.miss(tracks[k])
        _begin_tracks(book, rows[first.assignment.columns], boxes, scores)
        yield book.step(predicted, [first])


def byte_track_steps(
    frames: Iterable[FrameBoxes], settings: TrackerSettings = BYTE_TRACK
) -> Iterator[TrackStep]:
    """ByteTrack (arXiv:2110.06864, alg. 1): detections of low score may go on with a track, never begin one.

    The first round pairs confirmed and lost tracks with the detections that score at least `high`. The second
    pairs the confirmed tracks that are left with those of at least `low`: an object half hidden scores low.
    A last round pairs tentative tracks with what is left of the first, as in the authors' code.
    """
    book = _Book(settings)
    for boxes, scores in frames:
        predicted = book.begin()
        high = np.flatnonzero(scores >= settings.high)
        low = np.flatnonzero((scores >= settings.low) & (scores < settings.high))
        known = [track for track in book.tracks if track.life is not Life.TENTATIVE]
        tentative = [track for track in book.tracks if track.life is Life.TENTATIVE]
        first = pair_up(known, predicted, high, boxes, settings.iou, settings.association)
        left = [known[k] for k in first.assignment.rows]
        active = [track for track in left if track.life is Life.CONFIRMED]
        second = pair_up(active, predicted, low, boxes, settings.second_iou, settings.association)
        rest = high[first.assignment.columns]
        third = pair_up(tentative, predicted, rest, boxes, settings.iou, settings.association)
        unmatched = [track for track in left if track.life is Life.LOST]
        unmatched += [active[k] for k in second.assignment.rows]
        unmatched += [tentative[k] for k in third.assignment.rows]
        for one, tracks in ((first, known), (second, active), (third, tentative)):
            _apply(book, one, tracks, boxes)
        for track in unmatched:
            book.miss(track)
        _begin_tracks(book, rest[third.assignment.columns], boxes, scores)
        yield book.step(predicted, [first, second, third])


def pair_up(
    tracks: list[Track], predicted: dict[int, Floats], rows: Indices, boxes: NDArray[np.floating],
    least: float, association: Association,
) -> Round:  # fmt: skip
    """Predicted boxes of tracks against some rows of the detections, by IoU of at least `least`."""
    before = np.array([predicted[track.id] for track in tracks]).reshape(-1, 4)
    iou = box_iou(before, boxes[rows].reshape(-1, 4))
    ids = np.array([track.id for track in tracks], np.int64)
    return Round(ids, rows, iou, assign(iou, least, association))


def _apply(book: _Book, one: Round, tracks: list[Track], boxes: NDArray[np.floating]) -> None:
    for k, column in one.assignment.pairs.tolist():
        row = int(one.rows[column])
        book.hit(tracks[k], row, boxes[row])


def _begin_tracks(
    book: _Book, rows: Indices, boxes: NDArray[np.floating], scores: NDArray[np.floating]
) -> None:
    for row in rows.tolist():
        if scores[row] >= book.settings.new:
            book.birth(row, boxes[row])


TRACKERS = {"sort": (sort_steps, SORT), "bytetrack": (byte_track_steps, BYTE_TRACK)}
"""Trackers by name: their steps and their published settings."""


def steps_of(
    name: str, frames: Iterable[FrameBoxes], settings: TrackerSettings | None = None
) -> Iterator[TrackStep]:
    """The steps of a tracker of `TRACKERS`, with its published settings where none are given."""
    if name not in TRACKERS:
        raise DataError(f"no tracker is called '{name[:60]}': there are {', '.join(TRACKERS)}")
    steps, published = TRACKERS[name]
    return steps(frames, settings or published)
