"""Which true objects of one picture a set of detections finds, and the outcome of each detection."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cvdemo.metrics.matching import match_coco
from cvdemo.metrics.overlaps import Pairs
from cvdemo.ops.checks import as_boxes, as_class_ids, as_scores
from cvdemo.ops.iou import box_iou


class RecallCounts(NamedTuple):
    """Which true objects are found, and which of three kinds each detection is."""

    found: NDArray[np.bool_]  # [G]
    true_positive: NDArray[np.bool_]  # [D] matched to a truth
    duplicate: NDArray[np.bool_]  # [D] overlaps a truth that a higher-scoring detection is matched to
    background: NDArray[np.bool_]  # [D] overlaps no truth of its class


def recall_counts(
    boxes: ArrayLike,
    scores: ArrayLike,
    class_ids: ArrayLike,
    truth_boxes: ArrayLike,
    truth_classes: ArrayLike,
    *,
    iou_threshold: float = 0.5,
) -> RecallCounts:
    """Match detections to the true objects of one picture by COCO's rule: IoU at least `iou_threshold`.

    boxes [D, 4] and truth_boxes [G, 4] as x1 y1 x2 y2 in pixels, scores [D], class_ids [D], truth_classes
    [G]. Raises DataError for wrong shapes and values.
    """
    boxes, truth = as_boxes(boxes), as_boxes(truth_boxes, "truth boxes")
    scores = as_scores(scores, len(boxes))
    classes, target_classes = as_class_ids(class_ids, len(boxes)), as_class_ids(truth_classes, len(truth))
    ious = box_iou(boxes, truth) * (classes[:, None] == target_classes[None, :])
    detection, column = np.nonzero(ious > 0)
    rank = np.empty(len(boxes), np.int64)
    rank[np.argsort(-scores, kind="stable")] = np.arange(len(boxes))
    never = np.zeros(len(truth), dtype=bool)
    pairs = Pairs(detection, column, ious[detection, column])
    matched = match_coco(pairs, rank, never, never, np.array([iou_threshold]))[0]
    right = matched >= 0
    near = (ious >= iou_threshold).any(axis=1)
    found = np.isin(np.arange(len(truth)), matched[right])
    return RecallCounts(found, right, near & ~right, ~near & ~right)
