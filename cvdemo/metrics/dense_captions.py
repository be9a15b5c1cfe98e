"""Mean average precision of captioned regions: a box counts if it lies right and its caption says enough."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cvdemo.errors import DataError
from cvdemo.metrics.ap import average_precisions, precision_recall
from cvdemo.metrics.meteor import meteor
from cvdemo.ops.checks import as_boxes, as_scores
from cvdemo.ops.iou import box_iou

Floats: TypeAlias = NDArray[np.float64]

IOU_THRESHOLDS = (0.3, 0.4, 0.5, 0.6, 0.7)
METEOR_THRESHOLDS = (0.0, 0.05, 0.1, 0.15, 0.2, 0.25)
MERGED_IOU = 0.7  # true boxes that overlap so much are one, with all their captions as references


class TrueRegions(NamedTuple):
    """Boxes [M, 4] x1 y1 x2 y2 of a picture, and one or more reference captions of each."""

    boxes: NDArray[np.float64]
    references: tuple[tuple[str, ...], ...]


class RegionMatch(NamedTuple):
    """A captioned region: its score, the best IoU with a true one, METEOR with that one's references.

    `first` is whether no region of higher score has the same true region as its best; `truth` is its row,
    -1 where it overlaps none.
    """

    score: float
    iou: float
    meteor: float
    first: bool
    truth: int


def merged(boxes: ArrayLike, captions: Sequence[str], iou: float = MERGED_IOU) -> TrueRegions:
    """True regions of a picture, those that overlap by `iou` or more as one.

    The box with the most such neighbours and they become one region: its box is their mean, their captions
    are its references; then the box with the most of those left, and so on. boxes [N, 4], captions N.
    """
    rows = as_boxes(boxes).astype(np.float64)
    if len(rows) != len(captions):
        raise DataError(f"{len(rows)} true regions have {len(captions)} captions: each needs one")
    near = box_iou(rows, rows) >= iou
    np.fill_diagonal(near, True)  # an empty box too is its own neighbour
    groups = []
    while near.any():
        group = np.flatnonzero(near[near.sum(axis=1).argmax()])
        groups.append(group)
        near[group] = near[:, group] = False
    means = [rows[group].mean(axis=0) for group in groups]
    references = tuple(tuple(captions[k] for k in group.tolist()) for group in groups)
    return TrueRegions(np.array(means).reshape(-1, 4), references)


def matched(
    boxes: ArrayLike, scores: ArrayLike, captions: Sequence[str], truth: TrueRegions
) -> list[RegionMatch]:
    """What each captioned region [N] of a picture is of the true ones, in order of the regions.

    Every region is held against the true one that it overlaps most; of several with the same, the one of
    the highest score is the first, however well it lies, and the others can only be false.
    """
    rows = as_boxes(boxes)
    values = as_scores(scores, len(rows))
    if len(rows) != len(captions):
        raise DataError(f"{len(rows)} regions have {len(captions)} captions: each needs one")
    overlaps = box_iou(rows, truth.boxes) if len(truth.boxes) else np.zeros((len(rows), 1))
    best = np.where(overlaps.max(axis=1) > 0, overlaps.argmax(axis=1), -1)
    taken: set[int] = set()
    found: dict[int, RegionMatch] = {}
    for k in np.argsort(-values, kind="stable").tolist():
        row = int(best[k])
        said = meteor(captions[k], truth.references[row]) if row >= 0 else 0.0
        first = row >= 0 and row not in taken
        found[k] = RegionMatch(float(values[k]), float(overlaps[k].max()), said, first, row)
        taken.add(row)
    return [found[k] for k in range(len(rows))]


class DenseCaptionScores:
    """Accumulates pictures: `add` each, then read the scores, all 0..1.

    As the authors of DenseCap (arXiv:1511.07571, sec. 4.2) score it: AP (101-point) averaged over 5 IoU and
    6 METEOR thresholds; a region is a true positive if it is the first of its true region, their IoU
    reaches the one and METEOR exceeds the other. Two things differ from theirs: boxes are continuous, theirs
    are 1 pixel wider; METEOR is that of exact and stem matches.
    """

    def __init__(self) -> None:
        self.matches: list[RegionMatch] = []
        self.positives = 0  # true regions, merged

    def add(
        self,
        boxes: ArrayLike,
        scores: ArrayLike,
        captions: Sequence[str],
        true_boxes: ArrayLike,
        true_captions: Sequence[str],
    ) -> None:
        """Count one picture: captioned regions [N], and the true ones [M] before they are merged."""
        truth = merged(true_boxes, true_captions)
        self.matches += matched(boxes, scores, captions, truth)
        self.positives += len(truth.boxes)

    def table(self) -> Floats:
        """AP at each IoU threshold (rows) and METEOR threshold (columns), [5, 6]."""
        shape = len(IOU_THRESHOLDS), len(METEOR_THRESHOLDS)
        pairs = [(iou, least) for iou in IOU_THRESHOLDS for least in METEOR_THRESHOLDS]
        return self._average_precisions(pairs).reshape(shape)

    def mean_ap(self) -> float:
        """The mean of the table: the dense captioning mAP."""
        return float(self.table().mean())

    def localization_ap(self) -> Floats:
        """AP at each IoU threshold whatever the captions say, [5]."""
        return self._average_precisions([(iou, -1.0) for iou in IOU_THRESHOLDS])

    def _average_precisions(self, thresholds: Sequence[tuple[float, float]]) -> Floats:
        """AP for pairs of an IoU and a METEOR threshold; DataError without true regions."""
        if not self.positives:
            raise DataError("the truth has no captioned region: dense captions cannot be scored")
        if not self.matches:
            return np.zeros(len(thresholds))
        order = np.argsort([-m.score for m in self.matches], kind="stable")
        iou, said, first = (
            np.array([getattr(m, name) for m in self.matches])[order] for name in ("iou", "meteor", "first")
        )
        true = np.stack([first & (iou >= at) & (said > least) for at, least in thresholds])
        precision, recall = precision_recall(true, ~true, self.positives)
        return average_precisions(recall, precision, "101-point")
