"""All steps of NMS as flat arrays, so that a player can go forwards and backwards without computing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cvdemo.ops.checks import as_boxes, as_class_ids, as_scores
from cvdemo.ops.fusion import FusionStep, weighted_boxes_fusion_steps
from cvdemo.ops.nms import NmsStep, diou_nms_steps, nms_steps, soft_nms_steps

Floats: TypeAlias = NDArray[np.float64]
Indices: TypeAlias = NDArray[np.int64]

SURVIVORS = 4
"""Boxes per step that are recorded although nothing happens to them: those that overlap most."""


class Method(StrEnum):
    """A method that reduces many boxes to one per object."""

    GREEDY = "greedy"
    LINEAR = "soft linear"
    GAUSSIAN = "soft gaussian"
    DISTANCE = "diou"
    FUSION = "fusion"


@dataclass(frozen=True, eq=False)
class Replay:
    """What every step of a method did. Box numbers point into the input boxes.

    S steps: one per kept box, or one per box for fusion. Step s has the pairs offsets[s] to offsets[s + 1]
    of P: the boxes that were suppressed or lost score, and up to `SURVIVORS` others.
    """

    method: Method
    current: Indices  # [S] the box kept (or fused) in the step
    overlapping: Indices  # [S] how many remaining boxes (of its class) overlap it
    offsets: Indices  # [S + 1]
    other: Indices  # [P] a box that overlaps the current one
    overlap: Floats  # [P] their IoU; for DIoU-NMS minus the normalised centre distance
    suppressed: NDArray[np.bool_]  # [P]
    after: Floats  # [P] its score after the step
    cluster: Indices  # [S] the cluster joined; [0] for all methods but fusion
    fused: Floats  # [S, 4] the cluster's box after joining; [0, 4] for all methods but fusion
    kept: Indices  # [K] boxes kept, in order; of a fused box its best member
    kept_boxes: Floats  # [K, 4]
    kept_scores: Floats  # [K]

    def __len__(self) -> int:
        return len(self.current)


def replay(
    boxes: ArrayLike,
    scores: ArrayLike,
    class_ids: ArrayLike | None,
    method: Method,
    *,
    iou_threshold: float = 0.5,
    sigma: float = 0.5,
    score_threshold: float = 0.001,
) -> Replay:
    """Record all steps of a method. boxes [N, 4], scores [N]; class_ids None suppresses across classes.

    `sigma` belongs to Gaussian Soft-NMS; both kinds of Soft-NMS suppress a box once its score is below
    `score_threshold`. Other methods ignore these two. Raises DataError as `nms` does.
    """
    boxes = as_boxes(boxes)
    scores = as_scores(scores, len(boxes))
    classes = None if class_ids is None else as_class_ids(class_ids, len(boxes))
    if method is Method.FUSION:
        steps = list(weighted_boxes_fusion_steps(boxes, scores, classes, iou_threshold=iou_threshold))
        return _fused(steps, scores)
    if method is Method.GREEDY:
        played = nms_steps(boxes, scores, iou_threshold, classes)
    elif method is Method.DISTANCE:
        played = diou_nms_steps(boxes, scores, iou_threshold, classes)
    else:
        played = soft_nms_steps(
            boxes,
            scores,
            classes,
            method="linear" if method is Method.LINEAR else "gaussian",
            iou_threshold=iou_threshold,
            sigma=sigma,
            score_threshold=max(score_threshold, 0.001),
        )
    return _replayed(method, played, boxes, scores)


class _Pairs(NamedTuple):
    """What one step did to the boxes that overlap its box."""

    other: Indices
    overlap: NDArray[np.floating[Any]]
    suppressed: NDArray[np.bool_]
    after: NDArray[np.floating[Any]]


def _replayed(
    method: Method,
    steps: Iterable[NmsStep],
    boxes: NDArray[np.floating[Any]],
    scores: NDArray[np.floating[Any]],
) -> Replay:
    current, near, pairs, last = [], [], [], None
    before = scores
    for last in steps:
        current.append(last.current)
        near.append(len(last.overlapping))
        pairs.append(_met(last, before))
        before = last.scores
    kept = np.zeros(0, np.int64) if last is None else last.kept.copy()
    return Replay(
        method=method,
        current=np.array(current, dtype=np.int64),
        overlapping=np.array(near, dtype=np.int64),
        offsets=np.cumsum([0, *(len(p.other) for p in pairs)]),
        other=_joined([p.other for p in pairs], np.int64),
        overlap=_joined([p.overlap for p in pairs], np.float64),
        suppressed=_joined([p.suppressed for p in pairs], np.bool_),
        after=_joined([p.after for p in pairs], np.float64),
        cluster=np.zeros(0, np.int64),
        fused=np.zeros((0, 4)),
        kept=kept,
        kept_boxes=boxes[kept].astype(np.float64),
        kept_scores=before[kept].astype(np.float64),
    )


def _met(step: NmsStep, before: NDArray[np.floating[Any]]) -> _Pairs:
    """The boxes suppressed or decayed in a step, and up to `SURVIVORS` others, by falling overlap."""
    after = step.scores[step.overlapping]
    touched = step.is_suppressed | (after != before[step.overlapping])
    order = np.argsort(-step.overlaps, kind="stable")
    survivors = order[~touched[order]][:SURVIVORS]
    stay = touched.copy()
    stay[survivors] = True
    rows = order[stay[order]]
    return _Pairs(step.overlapping[rows], step.overlaps[rows], step.is_suppressed[rows], after[rows])


def _joined(parts: list[Any], dtype: Any) -> NDArray[Any]:
    return np.concatenate(parts).astype(dtype, copy=False) if parts else np.zeros(0, dtype)


def _fused(steps: list[FusionStep], scores: NDArray[np.floating[Any]]) -> Replay:
    last: dict[int, FusionStep] = {step.cluster: step for step in steps}
    means = np.array([scores[list(step.members)].mean() for step in last.values()])
    order = np.argsort(-means, kind="stable")
    ends = [list(last.values())[k] for k in order]
    joins = np.array([len(step.members) > 1 for step in steps], dtype=bool)
    empty = np.zeros(0)
    return Replay(
        method=Method.FUSION,
        current=np.array([step.current for step in steps], dtype=np.int64),
        overlapping=joins.astype(np.int64),
        offsets=np.cumsum([0, *joins]),
        other=np.array([s.members[0] for s, j in zip(steps, joins, strict=True) if j], dtype=np.int64),
        overlap=np.array([s.iou for s, j in zip(steps, joins, strict=True) if j], dtype=np.float64),
        suppressed=np.zeros(int(joins.sum()), dtype=bool),
        after=np.array([scores[s.members[0]] for s, j in zip(steps, joins, strict=True) if j], np.float64),
        cluster=np.array([step.cluster for step in steps], dtype=np.int64),
        fused=np.array([step.box for step in steps], dtype=np.float64).reshape(-1, 4),
        kept=np.array([step.members[0] for step in ends], dtype=np.int64),
        kept_boxes=np.array([step.box for step in ends], dtype=np.float64).reshape(-1, 4),
        kept_scores=means[order] if len(means) else empty,
    )
