"""Recall of proposals: the share of true boxes that one of the first n boxes overlaps enough."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cvdemo.errors import DataError
from cvdemo.ops.checks import as_boxes, check_threshold
from cvdemo.ops.iou import box_iou

Floats: TypeAlias = NDArray[np.float64]
Integers: TypeAlias = NDArray[np.int64]

NEVER = np.iinfo(np.int64).max


def first_match_ranks(boxes: ArrayLike, truth_boxes: ArrayLike, thresholds: Sequence[float]) -> Integers:
    """The rank, from 0, of the first box with at least this IoU with each true box; `NEVER` where none has.

    boxes [N, 4] in descending priority, truth_boxes [G, 4], thresholds T values of IoU. Returns [T, G]. One
    box may match several true boxes, because a detector's later stages can move it to either.
    """
    boxes, truth = as_boxes(boxes), as_boxes(truth_boxes, "truth_boxes")
    levels = np.array([check_threshold(t, "threshold") for t in thresholds])
    if not len(boxes) or not len(truth):
        return np.full((len(levels), len(truth)), NEVER)
    hits = box_iou(boxes, truth)[None] >= levels[:, None, None]  # [T, N, G]
    return np.where(hits.any(axis=1), hits.argmax(axis=1), NEVER)


def recall(
    boxes: Sequence[ArrayLike],
    truth_boxes: Sequence[ArrayLike],
    thresholds: Sequence[float],
    counts: Sequence[int],
) -> Floats:
    """Recall of the first n boxes of each picture over all true boxes, [T, C] in 0..1.

    boxes and truth_boxes have one entry per picture, [N, 4] in descending priority and [G, 4]; thresholds
    are T values of IoU, counts C values of n. NaN without true boxes. DataError for lists of different
    lengths.
    """
    if len(boxes) != len(truth_boxes):
        raise DataError(f"boxes of {len(boxes)} pictures, but truth of {len(truth_boxes)}")
    each = [first_match_ranks(b, t, thresholds) for b, t in zip(boxes, truth_boxes, strict=True)]
    places: NDArray[Any] = np.concatenate([np.zeros((len(thresholds), 0), np.int64), *each], axis=1)  # [T, G]
    if not places.shape[1]:
        return np.full((len(thresholds), len(counts)), np.nan)
    found: Floats = (places[:, None] < np.asarray(counts)[None, :, None]).mean(axis=2)
    return found
