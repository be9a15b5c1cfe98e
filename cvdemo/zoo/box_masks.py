"""From a box to a square cut-out around it and from the cut-out's mask back to the picture."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

SIDE = 128
"""Pixels of a cut-out's side."""

MARGIN = 1.25
"""How much larger the cut-out is than the box, along each side."""


def box_frame(box: NDArray[np.float32]) -> NDArray[np.float32]:
    """The affine map [2, 3] from a picture's continuous coordinates to those of a box's cut-out.

    The box x1 y1 x2 y2 grown by `MARGIN` fills it; a box thinner than a pixel counts as one pixel wide.
    """
    centre = (box[:2] + box[2:]) / 2
    scale = SIDE / (np.maximum(box[2:] - box[:2], 1) * MARGIN)
    offset = SIDE / 2 - centre * scale
    return np.array([[scale[0], 0, offset[0]], [0, scale[1], offset[1]]], np.float32)


def cut_out(picture: NDArray[np.uint8], frame: NDArray[np.float32]) -> NDArray[np.uint8]:
    """The cut-out [S, S, 3] of a picture [H, W, 3] under a frame; black beyond the picture.

    A picture that is shrunk much is averaged first, so that fine patterns do not alias.
    """
    shrink = 1 / max(float(np.abs(np.linalg.det(frame[:, :2]))) ** 0.5, 1e-6)
    if shrink > 2:
        factor = 1 / int(shrink)
        picture = np.asarray(cv2.resize(picture, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA))
        frame = frame.copy()
        frame[:, :2] /= factor
    return np.asarray(
        cv2.warpAffine(picture, _pixel_middles(frame), (SIDE, SIDE), flags=cv2.INTER_LINEAR), np.uint8
    )


def mask_in_picture(
    probability: NDArray[np.float32], box: NDArray[np.float32], size: tuple[int, int]
) -> NDArray[np.float32]:
    """A cut-out's mask [S, S] in 0..1 over a picture of a size (height, width); 0 beyond the box."""
    height, width = size
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    whole = cv2.warpAffine(probability, _pixel_middles(box_frame(box)), (width, height), flags=flags)
    x1, y1 = np.floor(box[:2]).astype(int).clip(0)
    x2, y2 = np.ceil(box[2:]).astype(int).clip(0)
    within = np.zeros_like(whole)
    within[y1:y2, x1:x2] = whole[y1:y2, x1:x2]
    return np.asarray(within, np.float32)


def _pixel_middles(frame: NDArray[np.float32]) -> NDArray[np.float32]:
    """The same map for OpenCV, where a pixel's middle and not its corner has whole coordinates."""
    moved = frame.copy()
    moved[:, 2] += frame[:, :2] @ np.array([0.5, 0.5], np.float32) - 0.5
    return moved
