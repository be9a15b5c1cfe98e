"""Checks of the input of operations on boxes: shapes, finite numbers, sizes, ranges."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cvdemo.errors import DataError

Floats: TypeAlias = NDArray[np.floating[Any]]


def as_floats(values: ArrayLike, what: str) -> Floats:
    """Values as a float array: float32 and float64 stay, other numbers become float64."""
    try:
        array = np.asarray(values)
        if array.dtype not in (np.float32, np.float64):
            array = array.astype(np.float64)
    except (TypeError, ValueError) as error:
        raise DataError(f"{what} must be numbers in one rectangular array: {error}") from error
    return array


def as_boxes(boxes: ArrayLike, what: str = "boxes") -> Floats:
    """Boxes as floats [N, 4] of x1 y1 x2 y2 in pixels, finite, x2 >= x1, y2 >= y1; an empty list is [0, 4].

    Raises DataError, which names the first bad row, for other shapes and values.
    """
    array = as_floats(boxes, what)
    if array.size == 0 and array.ndim in (1, 2):
        array = array.reshape(0, 4)
    if array.ndim != 2 or array.shape[1] != 4:
        raise DataError(f"{what} must have the shape [N, 4] (x1 y1 x2 y2), these have {list(array.shape)}")
    if not np.isfinite(array).all():
        i = int(np.flatnonzero(~np.isfinite(array).all(axis=1))[0])
        raise DataError(f"{what}[{i}] is not finite: {array[i].tolist()}")
    if (array[:, 2:] < array[:, :2]).any():
        i = int(np.flatnonzero((array[:, 2:] < array[:, :2]).any(axis=1))[0])
        raise DataError(f"{what}[{i}] has a negative size, x2 < x1 or y2 < y1: {array[i].tolist()}")
    return array


def as_scores(scores: ArrayLike, n: int, what: str = "scores") -> Floats:
    """Scores as finite floats [n], one per box; DataError otherwise."""
    array = as_floats(scores, what)
    if array.shape != (n,):
        raise DataError(f"{what} must be one per box, [{n}], these have the shape {list(array.shape)}")
    if not np.isfinite(array).all():
        i = int(np.flatnonzero(~np.isfinite(array))[0])
        raise DataError(f"{what}[{i}] is not finite: {array[i]}")
    return array


def as_class_ids(class_ids: ArrayLike, n: int, what: str = "class_ids") -> NDArray[np.int64]:
    """Class ids as int64 [n], one per box; DataError otherwise."""
    array = np.asarray(class_ids)
    if array.shape != (n,):
        raise DataError(f"{what} must be one per box, [{n}], these have the shape {list(array.shape)}")
    if array.size and not np.issubdtype(array.dtype, np.integer):
        raise DataError(f"{what} must be integers, these are {array.dtype}")
    return array.astype(np.int64, copy=False)


def check_threshold(value: float, what: str = "iou_threshold") -> float:
    """The threshold as a float in 0..1; DataError outside."""
    if not 0.0 <= float(value) <= 1.0:  # NaN fails too
        raise DataError(f"{what} must lie in 0..1, it is {value}")
    return float(value)
