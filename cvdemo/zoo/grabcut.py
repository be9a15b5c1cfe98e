"""Masks by GrabCut, which needs no training: the baseline that every mask net has to beat.

Rother, Kolmogorov, Blake, "GrabCut: interactive foreground extraction using iterated graph cuts", 2004.
"""

from __future__ import annotations

import cv2
import numpy as np

from cvdemo.zoo.model import Detector
from cvdemo.zoo.packaged import SSDMobileNetV2
from cvdemo.zoo.spec import ModelSpec
from cvdemo.zoo.top_down import BoxesThenMasks

SIDE = 56  # cells of a mask
LONGEST = 160  # pixels of a box's longer side that are cut
MARGIN = 0.25  # of the box's sides around it, which is surely background
SMALLEST = 4  # pixels of a box's side, below which the box itself is the mask
ITERATIONS = 3


class GrabCut:
    """Colours inside a box against those around it, cut apart."""

    nbytes = 0

    def masks(self, picture: np.ndarray, boxes: np.ndarray) -> np.ndarray:
        """A mask [N, 56, 56] of 0 or 1 for each box [N, 4] of a picture [H, W, 3] uint8 RGB."""
        found = [cut_out(picture, box) for box in np.asarray(boxes, float)]
        return np.stack(found) if found else np.zeros((0, SIDE, SIDE), np.float32)


def cut_out(picture: np.ndarray, box: np.ndarray) -> np.ndarray:
    """The mask [56, 56] of one box x1 y1 x2 y2; all 1 where the box is too small or nothing is left."""
    crop, inner = _crop(picture, box)
    left, top, width, height = inner
    if min(width, height) < SMALLEST or inner == (0, 0, crop.shape[1], crop.shape[0]):
        return np.ones((SIDE, SIDE), np.float32)
    labels = np.zeros(crop.shape[:2], np.uint8)
    background, foreground = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.setRNGSeed(0)  # its clusters begin at random
    cv2.grabCut(crop, labels, inner, background, foreground, ITERATIONS, cv2.GC_INIT_WITH_RECT)
    inside = np.isin(labels, (cv2.GC_FGD, cv2.GC_PR_FGD))[top : top + height, left : left + width]
    if not inside.any():
        return np.ones((SIDE, SIDE), np.float32)
    small = cv2.resize(inside.astype(np.float32), (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.float32)


def _crop(picture: np.ndarray, box: np.ndarray) -> tuple[np.ndarray, tuple[int, int, int, int]]:
    """The box with its margin at a working size, [h, w, 3], and the box in it: left, top, width, height."""
    height, width = picture.shape[:2]
    sides = box[2:] - box[:2]
    low = np.maximum(np.floor(box[:2] - MARGIN * sides), 0).astype(int)
    high = np.minimum(np.ceil(box[2:] + MARGIN * sides), [width, height]).astype(int)
    high = np.maximum(high, low + 1)
    part = np.ascontiguousarray(picture[low[1] : high[1], low[0] : high[0]])
    scale = min(1.0, LONGEST / max(float(sides.max()), 1.0))
    if scale < 1:
        size = [max(1, round(side * scale)) for side in part.shape[1::-1]]
        part = np.asarray(cv2.resize(part, size, interpolation=cv2.INTER_AREA), np.uint8)
    inner = ((box - np.tile(low, 2)) * scale).round().astype(int)
    inner = inner.clip(0, [part.shape[1], part.shape[0]] * 2)
    return part, (int(inner[0]), int(inner[1]), int(inner[2] - inner[0]), int(inner[3] - inner[1]))


def load(spec: ModelSpec, device: str) -> Detector:
    """GrabCut in the boxes of the packaged SSD-MobileNetV2."""
    return BoxesThenMasks(spec, SSDMobileNetV2(spec, device), GrabCut(), least=0.2)
