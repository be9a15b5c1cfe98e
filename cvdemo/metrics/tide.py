"""TIDE: the cost of each error type, as the AP gained if an oracle fixes all errors of that type."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from cvdemo.metrics.ap import average_precisions, precision_recall
from cvdemo.metrics.eligible_pairs import EligiblePairs, Matches
from cvdemo.metrics.error_types import ErrorType, NearestTruths, error_types, nearest_truths

Floats: TypeAlias = NDArray[np.float64]
Indices: TypeAlias = NDArray[np.int64]
Flags: TypeAlias = NDArray[np.bool_]
AbsentClasses: TypeAlias = Literal["leave-out", "count-as-zero"]


@dataclass(frozen=True, eq=False)
class Tide:
    """One detector's AP and the AP that each error type costs, all 0..1."""

    ap: float
    cost: dict[ErrorType, float]  # AP gained by fixing all errors of one type; 0 or more
    count: dict[ErrorType, int]
    false_positives: float  # AP gained without any false positive
    false_negatives: float  # AP gained without any missed truth
    kinds: NDArray[np.object_]  # [D] error type of each detection; None for true positives and ignored ones
    missed: Indices  # rows of missed truth that is not the target of another error


class _Points(NamedTuple):
    """The data of all classes' curves, which an oracle changes."""

    category: Indices  # [D]
    score: Floats  # [D]
    right: Flags  # [D]
    present: Flags  # [D] whether the detection is on a curve
    positives: Indices  # [K] truths per class that are not ignored


def tide(
    eligible: EligiblePairs, iou_threshold: float = 0.5, *, absent_classes: AbsentClasses = "leave-out"
) -> Tide:
    """TIDE's six error types and the AP each costs at one IoU threshold. arXiv:2008.08115, sec. 2.

    Differs from the authors' tidecv so that `ap` equals COCO's: max_detections applies per image and class,
    not per image; ignored detections are not errors; classes without truth are not part of the mean, unless
    absent_classes="count-as-zero", as in tidecv.
    """
    matches = eligible.match((iou_threshold,))
    near = nearest_truths(eligible)
    kinds = _kinds(eligible, near, matches, iou_threshold)
    unfound = ~matches.truth_ignored
    unfound[matches.matched[0, matches.true_positives[0]]] = False
    corrected = _corrections(eligible, near, kinds, unfound)
    missed = np.flatnonzero(unfound & (corrected < 0))
    base = _Points(
        category=eligible.data.results.category,
        score=eligible.data.results.score,
        right=matches.true_positives[0],
        present=_counted(eligible) & ~matches.ignored[0],
        positives=eligible.positives(matches.truth_ignored),
    )
    listed = base.positives > 0 if absent_classes == "leave-out" else np.ones(len(base.positives), bool)
    ap = _mean_ap(base, listed)

    def gain(points: _Points) -> float:
        return _mean_ap(points, listed) - ap

    shown = kinds.copy()
    shown[matches.ignored[0]] = None
    return Tide(
        ap=ap,
        cost={f: max(gain(_repaired(eligible, base, f, kinds, corrected, missed)), 0.0) for f in ErrorType},
        count={f: len(missed) if f == ErrorType.MISSED else int((shown == f).sum()) for f in ErrorType},
        false_positives=gain(base._replace(score=base.right.astype(np.float64))),
        false_negatives=gain(_without(eligible, base, np.flatnonzero(unfound))),
        kinds=shown,
        missed=missed,
    )


def _counted(eligible: EligiblePairs) -> Flags:
    counted = np.zeros(len(eligible.data.results), dtype=bool)
    counted[eligible.order] = True
    return counted


def _kinds(
    eligible: EligiblePairs, near: NearestTruths, matches: Matches, iou_threshold: float
) -> NDArray[np.object_]:
    kinds = error_types(near, matches, iou_threshold)
    kinds[~_counted(eligible)] = None
    return kinds


def _corrections(
    eligible: EligiblePairs, near: NearestTruths, kinds: NDArray[np.object_], unfound: Flags
) -> Indices:
    """For each missed truth, the highest-scoring detection that the oracle can correct to it, or -1: [G].

    Only one detection is corrected per truth; the oracle removes the others.
    """
    target = np.where(kinds == ErrorType.LOCALISATION, near.same, -1)
    target = np.where(kinds == ErrorType.CLASSIFICATION, near.other, target)
    claims = np.flatnonzero(target >= 0)
    claims = claims[unfound[target[claims]]]
    claims = claims[np.lexsort((claims, -eligible.data.results.score[claims]))]
    truths, first = np.unique(target[claims], return_index=True)
    corrected = np.full(len(unfound), -1, dtype=np.int64)
    corrected[truths] = claims[first]
    return corrected


def _repaired(
    eligible: EligiblePairs,
    base: _Points,
    error_type: ErrorType,
    kinds: NDArray[np.object_],
    corrected: Indices,
    missed: Indices,
) -> _Points:
    """The data after the oracle of one error type: errors are corrected if possible, else removed."""
    if error_type == ErrorType.MISSED:
        return _without(eligible, base, missed)
    wrong = kinds == error_type
    present, right, category = base.present & ~wrong, base.right.copy(), base.category.copy()
    fixed = np.flatnonzero(corrected >= 0)
    fixed = fixed[wrong[corrected[fixed]]]
    present[corrected[fixed]] = right[corrected[fixed]] = True
    category[corrected[fixed]] = eligible.data.truth.category[fixed]
    return base._replace(category=category, right=right, present=present)


def _without(eligible: EligiblePairs, base: _Points, truths: Indices) -> _Points:
    """The data without some truths."""
    gone = np.bincount(eligible.data.truth.category[truths], minlength=len(base.positives))
    return base._replace(positives=base.positives - gone)


def _mean_ap(points: _Points, listed: Flags) -> float:
    """AP averaged over the listed classes with detections or truth; 0 for a class without truth."""
    rows = np.flatnonzero(points.present)
    rows = rows[np.lexsort((rows, -points.score[rows], points.category[rows]))]
    bounds = np.searchsorted(points.category[rows], np.arange(len(points.positives) + 1))
    aps = []
    for k in np.flatnonzero(listed & ((points.positives > 0) | (np.diff(bounds) > 0))):
        right = points.right[rows[bounds[k] : bounds[k + 1]]][None]  # [1, N]
        if points.positives[k] == 0:
            aps.append(0.0)
            continue
        precision, recall = precision_recall(right, ~right, int(points.positives[k]))
        aps.append(float(average_precisions(recall, precision, "101-point")[0]))
    return float(np.mean(aps)) if aps else 0.0
