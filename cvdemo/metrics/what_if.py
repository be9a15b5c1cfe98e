"""Changed evaluation sets: above a score threshold, after NMS, or with additional false positives."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from cvdemo.data.annotations import EvalSet, Results
from cvdemo.errors import DataError
from cvdemo.ops.nms import batched_nms

Rows: TypeAlias = NDArray[np.int64]


def above(data: EvalSet, score: float) -> EvalSet:
    """The set with only the detections of at least this score."""
    return replace(data, results=_picked(data.results, np.flatnonzero(data.results.score >= score)))


def after_nms(data: EvalSet, iou: float) -> EvalSet:
    """The set after NMS in each class and image at an IoU threshold; 1 keeps all detections."""
    if iou >= 1 or not len(data.results):
        return data
    groups = data.results.category * len(data.image_ids) + data.results.image
    kept = batched_nms(data.results.boxes, data.results.score, groups, iou)
    return replace(data, results=_picked(data.results, np.sort(np.asarray(kept, dtype=np.int64))))


def with_false_positives(data: EvalSet, category: int, count: int) -> EvalSet:
    """The set with up to `count` false positives of a class (its index), which score higher than all others.

    For boxes only, else DataError. Each lies in a corner of another image that no truth touches, about a
    tenth of the image wide; fewer are added if there are fewer such corners.
    """
    if data.iou_type != "bbox":
        raise DataError(f"false alarms are boxes: not for {data.iou_type}")
    boxes, images = _empty_corners(data, count)
    n, old = len(boxes), data.results
    area = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    top = float(max(old.score.max(initial=0.0), 0.999))
    results = replace(
        old,
        entry=np.concatenate([old.entry, len(old) + np.arange(n)]),
        image=np.concatenate([old.image, images]),
        category=np.concatenate([old.category, np.full(n, category)]),
        score=np.concatenate([old.score, np.full(n, np.nextafter(top, np.inf))]),
        boxes=np.concatenate([old.boxes, boxes]),
        box_area=np.concatenate([old.box_area, area]),
        area=np.concatenate([old.area, area]),
    )
    return replace(data, results=results)


def _empty_corners(data: EvalSet, count: int) -> tuple[NDArray[np.float64], Rows]:
    """Up to `count` boxes [N, 4] that overlap no truth, and their images [N], all different."""
    boxes: list[NDArray[np.float64]] = []
    images: list[int] = []
    for image in range(len(data.image_ids)):
        there = data.truth.boxes[data.truth.image == image]
        size = data.image_sizes[image].astype(np.float64)
        if not size.all():
            size = there[:, 2:].max(axis=0, initial=1.0) * 1.25
        for x, y in ((0.02, 0.04), (0.86, 0.04), (0.02, 0.82), (0.86, 0.82)):
            box = np.concatenate([size * (x, y), size * (x + 0.12, y + 0.14)])
            apart = (there[:, :2] >= box[2:]).any(axis=1) | (there[:, 2:] <= box[:2]).any(axis=1)
            if len(boxes) < count and apart.all():
                boxes.append(box)
                images.append(image)
                break
        if len(boxes) == count:
            break
    return np.array(boxes, dtype=np.float64).reshape(-1, 4), np.array(images, dtype=np.int64)


def _picked(results: Results, rows: Rows) -> Results:
    return Results(
        entry=results.entry[rows],
        image=results.image[rows],
        category=results.category[rows],
        score=results.score[rows],
        boxes=results.boxes[rows],
        box_area=results.box_area[rows],
        area=results.area[rows],
        masks=None if results.masks is None else [results.masks[i] for i in rows],
        keypoints=None if results.keypoints is None else results.keypoints[rows],
    )
