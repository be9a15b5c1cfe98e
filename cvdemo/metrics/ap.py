"""Average precision: the area under the precision-recall curve, by three common methods."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cvdemo.errors import DataError

Floats: TypeAlias = NDArray[np.float64]
ApMethod: TypeAlias = Literal["all-point", "11-point", "101-point"]

AP_METHODS: tuple[ApMethod, ...] = ("all-point", "11-point", "101-point")
LEVELS = {"11-point": np.linspace(0, 1, 11), "101-point": np.linspace(0, 1, 101)}  # of recall


def average_precision(recall: ArrayLike, precision: ArrayLike, method: ApMethod = "all-point") -> float:
    """The area under a precision-recall curve of N detections by descending score, 0..1.

    recall [N] not falling, precision [N], both 0..1. "all-point" (VOC since 2010) is the exact area under the
    envelope, "11-point" (VOC 2007) and "101-point" (COCO) its mean over that many equally spaced recall
    levels; a level that is not reached counts 0. An empty curve gives 0. Raises DataError for other shapes,
    values out of range or falling recall. Everingham et al., IJCV 2010, sec. 4.2; arXiv:1405.0312.
    """
    r, p = checked_curve(recall, precision)
    if method == "all-point":
        return float(area(r[None], p[None])[0])
    return float(sampled(r[None], p[None], levels(method)).mean(axis=1)[0])


def levels(method: ApMethod) -> Floats:
    """The recall levels at which the method samples the curve, [11] or [101]; DataError for other methods."""
    if method not in LEVELS:
        raise DataError(f"method is one of {', '.join(AP_METHODS)}, not {method!r}")
    return LEVELS[method]


def envelope(precision: NDArray[Any]) -> Floats:
    """The highest precision at this or a higher recall: [..., N] to [..., N], not rising."""
    backwards = np.maximum.accumulate(np.asarray(precision, dtype=np.float64)[..., ::-1], axis=-1)
    return backwards[..., ::-1]


def precision_recall(
    true_positives: NDArray[np.bool_], false_positives: NDArray[np.bool_], positives: int
) -> tuple[Floats, Floats]:
    """Running precision and recall, [T, N] each, over detections by descending score.

    true_positives, false_positives [T, N]; what is neither is ignored. positives is above 0. Before the
    first detection that counts, precision is 0.
    """
    tp = np.cumsum(true_positives, axis=-1, dtype=np.float64)
    fp = np.cumsum(false_positives, axis=-1, dtype=np.float64)
    counted = tp + fp
    precision = np.divide(tp, counted, out=np.zeros_like(tp), where=counted > 0)
    return precision, tp / positives


def sampled(recall: Floats, precision: Floats, at: Floats) -> Floats:
    """The envelope of curves [T, N] sampled at recall levels [L]: [T, L], 0 where a level is not reached."""
    top = np.hstack([envelope(precision), np.zeros((len(precision), 1))])  # one beyond the end
    where = np.stack([np.searchsorted(row, at, side="left") for row in recall])
    return np.take_along_axis(top, where, axis=1)


def area(recall: Floats, precision: Floats) -> Floats:
    """The exact area under the envelope of curves [T, N]: [T]."""
    steps = np.diff(recall, axis=1, prepend=0.0)
    return (steps * envelope(precision)).sum(axis=1)


def average_precisions(recall: Floats, precision: Floats, method: ApMethod) -> Floats:
    """`average_precision` of T curves at once, recall and precision [T, N], without checks: [T]."""
    if method == "all-point":
        return area(recall, precision)
    return sampled(recall, precision, levels(method)).mean(axis=1)


def checked_curve(recall: ArrayLike, precision: ArrayLike) -> tuple[Floats, Floats]:
    """Recall and precision as two float arrays [N]; DataError if they do not form a curve."""
    try:
        r, p = np.asarray(recall, dtype=np.float64), np.asarray(precision, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise DataError(f"recall and precision must be numbers: {error}") from error
    if r.ndim != 1 or r.shape != p.shape:
        shapes = f"{list(r.shape)} and {list(p.shape)}"
        raise DataError(f"recall and precision must be two lists of one length, these are {shapes}")
    for name, values in (("recall", r), ("precision", p)):
        if not ((values >= 0) & (values <= 1)).all():  # NaN fails too
            raise DataError(f"{name} must lie in 0..1, it has {values[~((values >= 0) & (values <= 1))][0]}")
    if (np.diff(r) < 0).any():
        raise DataError("recall must not fall from one detection to the next: sort by descending score")
    return r, p
