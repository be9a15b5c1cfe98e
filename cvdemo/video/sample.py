"""Choosing frames of a clip by time: evenly spaced ones, and a strip of small pictures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from cvdemo.data.pictures import fit
from cvdemo.errors import DataError
from cvdemo.video.clip import Clip, Frame


def every(frames: Iterable[Frame], seconds: float) -> Iterator[Frame]:
    """The first frame, and then the first one that is at least so many seconds after the last one's turn.

    Turns are at multiples of `seconds`, so that rounding does not add up; 0 gives all.
    """
    if seconds < 0:
        raise DataError(f"seconds between frames must be 0 or more, not {seconds}")
    turn = 0
    for frame in frames:
        if seconds == 0 or frame.time >= turn * seconds - 1e-6:
            yield frame
            turn = int(frame.time / seconds + 1e-6) + 1 if seconds else 0


def at_times(frames: Iterable[Frame], times: Iterable[float]) -> Iterator[Frame]:
    """For each time, in rising order, the frame that is on the screen then: the last one not after it.

    A time before the first frame gets the first. The same frame may come several times.
    """
    wanted = iter(times)
    time = next(wanted, None)
    shown: Frame | None = None
    for frame in frames:
        while time is not None and shown is not None and frame.time > time + 1e-9:
            yield shown
            time = next(wanted, None)
        if time is None:
            return
        shown = frame
    while time is not None and shown is not None:
        yield shown
        time = next(wanted, None)


def thumbnails(clip: Clip, count: int, height: int = 90) -> list[Frame]:
    """`count` small frames, evenly spaced over a clip, each `height` pixels high."""
    step = clip.seconds / count
    times = [(k + 0.5) * step for k in range(count)]
    longest = round(height * max(1.0, clip.size[0] / clip.size[1]))
    return [Frame(f.time, fit(f.picture, longest)) for f in at_times(clip.frames(), times)]


def strip(clip: Clip, count: int, height: int = 90) -> NDArray[np.uint8]:
    """The thumbnails of a clip beside one another, [height, W, 3] uint8 RGB."""
    pictures = [frame.picture for frame in thumbnails(clip, count, height)]
    if not pictures:
        raise DataError(f"'{clip.name}' has no frames")
    return np.hstack(pictures)


def gathered(frames: Iterable[Frame], most: int) -> tuple[NDArray[np.float64], NDArray[np.uint8]]:
    """The times [T] and pictures [T, H, W, 3] of at most so many frames; `DataError` where there are none."""
    kept = list(islice(frames, most))
    if not kept:
        raise DataError("the clip has no frames")
    return np.array([frame.time for frame in kept]), np.stack([frame.picture for frame in kept])
