"""Post-processing of raw detections: score threshold, class filter, NMS, limit.

Detections may carry masks, `data["masks"]` [N, M, M] in 0..1 as small as the network gives them, each
stretched over its box of `data["mask_boxes"]` [N, 4] in pixels of a picture of the size
`metadata["size"]` (height, width), where pixels of at least `metadata["mask_threshold"]`, .5 where nothing
is said, belong to the object; and `data["keypoints"]` [N, 17, 3], x, y in pixels and a score.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import cast

import numpy as np
import supervision as sv

from cvdemo.ops.masks import PastedMasks
from cvdemo.ops.nms import batched_nms

MASKS, MASK_BOXES, KEYPOINTS, SIZE = "masks", "mask_boxes", "keypoints", "size"
MASK_THRESHOLD = "mask_threshold"


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
    rows = select_rows(
        raw.xyxy, confidence(raw), np.asarray(raw.class_id, dtype=int),
        score=score, iou=iou, classes=classes, max_detections=max_detections,
    )  # fmt: skip
    chosen = cast(sv.Detections, raw[rows])
    chosen.data = {**chosen.data, "raw_index": rows}
    return chosen


def select_rows(
    boxes: np.ndarray,
    scores: np.ndarray,
    class_ids: np.ndarray,
    *,
    score: float = 0.5,
    iou: float = 0.5,
    classes: Collection[int] | None = None,
    max_detections: int = 100,
) -> np.ndarray:
    """The rows of boxes [N, 4], scores [N] and class ids [N] that `select` keeps, by descending score."""
    stay = scores >= score
    if classes is not None:
        stay &= np.isin(class_ids, list(classes))
    rows = np.flatnonzero(stay)
    if iou < 1:
        kept = batched_nms(boxes[rows], scores[rows], class_ids[rows], iou)
    else:
        kept = np.argsort(-scores[rows], kind="stable")
    return rows[kept[:max_detections]]


def confidence(detections: sv.Detections) -> np.ndarray:
    """The scores [N] of detections; an empty array where there are no detections."""
    return np.zeros(0, np.float32) if detections.confidence is None else detections.confidence


def masks_of(detections: sv.Detections) -> PastedMasks | None:
    """The masks of detections, pasted on demand; None without masks."""
    if MASKS not in detections.data:
        return None
    masks, boxes = (np.asarray(detections.data[name]) for name in (MASKS, MASK_BOXES))
    threshold = detections.metadata.get(MASK_THRESHOLD, 0.5)
    return PastedMasks(masks, boxes, detections.metadata[SIZE], threshold)


def at_mask_threshold(detections: sv.Detections, threshold: float) -> sv.Detections:
    """The same detections, whose masks hold the pixels of at least a threshold in 0..1."""
    return replace(detections, metadata={**detections.metadata, MASK_THRESHOLD: threshold})


def keypoints_of(detections: sv.Detections) -> np.ndarray | None:
    """The keypoints [N, K, 3] of detections, x y score; None without keypoints."""
    points = detections.data.get(KEYPOINTS)
    return None if points is None else np.asarray(points)


def scaled(
    detections: sv.Detections, size: tuple[float, float], target: tuple[float, float]
) -> sv.Detections:
    """Detections scaled from a picture of `size` (height, width) to the same picture of the `target` size.

    Scales boxes, keypoints and the boxes of masks, all in pixels.
    """
    across, down = target[1] / size[1], target[0] / size[0]
    scale = np.array([across, down] * 2, np.float64)
    data, metadata = dict(detections.data), dict(detections.metadata)
    for name, factor in ((MASK_BOXES, scale), (KEYPOINTS, np.array([across, down, 1.0]))):
        if name in data:
            data[name] = (np.asarray(data[name]) * factor).astype(np.float32)
    if SIZE in metadata:
        metadata[SIZE] = tuple(round(side) for side in target)
    xyxy = (detections.xyxy * scale).astype(detections.xyxy.dtype)
    return replace(detections, xyxy=xyxy, data=data, metadata=metadata)
