"""Frames as a video or an animation that any browser and any slide shows."""

from __future__ import annotations

import io
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import BinaryIO

import numpy as np
from PIL import Image

from cvdemo.errors import DataError


def write_mp4(frames: Sequence[np.ndarray], target: str | Path | BinaryIO, fps: float) -> None:
    """Frames [H, W, 3] uint8 RGB of one size as H.264 in MP4, yuv420p; `fps` frames a second.

    H.264 takes even sizes only: an odd last row or column is repeated once. `target` is a path or an open
    binary file that can seek. Raises DataError for no frames or several sizes.
    """
    import av

    height, width = _size(frames)
    even = (height + height % 2, width + width % 2)
    place = str(target) if isinstance(target, str | Path) else target
    rate = Fraction(fps).limit_denominator(1000)
    # The index comes first in a file, so that browsers begin at once; FFmpeg reopens the file for it.
    options = {"movflags": "faststart"} if isinstance(place, str) else {}
    with av.open(place, "w", format="mp4", options=options) as container:
        stream = container.add_stream("libx264", rate=rate, options={"crf": "20", "preset": "veryfast"})
        stream.width, stream.height, stream.pix_fmt = even[1], even[0], "yuv420p"
        for picture in frames:
            padding = ((0, even[0] - height), (0, even[1] - width), (0, 0))
            frame = av.VideoFrame.from_ndarray(np.pad(picture, padding, mode="edge"), format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode())


def write_gif(frames: Sequence[np.ndarray], target: str | Path | BinaryIO, fps: float) -> None:
    """Frames [H, W, 3] uint8 RGB of one size as an endless GIF; the last frame stays for two seconds.

    Of equal neighbours one is written, which stays as long as all. Raises DataError as `write_mp4`.
    """
    _size(frames)
    palettes = [Image.fromarray(picture).quantize(128, Image.Quantize.FASTOCTREE) for picture in frames]
    durations = [round(1000 / fps)] * (len(palettes) - 1) + [2000]
    first, *rest = palettes
    first.save(
        target,
        "GIF",
        save_all=True,
        append_images=rest,
        duration=durations,
        loop=0,
        optimize=False,
        disposal=1,
    )


def as_mp4(frames: Sequence[np.ndarray], fps: float) -> bytes:
    """As `write_mp4`, to bytes."""
    buffer = io.BytesIO()
    write_mp4(frames, buffer, fps)
    return buffer.getvalue()


def as_gif(frames: Sequence[np.ndarray], fps: float) -> bytes:
    """As `write_gif`, to bytes."""
    buffer = io.BytesIO()
    write_gif(frames, buffer, fps)
    return buffer.getvalue()


def sampled(count: int, most: int) -> list[int]:
    """At most `most` numbers of 0 … count - 1, evenly spread, the first and the last among them."""
    if count <= most:
        return list(range(count))
    return np.unique(np.linspace(0, count - 1, most).round().astype(int)).tolist()


def _size(frames: Sequence[np.ndarray]) -> tuple[int, int]:
    if not frames:
        raise DataError("a video needs at least one frame")
    sizes = {frame.shape for frame in frames}
    if len(sizes) > 1:
        raise DataError(f"all frames of a video have one size, these have {len(sizes)}")
    height, width, _ = sizes.pop()
    return height, width
