"""The walk along a precision-recall curve, detection by detection: what each did to it, and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from cvdemo.errors import DataError
from cvdemo.metrics.curve import Curve
from cvdemo.metrics.faults import Fault, faults, nearest

Outcome: TypeAlias = Literal["TP", "FP", "ignored"]


class Neighbour(NamedTuple):
    """A truth beside a detection."""

    truth: int  # row of the truth
    iou: float


@dataclass(frozen=True, eq=False)
class Finding:
    """One detection on the walk. Rows point into the set's truth and results."""

    place: int  # on the curve, 0 is the best-scored
    detection: int  # row of the results
    image_id: Any
    image_name: str
    box: NDArray[np.float64]  # [4] x1 y1 x2 y2
    score: float
    outcome: Outcome
    matched: Neighbour | None  # the truth it found
    same: Neighbour | None  # the truth of its class that it overlaps most
    other: Neighbour | None  # the truth of another class that it overlaps most
    fault: Fault | None  # why it is an FP
    taken_by: int | None  # for a duplicate: the detection that has the truth it wanted
    tp: int  # so far, this one included
    fp: int
    precision: float
    recall: float
    why: str  # in one sentence


class Walk:
    """The findings along a curve, each made when it is asked for: `len(walk)`, `walk[i]`, `for f in walk`."""

    def __init__(self, curve: Curve) -> None:
        self.curve = curve
        self._near = nearest(curve.field)
        self._faults = faults(self._near, curve.verdicts, curve.iou_threshold)
        self._tp, self._fp = np.cumsum(curve.hits), np.cumsum(curve.misses)
        matched = curve.verdicts.matched[0]
        self._holder = {int(matched[row]): int(row) for row in np.flatnonzero(matched >= 0)}

    def __len__(self) -> int:
        return len(self.curve)

    def __iter__(self) -> Iterator[Finding]:
        return (self[place] for place in range(len(self)))

    def __getitem__(self, place: int) -> Finding:
        """The finding at a place, 0..N-1, at once and without those before it."""
        if not 0 <= place < len(self):
            raise DataError(f"no detection {place} on the curve of {self.curve.name}: it has {len(self)}")
        curve, data, row = self.curve, self.curve.field.data, int(self.curve.rows[place])
        outcome: Outcome = "TP" if curve.hits[place] else "FP" if curve.misses[place] else "ignored"
        fault = self._faults[row] if outcome == "FP" else None
        wanted = int(self._near.same[row])
        taken_by = self._holder.get(wanted) if fault == Fault.DUPLICATE else None
        matched, same, other = self._neighbours(row)
        return Finding(
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
            fault=fault,
            taken_by=taken_by,
            tp=int(self._tp[place]),
            fp=int(self._fp[place]),
            precision=float(curve.precision[place]),
            recall=float(curve.recall[place]),
            why=self._why(outcome, fault, matched, same, other, taken_by),
        )

    def _neighbours(self, row: int) -> tuple[Neighbour | None, Neighbour | None, Neighbour | None]:
        """The truth found, the nearest of the same class, the nearest of another."""
        near, found = self._near, int(self.curve.verdicts.matched[0, row])
        matched = None
        if found >= 0:
            pairs = self.curve.field.pairs
            matched = Neighbour(found, float(pairs.iou[(pairs.detection == row) & (pairs.truth == found)][0]))
        same, other = (
            Neighbour(int(truth[row]), float(iou[row])) if truth[row] >= 0 else None
            for truth, iou in ((near.same, near.same_iou), (near.other, near.other_iou))
        )
        return matched, same, other

    def _why(
        self,
        outcome: Outcome,
        fault: Fault | None,
        matched: Neighbour | None,
        same: Neighbour | None,
        other: Neighbour | None,
        taken_by: int | None,
    ) -> str:
        field, threshold = self.curve.field, f"{self.curve.iou_threshold:g}"
        truth = field.data.truth
        if outcome == "TP" and matched:
            return f"finds a {self.curve.name}: IoU {matched.iou:.2f}, at least {threshold}"
        if outcome == "ignored":
            if matched is None:
                return "ignored: its size is outside the range that is scored"
            kind = "in a crowd" if truth.crowd[matched.truth] else "at a truth that need not be found"
            return f"ignored: it lies {kind}, IoU {matched.iou:.2f}"
        there = f"a {field.data.category_names[truth.category[other.truth]]}" if other else ""
        if fault == Fault.DUPLICATE and same:
            by = (
                f", which a detection of score {field.data.results.score[taken_by]:.2f} has"
                if taken_by is not None
                else ""
            )
            return f"duplicate: IoU {same.iou:.2f} with a {self.curve.name}{by}"
        if fault == Fault.LOCALISATION and same:
            return f"badly placed: IoU {same.iou:.2f} with the nearest {self.curve.name}, below {threshold}"
        if fault == Fault.CLASSIFICATION and other:
            return f"wrong class: IoU {other.iou:.2f} with {there}"
        if fault == Fault.BOTH and other:
            return f"wrong class and badly placed: IoU {other.iou:.2f} with {there}, below {threshold}"
        return "background: nothing there that is labelled"
