"""What is wrong with a detection that found nothing: place, class, both, too late, or nothing there."""

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

BACKGROUND = 0.1  # IoU up to which a detection is on the background: arXiv:2008.08115, sec. 2.2


class ErrorType(StrEnum):
    """TIDE's six kinds of error, by their short names in the paper. arXiv:2008.08115, sec. 2.2, fig. 2."""

    CLASSIFICATION = "Cls"  # in the right place, of the wrong class
    LOCALISATION = "Loc"  # of the right class, in about the right place
    BOTH = "Both"  # of the wrong class, in about the right place
    DUPLICATE = "Dupe"  # right, but a better-scored detection has that truth
    BACKGROUND = "Bkg"  # nothing there
    MISSED = "Miss"  # a truth that no detection is near enough to be corrected to


@dataclass(frozen=True, eq=False)
class NearestTruths:
    """The truth that each detection overlaps most, crowds and the like left aside."""

    same: Indices  # [D] row of the truth of the same class, or -1
    same_iou: Floats  # [D] 0 where there is none
    other: Indices  # [D] of any other class, or -1
    other_iou: Floats  # [D]


def nearest_truths(eligible: EligiblePairs) -> NearestTruths:
    """The truths nearest to every detection that counts, of its class and of the others."""
    pairs = overlapping(eligible.data, eligible.order, pixel=eligible.conventions.pixel, across_classes=True)
    pairs = pairs.where(~eligible.ignore[pairs.truth])
    same = eligible.data.results.category[pairs.detection] == eligible.data.truth.category[pairs.truth]
    n = len(eligible.data.results)
    return NearestTruths(*_best(pairs.where(same), n), *_best(pairs.where(~same), n))


def error_types(
    near: NearestTruths, matches: Matches, iou_threshold: float, row: int = 0
) -> NDArray[np.object_]:
    """The type of error of every detection [D], None where it found a truth; asked in TIDE's order.

    `row` is the threshold's among those of the matches.
    """
    questions = [
        (near.same_iou >= BACKGROUND) & (near.same_iou < iou_threshold),
        near.other_iou >= iou_threshold,
        near.same_iou >= iou_threshold,
        np.maximum(near.same_iou, near.other_iou) > BACKGROUND,
    ]
    answers = [ErrorType.LOCALISATION, ErrorType.CLASSIFICATION, ErrorType.DUPLICATE, ErrorType.BOTH]
    found = matches.true_positives[row]
    kinds = np.full(len(found), ErrorType.BACKGROUND, dtype=object)
    for question, answer in zip(reversed(questions), reversed(answers), strict=True):
        kinds[question] = answer
    kinds[found] = None
    return kinds


def _best(pairs: Pairs, n: int) -> tuple[Indices, Floats]:
    """Of each of n detections the truth with the highest overlap, the first of equals, and the overlap."""
    order = np.lexsort((pairs.truth, -pairs.iou, pairs.detection))
    first = order[np.flatnonzero(np.diff(pairs.detection[order], prepend=-1))]
    truth, iou = np.full(n, -1, dtype=np.int64), np.zeros(n)
    truth[pairs.detection[first]] = pairs.truth[first]
    iou[pairs.detection[first]] = pairs.iou[first]
    return truth, iou
