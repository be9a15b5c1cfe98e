"""Reading videos by PyAV: frames one at a time with their times, never all in memory."""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cvdemo.errors import VideoError
from cvdemo.video.clip import Clip, Frame
from cvdemo.video.colour import HLG, PQ, to_sdr

SUFFIXES = ("mp4", "mov", "m4v", "avi", "mkv", "webm", "gif", "mpg", "mpeg", "ts", "3gp", "wmv", "flv", "ogv")
FORMATS = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,gif,apng,mpeg,mpegts,mpegvideo,asf,flv,ogg,h264,hevc,m4v,mp3,"
    "wav,flac,aac,av1,obu,ivf"
)
"""Containers that are opened. Playlists are none of them: they name other files and addresses."""


class Limits(NamedTuple):
    """What is read at most: seconds from the beginning, pixels of a frame, bytes of the file."""

    seconds: float = float("inf")
    pixels: float = float("inf")
    nbytes: float = float("inf")


NO_LIMITS = Limits()


class Stream(NamedTuple):
    """What a video's header says: `size` (width, height) as shown, with the rotation applied."""

    size: tuple[int, int]
    fps: float
    seconds: float
    rotation: int  # degrees counterclockwise


def read_video(
    source: str | Path | bytes,
    *,
    name: str | None = None,
    limits: Limits = NO_LIMITS,
    longest: int | None = None,
) -> Clip:
    """A video file, or its bytes, as a clip.

    Frames are shown as a phone's rotation flag says, HDR is mapped to sRGB, transparency is laid on white;
    `longest` scales larger frames down to so many pixels on the longer side. Times are those of the frames,
    whatever their distances. Raises VideoError for what is no video, has no frames or is beyond the limits in
    pixels or bytes; beyond the limit in seconds it ends, and a note says so. A file that is cut short or
    damaged gives the frames that are there, and a note.
    """
    title = name or (Path(source).name if isinstance(source, str | Path) else "video")
    _check_bytes(source, title, limits)
    header = _probe(source, title, limits)
    size = _fitted(header.size, longest)
    seconds = min(header.seconds, limits.seconds)
    notes = []
    if header.seconds > limits.seconds:
        notes.append(f"Of {_clock(header.seconds)} the first {limits.seconds:g} seconds are read")

    def frames() -> Iterator[Frame]:
        return _frames(source, title, header, size, limits.seconds, notes)

    return Clip(
        f"{_identity(source)} {size} {seconds:g}", title, size, header.fps, seconds, frames, None, notes
    )


def _check_bytes(source: str | Path | bytes, name: str, limits: Limits) -> None:
    try:
        nbytes = len(source) if isinstance(source, bytes) else Path(source).stat().st_size
    except OSError as error:
        raise VideoError(f"cannot read '{name}': {(error.strerror or 'no access').lower()}") from error
    if not nbytes:
        raise VideoError(f"cannot read '{name}': the file is empty")
    if nbytes > limits.nbytes:
        most = f"at most {limits.nbytes / 2**20:.0f} MB"
        raise VideoError(f"cannot read '{name}': {nbytes / 2**20:.0f} MB, {most}: cut it or make it smaller")


@contextmanager
def _opened(source: str | Path | bytes, name: str) -> Iterator[tuple[Any, Any]]:
    """The container and its video stream; VideoError for what has none."""
    import av

    file = io.BytesIO(source) if isinstance(source, bytes) else str(source)
    try:
        container = av.open(file, "r", container_options={"format_whitelist": FORMATS})
    except (av.error.FFmpegError, OSError, ValueError) as error:
        known = f"not a video that we know ({', '.join(SUFFIXES)}), or its beginning is damaged"
        raise VideoError(f"cannot read '{name}': it is {known}") from error
    with container:
        yield container, _video_stream(container, name)


def _video_stream(container: Any, name: str) -> Any:
    from av.stream import Disposition

    cover = Disposition.attached_pic
    streams = [s for s in container.streams.video if not s.disposition & cover]
    if not streams:
        what = "it has sound only" if container.streams.audio else "it has no pictures"
        raise VideoError(f"cannot read '{name}': {what}")
    stream = streams[0]
    if stream.codec_context is None:
        raise VideoError(f"cannot read '{name}': its codec is unknown here; H.264 in MP4 works")
    stream.thread_type = "AUTO"
    return stream


