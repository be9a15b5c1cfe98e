"""The steps of a precision-recall curve: each detection with its outcome, and the reason in one sentence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from cvdemo.errors import DataError
from cvdemo.metrics.curve import Curve
from cvdemo.metrics.error_types import ErrorType, error_types, nearest_truths

Outcome: TypeAlias = Literal["TP", "FP", "ignored"]


class TruthOverlap(NamedTuple):
    """A truth that overlaps a detection, with their IoU."""

    truth: int  # row of the truth
    iou: float


@dataclass(frozen=True, eq=False)
class PRStep:
    """One step of a curve: one detection. Rows point into the set's truth and results."""

    place: int  # position on the curve, 0 is the highest-scoring detection
    detection: int  # row of the results
    image_id: Any
    image_name: str
    box: NDArray[np.float64]  # [4] x1 y1 x2 y2
    score: float
    outcome: Outcome
    matched: TruthOverlap | None  # the truth it is matched to
    same: TruthOverlap | None  # the truth of its class that it overlaps most
    other: TruthOverlap | None  # the truth of another class that it overlaps most
    error_type: ErrorType | None  # for a false positive
    taken_by: int | None  # for a duplicate: the detection matched to the same truth
    tp: int  # true positives so far, this one included
    fp: int
    precision: float
    recall: float
    why: str  # the reason in one sentence


class PRSteps:
    """The steps along a curve, computed when read: `len(steps)`, `steps[i]`, `for step in steps`."""

    def __init__(self, curve: Curve) -> None:
        self.curve = curve
        self._near = nearest_truths(curve.eligible)
        self._error_types = error_types(self._near, curve.matches, curve.iou_threshold)
        self._tp, self._fp = np.cumsum(curve.true_positives), np.cumsum(curve.false_positives)
        matched = curve.matches.matched[0]
        self._holder = {int(matched[row]): int(row) for row in np.flatnonzero(matched >= 0)}

    def __len__(self) -> int:
        return len(self.curve)

    def __iter__(self) -> Iterator[PRStep]:
        return (self[place] for place in range(len(self)))

    def __getitem__(self, place: int) -> PRStep:
        """The step at a position 0..N-1, computed without those before it; DataError outside the curve."""
        if not 0 <= place < len(self):
            raise DataError(f"no detection {place} on the curve of {self.curve.name}: it has {len(self)}")
        curve, data, row = self.curve, self.curve.eligible.data, int(self.curve.rows[place])
        outcome: Outcome = (
            "TP" if curve.true_positives[place] else "FP" if curve.false_positives[place] else "ignored"
        )
        error_type = self._error_types[row] if outcome == "FP" else None
        nearest = int(self._near.same[row])
        taken_by = self._holder.get(nearest) if error_type == ErrorType.DUPLICATE else None
        matched, same, other = self._neighbours(row)
        return PRStep(
            place=place,
            detection=row,
            image_id=data.image_ids[data.results.image[row]],
            image_name=data.image_names[data.results.image[row]],
            box=data.results.boxes[row],
            score=float(data.results.score[row]),
            outcome=outcome,
            matched=matched,
            same=same,
            other=other,
            error_type=error_type,
            taken_by=taken_by,
            tp=int(self._tp[place]),
            fp=int(self._fp[place]),
            precision=float(curve.precision[place]),
            recall=float(curve.recall[place]),
            why=self._why(outcome, error_type, matched, same, other, taken_by),
        )

    def _neighbours(self, row: int) -> tuple[TruthOverlap | None, TruthOverlap | None, TruthOverlap | None]:
        """The matched truth, the most overlapping one of the same class, and the one of another class."""
        near, found = self._near, int(self.curve.matches.matched[0, row])
        matched = None
        if found >= 0:
            pairs = self.curve.eligible.pairs
            matched = TruthOverlap(
                found, float(pairs.iou[(pairs.detection == row) & (pairs.truth == found)][0])
            )
        same, other = (
            TruthOverlap(int(truth[row]), float(iou[row])) if truth[row] >= 0 else None
            for truth, iou in ((near.same, near.same_iou), (near.other, near.other_iou))
        )
        return matched, same, other

    def _why(
        self,
        outcome: Outcome,
        error_type: ErrorType | None,
        matched: TruthOverlap | None,
        same: TruthOverlap | None,
        other: TruthOverlap | None,
        taken_by: int | None,
    ) -> str:
        eligible, threshold = self.curve.eligible, f"{self.curve.iou_threshold:g}"
        truth = eligible.data.truth
        if outcome == "TP" and matched:
            return f"finds a {self.curve.name}: IoU {matched.iou:.2f}, at least {threshold}"
        if outcome == "ignored":
            if matched is None:
                return "ignored: its size is outside the range that is scored"
            kind = "in a crowd" if truth.crowd[matched.truth] else "at a truth that need not be found"
            return f"ignored: it lies {kind}, IoU {matched.iou:.2f}"
        there = f"a {eligible.data.category_names[truth.category[other.truth]]}" if other else ""
        if error_type == ErrorType.DUPLICATE and same:
            by = (
                f", which a detection of score {eligible.data.results.score[taken_by]:.2f} has"
                if taken_by is not None
                else ""
            )
            return f"duplicate: IoU {same.iou:.2f} with a {self.curve.name}{by}"
        if error_type == ErrorType.LOCALISATION and same:
            return f"badly placed: IoU {same.iou:.2f} with the nearest {self.curve.name}, below {threshold}"
        if error_type == ErrorType.CLASSIFICATION and other:
            return f"wrong class: IoU {other.iou:.2f} with {there}"
        if error_type == ErrorType.BOTH and other:
            return f"wrong class and badly placed: IoU {other.iou:.2f} with {there}, below {threshold}"
        return "background: nothing there that is labelled"
