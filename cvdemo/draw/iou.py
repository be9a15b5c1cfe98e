"""Two boxes on a picture with intersection and union filled."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

TRUTH, PREDICTION = (0, 114, 178), (230, 159, 0)
SHARED, REST = (0, 158, 115), (204, 121, 167)


def draw_overlap(picture: np.ndarray, truth: Sequence[float], prediction: Sequence[float]) -> np.ndarray:
    """A copy of the picture [H, W, 3] with both boxes (x1 y1 x2 y2), intersection and union filled."""
    canvas = picture.copy()
    inside = [_inside(canvas.shape[:2], box) for box in (truth, prediction)]
    for fill, colour, weight in ((inside[0] ^ inside[1], REST, 0.42), (inside[0] & inside[1], SHARED, 0.72)):
        canvas[fill] = (canvas[fill] * (1 - weight) + np.multiply(colour, weight)).round().astype(np.uint8)
    thin = max(2, round(max(canvas.shape[:2]) / 400))
    for box, colour in ((truth, TRUTH), (prediction, PREDICTION)):
        x1, y1, x2, y2 = (round(v) for v in box)
        for width, ink in ((2 * thin, (255, 255, 255)), (thin, colour)):
            cv2.rectangle(canvas, (x1, y1), (x2 - 1, y2 - 1), ink, width)
    return canvas


def _inside(size: tuple[int, ...], box: Sequence[float]) -> np.ndarray:
    x1, y1, x2, y2 = (round(v) for v in box)
    inside = np.zeros(size, dtype=bool)
    inside[y1:y2, x1:x2] = True
    return inside
