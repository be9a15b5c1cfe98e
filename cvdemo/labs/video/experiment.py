"""A model over a clip, frame by frame and tracked: raw results, a video to play, scores, time lines."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import supervision as sv
from numpy.typing import NDArray

from cvdemo.data.pictures import fit
from cvdemo.metrics.blinking import Blinking, BlinkingSeries, blinking, blinking_series
from cvdemo.metrics.tracking import TrackingScores
from cvdemo.video.ahead import Behind
from cvdemo.video.clip import Clip, Frame, FrameTruth
from cvdemo.video.raw import RawClip, detect_clip, gather
from cvdemo.video.score import score_clip, total
from cvdemo.video.tracked import ClipBoxes, TrackingKnobs, as_tracks, frame_by_frame
from cvdemo.video.write import Mp4Writer
from cvdemo.zoo.model import Detector

LONGEST = 960  # pixels of the video that is played


class Speed(NamedTuple):
    """How far the work is: frames done and expected in all, frames a second, seconds left."""

    done: int
    expected: int
    fps: float
    left: float


@dataclass
class Work:
    """A model at work on a clip, frame by frame; it can be interrupted after any frame and go on later.

    `times` and `found` hold what is done. `film` is a small MP4 of the same frames, made anew each time that
    the work goes on; the network runs once on each frame.
    """

    model: Detector
    clip: Clip
    prompt: str = ""
    times: list[float] = field(default_factory=list)
    found: list[sv.Detections] = field(default_factory=list)
    film: bytes = b""
    complete: bool = False
    stopped: bool = False
    seconds: float = 0.0

    def run(self) -> Generator[Speed]:
        """Work on; closing the iterator keeps what is done."""
        buffer, start, known = io.BytesIO(), time.perf_counter(), len(self.found)
        frames = detect_clip(self.model, self.clip, prompt=self.prompt, done=tuple(self.found))
        try:
            with (
                Mp4Writer(buffer, self.clip.fps, scrub=True) as writer,
                Behind[Frame](_adder(writer)) as later,
            ):
                try:
                    for number, (frame, raw) in enumerate(frames):
                        later.give(frame)
                        if number >= known:
                            self.times.append(frame.time)
                            self.found.append(raw)
                            yield self._speed(start, known)
                    self.complete = True
                except GeneratorExit:
                    pass  # the film ends here, and is whole
        finally:
            frames.close()  # type: ignore[attr-defined]
        self.film = buffer.getvalue()

    def _speed(self, start: float, known: int) -> Speed:
        self.seconds = time.perf_counter() - start
        done = len(self.found)
        fps = (done - known) / max(self.seconds, 1e-9)
        expected = max(done, self.clip.expected)
        return Speed(done, expected, fps, (expected - done) / fps if fps else 0.0)

    def result(self) -> Processed:
        """What is done so far."""
        raw = gather(self.times, self.found, self.model, self.clip.size, self.prompt)
        truths = None if self.clip.truths is None else self.clip.truths()[: len(raw)]
        return Processed(self.clip, raw, self.film, truths, self.complete)


def _adder(writer: Mp4Writer) -> Callable[[Frame], None]:
    return lambda frame: writer.add(fit(frame.picture, LONGEST), frame.time)


@dataclass(frozen=True, eq=False)
class Processed:
    """A clip with a model's raw detections, the film to play, and the truth where it is known."""

    clip: Clip
    raw: RawClip
    film: bytes
    truths: list[FrameTruth] | None
    complete: bool


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