def _probe(source: str | Path | bytes, name: str, limits: Limits) -> Stream:
    """What the header and the first frame say."""
    with _opened(source, name) as (container, stream):
        context = stream.codec_context
        if context.width * context.height > limits.pixels:
            most = f"at most {limits.pixels / 10**6:.1f} million pixels"
            raise VideoError(
                f"cannot read '{name}': {context.width} x {context.height}, {most}: make it smaller"
            )
        first = next(_decoded(container, stream, []), None)
        if first is None:
            raise VideoError(f"cannot read '{name}': it has no frame that can be read")
        rotation = round(first.rotation / 90) * 90 % 360
        size = (first.width, first.height) if rotation % 180 == 0 else (first.height, first.width)
        fps = float(stream.average_rate or stream.guessed_rate or 25)
        return Stream(size, fps if 0 < fps <= 1000 else 25.0, _seconds(container, stream, fps), rotation)


def _seconds(container: Any, stream: Any, fps: float) -> float:
    """The length that the header states; that of its number of frames, or 0, where it states none."""
    if stream.duration:
        return float(stream.duration * stream.time_base)
    if stream.frames:
        return float(stream.frames / fps)
    return container.duration / 1e6 if container.duration else 0.0


def _decoded(container: Any, stream: Any, damaged: list[float]) -> Iterator[Any]:
    """Decoded frames; packets that cannot be decoded are left out, and their times go into `damaged`."""
    import av

    packets = container.demux(stream)
    while True:
        try:
            packet = next(packets)
        except StopIteration:
            return
        except (av.error.FFmpegError, OSError):
            damaged.append(float("nan"))
            return
        try:
            yield from packet.decode()
        except (av.error.FFmpegError, OSError):
            damaged.append(float((packet.pts or 0) * (packet.time_base or 0)))


def _frames(
    source: str | Path | bytes,
    name: str,
    header: Stream,
    size: tuple[int, int],
    most: float,
    notes: list[str],
) -> Iterator[Frame]:
    damaged: list[float] = []
    first, last, end = None, -1.0, 0.0
    with _opened(source, name) as (container, stream):
        for decoded in _decoded(container, stream, damaged):
            stamp = decoded.time
            if stamp is None:
                stamp = end + (first or 0.0)
            first = stamp if first is None else first
            time = stamp - first
            if time > most:
                return
            if time <= last:  # a broken file may repeat a time or go back
                continue
            last = time
            end = time + float(decoded.duration * decoded.time_base if decoded.duration else 1 / header.fps)
            yield Frame(time, _picture(decoded, size, header.rotation))
    _note_missing(notes, header, end, damaged)


def _note_missing(notes: list[str], header: Stream, end: float, damaged: list[float]) -> None:
    """Say, once, that a file is cut short or has parts that cannot be decoded."""
    missing = header.seconds - end
    if missing > max(0.5, 0.05 * header.seconds):
        note = f"The file is cut short: {end:.1f} of {header.seconds:.1f} seconds are there"
    elif damaged:
        note = f"The file is damaged: {len(damaged)} of its parts could not be decoded and are left out"
    else:
        return
    if note not in notes:
        notes.append(note)


def _picture(decoded: Any, size: tuple[int, int], rotation: int) -> NDArray[np.uint8]:
    """A decoded frame as RGB of a size (width, height) after it is rotated."""
    width, height = size if rotation % 180 == 0 else size[::-1]
    if decoded.color_trc in (PQ, HLG):
        deep = decoded.reformat(width=width, height=height, format="rgb48le").to_ndarray()
        picture = to_sdr(deep, decoded.color_trc)
    elif any(component.is_alpha for component in decoded.format.components) or decoded.format.has_palette:
        picture = _on_white(decoded.reformat(width=width, height=height, format="rgba").to_ndarray())
    else:
        picture = decoded.reformat(width=width, height=height, format="rgb24").to_ndarray()
    return np.ascontiguousarray(np.rot90(picture, rotation // 90)) if rotation else picture


def _on_white(rgba: NDArray[np.uint8]) -> NDArray[np.uint8]:
    alpha = rgba[..., 3:].astype(np.uint16)
    return ((rgba[..., :3] * alpha + 255 * (255 - alpha)) // 255).astype(np.uint8)


def _fitted(size: tuple[int, int], longest: int | None) -> tuple[int, int]:
    scale = 1.0 if longest is None else min(1.0, longest / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _identity(source: str | Path | bytes) -> str:
    if isinstance(source, bytes):
        return f"video:{len(source)}-{zlib.crc32(source)}"
    stat = Path(source).stat()
    return f"video:{Path(source).resolve()}:{stat.st_size}:{stat.st_mtime_ns}"


def _clock(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.1f} seconds"
    hours, rest = divmod(round(seconds), 3600)
    return (
        f"{hours}:{rest // 60:02}:{rest % 60:02} hours" if hours else f"{rest // 60}:{rest % 60:02} minutes"
    )
