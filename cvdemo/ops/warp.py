"""Regions warped to one square size with some of their surroundings, as in R-CNN."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from cvdemo.ops.checks import Floats, as_boxes

BEYOND = 127  # grey for pixels outside the picture: about the mean pixel value


def with_context(boxes: Floats, *, size: int, context: int) -> Floats:
    """Boxes [R, 4] enlarged to have `context` pixels of surroundings per side when warped to `size` pixels.

    arXiv:1311.2524, appendix A: both sides are multiplied by size / (size - 2 * context).
    """
    grow = size / (size - 2 * context)
    centre, half = (boxes[:, :2] + boxes[:, 2:]) / 2, (boxes[:, 2:] - boxes[:, :2]) / 2 * grow
    return np.hstack([centre - half, centre + half])


def warp_regions(
    picture: NDArray[np.uint8], boxes: Floats, *, size: int = 64, context: int = 4
) -> NDArray[np.uint8]:
    """Cut-outs [R, size, size, 3] of the boxes [R, 4] x1 y1 x2 y2 of a picture [H, W, 3].

    Each box is stretched to fill the square, except for `context` pixels on each side; pixels outside the
    picture are grey (arXiv:1311.2524, sec. 2.1 and appendix A, "warp"). A box thinner than a pixel counts as
    one pixel wide.
    """
    grown = with_context(as_boxes(boxes).astype(np.float64), size=size, context=context)
    warped = np.empty((len(grown), size, size, 3), np.uint8)
    scale = np.maximum(grown[:, 2:] - grown[:, :2], 1) / size  # pixels of the picture for each of the square
    shift = (grown[:, :2] + grown[:, 2:]) / 2 - scale * size / 2 + (scale - 1) / 2
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    for k in range(len(grown)):
        back = np.array([[scale[k, 0], 0, shift[k, 0]], [0, scale[k, 1], shift[k, 1]]])
        cv2.warpAffine(
            picture, back, (size, size), warped[k], flags, cv2.BORDER_CONSTANT, (BEYOND, BEYOND, BEYOND)
        )
    return warped
