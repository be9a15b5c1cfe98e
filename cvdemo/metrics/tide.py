"""TIDE: what each kind of error costs, as the AP gained when an oracle repairs all errors of that kind."""

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
    """One detector's AP and what stands between it and 1, all as AP in 0..1."""

    ap: float
    cost: dict[
        ErrorType, float
    ]  # AP gained by repairing all errors of a kind, each kind for itself; 0 or more
    count: dict[ErrorType, int]
    false_positives: float  # AP gained if no detection were wrong
    false_negatives: float  # AP gained if no truth were missed
    kinds: NDArray[
        np.object_
    ]  # [D] the type of error of each detection, None where it is right or does not count
    missed: Indices  # rows of the truth that are missed and that no repair of a detection finds


class _Points(NamedTuple):
    """What the curves of all classes are made of; an oracle changes some of it."""

    category: Indices  # [D]
    score: Floats  # [D]
    right: Flags  # [D]
    present: Flags  # [D] whether the detection is on its class's curve at all
    positives: Indices  # [K] truths to be found


def tide(
    eligible: EligiblePairs, iou_threshold: float = 0.5, *, absent_classes: AbsentClasses = "leave-out"
) -> Tide:
    """TIDE's six kinds of error and the AP each costs at one IoU threshold. arXiv:2008.08115, sec. 2.

    Differs from the authors' tidecv so that `ap` is COCO's: max_detections is of each image and class,
    not of each image, ignored detections are not counted as errors, and classes without truth do not
    enter the mean; with absent_classes="count-as-zero" they do, as in tidecv.
    """
    matches = eligible.match((iou_threshold,))
    near = nearest_truths(eligible)
    kinds = _kinds(eligible, near, matches, iou_threshold)
    unfound = ~matches.truth_ignored
    unfound[matches.matched[0, matches.true_positives[0]]] = False
    winner = _winners(eligible, near, kinds, unfound)
    missed = np.flatnonzero(unfound & (winner < 0))
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
        cost={f: max(gain(_repaired(eligible, base, f, kinds, winner, missed)), 0.0) for f in ErrorType},
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


def _winners(
    eligible: EligiblePairs, near: NearestTruths, kinds: NDArray[np.object_], unfound: Flags
) -> Indices:
    """For each truth that was not found the best-scored detection that could be corrected to it, or -1: [G].

    Each truth can be won once, so that all other errors at it are merely taken away.
    """
    wanted = np.where(kinds == ErrorType.LOCALISATION, near.same, -1)
    wanted = np.where(kinds == ErrorType.CLASSIFICATION, near.other, wanted)
    claims = np.flatnonzero(wanted >= 0)
    claims = claims[unfound[wanted[claims]]]
    claims = claims[np.lexsort((claims, -eligible.data.results.score[claims]))]
    truths, first = np.unique(wanted[claims], return_index=True)
    winner = np.full(len(unfound), -1, dtype=np.int64)
    winner[truths] = claims[first]
    return winner


def _repaired(
    eligible: EligiblePairs,
    base: _Points,
    error_type: ErrorType,
    kinds: NDArray[np.object_],
    winner: Indices,
    missed: Indices,
) -> _Points:
    """The points after the oracle of one kind: errors corrected where they can be, and else taken away."""
    if error_type == ErrorType.MISSED:
        return _without(eligible, base, missed)
    wrong = kinds == error_type
    present, right, category = base.present & ~wrong, base.right.copy(), base.category.copy()
    won = np.flatnonzero(winner >= 0)
    won = won[wrong[winner[won]]]
    present[winner[won]] = right[winner[won]] = True
    category[winner[won]] = eligible.data.truth.category[won]
    return base._replace(category=category, right=right, present=present)


def _without(eligible: EligiblePairs, base: _Points, truths: Indices) -> _Points:
    """The points where some truths need not be found."""
    gone = np.bincount(eligible.data.truth.category[truths], minlength=len(base.positives))
    return base._replace(positives=base.positives - gone)


def _mean_ap(points: _Points, listed: Flags) -> float:
    """AP averaged over the listed classes that have points or truth; 0 where a class has no truth."""
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
