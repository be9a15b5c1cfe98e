"""From a box to a square cut-out around it, and from the cut-out's mask to one that lies over the box."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

SIDE = 128
"""Pixels of a cut-out's side."""

MARGIN = 1.25
"""How much larger the cut-out is than the box, along each side."""

CELLS = 64
"""Cells of a side of a mask that lies over a box."""


def box_frame(box: Floats) -> Floats:
    """The affine map [2, 3] from a picture's continuous coordinates to those of a box's cut-out.

    The box x1 y1 x2 y2 grown by `MARGIN` fills it; a box thinner than a pixel counts as one pixel wide.
    """
    centre = (box[:2] + box[2:]) / 2
    scale = SIDE / (np.maximum(box[2:] - box[:2], 1) * MARGIN)
    offset = SIDE / 2 - centre * scale
    return np.array([[scale[0], 0, offset[0]], [0, scale[1], offset[1]]], np.float32)


def cut_out(picture: NDArray[np.uint8], frame: Floats) -> NDArray[np.uint8]:
    """The cut-out [S, S, 3] of a picture [H, W, 3] under a frame; black beyond the picture.

    A picture that is shrunk much is averaged first, so that fine patterns do not alias.
    """
    part, frame = _around(picture, frame)
    shrink = int(1 / max(float(np.abs(np.linalg.det(frame[:, :2]))) ** 0.5, 1e-6))
    if shrink > 1 and part.size:
        height, width = part.shape[:2]
        size = max(1, width // shrink), max(1, height // shrink)
        part = np.asarray(cv2.resize(part, size, interpolation=cv2.INTER_AREA), np.uint8)
        frame = frame * np.array([width / size[0], height / size[1], 1], np.float32)
    if not part.size:
        return np.zeros((SIDE, SIDE, 3), np.uint8)
    return np.asarray(
        cv2.warpAffine(part, _pixel_middles(frame), (SIDE, SIDE), flags=cv2.INTER_LINEAR), np.uint8
    )


def over_box(probability: Floats) -> Floats:
    """The part of a cut-out's mask [S, S] in 0..1 that lies over its box, [`CELLS`, `CELLS`]."""
    scale = SIDE / MARGIN / CELLS
    offset = (SIDE - SIDE / MARGIN) / 2
    back = np.array([[scale, 0, offset], [0, scale, offset]], np.float32)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(probability, _pixel_middles(back), (CELLS, CELLS), flags=flags))


def _around(picture: NDArray[np.uint8], frame: Floats) -> tuple[NDArray[np.uint8], Floats]:
    """The part of the picture that a cut-out reaches, and the frame for it: a large picture stays whole."""
    corners = np.array([[0, 0], [SIDE, 0], [0, SIDE], [SIDE, SIDE]], np.float32)
    reached = (corners - frame[:, 2]) @ np.linalg.inv(frame[:, :2]).T  # [4, 2] x y
    height, width = picture.shape[:2]
    margin = 1 + np.ptp(reached, axis=0) / SIDE  # a cell more: it is read between its pixels
    left, top = np.floor(reached.min(0) - margin).clip(0, [width, height]).astype(int)
    right, bottom = np.ceil(reached.max(0) + margin).clip(0, [width, height]).astype(int)
    moved = frame.copy()
    moved[:, 2] += frame[:, :2] @ np.array([left, top], np.float32)
    return picture[top:bottom, left:right], moved


def _pixel_middles(frame: Floats) -> Floats:
    """The same map for OpenCV, where a pixel's middle and not its corner has whole coordinates."""
    moved = frame.copy()
    moved[:, 2] += frame[:, :2] @ np.array([0.5, 0.5], np.float32) - 0.5
    return moved
