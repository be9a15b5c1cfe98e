"""How unsteady label maps are from frame to frame, and how much of each frame a class covers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cvdemo.metrics.segmentation import class_iou, confusion_matrix, mean_of_known

Floats = NDArray[np.float64]
Labels = NDArray[np.uint8]


class MapSeries(NamedTuple):
    """Of F label maps: `shares` [F, C] of each class, and `changed` [F], both in 0..1.

    `changed` is the share of pixels that have another class than in the frame before, NaN in the first one.
    """

    shares: Floats
    changed: Floats

    @property
    def flicker(self) -> float:
        """The share of pixels that change their class from a frame to the next, on average; NaN for one."""
        return mean_of_known(self.changed)


class MapScores(NamedTuple):
    """Mean IoU of each frame [F] over the classes that its truth has, and of all frames together."""

    frames: Floats
    total: float


def map_series(maps: Iterable[Labels], classes: int) -> MapSeries:
    """Shares and changes of label maps [H, W] of one size, in the order of time."""
    shares: list[Floats] = []
    changed: list[float] = []
    before: Labels | None = None
    for labels in maps:
        shares.append(np.bincount(labels.ravel(), minlength=classes)[:classes] / max(1, labels.size))
        changed.append(np.nan if before is None else float((labels != before).mean()))
        before = labels
    return MapSeries(np.array(shares).reshape(-1, classes), np.array(changed))


def map_scores(maps: Iterable[Labels], truths: Iterable[Labels], classes: int) -> MapScores:
    """Mean IoU of label maps against true ones of the same size, as many as there are of both."""
    total = np.zeros((classes, classes + 1), np.int64)
    frames = []
    for labels, truth in zip(maps, truths, strict=False):
        matrix = confusion_matrix(truth, labels, classes)
        total += matrix
        frames.append(mean_of_known(class_iou(matrix)))
    return MapScores(np.array(frames), mean_of_known(class_iou(total)))


def needless_changes(maps: Iterable[Labels], truths: Iterable[Labels]) -> Floats:
    """The share [F] of pixels whose class changes from the frame before where the truth stays; NaN first."""
    shares: list[float] = []
    before: tuple[Labels, Labels] | None = None
    for labels, truth in zip(maps, truths, strict=False):
        changed = before is not None and (labels != before[0]) & (truth == before[1])
        shares.append(np.nan if before is None else float(np.mean(changed)))
        before = labels, truth
    return np.array(shares)
