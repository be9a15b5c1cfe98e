"""A clip with something drawn over its frames, as a film."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from cvdemo.video.ahead import Behind
from cvdemo.video.clip import Clip, Frame
from cvdemo.video.write import Mp4Writer

Picture = NDArray[np.uint8]
Draw = Callable[[Picture, int], Picture]
"""Draws over a frame [H, W, 3], which has a number."""


def drawn_over(clip: Clip, count: int, draw: Draw) -> Iterator[Frame]:
    """The first `count` frames of a clip, drawn over."""
    for number, (time, picture) in zip(range(count), clip.frames(), strict=False):
        yield Frame(time, draw(picture, number))


def drawn_mp4(clip: Clip, count: int, draw: Draw) -> bytes:
    """The first `count` frames of a clip, drawn over, as an MP4 file, in memory."""
    buffer = io.BytesIO()
    with (
        Mp4Writer(buffer, clip.fps) as writer,
        Behind[Frame](lambda f: writer.add(f.picture, f.time)) as later,
    ):
        for frame in drawn_over(clip, count, draw):
            later.give(frame)
    return buffer.getvalue()
