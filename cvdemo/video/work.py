"""A detector at work on a clip: interrupted after any frame, it goes on later; with a film to play."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import NamedTuple

import supervision as sv

from cvdemo.data.pictures import fit
from cvdemo.video.ahead import Behind
from cvdemo.video.clip import Clip, Frame, FrameTruth
from cvdemo.video.raw import RawClip, detect_clip, gather
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
