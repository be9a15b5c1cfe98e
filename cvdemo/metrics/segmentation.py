"""Metrics of semantic segmentation: mean IoU, pixel accuracy and boundary F1."""

from __future__ import annotations

from typing import Any, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from cvdemo.errors import DataError

LabelMap: TypeAlias = NDArray[np.integer[Any]]
Floats: TypeAlias = NDArray[np.float64]

IGNORED = 255
"""The label of pixels that are not scored."""

TOLERANCE = 0.0075
"""Tolerance of boundaries as a share of the image diagonal: .75 % (Csurka et al., BMVC 2013, sec. 3)."""


class SegmentationScores:
    """Accumulates counts: `add` each picture, then read the scores; NaN for classes without truth."""

    def __init__(self, classes: int) -> None:
        if not 0 < classes < IGNORED:
            raise DataError(f"cannot score {classes} classes: 1 to {IGNORED - 1} can be told apart")
        self.classes = classes
        self.matrix = np.zeros((classes, classes + 1), dtype=np.int64)  # rows: truth; last column: other ids
        self._boundary_sum = np.zeros(classes)
        self._pictures = np.zeros(classes, dtype=np.int64)  # number of pictures with the class

    def add(self, truth: LabelMap, found: LabelMap) -> None:
        """Count one picture: true and predicted class ids [H, W]; pixels with truth 255 are ignored.

        Predicted ids outside the classes count as wrong. Raises DataError for different shapes and for truth
        of an unknown class.
        """
        self.matrix += confusion_matrix(truth, found, self.classes)
        scored = truth != IGNORED
        for k in np.unique(truth[scored]).tolist():
            self._boundary_sum[k] += boundary_f1((truth == k) & scored, (found == k) & scored)
            self._pictures[k] += 1

    def iou(self) -> Floats:
        """Intersection over union of each class [K], accumulated over all pictures."""
        return class_iou(self.matrix)

    def boundary_f1(self) -> Floats:
        """Boundary F1 of each class [K], averaged over the pictures with the class."""
        return _share(self._boundary_sum, self._pictures)

    def pixel_accuracy(self) -> float:
        """Share of the scored pixels with the correct class, 0..1; NaN without pixels."""
        correct, pixels = np.diagonal(self.matrix).sum(), self.matrix.sum()
        return float(correct / pixels) if pixels else float("nan")

    def class_accuracy(self) -> Floats:
        """Share of each class's pixels that are found [K]."""
        return _share(np.diagonal(self.matrix).astype(float), self.matrix.sum(axis=1))

    def mean_iou(self, counted: NDArray[np.bool_] | None = None) -> float:
        """IoU averaged over the classes that the truth has; only those `counted` [K], where given."""
        return mean_of_known(self.iou(), counted)

    def mean_class_accuracy(self, counted: NDArray[np.bool_] | None = None) -> float:
        """Class accuracy averaged over the classes that the truth has, as `mean_iou` does."""
        return mean_of_known(self.class_accuracy(), counted)

    def mean_boundary_f1(self, counted: NDArray[np.bool_] | None = None) -> float:
        """Boundary F1 averaged over the classes that the truth has, as `mean_iou` does."""
        return mean_of_known(self.boundary_f1(), counted)


def confusion_matrix(truth: LabelMap, found: LabelMap, classes: int) -> NDArray[np.int64]:
    """Numbers of pixels of two label maps [H, W], [K, K + 1]: rows are true classes, columns predicted ones.

    The last column counts predicted ids outside the classes; pixels with truth 255 are left out. DataError
    for different shapes and for truth of an unknown class.
    """
    if truth.ndim != 2 or truth.shape != found.shape:
        raise DataError(f"truth {list(truth.shape)} and result {list(found.shape)} must be of one size")
    scored = truth != IGNORED
    rows = truth[scored].astype(np.int64)
    if (odd := rows[(rows < 0) | (rows >= classes)]).size:
        raise DataError(f"the truth has class {odd[0]}, but there are {classes}")
    columns = np.where((found >= 0) & (found < classes), found, classes)[scored]
    counts = np.bincount(rows * (classes + 1) + columns, minlength=classes * (classes + 1))
    return counts.reshape(classes, classes + 1)


def class_iou(matrix: NDArray[np.int64]) -> Floats:
    """IoU of each class [K] from a confusion matrix [K, K + 1]; NaN for classes without truth."""
    correct = np.diagonal(matrix).astype(float)
    union = matrix.sum(axis=1) + matrix[:, :-1].sum(axis=0) - correct
    return _share(correct, np.where(matrix.sum(axis=1) > 0, union, 0))


def boundary_f1(truth: NDArray[np.bool_], found: NDArray[np.bool_], tolerance: float = TOLERANCE) -> float:
    """F1 of the boundary pixels of two masks [H, W], 0..1; 1 if neither mask has any.

    A boundary pixel is correct if the other mask has one within `tolerance` times the image diagonal.
    Csurka et al., "What is a good evaluation measure for semantic segmentation?", BMVC 2013, sec. 3.
    """
    mine, theirs = boundary(found), boundary(truth)
    if not mine.any() and not theirs.any():
        return 1.0 if found.any() == truth.any() else 0.0
    if not mine.any() or not theirs.any():
        return 0.0
    reach = tolerance * float(np.hypot(*truth.shape))
    precision = float((_distance(theirs)[mine] <= reach).mean())
    recall = float((_distance(mine)[theirs] <= reach).mean())
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def boundary(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The boundary pixels of a mask [H, W]: those with one of four neighbours outside the mask.

    The edge of the picture is not a boundary.
    """
    cross = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))
    inner = cv2.erode(mask.astype(np.uint8), cross, borderType=cv2.BORDER_CONSTANT, borderValue=1)
    return mask & (inner == 0)


def _distance(pixels: NDArray[np.bool_]) -> NDArray[np.float32]:
    """The exact distance of every pixel to the nearest pixel of a mask [H, W], in pixels."""
    away: NDArray[np.float32] = cv2.distanceTransform(
        (~pixels).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE
    )  # type: ignore[assignment]
    return away


def _share(part: NDArray[Any], whole: NDArray[Any]) -> Floats:
    return np.divide(part, whole, out=np.full(len(part), np.nan), where=np.asarray(whole) > 0)


def mean_of_known(values: Floats, counted: NDArray[np.bool_] | None = None) -> float:
    """The mean of the values [K] that are not NaN, of those `counted` [K] only where given; NaN for none."""
    known = values[~np.isnan(values) & (True if counted is None else counted)]
    return float(known.mean()) if known.size else float("nan")
