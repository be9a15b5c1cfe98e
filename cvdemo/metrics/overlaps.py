"""The overlap of every detection with every truth that it may be matched to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from cvdemo.data.annotations import EvalSet
from cvdemo.errors import DataError
from cvdemo.ops.iou import PixelConvention, pixel_extra
from cvdemo.ops.keypoints import COCO_SIGMAS as SIGMAS

Floats: TypeAlias = NDArray[np.float64]
Indices: TypeAlias = NDArray[np.int64]
Flags: TypeAlias = NDArray[np.bool_]

AT_ONCE = 2_000_000  # pairs computed together, which bounds memory


class Pairs(NamedTuple):
    """Overlapping pairs of a detection and a truth: one row per pair, sorted by detection."""

    detection: Indices  # [P] row of the results
    truth: Indices  # [P] row of the truth
    iou: Floats  # [P] above 0

    def where(self, rows: Flags) -> Pairs:
        """The pairs where `rows` [P] is True."""
        return Pairs(self.detection[rows], self.truth[rows], self.iou[rows])


def overlapping(
    data: EvalSet,
    detections: Indices,
    *,
    pixel: PixelConvention = "continuous",
    crowd: Flags | None = None,
    across_classes: bool = False,
) -> Pairs:
    """Pairs of the given detections [N] with truths of their image, and of their class unless across_classes.

    The overlap is the IoU of boxes or masks, or object keypoint similarity, depending on the set's iou_type.
    For crowd regions (`crowd` [G]) it is the intersection over the detection's area. Equal to
    pycocotools.mask.iou and COCOeval.computeOks.
    """
    crowd = np.zeros(len(data.truth), bool) if crowd is None else crowd
    parts: Iterator[Pairs]
    if not len(detections) or not len(data.truth):
        parts = iter(())
    elif data.iou_type == "segm":
        parts = _mask_pairs(data, detections, crowd, across_classes)
    else:
        measure = _keypoint_similarity if data.iou_type == "keypoints" else _box_iou
        extra = pixel_extra(pixel)
        cross = _cross(data, detections, across_classes)
        parts = (Pairs(d, g, measure(data, d, g, crowd[g], extra)) for d, g in cross)
    found = [part.where(part.iou > 0) for part in parts]
    if not found:
        return Pairs(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))
    return Pairs(*(np.concatenate(column) for column in zip(*found, strict=True)))


def group_keys(data: EvalSet, across_classes: bool = False) -> tuple[Indices, Indices]:
    """A number per image, or per image and class, for every detection [D] and every truth [G]."""
    if across_classes:
        return data.results.image, data.truth.image
    n = len(data.image_ids)
    return data.results.category * n + data.results.image, data.truth.category * n + data.truth.image


def _cross(data: EvalSet, detections: Indices, across_classes: bool) -> Iterator[tuple[Indices, Indices]]:
    """All pairs of the same group, as rows of detections and truths, `AT_ONCE` at a time."""
    keys, truth_keys = group_keys(data, across_classes)
    by_group = np.argsort(truth_keys, kind="stable")
    sorted_keys = truth_keys[by_group]
    start = np.searchsorted(sorted_keys, keys[detections], side="left")
    count = np.searchsorted(sorted_keys, keys[detections], side="right") - start
    detections, start, count = detections[count > 0], start[count > 0], count[count > 0]
    if not detections.size:
        return
    portion = np.cumsum(count) // AT_ONCE
    for rows in np.split(np.arange(len(detections)), np.flatnonzero(np.diff(portion)) + 1):
        n = count[rows]
        first = np.repeat(np.cumsum(n) - n, n)
        truth = by_group[np.repeat(start[rows], n) + np.arange(n.sum()) - first]
        yield np.repeat(detections[rows], n), truth


def _box_iou(data: EvalSet, d: Indices, g: Indices, crowd: Flags, extra: float) -> Floats:
    """IoU [P] of pairs of boxes, in pycocotools' order of operations."""
    a, b = data.results.boxes[d], data.truth.boxes[g]
    width = np.minimum(a[:, 2], b[:, 2]) - np.maximum(a[:, 0], b[:, 0]) + extra
    height = np.minimum(a[:, 3], b[:, 3]) - np.maximum(a[:, 1], b[:, 1]) + extra
    shared = np.maximum(width, 0) * np.maximum(height, 0)
    if extra:
        area_a, area_b = ((x[:, 2] - x[:, 0] + extra) * (x[:, 3] - x[:, 1] + extra) for x in (a, b))
    else:
        area_a, area_b = data.results.box_area[d], data.truth.box_area[g]
    union = np.where(crowd, area_a, area_a + area_b - shared)
    return np.divide(shared, union, out=np.zeros_like(shared), where=union > 0)


def _keypoint_similarity(data: EvalSet, d: Indices, g: Indices, crowd: Flags, extra: float) -> Floats:
    """Object keypoint similarity [P]: cocodataset.org, keypoints evaluation, sec. 1.3.

    Where a person has no labelled keypoint, distances are those to its box at three times the size.
    """
    found, there = data.results.keypoints, data.truth.keypoints
    assert found is not None and there is not None
    if there.shape[1] != len(SIGMAS):
        raise DataError(f"keypoint similarity is known for {len(SIGMAS)} keypoints, not {there.shape[1]}")
    labelled = there[g][..., 2] > 0  # [P, K]
    some = np.asarray(labelled.any(axis=1))
    boxes = data.truth.boxes[g]
    size = boxes[:, 2:] - boxes[:, :2]
    low, high = boxes[:, :2] - size, boxes[:, :2] + 2 * size  # [P, 2]
    xy = found[d][..., :2]  # [P, K, 2]
    outside = np.maximum(low[:, None] - xy, 0) + np.maximum(xy - high[:, None], 0)
    away = np.where(some[:, None, None], xy - there[g][..., :2], outside)
    error = (away**2).sum(axis=2) / (2 * SIGMAS) ** 2 / (data.truth.area[g] + np.spacing(1))[:, None] / 2
    counted = labelled | ~some[:, None]
    return np.where(counted, np.exp(-error), 0).sum(axis=1) / counted.sum(axis=1)


def _mask_pairs(data: EvalSet, detections: Indices, crowd: Flags, across_classes: bool) -> Iterator[Pairs]:
    """IoU of masks, image by image: pycocotools compares run-length codes without decoding them."""
    from pycocotools import mask

    found, there = data.results.masks, data.truth.masks
    assert found is not None and there is not None
    keys, truth_keys = group_keys(data, across_classes)
    by_group = np.argsort(truth_keys, kind="stable")
    groups, starts = np.unique(truth_keys[by_group], return_index=True)
    truths = dict(zip(groups.tolist(), np.split(by_group, starts[1:]), strict=True))
    order = detections[np.argsort(keys[detections], kind="stable")]
    groups, starts = np.unique(keys[order], return_index=True)
    for key, rows in zip(groups.tolist(), np.split(order, starts[1:]), strict=True):
        if key not in truths:
            continue
        g = truths[key]
        ious = mask.iou([found[i] for i in rows], [there[j] for j in g], crowd[g].astype(int).tolist())
        yield Pairs(np.repeat(rows, len(g)), np.tile(g, len(rows)), np.asarray(ious).ravel())
