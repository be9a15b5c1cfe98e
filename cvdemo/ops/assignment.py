"""Pairs of rows and columns: those with the best sum (Hungarian), or the best pair first (greedy)."""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cvdemo.errors import DataError
from cvdemo.ops.checks import as_floats

Indices = NDArray[np.int64]
Association = Literal["hungarian", "greedy"]


class Assignment(NamedTuple):
    """Pairs [P, 2] of a row and a column, by row, and the rows and the columns that are in none."""

    pairs: Indices
    rows: Indices
    columns: Indices


def assign(similarity: ArrayLike, least: float, method: Association = "hungarian") -> Assignment:
    """Each row gets at most one column and each column at most one row, by a matrix [N, M] such as IoUs.

    "hungarian" maximizes the sum over all pairs and then drops pairs below `least`, as SORT does
    (arXiv:1602.00763, sec. 3.3); "greedy" takes the largest number of all, then the largest among the rows
    and columns that are left, down to `least`. Raises DataError for another method.
    """
    matrix = as_floats(similarity, "similarity")
    if matrix.ndim != 2:
        raise DataError(f"similarity must be [N, M], this is {list(matrix.shape)}")
    if method == "hungarian":
        pairs = _hungarian(matrix)
    elif method == "greedy":
        pairs = _greedy(matrix)
    else:
        raise DataError(f"association is 'hungarian' or 'greedy', not {method!r}")
    pairs = pairs[matrix[pairs[:, 0], pairs[:, 1]] >= least]
    return Assignment(pairs[np.argsort(pairs[:, 0])], *_left_over(pairs, matrix.shape))


def _hungarian(matrix: NDArray[np.floating]) -> Indices:
    from scipy.optimize import linear_sum_assignment

    return np.stack(linear_sum_assignment(matrix, maximize=True), axis=1).astype(np.int64)


def _greedy(matrix: NDArray[np.floating]) -> Indices:
    pairs: list[tuple[int, int]] = []
    rows, columns = set(range(matrix.shape[0])), set(range(matrix.shape[1]))
    for place in np.argsort(-matrix, axis=None, kind="stable").tolist():
        row, column = divmod(place, matrix.shape[1])
        if row in rows and column in columns:
            pairs.append((row, column))
            rows.remove(row)
            columns.remove(column)
    return np.array(pairs, np.int64).reshape(-1, 2)


def _left_over(pairs: Indices, shape: tuple[int, ...]) -> tuple[Indices, Indices]:
    rows, columns = (np.setdiff1d(np.arange(n), pairs[:, k]) for k, n in enumerate(shape))
    return rows, columns
