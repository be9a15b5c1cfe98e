"""From raw detections to the detections one sees: threshold, class filter, NMS, limit."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import cast

import numpy as np
import supervision as sv

from cvdemo.ops.nms import batched_nms


def select(
    raw: sv.Detections,
    *,
    score: float = 0.5,
    iou: float = 0.5,
    classes: Collection[int] | None = None,
    max_detections: int = 100,
) -> sv.Detections:
    """The raw detections that stay, in descending score.

    In this order: score at least `score` (0..1), class among `classes` (all where None), NMS per class that
    drops what overlaps a better box by more than `iou` (0..1; 1 drops nothing), the best `max_detections`.
    `data["raw_index"]` is each one's row in `raw`.
    """
    scores, class_ids = confidence(raw), np.asarray(raw.class_id, dtype=int)
    stay = scores >= score
    if classes is not None:
        stay &= np.isin(class_ids, list(classes))
    rows = np.flatnonzero(stay)
    if iou < 1:
        kept = batched_nms(raw.xyxy[rows], scores[rows], class_ids[rows], iou)
    else:
        kept = np.argsort(-scores[rows], kind="stable")
    rows = rows[kept[:max_detections]]
    chosen = cast(sv.Detections, raw[rows])
    chosen.data = {**chosen.data, "raw_index": rows}
    return chosen


def confidence(detections: sv.Detections) -> np.ndarray:
    """Scores [N] of detections that have them; an empty array where there are no detections."""
    return np.zeros(0, np.float32) if detections.confidence is None else detections.confidence


def scaled(
    detections: sv.Detections, size: tuple[float, float], wanted: tuple[float, float]
) -> sv.Detections:
    """Detections of a picture of one size (height, width) on the same picture of another size.

    Boxes alone are scaled; masks keep their size.
    """
    scale = np.array([wanted[1] / size[1], wanted[0] / size[0]] * 2, np.float64)
    return replace(detections, xyxy=(detections.xyxy * scale).astype(detections.xyxy.dtype))
