"""A model at work on a clip: interrupted after any frame, it goes on later; with a film to play."""

from __future__ import annotations

import io
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from typing import Generic, NamedTuple, TypeVar

import supervision as sv

from cvdemo.data.pictures import fit
from cvdemo.video.ahead import Behind
from cvdemo.video.clip import Clip, Frame, FrameTruth
from cvdemo.video.maps import ClipMaps, FrameMaps, gather_maps, segment_clip
from cvdemo.video.raw import RawClip, detect_clip, gather
from cvdemo.video.write import Mp4Writer
from cvdemo.zoo.model import Detector, Segmenter

LONGEST = 960  # pixels of the video that is played


class Speed(NamedTuple):
    """How far the work is: frames done and expected in all, frames a second, seconds left."""

    done: int
    expected: int
    fps: float
    left: float


T = TypeVar("T")  # what is kept of a frame
R = TypeVar("R")  # and of all of them


@dataclass
class ClipWork(ABC, Generic[T, R]):
    """A model at work on a clip, frame by frame; it can be interrupted after any frame and go on later.

    `times` and `found` hold what is done. `film` is a small MP4 of the same frames, made anew each time that
    the work goes on; the network runs once on each frame. `working` is held while it runs: whoever wants
    its result, or to go on, in another thread waits until it is left and the film is whole.
    """

    clip: Clip
    times: list[float] = field(default_factory=list)
    found: list[T] = field(default_factory=list)
    film: bytes = b""
    complete: bool = False
    stopped: bool = False
    seconds: float = 0.0
    working: threading.Lock = field(default_factory=threading.Lock)

    @abstractmethod
    def answers(self) -> Iterator[tuple[Frame, T]]:
        """All frames with the model's answers, those of `found` first; closing it ends its thread."""

    @abstractmethod
    def result(self) -> R:
        """What is done so far."""

    def run(self) -> Generator[Speed]:
        """Work on; closing the iterator keeps what is done."""
        with self.working:
            yield from self._run()

    def _run(self) -> Generator[Speed]:
        buffer, start, known = io.BytesIO(), time.perf_counter(), len(self.found)
        frames = self.answers()
        try:
            with (
                Mp4Writer(buffer, self.clip.fps, scrub=True) as writer,
                Behind[Frame](_adder(writer)) as later,
            ):
                try:
                    for number, (frame, answer) in enumerate(frames):
                        later.give(frame)
                        if number >= known:
                            self.times.append(frame.time)
                            self.found.append(answer)
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

    def truths(self) -> list[FrameTruth] | None:
        """The truth of the frames that are done, where it is known."""
        return None if self.clip.truths is None else self.clip.truths()[: len(self.found)]


def _adder(writer: Mp4Writer) -> Callable[[Frame], None]:
    return lambda frame: writer.add(fit(frame.picture, LONGEST), frame.time)


class Work(ClipWork[sv.Detections, "Processed"]):
    """A detector at work on a clip; `prompt` is what one that is asked in words looks for."""

    def __init__(self, model: Detector, clip: Clip, prompt: str = "") -> None:
        super().__init__(clip)
        self.model, self.prompt = model, prompt

    def answers(self) -> Iterator[tuple[Frame, sv.Detections]]:
        """All frames with their raw detections."""
        return detect_clip(self.model, self.clip, prompt=self.prompt, done=tuple(self.found))

    def result(self) -> Processed:
        """What is done so far."""
        raw = gather(self.times, self.found, self.model, self.clip.size, self.prompt)
        return Processed(self.clip, raw, self.film, self.truths(), self.complete)


class MapWork(ClipWork[FrameMaps, "ProcessedMaps"]):
    """A segmenter at work on a clip."""

    def __init__(self, model: Segmenter, clip: Clip) -> None:
        super().__init__(clip)
        self.model = model

    def answers(self) -> Iterator[tuple[Frame, FrameMaps]]:
        """All frames with their top classes."""
        return segment_clip(self.model, self.clip, done=tuple(self.found))

    def result(self) -> ProcessedMaps:
        """What is done so far, of at least one frame."""
        maps = gather_maps(self.times, self.found, self.model, self.clip.size)
        return ProcessedMaps(self.clip, maps, self.film, self.truths(), self.complete)


@dataclass(frozen=True, eq=False)
class ProcessedMaps:
    """A clip with what a segmenter says of it, the film to play, and the truth where it is known."""

    clip: Clip
    maps: ClipMaps
    film: bytes
    truths: list[FrameTruth] | None
    complete: bool


@dataclass(frozen=True, eq=False)
class Processed:
    """A clip with a model's raw detections, the film to play, and the truth where it is known."""

    clip: Clip
    raw: RawClip
    film: bytes
    truths: list[FrameTruth] | None
    complete: bool
