"""Post-processing of raw detections: score threshold, class filter, NMS, limit."""

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
    """The raw detections left after filtering and NMS, by descending score.

    In this order: keep scores of at least `score` (0..1) and classes in `classes` (all if None), NMS per
    class at the IoU threshold `iou` (0..1; 1 suppresses nothing), keep the `max_detections` highest-scoring
    ones. `data["raw_index"]` is each detection's row in `raw`.
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
    """The scores [N] of detections; an empty array where there are no detections."""
    return np.zeros(0, np.float32) if detections.confidence is None else detections.confidence


def scaled(
    detections: sv.Detections, size: tuple[float, float], wanted: tuple[float, float]
) -> sv.Detections:
    """Detections of a picture of one size (height, width) on the same picture of another size.

    Boxes alone are scaled; masks keep their size.
    """
    scale = np.array([wanted[1] / size[1], wanted[0] / size[0]] * 2, np.float64)
    return replace(detections, xyxy=(detections.xyxy * scale).astype(detections.xyxy.dtype))
