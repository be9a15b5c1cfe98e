"""The confusion matrix of detections, with the background as an additional class."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from cvdemo.metrics.eligible_pairs import EligiblePairs
from cvdemo.metrics.overlaps import overlapping

Indices: TypeAlias = NDArray[np.int64]
Flags: TypeAlias = NDArray[np.bool_]

BACKGROUND = "background"


@dataclass(frozen=True, eq=False)
class Confusion:
    """A confusion matrix: truth in rows, detections in columns, background last; with the N pairs counted."""

    names: tuple[str, ...]  # [K + 1]
    matrix: Indices  # [K + 1, K + 1] counts; background against background is 0
    truths: Indices  # [N] row of the truth of every count, -1 for background
    detections: Indices  # [N] row of the results, -1 for background: a truth that was missed
    cells: Indices  # [N, 2] the cell of every count

    def of(self, row: int, column: int) -> list[tuple[int, int]]:
        """The (truth, detection) rows counted in a cell; -1 for background."""
        here = np.flatnonzero((self.cells == (row, column)).all(axis=1))
        return list(zip(self.truths[here].tolist(), self.detections[here].tolist(), strict=True))


def confusion(eligible: EligiblePairs, iou_threshold: float = 0.5, score_threshold: float = 0.0) -> Confusion:
    """Confusion matrix of the detections with at least `score_threshold`.

    Pairs matched as for AP form the diagonal; the remaining detections and truths are paired across classes
    in order of descending IoU, at least `iou_threshold`; what is left is missed truth or background
    detections. Ignored detections and ignored truth are not counted.
    """
    matches = eligible.match((iou_threshold,))
    kept = np.zeros(len(eligible.data.results), dtype=bool)
    kept[eligible.order] = eligible.data.results.score[eligible.order] >= score_threshold
    right = np.flatnonzero(matches.true_positives[0] & kept)
    free_detections = matches.false_positives[0] & kept
    free_truths = ~matches.truth_ignored
    free_truths[matches.matched[0, right]] = False
    wrong = _across(eligible, free_detections, free_truths, iou_threshold)
    free_detections[wrong[:, 1]] = False
    free_truths[wrong[:, 0]] = False
    spare, missed = np.flatnonzero(free_detections), np.flatnonzero(free_truths)
    nothing = np.full(max(len(spare), len(missed)), -1)
    truths = np.concatenate([matches.matched[0, right], wrong[:, 0], nothing[: len(spare)], missed])
    detections = np.concatenate([right, wrong[:, 1], spare, nothing[: len(missed)]])
    return _counted(eligible, truths, detections)


def _counted(eligible: EligiblePairs, truths: Indices, detections: Indices) -> Confusion:
    k = len(eligible.data.category_ids)
    rows = np.where(truths >= 0, eligible.data.truth.category[truths], k)
    columns = np.full(len(detections), k)
    some = detections >= 0
    columns[some] = eligible.data.results.category[detections[some]]
    matrix = np.zeros((k + 1, k + 1), dtype=np.int64)
    np.add.at(matrix, (rows, columns), 1)
    names = (*eligible.data.category_names, BACKGROUND)
    return Confusion(names, matrix, truths, detections, np.stack([rows, columns], axis=1))


def _across(eligible: EligiblePairs, detections: Flags, truths: Flags, iou_threshold: float) -> Indices:
    """One-to-one pairs (truth, detection) of unmatched ones across classes, by descending IoU: [P, 2]."""
    rows = np.flatnonzero(detections)
    pairs = overlapping(eligible.data, rows, pixel=eligible.conventions.pixel, across_classes=True)
    pairs = pairs.where(truths[pairs.truth] & (pairs.iou >= iou_threshold))
    found: list[tuple[int, int]] = []
    used_truths: set[int] = set()
    used_detections: set[int] = set()
    order = np.lexsort((pairs.detection, pairs.truth, -pairs.iou))
    for g, d in zip(pairs.truth[order].tolist(), pairs.detection[order].tolist(), strict=True):
        if g not in used_truths and d not in used_detections:
            used_truths.add(g)
            used_detections.add(d)
            found.append((g, d))
    return np.array(found, dtype=np.int64).reshape(-1, 2)
