"""The precision-recall curve of one class at one IoU threshold, and average precision for each and all."""

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
from cvdemo.metrics.contest import ANY_AREA, AreaRange, Contest, Verdicts

Floats: TypeAlias = NDArray[np.float64]
Indices: TypeAlias = NDArray[np.int64]
Flags: TypeAlias = NDArray[np.bool_]


class OperatingPoint(NamedTuple):
    """Where a score threshold puts a detector on its curve."""

    tp: int
    fp: int
    missed: int
    precision: float  # 0 where nothing is kept
    recall: float
    f1: float


@dataclass(frozen=True, eq=False)
class Curve:
    """Detections of one class by descending score, and the precision and recall reached with each."""

    field: Contest
    category: int  # position in the set's categories
    iou_threshold: float
    positives: int  # truths to be found, above 0
    rows: Indices  # [N] rows of the results
    hits: Flags  # [N] true positives
    misses: Flags  # [N] false positives; neither: ignored
    precision: Floats  # [N]
    recall: Floats  # [N]
    verdicts: Verdicts  # of all detections, at this threshold alone

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def name(self) -> str:
        """The class's name."""
        return self.field.data.category_names[self.category]

    @property
    def scores(self) -> Floats:
        """Scores of the detections, [N] falling."""
        return self.field.data.results.score[self.rows]

    @property
    def envelope(self) -> Floats:
        """The best precision at this recall or higher, [N]."""
        return envelope(self.precision)

    def ap(self, method: ApMethod) -> float:
        """Average precision in one of the three ways, 0..1."""
        return average_precision(self.recall, self.precision, method)

    def at_score(self, threshold: float) -> OperatingPoint:
        """What remains when detections below a score are dropped."""
        kept = self.scores >= threshold
        tp, fp = int(self.hits[kept].sum()), int(self.misses[kept].sum())
        missed = self.positives - tp
        f1 = 2 * tp / (2 * tp + fp + missed)
        return OperatingPoint(tp, fp, missed, tp / max(tp + fp, 1), tp / self.positives, f1)


def curves(field: Contest, iou_threshold: float, *, area_range: AreaRange = ANY_AREA) -> dict[int, Curve]:
    """The curve of every class that has truth to be found, by the class's position."""
    if not 0 < iou_threshold <= 1:
        raise DataError(f"iou_threshold must lie above 0 and up to 1, it is {iou_threshold}")
    verdicts = field.judge((iou_threshold,), area_range)
    hits, misses = verdicts.hits[0, field.order], verdicts.misses[0, field.order]
    positives = field.positives(verdicts.truth_ignored)
    found = {}
    for k in np.flatnonzero(positives).tolist():
        part = slice(field.bounds[k], field.bounds[k + 1])
        n = int(positives[k])
        precision, recall = precision_recall(hits[part], misses[part], n)
        found[k] = Curve(
            field=field,
            category=k,
            iou_threshold=iou_threshold,
            positives=n,
            rows=field.order[part],
            hits=hits[part],
            misses=misses[part],
            precision=precision,
            recall=recall,
            verdicts=verdicts,
        )
    return found


@dataclass(frozen=True)
class ApTable:
    """Average precision at one IoU threshold in all three ways, of each class with truth and their mean."""

    iou_threshold: float
    per_class: dict[str, dict[ApMethod, float]]
    mean: dict[ApMethod, float]


def ap_table(field: Contest, iou_threshold: float) -> ApTable:
    """AP of every class and its mean at one IoU threshold; -1 where no class has truth to be found."""
    names = unique_names(field)
    per_class: dict[str, dict[ApMethod, float]] = {
        names[k]: {method: curve.ap(method) for method in AP_METHODS}
        for k, curve in curves(field, iou_threshold).items()
    }
    mean: dict[ApMethod, float] = {
        method: float(np.mean([row[method] for row in per_class.values()])) if per_class else -1.0
        for method in AP_METHODS
    }
    return ApTable(iou_threshold, per_class, mean)


def unique_names(field: Contest) -> list[str]:
    """The classes' names, with the id added where two classes are called alike: [K]."""
    names, ids = field.data.category_names, field.data.category_ids
    return [
        name if names.count(name) == 1 else f"{name} ({key})" for name, key in zip(names, ids, strict=True)
    ]


def hits_by_threshold(
    field: Contest, thresholds: tuple[float, ...], *, min_score: float = -np.inf
) -> Indices:
    """How many detections of a score or more are right at each threshold of IoU: [T]."""
    verdicts = field.judge(thresholds)
    kept = field.order[field.data.results.score[field.order] >= min_score]
    return verdicts.hits[:, kept].sum(axis=1).astype(np.int64)
