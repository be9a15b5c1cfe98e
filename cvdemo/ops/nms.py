"""Non-maximum suppression (NMS): greedy NMS, Soft-NMS and DIoU-NMS, each as a function and as steps."""

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

BLOCK = 64  # boxes compared with one another at once
TILE = 1 << 15  # pairs of boxes compared at once: their temporary arrays fit into the second-level cache
SPARSE = 1 / 20  # of all pairs of boxes: where fewer share an x, only those that do are compared


def nms(boxes: ArrayLike, scores: ArrayLike, iou_threshold: float) -> Indices:
    """Greedy NMS: keep the highest-scoring box, suppress the boxes that overlap it too much, and repeat.

    boxes [N, 4] as x1 y1 x2 y2 in pixels, scores [N], iou_threshold 0..1; a box is suppressed if its IoU with
    a kept box is greater than the threshold. Returns the kept indices [K] by descending score, ties by index.
    float32 boxes are compared in float32, so the result equals `torchvision.ops.nms` exactly.
    Raises DataError for NaN, negative sizes and wrong shapes.
    """
    boxes = as_boxes(boxes)
    scores = as_scores(scores, len(boxes))
    order = np.argsort(-scores, kind="stable")
    kept = _greedy(boxes[order], check_threshold(iou_threshold))
    return order[kept].astype(np.int64, copy=False)


def batched_nms(boxes: ArrayLike, scores: ArrayLike, class_ids: ArrayLike, iou_threshold: float) -> Indices:
    """Greedy NMS within each class: a box suppresses only boxes of its own class.

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
    """One step of NMS: one box is kept and suppresses others. Indices point into the input boxes."""

    current: int  # the box kept in this step
    score: float  # its score in this step; Soft-NMS may have lowered it
    kept: Indices  # [K] all kept boxes so far, in order, the current one last
    overlapping: Indices  # [R] remaining boxes (of its class) that overlap it, by descending score before
    overlaps: Floats  # [R] their IoU with it; for DIoU-NMS minus the normalised centre distance
    is_suppressed: NDArray[np.bool_]  # [R] which of the overlapping boxes it suppresses
    remaining: Indices  # [M] boxes neither kept nor suppressed, by descending score after the step
    scores: Floats  # [N] every box's score after the step; only Soft-NMS changes scores

    @property
    def suppressed(self) -> Indices:
        """The boxes suppressed in this step, by descending score."""
        return self.overlapping[self.is_suppressed]

    @property
    def deciding(self) -> Floats:
        """The overlap of each of `suppressed` with the current box."""
        return self.overlaps[self.is_suppressed]


SuppressionRule: TypeAlias = Callable[[Floats, Floats], tuple[Floats, NDArray[np.bool_]]]
"""Maps (overlaps [R], scores [R]) to (new scores [R], which boxes are suppressed [R])."""


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
    """Greedy NMS with DIoU, the IoU minus the normalised distance of the centres, in place of IoU.

    Boxes of two objects side by side have distant centres, so fewer of them are suppressed.

    Arguments as `nms_steps`. arXiv:1911.08287, sec. 3.3.
    """
    boxes = as_boxes(boxes)
    return _play(boxes, scores, class_ids, _hard(iou_threshold, boxes.dtype), penalty=centre_distance)


def diou_nms(
    boxes: ArrayLike, scores: ArrayLike, iou_threshold: float, class_ids: ArrayLike | None = None
) -> Indices:
    """The indices [K] that DIoU-NMS keeps, by descending score: the last step of `diou_nms_steps`."""
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
    """Soft-NMS as a sequence of steps: overlapping boxes lose score instead of being suppressed at once.

    boxes [N, 4], scores [N] of 0 or more. "linear" multiplies by 1 - IoU where IoU > iou_threshold,
    "gaussian" by exp(-IoU^2 / sigma) with sigma above 0; a box is suppressed once its score is below
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
    """The indices [K] that Soft-NMS keeps, and their final scores [K]: the last step of `soft_nms_steps`."""
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
    """Check the input at once, not at the first step, and return the steps."""
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
    """Keep the highest-scoring remaining box, apply the rule to the boxes it overlaps, and repeat."""
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
            ious = _ious(columns[:, [current]], columns[:, waiting])
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
    """The positions that NMS keeps of boxes [N, 4] sorted by descending score."""
    columns = _with_areas(boxes)
    limit = _floor_to(threshold, columns.dtype)
    across = np.argsort(columns[0], kind="stable")
    beside = np.searchsorted(columns[0][across], columns[2][across]) - np.arange(1, len(boxes) + 1)
    beside = beside.clip(min=0)  # of each box in the order of x1: how many after it begin before its end
    with np.errstate(invalid="ignore", over="ignore"):  # 0 / 0 of two empty boxes: no overlap
        if beside.sum() < SPARSE * len(boxes) ** 2:
            return _greedy_sparse(columns, limit, across, beside)
        return _greedy_blocks(columns, limit)


