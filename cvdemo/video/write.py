"""Frames as a video or an animation that any browser and any slide shows."""

from __future__ import annotations

import contextlib
import io
import uuid
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cvdemo.errors import DataError

CLOCK = 90_000  # ticks a second: times of any frame rate to a hundredth of a millisecond


class Mp4Writer:
    """H.264 in MP4, yuv420p, frame by frame, as every browser plays it; used by `with`.

    H.264 takes even sizes only: an odd last row or column is repeated once. `target` is a path or an open
    binary file that can seek. A file appears at its path when it is complete; DataError says why it cannot,
    such as a full disk, and leaves nothing behind. `scrub` makes a file of which a browser shows any frame
    fast: more key frames, and none that needs a later one.
    """

    def __init__(self, target: str | Path | BinaryIO, fps: float, *, scrub: bool = False) -> None:
        self._target = target
        self._rate = Fraction(fps).limit_denominator(1000)
        self._options = {"crf": "20", "preset": "veryfast"} | ({"g": "12", "bf": "0"} if scrub else {})
        self._part: Path | None = None
        self._stream: Any = None
        self._size = (0, 0)
        self._count = 0

    def __enter__(self) -> Mp4Writer:
        import av

        place: Any = self._target
        # The index comes first in a file, so that browsers begin at once; FFmpeg reopens the file for it.
        options = {"movflags": "faststart"} if isinstance(self._target, str | Path) else {}
        with self._errors():
            if isinstance(self._target, str | Path):
                path = Path(self._target)
                self._part = path.with_name(f".{path.name}.{uuid.uuid4().hex}.part")
                place = str(self._part)
            self._container = av.open(place, "w", format="mp4", options=options)
        return self

    def add(self, picture: NDArray[np.uint8], time: float | None = None) -> None:
        """Write a frame [H, W, 3] uint8 RGB at a time in seconds; at the next turn where there is none."""
        import av

        height, width = picture.shape[:2]
        if self._stream is None:
            self._open_stream(width, height)
        elif (width, height) != self._size:
            raise DataError(f"all frames of a video have one size, not {width} x {height} too")
        padding = ((0, height % 2), (0, width % 2), (0, 0))
        padded = np.pad(picture, padding, mode="edge") if height % 2 or width % 2 else picture
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(padded), format="rgb24")
        seconds = self._count / self._rate if time is None else time
        frame.pts, frame.time_base = round(seconds * CLOCK), Fraction(1, CLOCK)
        frame.duration = round(CLOCK / self._rate)  # of the last one: those before end where the next begins
        self._count += 1
        with self._errors():
            self._container.mux(self._stream.encode(frame))

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        whole = kind is None and self._count > 0
        try:
            with self._errors() if whole else contextlib.suppress(Exception):
                if whole:
                    self._container.mux(self._stream.encode())
                self._container.close()
                if whole and self._part is not None:
                    self._part.replace(Path(str(self._target)))
        finally:
            if self._part is not None:
                self._part.unlink(missing_ok=True)
        if kind is None and not self._count:
            raise DataError("a video needs at least one frame")

    def _open_stream(self, width: int, height: int) -> None:
        self._size = (width, height)
        stream = self._container.add_stream("libx264", rate=self._rate, options=self._options)
        stream.width, stream.height, stream.pix_fmt = width + width % 2, height + height % 2, "yuv420p"
        stream.codec_context.time_base = Fraction(1, CLOCK)
        self._stream = stream

    @contextlib.contextmanager
    def _errors(self) -> Iterator[None]:
        import av

        try:
            yield
        except (OSError, av.error.FFmpegError) as error:
            name = Path(self._target).name if isinstance(self._target, str | Path) else "the video"
            reason = (error.strerror or str(error)).lower()
            raise DataError(f"cannot write '{name}': {reason}") from error


def write_mp4(frames: Iterable[NDArray[np.uint8]], target: str | Path | BinaryIO, fps: float) -> None:
    """Frames [H, W, 3] uint8 RGB of one size as `Mp4Writer` writes them, `fps` frames a second.

    Raises DataError for no frames or several sizes.
    """
    with Mp4Writer(target, fps) as writer:
        for picture in frames:
            writer.add(picture)


def write_gif(frames: Sequence[np.ndarray], target: str | Path | BinaryIO, fps: float) -> None:
    """Frames [H, W, 3] uint8 RGB of one size as an endless GIF; the last frame stays for two seconds.

    Of equal neighbours one is written, which stays as long as all. Raises DataError as `write_mp4`.
    """
    _check(frames)
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


def as_mp4(frames: Iterable[NDArray[np.uint8]], fps: float) -> bytes:
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


def _check(frames: Sequence[np.ndarray]) -> None:
    if not frames:
        raise DataError("a video needs at least one frame")
    sizes = {frame.shape for frame in frames}
    if len(sizes) > 1:
        raise DataError(f"all frames of a video have one size, these have {len(sizes)}")
