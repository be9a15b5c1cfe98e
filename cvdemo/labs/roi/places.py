"""Where a RoI is placed: around an object, or as an experiment asks; and what a RoI of a picture may be."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from cvdemo.labs.roi.experiment import Box, FeatureLevels, Floats
from cvdemo.world.reading import Truth

CHANNELS = 24  # that can be chosen of a level: as many as the poorest has
MARGIN = 0.12  # of the picture's longer side, around it, that a RoI may reach into


def target_boxes(features: FeatureLevels, truth: Truth | None) -> dict[str, Box]:
    """The true boxes of a drawn scene by name, without the difficult ones, in the net's pixels.

    A name ends in the object's number among all of the scene, from 1; a picture without truth has none.
    """
    if truth is None:
        return {}
    scale = features.width / truth.width
    rows = zip(truth.names(), truth.boxes.tolist(), truth.difficult, strict=True)
    return {
        f"{name} {k + 1}": _to_eighths([v * scale for v in box])
        for k, (name, box, hard) in enumerate(rows)
        if not hard
    }


def target_number(name: str) -> int:
    """The row in the truth of an object that `target_boxes` names."""
    return int(name.rsplit(" ", 1)[1]) - 1


def first_roi(features: FeatureLevels, truth: Truth | None) -> Box:
    """The RoI that a page opens with: around the largest object below .4 of the area, or the middle."""
    boxes = target_boxes(features, truth)
    w, h = features.width, features.height
    if boxes:
        fitting = [box for box in boxes.values() if _area(box) < 0.4 * w * h]
        return max(fitting or boxes.values(), key=_area)
    return _to_eighths((0.31 * w, 0.22 * h, 0.68 * w, 0.71 * h))


def experiment_roi(name: str, features: FeatureLevels, truth: Truth | None, stride: int) -> Box:
    """The RoI of an experiment of the page, on the level of a `stride`."""
    x1, y1, x2, y2 = roi = first_roi(features, truth)
    w, h = features.width, features.height
    out = MARGIN * max(w, h)
    if name == "before a rounding":  # an eighth of a pixel before the left side is rounded to the next cell
        step = (np.floor(x1 / stride) + 0.5) * stride - 0.125 - x1
        return _to_eighths((x1 + step, y1, x2 + step, y2))
    if name == "a small object":
        boxes = list(target_boxes(features, truth).values())
        side = 0.055 * max(w, h)
        centre = (0.41 * w, 0.37 * h, 0.41 * w + side, 0.37 * h + 1.3 * side)
        return min(boxes, key=_area) if boxes else _to_eighths(centre)
    if name == "no size":
        return _to_eighths(((x1 + x2) / 2, (y1 + y2) / 2) * 2)
    if name == "half outside":
        return _to_eighths((w - 1.3 * out, h - 1.6 * out, w + 0.9 * out, h + 0.8 * out))
    if name == "outside":
        return _to_eighths((w + 0.35 * out, 0.3 * h, w + out, 0.6 * h))
    return roi


def most_varied_channel(level: Floats, roi: Box, stride: int) -> int:
    """The channel of a level [C, h, w], one of the first `CHANNELS`, that varies most around the RoI."""
    height, width = level.shape[1:]
    x1, y1, x2, y2 = (int(v // stride) for v in roi)
    rows = slice(max(min(y1, height - 1) - 1, 0), max(y2 + 2, 1))
    columns = slice(max(min(x1, width - 1) - 1, 0), max(x2 + 2, 1))
    return int(level[:CHANNELS, rows, columns].std(axis=(1, 2)).argmax())


def within(roi: Sequence[Any], width: float, height: float) -> Box | None:
    """The RoI as a box, or None unless it is four finite numbers in order, not far outside the picture."""
    try:
        box = tuple(float(v) for v in roi)
    except (TypeError, ValueError):
        return None
    if len(box) != 4 or not np.isfinite(box).all() or box[2] < box[0] or box[3] < box[1]:
        return None
    out = MARGIN * max(width, height) + 1e-6
    low, high = min(box), (box[2] - width, box[3] - height)
    return box if low >= -out and max(high) <= out else None


def _area(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


def _to_eighths(box: Sequence[float]) -> Box:
    """The box to eighths of a pixel: exact in binary, and short to read."""
    return tuple(round(8 * float(v)) / 8 for v in box)