def _greedy_sparse(columns: Floats, limit: np.floating[Any], across: Indices, beside: Indices) -> Indices:
    """`_greedy` by the pairs that overlap: a sweep along x finds them, most boxes have none or a few.

    columns [5, N] as `_with_areas`; `across` [N] orders them by x1, each of them shares an x with the
    `beside` [N] next ones.
    """
    swept = columns[:, across]
    better, worse = [across[:0]], [across[:0]]
    ends = np.cumsum(beside)
    first = 0
    while first < len(across):
        before = ends[first - 1] if first else 0
        last = max(first + 1, int(np.searchsorted(ends, before + TILE, side="right")))
        counts = beside[first:last]
        a = np.repeat(np.arange(first, last), counts)
        b = a + 1 + np.arange(len(a)) - np.repeat(ends[first:last] - counts - before, counts)
        tall = (swept[1][a] < swept[3][b]) & (swept[1][b] < swept[3][a])
        a, b = a[tall], b[tall]
        much = _ious(swept[:, a], swept[:, b]) > limit
        a, b = across[a[much]], across[b[much]]
        better.append(np.minimum(a, b))
        worse.append(np.maximum(a, b))
        first = last
    pairs = np.argsort(best := np.concatenate(better), kind="stable")
    fallen = np.concatenate(worse)[pairs]
    bounds = np.searchsorted(best[pairs], np.arange(len(across) + 1))
    alive = np.ones(len(across), dtype=bool)
    for box in np.flatnonzero(np.diff(bounds)):  # by descending score
        if alive[box]:
            alive[fallen[bounds[box] : bounds[box + 1]]] = False
    return np.flatnonzero(alive)


def _greedy_blocks(columns: Floats, limit: np.floating[Any]) -> Indices:
    """`_greedy` in blocks: NMS inside the next block, then its kept boxes suppress the rest at once."""
    alive = np.arange(columns.shape[1])
    kept: list[Indices] = []
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
    """Positions kept by greedy NMS inside one block, from its matrix of large overlaps [B, B]."""
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
    return _ious(rows[:, :, None], columns[:, None, :]) > limit


def _ious(a: Floats, b: Floats) -> Floats:
    """IoU of boxes x1 y1 x2 y2 area, [5, ...] that broadcast; 0 or less where they do not overlap.

    The order of operations is torchvision's, so the rounding is the same.
    """
    width = np.minimum(a[2], b[2])
    width -= (edge := np.maximum(a[0], b[0]))
    np.maximum(width, np.zeros_like(width), out=width)  # an array: several times faster than a scalar
    height = np.minimum(a[3], b[3])
    height -= np.maximum(a[1], b[1], out=edge)  # below 0 gives an intersection below 0: no overlap either
    inter = np.multiply(width, height, out=width)
    union = np.add(a[4], b[4], out=edge)
    union -= inter
    return np.divide(inter, union, out=inter)


def _floor_to(threshold: float, dtype: np.dtype[Any]) -> np.floating[Any]:
    """The largest number of the dtype that is not above the threshold, so that comparisons stay exact."""
    limit: np.floating[Any] = dtype.type(threshold)
    return np.nextafter(limit, dtype.type(-1)) if float(limit) > threshold else limit
