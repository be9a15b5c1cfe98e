"""The precision-recall curve of a class at one IoU threshold, and average precision per class and overall."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from cvdemo.errors import DataError
from cvdemo.metrics.ap import (
    AP_METHODS,
    ApMethod,
    average_precision,
    envelope,
    precision_recall,
)
from cvdemo.metrics.eligible_pairs import ANY_AREA, AreaRange, EligiblePairs, Matches

Floats: TypeAlias = NDArray[np.float64]
Indices: TypeAlias = NDArray[np.int64]
Flags: TypeAlias = NDArray[np.bool_]


class OperatingPoint(NamedTuple):
    """Counts and scores of a class at one score threshold."""

    tp: int
    fp: int
    missed: int
    precision: float  # 0 without detections
    recall: float
    f1: float


@dataclass(frozen=True, eq=False)
class Curve:
    """The N detections of one class by descending score, with precision and recall after each."""

    eligible: EligiblePairs
    category: int  # index in the set's categories
    iou_threshold: float
    positives: int  # number of truths that are not ignored, above 0
    rows: Indices  # [N] rows of the results
    true_positives: Flags  # [N]
    false_positives: Flags  # [N] detections that are neither are ignored
    precision: Floats  # [N]
    recall: Floats  # [N]
    matches: Matches  # of all detections, at this threshold alone

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def name(self) -> str:
        """The class's name."""
        return self.eligible.data.category_names[self.category]

    @property
    def scores(self) -> Floats:
        """Scores of the detections, [N] in descending order."""
        return self.eligible.data.results.score[self.rows]

    @property
    def envelope(self) -> Floats:
        """The highest precision at this recall or higher, [N]."""
        return envelope(self.precision)

    def ap(self, method: ApMethod) -> float:
        """Average precision by one of the three methods, 0..1."""
        return average_precision(self.recall, self.precision, method)

    def at_score(self, threshold: float) -> OperatingPoint:
        """Counts and scores when only detections of at least this score are kept."""
        kept = self.scores >= threshold
        tp, fp = int(self.true_positives[kept].sum()), int(self.false_positives[kept].sum())
        missed = self.positives - tp
        f1 = 2 * tp / (2 * tp + fp + missed)
        return OperatingPoint(tp, fp, missed, tp / max(tp + fp, 1), tp / self.positives, f1)


def curves(
    eligible: EligiblePairs, iou_threshold: float, *, area_range: AreaRange = ANY_AREA
) -> dict[int, Curve]:
    """The curve of every class with truth that is not ignored, by the class's index.

    `area_range` in square pixels. Raises DataError for a threshold outside 0 (excluded) to 1.
    """
    if not 0 < iou_threshold <= 1:
        raise DataError(f"iou_threshold must lie above 0 and up to 1, it is {iou_threshold}")
    matches = eligible.match((iou_threshold,), area_range)
    true_positives, false_positives = (
        matches.true_positives[0, eligible.order],
        matches.false_positives[0, eligible.order],
    )
    positives = eligible.positives(matches.truth_ignored)
    found = {}
    for k in np.flatnonzero(positives).tolist():
        part = slice(eligible.bounds[k], eligible.bounds[k + 1])
        n = int(positives[k])
        precision, recall = precision_recall(true_positives[part], false_positives[part], n)
        found[k] = Curve(
            eligible=eligible,
            category=k,
            iou_threshold=iou_threshold,
            positives=n,
            rows=eligible.order[part],
            true_positives=true_positives[part],
            false_positives=false_positives[part],
            precision=precision,
            recall=recall,
            matches=matches,
        )
    return found


@dataclass(frozen=True)
class ApTable:
    """Average precision at one IoU threshold by all three methods, per class with truth, and their mean."""

    iou_threshold: float
    per_class: dict[str, dict[ApMethod, float]]
    mean: dict[ApMethod, float]


def ap_table(eligible: EligiblePairs, iou_threshold: float) -> ApTable:
    """AP of every class and the mean over classes at one IoU threshold; the mean is -1 without truth."""
    names = unique_names(eligible)
    per_class: dict[str, dict[ApMethod, float]] = {
        names[k]: {method: curve.ap(method) for method in AP_METHODS}
        for k, curve in curves(eligible, iou_threshold).items()
    }
    mean: dict[ApMethod, float] = {
        method: float(np.mean([row[method] for row in per_class.values()])) if per_class else -1.0
        for method in AP_METHODS
    }
    return ApTable(iou_threshold, per_class, mean)


def unique_names(eligible: EligiblePairs) -> list[str]:
    """The K class names; the id is added to names that occur twice."""
    names, ids = eligible.data.category_names, eligible.data.category_ids
    return [
        name if names.count(name) == 1 else f"{name} ({key})" for name, key in zip(names, ids, strict=True)
    ]


def true_positives_by_threshold(
    eligible: EligiblePairs, thresholds: tuple[float, ...], *, min_score: float = -np.inf
) -> Indices:
    """The number of true positives with at least `min_score`, at each of T IoU thresholds: [T]."""
    matches = eligible.match(thresholds)
    kept = eligible.order[eligible.data.results.score[eligible.order] >= min_score]
    return matches.true_positives[:, kept].sum(axis=1).astype(np.int64)
