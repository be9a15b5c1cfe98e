"""Greedy non-maximum suppression: one answer per object, the best-scored box first."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cvdemo.ops.checks import as_boxes, as_class_ids, as_scores, check_threshold

Floats: TypeAlias = NDArray[np.floating[Any]]
Indices: TypeAlias = NDArray[np.int64]

BLOCK = 64  # boxes whose order is settled at once
TILE = 1 << 15  # pairs worked on at once: their temporaries stay in the processor's second cache


def nms(boxes: ArrayLike, scores: ArrayLike, iou_threshold: float) -> Indices:
    """Keep the best box, drop what overlaps it by more than the threshold, go on with the next best.

    boxes [N, 4] as x1 y1 x2 y2 in pixels, scores [N], iou_threshold 0..1; a box falls where its IoU with
    a kept box is strictly greater. Returns the kept indices [K] by descending score, ties by index.
    float32 boxes are compared in float32, which makes the answer `torchvision.ops.nms`'s to the last bit.
    Raises DataError for NaN, negative sizes and wrong shapes.
    """
    boxes = as_boxes(boxes)
    scores = as_scores(scores, len(boxes))
    order = np.argsort(-scores, kind="stable")
    kept = _greedy(boxes[order], check_threshold(iou_threshold))
    return order[kept].astype(np.int64, copy=False)


def batched_nms(boxes: ArrayLike, scores: ArrayLike, class_ids: ArrayLike, iou_threshold: float) -> Indices:
    """Suppress within each class only: a dog never falls to a cat.

    As `nms`, with class_ids [N] integers. Returns the kept indices of all classes by descending score,
    ties by index, as `torchvision.ops.batched_nms`.
    """
    boxes = as_boxes(boxes)
    scores = as_scores(scores, len(boxes))
    classes = as_class_ids(class_ids, len(boxes))
    threshold = check_threshold(iou_threshold)
    order = np.argsort(-scores, kind="stable")
    by_class = np.argsort(classes[order], kind="stable")  # ranks, class by class, still by score
    bounds = np.flatnonzero(np.diff(classes[order][by_class])) + 1
    kept = np.zeros(len(boxes), dtype=bool)
    for ranks in np.split(by_class, bounds):
        kept[ranks[_greedy(boxes[order[ranks]], threshold)]] = True
    return order[kept].astype(np.int64, copy=False)


def _greedy(boxes: Floats, threshold: float) -> Indices:
    """Positions kept of boxes [N, 4] that are already sorted by descending score.

    Works in blocks: the next boxes settle among themselves, then those kept clear the rest at once.
    """
    columns = np.ascontiguousarray(boxes.T)  # [4, N]
    columns = np.vstack([columns, (columns[2] - columns[0]) * (columns[3] - columns[1])])  # [5, N] with areas
    alive = np.arange(len(boxes))
    limit = _floor_to(threshold, columns.dtype)
    kept: list[Indices] = []
    with np.errstate(invalid="ignore", over="ignore"):  # 0 / 0 of two empty boxes: no overlap
        while alive.size:
            head = columns[:, :BLOCK]
            winners = _settle(_overlaps(head, head, limit))
            kept.append(alive[winners])
            columns, alive = columns[:, BLOCK:], alive[BLOCK:]
            if alive.size:
                free = ~_any_overlap(head[:, winners], columns, limit)
                columns, alive = columns[:, free], alive[free]
    return np.concatenate(kept) if kept else np.zeros(0, dtype=np.int64)


def _settle(overlaps: NDArray[np.bool_]) -> list[int]:
    """Positions kept by greedy NMS inside one block, from its matrix of "falls to" [B, B]."""
    rows = [int.from_bytes(row, "little") for row in np.packbits(overlaps, axis=1, bitorder="little")]
    fallen, kept = 0, []
    for i, row in enumerate(rows):
        if not fallen >> i & 1:
            kept.append(i)
            fallen |= row
    return kept


def _any_overlap(rows: Floats, columns: Floats, limit: np.floating[Any]) -> NDArray[np.bool_]:
    """Which of columns [5, M] overlap any of rows [5, K] by more than the limit, tile by tile."""
    step = max(1, TILE // rows.shape[1])
    parts = [
        _overlaps(rows, columns[:, i : i + step], limit).any(axis=0) for i in range(0, columns.shape[1], step)
    ]
    return np.concatenate(parts)


def _overlaps(rows: Floats, columns: Floats, limit: np.floating[Any]) -> NDArray[np.bool_]:
    """Where IoU > limit, for rows [5, K] against columns [5, M] of x1 y1 x2 y2 area: bool [K, M].

    The order of operations is torchvision's, so that rounding is too.
    """
    a, b = rows[:, :, None], columns[:, None, :]
    width = np.minimum(a[2], b[2])  # [K, M], as all below
    width -= (edge := np.maximum(a[0], b[0]))
    np.maximum(width, 0, out=width)
    height = np.minimum(a[3], b[3])
    height -= np.maximum(a[1], b[1], out=edge)  # below 0 gives an intersection below 0: no overlap either
    inter = np.multiply(width, height, out=width)
    union = np.add(a[4], b[4], out=edge)
    union -= inter
    return np.divide(inter, union, out=inter) > limit


def _floor_to(threshold: float, dtype: np.dtype[Any]) -> np.floating[Any]:
    """The largest number of the dtype that is not above the threshold: `> it` is `> threshold`."""
    limit: np.floating[Any] = dtype.type(threshold)
    return np.nextafter(limit, dtype.type(-1)) if float(limit) > threshold else limit
