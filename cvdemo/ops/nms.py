"""Non-maximum suppression: one answer per object. Greedy, soft and by distance, at once or step by step."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cvdemo.errors import DataError
from cvdemo.ops.checks import as_boxes, as_class_ids, as_scores, check_threshold
from cvdemo.ops.iou import centre_distance

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


@dataclass(frozen=True, eq=False)
class NmsStep:
    """One box is kept; what it does to the others. Indices point into the boxes that were given."""

    current: int  # the box kept now
    score: float  # its score now, after all decay
    kept: Indices  # [K] kept so far, in order, current last
    overlapping: (
        Indices  # [R] waiting boxes (of its class) that overlap it, by descending score before the step
    )
    overlaps: Floats  # [R] what decides: their IoU with it; for DIoU-NMS the IoU less the centres' distance
    is_suppressed: NDArray[np.bool_]  # [R] which of the overlapping fall to it
    remaining: Indices  # [M] still waiting, by descending score after the step
    scores: Floats  # [N] every box's score after the step; only Soft-NMS changes scores

    @property
    def suppressed(self) -> Indices:
        """The boxes that fall in this step, by descending score."""
        return self.overlapping[self.is_suppressed]

    @property
    def deciding(self) -> Floats:
        """The overlap that decided for each of `suppressed`."""
        return self.overlaps[self.is_suppressed]


SuppressionRule: TypeAlias = Callable[[Floats, Floats], tuple[Floats, NDArray[np.bool_]]]
"""(overlaps [R], scores [R]) to (scores after [R], which fall [R])."""


def nms_steps(
    boxes: ArrayLike, scores: ArrayLike, iou_threshold: float, class_ids: ArrayLike | None = None
) -> Iterator[NmsStep]:
    """Greedy NMS as a sequence of steps, one for each kept box; the last one's `kept` is the answer.

    Arguments as `nms`, or with class_ids as `batched_nms`.
    """
    boxes = as_boxes(boxes)
    return _play(boxes, scores, class_ids, _hard(iou_threshold, boxes.dtype))


def diou_nms_steps(
    boxes: ArrayLike, scores: ArrayLike, iou_threshold: float, class_ids: ArrayLike | None = None
) -> Iterator[NmsStep]:
    """Greedy NMS on DIoU, the IoU less the normalised distance of the centres: twins side by side survive.

    Arguments as `nms_steps`. arXiv:1911.08287, sec. 3.3.
    """
    boxes = as_boxes(boxes)
    return _play(boxes, scores, class_ids, _hard(iou_threshold, boxes.dtype), penalty=centre_distance)


def diou_nms(
    boxes: ArrayLike, scores: ArrayLike, iou_threshold: float, class_ids: ArrayLike | None = None
) -> Indices:
    """The indices [K] that DIoU-NMS keeps, by descending score: the last of `diou_nms_steps`."""
    last = deque(diou_nms_steps(boxes, scores, iou_threshold, class_ids), maxlen=1)
    return last[0].kept if last else np.zeros(0, np.int64)


def soft_nms_steps(
    boxes: ArrayLike,
    scores: ArrayLike,
    class_ids: ArrayLike | None = None,
    *,
    method: Literal["linear", "gaussian"] = "gaussian",
    iou_threshold: float = 0.3,
    sigma: float = 0.5,
    score_threshold: float = 0.001,
) -> Iterator[NmsStep]:
    """Soft-NMS as steps: overlapping boxes lose score instead of falling at once.

    boxes [N, 4], scores [N] of 0 or more. "linear" multiplies by 1 - IoU where IoU > iou_threshold,
    "gaussian" by exp(-IoU^2 / sigma) with sigma above 0; a box falls when its score is below
    score_threshold. Defaults are the authors'. arXiv:1704.04503, sec. 3.
    """
    rule = _soft(method, iou_threshold, sigma, score_threshold)
    return _play(as_boxes(boxes), scores, class_ids, rule, floor=score_threshold)


def soft_nms(
    boxes: ArrayLike,
    scores: ArrayLike,
    class_ids: ArrayLike | None = None,
    *,
    method: Literal["linear", "gaussian"] = "gaussian",
    iou_threshold: float = 0.3,
    sigma: float = 0.5,
    score_threshold: float = 0.001,
) -> tuple[Indices, Floats]:
    """The indices [K] that Soft-NMS keeps, and their lowered scores [K]: the last of `soft_nms_steps`."""
    steps = soft_nms_steps(
        boxes,
        scores,
        class_ids,
        method=method,
        iou_threshold=iou_threshold,
        sigma=sigma,
        score_threshold=score_threshold,
    )
    last = deque(steps, maxlen=1)
    return (last[0].kept, last[0].scores[last[0].kept]) if last else (np.zeros(0, np.int64), np.zeros(0))


def _play(
    boxes: Floats,
    scores: ArrayLike,
    class_ids: ArrayLike | None,
    rule: SuppressionRule,
    *,
    penalty: Callable[[Floats, Floats], Floats] | None = None,
    floor: float = -np.inf,
) -> Iterator[NmsStep]:
    """Check what was given, now and not at the first step; then play."""
    scores = as_scores(scores, len(boxes))
    classes = np.zeros(len(boxes), np.int64) if class_ids is None else as_class_ids(class_ids, len(boxes))
    return _steps(boxes, scores, classes, rule, penalty, floor)


def _steps(
    boxes: Floats,
    scores: Floats,
    classes: Indices,
    rule: SuppressionRule,
    penalty: Callable[[Floats, Floats], Floats] | None,
    floor: float,
) -> Iterator[NmsStep]:
    """Keep the best waiting box, let the rule fall on those it overlaps, go on with the next best."""
    waiting = np.argsort(-scores, kind="stable")
    waiting = waiting[scores[waiting] >= floor]
    columns = _with_areas(boxes)
    kept = np.empty(len(waiting), dtype=np.int64)
    done = 0
    while waiting.size:
        current, waiting = int(waiting[0]), waiting[1:]
        kept[done] = current
        done += 1
        with np.errstate(invalid="ignore"):
            ious = _ious(columns[:, [current]], columns[:, waiting])[0]
        near = (ious > 0) & (classes[waiting] == classes[current])
        overlapping, overlaps = waiting[near], ious[near]
        if penalty is not None:
            overlaps = overlaps - penalty(boxes[[current]], boxes[overlapping])[0]
        after, suppressed = rule(overlaps, scores[overlapping])
        if not np.array_equal(after, scores[overlapping]):
            scores = scores.copy()
            scores[overlapping] = after
        waiting = np.delete(waiting, np.flatnonzero(near)[suppressed])
        waiting = waiting[np.lexsort((waiting, -scores[waiting]))]
        yield NmsStep(
            current, float(scores[current]), kept[:done], overlapping, overlaps, suppressed, waiting, scores
        )


def _hard(iou_threshold: float, dtype: np.dtype[Any]) -> SuppressionRule:
    limit = _floor_to(check_threshold(iou_threshold), dtype)
    return lambda overlaps, scores: (scores, overlaps > limit)


def _soft(method: str, iou_threshold: float, sigma: float, score_threshold: float) -> SuppressionRule:
    if method not in ("linear", "gaussian"):
        raise DataError(f"Soft-NMS is 'linear' or 'gaussian', not {method!r}")
    if not sigma > 0:
        raise DataError(f"sigma must be above 0, it is {sigma}")
    if not score_threshold >= 0:
        raise DataError(f"score_threshold must be 0 or more, it is {score_threshold}")
    check_threshold(iou_threshold)

    def rule(overlaps: Floats, scores: Floats) -> tuple[Floats, NDArray[np.bool_]]:
        if method == "linear":
            after = scores * np.where(overlaps > iou_threshold, 1 - overlaps, 1)
        else:
            after = scores * np.exp(-(overlaps**2) / sigma)
        return after, after < score_threshold

    return rule


def _greedy(boxes: Floats, threshold: float) -> Indices:
    """Positions kept of boxes [N, 4] that are already sorted by descending score.

    Works in blocks: the next boxes settle among themselves, then those kept clear the rest at once.
    """
    columns = _with_areas(boxes)
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
    suppressed, kept = 0, []
    for i, row in enumerate(rows):
        if not suppressed >> i & 1:
            kept.append(i)
            suppressed |= row
    return kept


def _any_overlap(rows: Floats, columns: Floats, limit: np.floating[Any]) -> NDArray[np.bool_]:
    """Which of columns [5, M] overlap any of rows [5, K] by more than the limit, tile by tile."""
    step = max(1, TILE // rows.shape[1])
    parts = [
        _overlaps(rows, columns[:, i : i + step], limit).any(axis=0) for i in range(0, columns.shape[1], step)
    ]
    return np.concatenate(parts)


def _with_areas(boxes: Floats) -> Floats:
    """Boxes [N, 4] as columns x1 y1 x2 y2 area: [5, N]."""
    x1, y1, x2, y2 = boxes.T
    return np.stack([x1, y1, x2, y2, (x2 - x1) * (y2 - y1)])


def _overlaps(rows: Floats, columns: Floats, limit: np.floating[Any]) -> NDArray[np.bool_]:
    """Where IoU > limit, for rows [5, K] against columns [5, M]: bool [K, M]."""
    return _ious(rows, columns) > limit


def _ious(rows: Floats, columns: Floats) -> Floats:
    """IoU [K, M] of rows [5, K] and columns [5, M] of x1 y1 x2 y2 area; no more than 0 where they lie apart.

    The order of operations is torchvision's, so that rounding is too.
    """
    a, b = rows[:, :, None], columns[:, None, :]
    width = np.minimum(a[2], b[2])  # [K, M], as all below
    width -= (edge := np.maximum(a[0], b[0]))
    np.maximum(width, np.zeros_like(width), out=width)  # an array: several times faster than a scalar
    height = np.minimum(a[3], b[3])
    height -= np.maximum(a[1], b[1], out=edge)  # below 0 gives an intersection below 0: no overlap either
    inter = np.multiply(width, height, out=width)
    union = np.add(a[4], b[4], out=edge)
    union -= inter
    return np.divide(inter, union, out=inter)


def _floor_to(threshold: float, dtype: np.dtype[Any]) -> np.floating[Any]:
    """The largest number of the dtype that is not above the threshold: `> it` is `> threshold`."""
    limit: np.floating[Any] = dtype.type(threshold)
    return np.nextafter(limit, dtype.type(-1)) if float(limit) > threshold else limit
