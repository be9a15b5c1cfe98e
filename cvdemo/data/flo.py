"""Middlebury's format of optical flow, `.flo`: a tag, width, height, then u and v of every pixel.

S. Baker et al., "A database and evaluation methodology for optical flow", IJCV 2011; all is little-endian:
float32 202021.25 ("PIEH"), int32 width, int32 height, float32 u, v row by row.
"""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cvdemo.data.atomic import write_whole
from cvdemo.errors import DataError

TAG = b"PIEH"
UNKNOWN = 1e9
"""A value above this says that the flow of a pixel is not known."""

LARGEST = 16384  # pixels a side
HEADER = struct.Struct("<4sii")


def read_flo(path: Path) -> NDArray[np.float32]:
    """The flow [H, W, 2] of a `.flo` file, NaN where it says that it is not known; DataError otherwise."""
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        reason = (error.strerror or "no access").lower()
        raise DataError(f"cannot read '{Path(path).name}': {reason}") from error
    return from_flo(content, Path(path).name)


def from_flo(content: bytes, name: str = "flow") -> NDArray[np.float32]:
    """The flow [H, W, 2] that the bytes of a `.flo` file hold; `name` is how errors call it."""
    if len(content) < HEADER.size or content[:4] != TAG:
        raise DataError(f"'{name[:80]}' is no .flo file: it does not begin with Middlebury's tag PIEH")
    _, width, height = HEADER.unpack_from(content)
    if not (0 < width <= LARGEST and 0 < height <= LARGEST):
        raise DataError(f"'{name[:80]}' claims {width} x {height} pixels: 1 to {LARGEST} a side can be read")
    expected = HEADER.size + 8 * width * height
    if len(content) != expected:
        raise DataError(
            f"'{name[:80]}' has {len(content)} bytes: a flow of {width} x {height} pixels has {expected}"
        )
    flow = np.frombuffer(content, "<f4", offset=HEADER.size).reshape(height, width, 2).astype(np.float32)
    flow[(~(np.abs(flow) <= UNKNOWN)).any(axis=-1)] = np.nan
    return flow


def to_flo(flow: NDArray[np.float32]) -> bytes:
    """A flow [H, W, 2] as the bytes of a `.flo` file; what is not finite is written as not known."""
    height, width = flow.shape[:2]
    known = np.where(np.isfinite(flow).all(axis=-1, keepdims=True), flow, 10 * UNKNOWN)
    return HEADER.pack(TAG, width, height) + known.astype("<f4").tobytes()


def write_flo(path: Path, flow: NDArray[np.float32]) -> None:
    """Write a flow [H, W, 2] as a `.flo` file, whole or not at all; DataError where that fails."""
    write_whole(path, to_flo(flow))
