"""Weighted Boxes Fusion: overlapping boxes are averaged instead of suppressed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cvdemo.errors import DataError
from cvdemo.ops.checks import as_boxes, as_class_ids, as_scores, check_threshold
from cvdemo.ops.iou import box_iou


@dataclass(frozen=True, eq=False)
class FusionStep:
    """One box joins the cluster it overlaps most, or starts a new one. Indices point into the input boxes."""

    current: int  # the box that joins
    score: float
    cluster: int  # the cluster that it joins; equal to the number of earlier clusters where it starts one
    iou: float  # with the cluster's fused box before joining; 0 where it starts one
    members: tuple[int, ...]  # the cluster's boxes, current last
    box: NDArray[
        np.float64
    ]  # [4] the cluster's fused box after joining: the mean of its boxes, weighted by score


class Fusion(NamedTuple):
    """Fused boxes by descending score."""

    boxes: NDArray[np.float64]  # [K, 4] x1 y1 x2 y2
    scores: NDArray[np.float64]  # [K]
    class_ids: NDArray[np.int64]  # [K]
    members: tuple[tuple[int, ...], ...]  # [K] the boxes that each was made of


def weighted_boxes_fusion(
    boxes: ArrayLike,
    scores: ArrayLike,
    class_ids: ArrayLike | None = None,
    *,
    iou_threshold: float = 0.55,
    models: int = 1,
) -> Fusion:
    """Fuse boxes of one class: a box joins the cluster whose fused box has an IoU above the threshold.

    boxes [N, 4] as x1 y1 x2 y2 in pixels, scores [N] above 0, of `models` detectors together. A fused
    score is the mean of the members' scores, times min(members, models) / models.
    Raises DataError for NaN, negative sizes and wrong shapes. arXiv:1910.13302, sec. 3.
    """
    if models < 1:
        raise DataError(f"models must be 1 or more, it is {models}")
    box_array = as_boxes(boxes).astype(np.float64)
    score_array = as_scores(scores, len(box_array)).astype(np.float64)
    classes = _classes(class_ids, len(box_array))
    clusters: dict[int, FusionStep] = {}
    for step in weighted_boxes_fusion_steps(box_array, score_array, classes, iou_threshold=iou_threshold):
        clusters[step.cluster] = step
    members = [step.members for step in clusters.values()]
    fused = np.array([score_array[list(m)].mean() * min(len(m), models) / models for m in members])
    order = np.argsort(-fused, kind="stable")
    return Fusion(
        np.array([step.box for step in clusters.values()]).reshape(-1, 4)[order],
        fused[order],
        np.array([classes[m[0]] for m in members], dtype=np.int64)[order],
        tuple(members[i] for i in order),
    )


def weighted_boxes_fusion_steps(
    boxes: ArrayLike, scores: ArrayLike, class_ids: ArrayLike | None = None, *, iou_threshold: float = 0.55
) -> Iterator[FusionStep]:
    """The same as a sequence of steps, one per box by descending score."""
    box_array = as_boxes(boxes).astype(np.float64)
    score_array = as_scores(scores, len(box_array)).astype(np.float64)
    threshold = check_threshold(iou_threshold)
    return _steps(box_array, score_array, _classes(class_ids, len(box_array)), threshold)


def _steps(
    boxes: NDArray[np.float64], scores: NDArray[np.float64], classes: NDArray[np.int64], threshold: float
) -> Iterator[FusionStep]:
    fused = np.empty_like(boxes)  # [clusters so far, 4]
    fused_classes = np.empty_like(classes)
    members: list[tuple[int, ...]] = []
    for current in np.argsort(-scores, kind="stable").tolist():
        found = len(members)
        ious = box_iou(boxes[[current]], fused[:found])[0]
        ious[fused_classes[:found] != classes[current]] = -1
        cluster = int(ious.argmax()) if found else 0
        iou = float(ious[cluster]) if found else 0.0
        if not found or iou <= threshold:
            cluster, iou = found, 0.0
            members.append(())
        members[cluster] += (current,)
        inside = list(members[cluster])
        weights = scores[inside] if scores[inside].sum() > 0 else np.ones(len(inside))
        fused[cluster] = np.average(boxes[inside], axis=0, weights=weights)
        fused_classes[cluster] = classes[current]
        yield FusionStep(
            current, float(scores[current]), cluster, iou, members[cluster], fused[cluster].copy()
        )


def _classes(class_ids: ArrayLike | None, n: int) -> NDArray[np.int64]:
    return np.zeros(n, np.int64) if class_ids is None else as_class_ids(class_ids, n)
