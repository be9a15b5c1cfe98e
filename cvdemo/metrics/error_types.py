"""The type of error of each false positive: classification, localisation, both, duplicate or background."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from cvdemo.metrics.eligible_pairs import EligiblePairs, Matches
from cvdemo.metrics.overlaps import Pairs, overlapping

Floats: TypeAlias = NDArray[np.float64]
Indices: TypeAlias = NDArray[np.int64]
Flags: TypeAlias = NDArray[np.bool_]

BACKGROUND = 0.1  # IoU up to which a detection counts as background: arXiv:2008.08115, sec. 2.2


class ErrorType(StrEnum):
    """TIDE's six error types by their names in the paper (arXiv:2008.08115, sec. 2.2, fig. 2)."""

    CLASSIFICATION = "Cls"  # IoU above the threshold, wrong class
    LOCALISATION = "Loc"  # right class, IoU between 0.1 and the threshold
    BOTH = "Both"  # wrong class, IoU between 0.1 and the threshold
    DUPLICATE = "Dupe"  # right, but a higher-scoring detection is matched to that truth
    BACKGROUND = "Bkg"  # IoU below 0.1 with every truth
    MISSED = "Miss"  # a truth that is not found and is not the target of any other error


@dataclass(frozen=True, eq=False)
class NearestTruths:
    """The truth that each of D detections overlaps most; ignored truth is left out."""

    same: Indices  # [D] row of the truth of the same class, or -1
    same_iou: Floats  # [D] 0 where there is none
    other: Indices  # [D] of any other class, or -1
    other_iou: Floats  # [D]


def nearest_truths(eligible: EligiblePairs) -> NearestTruths:
    """The most overlapping truth of each eligible detection, among its class and among the other classes."""
    pairs = overlapping(eligible.data, eligible.order, pixel=eligible.conventions.pixel, across_classes=True)
    pairs = pairs.where(~eligible.ignore[pairs.truth])
    same = eligible.data.results.category[pairs.detection] == eligible.data.truth.category[pairs.truth]
    n = len(eligible.data.results)
    return NearestTruths(*_best(pairs.where(same), n), *_best(pairs.where(~same), n))


def error_types(
    near: NearestTruths, matches: Matches, iou_threshold: float, row: int = 0
) -> NDArray[np.object_]:
    """The error type of every detection [D], None for true positives; in TIDE's order of precedence.

    `row` is the row of `iou_threshold` in the matches.
    """
    conditions = [
        (near.same_iou >= BACKGROUND) & (near.same_iou < iou_threshold),
        near.other_iou >= iou_threshold,
        near.same_iou >= iou_threshold,
        np.maximum(near.same_iou, near.other_iou) > BACKGROUND,
    ]
    types = [ErrorType.LOCALISATION, ErrorType.CLASSIFICATION, ErrorType.DUPLICATE, ErrorType.BOTH]
    found = matches.true_positives[row]
    kinds = np.full(len(found), ErrorType.BACKGROUND, dtype=object)
    for condition, error_type in zip(reversed(conditions), reversed(types), strict=True):
        kinds[condition] = error_type
    kinds[found] = None
    return kinds


def _best(pairs: Pairs, n: int) -> tuple[Indices, Floats]:
    """For each of n detections the row of the most overlapping truth (the first of equals) and its IoU."""
    order = np.lexsort((pairs.truth, -pairs.iou, pairs.detection))
    first = order[np.flatnonzero(np.diff(pairs.detection[order], prepend=-1))]
    truth, iou = np.full(n, -1, dtype=np.int64), np.zeros(n)
    truth[pairs.detection[first]] = pairs.truth[first]
    iou[pairs.detection[first]] = pairs.iou[first]
    return truth, iou
