"""COCO's metrics: average precision and recall over classes, IoU thresholds and object sizes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from cvdemo.data.annotations import EvalSet
from cvdemo.errors import DataError
from cvdemo.metrics.ap import average_precisions, precision_recall
from cvdemo.metrics.conventions import Conventions
from cvdemo.metrics.eligible_pairs import AREA_RANGES, EligiblePairs, Matches, eligible_pairs

Floats: TypeAlias = NDArray[np.float64]

SIZES = {"s": "small", "m": "medium", "l": "large"}


@dataclass(frozen=True, eq=False)
class Scores:
    """AP and recall for T thresholds, K classes, A sizes and M detection limits; NaN without truth."""

    data: EvalSet
    conventions: Conventions
    sizes: tuple[str, ...]  # [A]
    limits: tuple[int | None, ...]  # [M] detections per image and class, ascending
    ap: Floats  # [T, K, A] at the highest limit
    recall: Floats  # [T, K, A, M]

    def mean_ap(self, size: str = "all", iou_threshold: float | None = None) -> float:
        """AP averaged over classes, and over IoU thresholds unless one is given, 0..1; -1 without truth."""
        return _mean(self.ap[self._rows(iou_threshold), :, self._size(size)])

    def mean_recall(
        self, size: str = "all", limit: int | None = None, iou_threshold: float | None = None
    ) -> float:
        """Recall averaged as `mean_ap`, at most `limit` detections per image and class (None: the most)."""
        m = -1 if limit is None else self.limits.index(limit)
        return _mean(self.recall[self._rows(iou_threshold), :, self._size(size), m])

    def per_class(self, size: str = "all", iou_threshold: float | None = None) -> Floats:
        """AP of each class [K], averaged over IoU thresholds unless one is given; NaN without truth."""
        rows: Floats = self.ap[self._rows(iou_threshold), :, self._size(size)]
        return rows.mean(axis=0)

    def per_threshold(self, size: str = "all") -> Floats:
        """AP at each IoU threshold, averaged over the classes with truth: [T], -1 without truth."""
        return np.array([_mean(row) for row in self.ap[:, :, self._size(size)]])

    def summary(self) -> dict[str, float]:
        """COCO's twelve numbers by name (ten for keypoints), 0..1; -1 without truth."""
        keypoints = self.data.iou_type == "keypoints"
        numbers = {"AP": self.mean_ap(), "AP50": self._at(0.5, "ap"), "AP75": self._at(0.75, "ap")}
        letters = [letter for letter, size in SIZES.items() if size in self.sizes]
        numbers |= {f"AP{s}": self.mean_ap(SIZES[s]) for s in letters}
        if keypoints:
            numbers |= {"AR": self.mean_recall(), "AR50": self._at(0.5, "ar"), "AR75": self._at(0.75, "ar")}
        else:
            numbers |= {f"AR{m or ''}": self.mean_recall(limit=m) for m in self.limits}
        return numbers | {f"AR{s}": self.mean_recall(SIZES[s]) for s in letters}

    def _at(self, threshold: float, what: str) -> float:
        if not np.isclose(self.conventions.iou_thresholds, threshold).any():
            return -1.0
        return (
            self.mean_ap(iou_threshold=threshold)
            if what == "ap"
            else self.mean_recall(iou_threshold=threshold)
        )

    def _rows(self, threshold: float | None) -> slice:
        if threshold is None:
            return slice(None)
        near = np.flatnonzero(np.isclose(self.conventions.iou_thresholds, threshold))
        if not near.size:
            raise DataError(f"no score at IoU {threshold}: there are {self.conventions.iou_thresholds}")
        return slice(int(near[0]), int(near[0]) + 1)

    def _size(self, size: str) -> int:
        if size not in self.sizes:
            raise DataError(f"size is one of {', '.join(self.sizes)}, not {size!r}")
        return self.sizes.index(size)


def score(data: EvalSet, conventions: Conventions | None = None, *, only_all_sizes: bool = False) -> Scores:
    """Score a set by COCO's rules, or by other conventions; with `only_all_sizes` for all sizes together.

    Object sizes are the annotations' areas in square pixels; without known image sizes they have no score.
    arXiv:1405.0312, sec. 5; cocodataset.org, detection evaluation.
    """
    eligible = eligible_pairs(data, conventions)
    keypoints = data.iou_type == "keypoints"
    sizes = ("all", "medium", "large") if keypoints else tuple(AREA_RANGES)
    if only_all_sizes:
        sizes = ("all",)
    most = eligible.conventions.max_detections
    limits = (most,) if keypoints or most is None else (*(m for m in (1, 10) if m < most), most)
    shape = (len(eligible.conventions.iou_thresholds), len(data.category_ids), len(sizes))
    ap, recall = np.full(shape, np.nan), np.full((*shape, len(limits)), np.nan)
    for a, size in enumerate(sizes):
        if size != "all" and not data.sized:
            continue
        matches = eligible.match(area_range=AREA_RANGES[size])
        _fill(eligible, matches, limits, ap[:, :, a], recall[:, :, a])
    return Scores(data, eligible.conventions, sizes, limits, ap, recall)


def _fill(
    eligible: EligiblePairs, matches: Matches, limits: tuple[int | None, ...], ap: Floats, recall: Floats
) -> None:
    """Write AP [T, K] and recall [T, K, M] of one range of sizes into the arrays."""
    true_positives, false_positives = (
        matches.true_positives[:, eligible.order],
        matches.false_positives[:, eligible.order],
    )
    rank = eligible.rank[eligible.order]
    positives = eligible.positives(matches.truth_ignored)
    for k in np.flatnonzero(positives):
        rows = slice(eligible.bounds[k], eligible.bounds[k + 1])
        precision, along = precision_recall(
            true_positives[:, rows], false_positives[:, rows], int(positives[k])
        )
        ap[:, k] = average_precisions(along, precision, eligible.conventions.interpolation)
        for m, limit in enumerate(limits):
            counted = (
                true_positives[:, rows] if limit is None else true_positives[:, rows] & (rank[rows] < limit)
            )
            recall[:, k, m] = counted.sum(axis=1) / positives[k]


def _mean(values: Floats) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if known.size else -1.0
