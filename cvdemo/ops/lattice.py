"""High-dimensional Gaussian filtering on the permutohedral lattice, as products of sparse matrices."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from cvdemo.errors import DataError
from cvdemo.ops.parallel import bands, in_parallel

Floats: TypeAlias = NDArray[np.float32]
Indices: TypeAlias = NDArray[Any]
"""Codes and indices of vertices: int32 where they fit, else int64."""

TABLE = 1 << 25  # up to this many possible vertices a table numbers them; above, sorting does


@dataclass(frozen=True, eq=False)
class Lattice:
    """A Gaussian filter on N points: splat to M vertices, blur along each axis, slice.

    `weights` [N, M] holds the barycentric weights of each point on its d + 1 vertices, `blurs` are d + 1
    matrices [M, M]. Adams, Baek and Davis, "Fast High-Dimensional Filtering Using the Permutohedral
    Lattice", Eurographics 2010, sec. 3. The result approximates the Gaussian: the error comes from
    linear interpolation and the blur (1/2, 1, 1/2), and is smaller when the sums are normalised.
    """

    weights: sp.csr_array
    blurs: tuple[sp.csr_array, ...]

    def __call__(self, values: Floats) -> Floats:
        """Values [N, C] filtered, [N, C]: approximately sum_j exp(-|f_i - f_j|^2 / 2) values_j."""
        at_vertices = self.weights.T @ values  # [M, C]
        for blur in self.blurs:
            at_vertices = blur @ at_vertices
        filtered: Floats = self.weights @ at_vertices
        return filtered

    def scaled(self, scale: Floats) -> Lattice:
        """The filter that multiplies by `scale` [N] before and after filtering."""
        weights = self.weights.copy()
        weights.data *= np.repeat(scale, np.diff(weights.indptr))
        return Lattice(weights, self.blurs)


def permutohedral_lattice(features: Floats) -> Lattice:
    """The lattice of features [N, d] in units of the standard deviation.

    Raises DataError if the features span more vertices than int64 can number: the kernel is too narrow.
    """
    count, d = features.shape
    parts = in_parallel(
        [partial(_simplex, features[rows]) for rows in bands(count, features.size)], features.size
    )
    remainder, rank, barycentric = (np.concatenate(part, axis=1) for part in zip(*parts, strict=True))
    cell = remainder[:d] // (d + 1)
    low, high = cell.min(axis=1) - 2, cell.max(axis=1) + 2
    spans = (high - low + 1).astype(np.int64)
    if np.prod(spans.astype(float)) * (d + 1) > 2**62:
        raise DataError("the kernel is too narrow for this picture: choose larger widths")
    possible = int(np.prod(spans)) * (d + 1)
    small = np.int32 if possible <= TABLE else np.int64
    places = np.append(np.cumprod(spans[:0:-1])[::-1], 1).astype(small)
    # All coordinates of a vertex have the same remainder k, so k and d of the quotients identify it.
    first = places @ (cell - low[:, None]).astype(small, copy=False)
    codes = np.empty((d + 1, count), small)

    def number_vertices(k: int) -> None:
        codes[k] = (d + 1) * (first - places @ (rank[:d] > d - k)) + k

    in_parallel([partial(number_vertices, k) for k in range(d + 1)], codes.size)
    vertices, number, find = _numbered(codes.ravel(), possible)
    blur = [partial(_blur, vertices, places, axis, find) for axis in range(d + 1)]
    blurs = tuple(in_parallel(blur, len(vertices) * d))
    alpha = np.float32(1 / (1 + 2.0**-d))  # blurring along all d + 1 axes returns 2^-d to each vertex
    weights = sp.csr_array(
        (
            (barycentric * np.sqrt(alpha)).T.ravel(),
            number.reshape(d + 1, count).T.ravel().astype(np.int32),
            np.arange(0, count * (d + 1) + 1, d + 1, dtype=np.int32),
        ),
        shape=(count, len(vertices)),
    )
    return Lattice(weights, blurs)


def _simplex(features: Floats) -> tuple[NDArray[np.int32], NDArray[np.int32], Floats]:
    """The simplex around each point: its vertex of remainder 0, ranks and weights, each [d + 1, N]."""
    count, d = features.shape
    scale = np.sqrt(2 / 3) * (d + 1) / np.sqrt(np.arange(1, d + 1) * np.arange(2, d + 2))
    scaled = (features * scale.astype(np.float32)).T
    elevated = np.zeros((d + 1, count), np.float32)  # on the hyperplane where coordinates sum to 0
    for axis in range(d, 0, -1):
        elevated[axis] = elevated[0] - axis * scaled[axis - 1]
        elevated[0] += scaled[axis - 1]
    rounded = np.rint(elevated / (d + 1)).astype(np.int32)
    excess = rounded.sum(axis=0)
    offset = elevated - (rounded * (d + 1)).astype(np.float32)
    rank = np.repeat(excess[None], d + 1, axis=0)
    for i in range(d):
        for j in range(i + 1, d + 1):
            less = offset[i] < offset[j]
            rank[i] += less
            rank[j] += ~less
    turn = (rank < 0).astype(np.int32) - (rank > d)
    rounded += turn
    rank += (d + 1) * turn
    offset = elevated / np.float32(d + 1) - rounded.astype(np.float32)
    by_rank = np.empty_like(offset)
    np.put_along_axis(by_rank, rank, offset, axis=0)
    barycentric = by_rank[::-1] - np.roll(by_rank[::-1], 1, axis=0)
    barycentric[0] += 1
    return rounded * (d + 1), rank, barycentric


def _numbered(codes: Indices, possible: int) -> tuple[Indices, NDArray[Any], Any]:
    """Distinct codes [M] ascending, the index of each code in them, and a lookup from codes to indices."""
    if possible > TABLE:
        vertices, number = np.unique(codes, return_inverse=True)

        def search(queries: Indices) -> tuple[NDArray[np.bool_], NDArray[Any]]:
            at = np.minimum(np.searchsorted(vertices, queries), len(vertices) - 1)
            return vertices[at] == queries, at

        return vertices, number, search
    there = np.zeros(possible, bool)
    there[codes] = True
    vertices = np.flatnonzero(there).astype(codes.dtype)
    numbers = np.zeros(possible, np.int32)
    numbers[vertices] = np.arange(len(vertices), dtype=np.int32)
    return vertices, numbers[codes], lambda queries: (there[queries], numbers[queries])


def _step(vertices: Indices, places: Indices, axis: int) -> Indices:
    """The codes [M] of each vertex's next neighbour along an axis, whether or not the lattice has it."""
    d = len(places)
    wraps = vertices % (d + 1) == d
    onward = vertices + 1 + wraps * (d + 1) * (places.sum() - 1)
    return onward - (d + 1) * places[axis] if axis < d else onward


def _blur(vertices: Indices, places: Indices, axis: int, find: Any) -> sp.csr_array:
    """The blur along one axis, [M, M]: each vertex plus half of both neighbours."""
    count = len(vertices)
    has_next, at = find(_step(vertices, places, axis))
    here, after = np.flatnonzero(has_next), at[has_next]
    has_last = np.zeros(count, bool)
    has_last[after] = True
    last = np.zeros(count, np.int32)
    last[after] = here
    ends = np.cumsum(1 + has_next + has_last)
    starts = np.concatenate([[0], ends[:-1]])
    columns = np.empty(ends[-1], np.int32)  # of each row: itself, the next, the last
    columns[starts] = np.arange(count)
    columns[starts[here] + 1] = after
    columns[ends[has_last] - 1] = last[has_last]
    values = np.full(len(columns), 0.5, np.float32)
    values[starts] = 1
    indptr = np.concatenate([[0], ends]).astype(np.int32)
    return sp.csr_array((values, columns, indptr), shape=(count, count))
