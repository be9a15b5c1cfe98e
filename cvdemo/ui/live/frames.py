"""Frames of a camera as they come from a browser: JPEG bytes, small, checked before they are decoded."""

from __future__ import annotations

import io

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cvdemo.errors import CvdemoError

MOST_BYTES, LONGEST = 300_000, 1280


class FrameError(CvdemoError):
    """Bytes that are no JPEG, or one that is cut short."""


class LargeFrameError(CvdemoError):
    """A frame of more bytes or pixels than the camera may send."""


def decode_frame(jpeg: bytes) -> NDArray[np.uint8]:
    """A frame [H, W, 3] uint8 RGB of JPEG bytes; its size is read in the header before it is decoded."""
    if len(jpeg) > MOST_BYTES:
        raise LargeFrameError(f"a frame of {len(jpeg)} bytes: at most {MOST_BYTES}")
    try:
        with Image.open(io.BytesIO(jpeg), formats=["JPEG"]) as header:
            width, height = header.size
    except (OSError, ValueError, SyntaxError) as error:
        raise FrameError("a frame that is no JPEG") from error
    if max(width, height) > LONGEST:
        raise LargeFrameError(f"a frame of {width} x {height} pixels: at most {LONGEST} on a side")
    picture = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    if picture is None:
        raise FrameError("a frame that is cut short")
    return cv2.cvtColor(picture, cv2.COLOR_BGR2RGB).astype(np.uint8, copy=False)
