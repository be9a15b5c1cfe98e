"""The bins of a region on a feature map: cells of RoI pooling, sampling points of RoIAlign.

A region of interest (RoI) is a box x1 y1 x2 y2 in pixels of the picture; a feature map has one cell per
`1 / spatial_scale` pixels. A bin is a range of rows times a range of columns, so cells and samples are stored
per axis. They are computed in the dtype of the RoI, float32 or float64, as in torchvision.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cvdemo.errors import DataError
from cvdemo.ops.checks import as_boxes, as_floats
from cvdemo.ops.upsampling import check_whole

Floats: TypeAlias = NDArray[np.floating[Any]]
Ints: TypeAlias = NDArray[np.int64]
Size: TypeAlias = int | tuple[int, int]

FARTHEST = 2.0**30  # cells from the map's corner: torchvision uses 32-bit integers
MOST_SAMPLES = 4096  # along one side of a bin


@dataclass(frozen=True)
class CellBins:
    """Bins of whole cells: bin (i, j) is rows `rows[i]` times columns `columns[j]`.

    `exact` [4] is the RoI in cells, x1 y1 x2 y2, before rounding; `rounded` [4] after rounding, with
    exclusive ends, not clipped to the map. `rows` and `columns` [S, 2] are the first cell and the exclusive
    last cell of each bin, clipped to the map; they are equal for an empty bin.
    """

    exact: Floats
    rounded: Ints
    rows: Ints
    columns: Ints

    def rounding_error(self) -> Floats:
        """The shift of each side of the RoI by rounding, [4] in cells."""
        return np.asarray(self.rounded - self.exact)


@dataclass(frozen=True)
class Samples:
    """The samples of S bins along one axis, n per bin; the centre of cell i has coordinate i.

    `edges` [S + 1] are the bin boundaries, `places` [S, n] the coordinates of the samples. A sample weights
    the cells `low` and `high` [S, n] around it by 1 - `share` and `share` [S, n]; up to one cell outside the
    map it takes the cell at the edge. Samples farther out are not `inside` [S, n] and count as 0.
    """

    edges: Floats
    places: Floats
    low: Ints
    high: Ints
    share: Floats
    inside: NDArray[np.bool_]

    def weights(self, cells: int) -> Floats:
        """The weight of each cell in each bin, [S, cells]; rows sum to 1 if all samples are inside."""
        bins, count = self.places.shape
        weights = np.zeros((bins, cells), self.places.dtype)
        rows = np.arange(bins)[:, None]
        np.add.at(weights, (rows, self.low), (1 - self.share) * self.inside)
        np.add.at(weights, (rows, self.high), self.share * self.inside)
        return weights / max(count, 1)


class CellWeight(NamedTuple):
    """A cell and its bilinear weight in a sample."""

    row: int
    column: int
    weight: float


class SamplePoint(NamedTuple):
    """One sampling point (`y`, `x`) in cells and its four nearest cells; weights are 0 outside the map."""

    y: float
    x: float
    neighbours: tuple[CellWeight, ...]


@dataclass(frozen=True)
class SampleBins:
    """Bins of sampling points: bin (i, j) has the samples `rows.places[i]` x `columns.places[j]`."""

    rows: Samples
    columns: Samples

    def points(self, i: int, j: int) -> list[SamplePoint]:
        """The samples of bin (i, j) in row-major order."""
        down, across = (_along(axis, k) for axis, k in ((self.rows, i), (self.columns, j)))
        return [
            SamplePoint(y, x, tuple(CellWeight(r, c, v * w) for r, v in rows for c, w in columns))
            for (y, rows), (x, columns) in itertools.product(down, across)
        ]


def _along(axis: Samples, k: int) -> list[tuple[float, tuple[tuple[int, float], ...]]]:
    """Along one axis: the coordinate of each sample of bin k, and its two neighbouring cells with weights."""
    rows = zip(axis.places[k], axis.low[k], axis.high[k], axis.share[k], axis.inside[k], strict=True)
    return [
        (float(place), ((int(low), float(there * (1 - share))), (int(high), float(there * share))))
        for place, low, high, share, there in rows
    ]


def pool_bins(roi: ArrayLike, size: Size, shape: tuple[int, int], *, spatial_scale: float = 1.0) -> CellBins:
    """The bins of RoI pooling, after two roundings (arXiv:1504.08083, sec. 2.1).

    First the RoI's corners are rounded to cells, both included; then it is divided into `size` bins, whose
    starts are rounded down and ends rounded up, so that neighbouring bins may share cells. `shape` is the
    map's rows and columns. A RoI of zero size has one cell.
    """
    exact = _as_cells(roi, spatial_scale)
    rounded = _round(exact)
    rounded[2:] += 1
    return _cell_bins(exact, rounded, size, shape)


def ps_pool_bins(
    roi: ArrayLike, size: Size, shape: tuple[int, int], *, spatial_scale: float = 1.0
) -> CellBins:
    """The bins of position-sensitive RoI pooling (arXiv:1605.06409, eq. 1).

    As `pool_bins`, but without the cell of the lower right corner, and without the last row and column of the
    map, as in torchvision.
    """
    exact = _as_cells(roi, spatial_scale)
    rounded = _round(exact)
    rounded[2:] = np.maximum(rounded[2:], rounded[:2] + 1)
    return _cell_bins(exact, rounded, size, (shape[0] - 1, shape[1] - 1))


def align_bins(
    roi: ArrayLike,
    size: Size,
    *,
    shape: tuple[int, int],
    spatial_scale: float = 1.0,
    sampling_ratio: int = -1,
    aligned: bool = True,
) -> SampleBins:
    """The sampling points of RoIAlign, without rounding (arXiv:1703.06870, sec. 3).

    `sampling_ratio` evenly spaced samples along each side of a bin; -1 takes as many as the bin has cells,
    rounded up, so none for a RoI of zero size. `aligned` places a cell's value at its centre, half a cell
    from its corner; without it, samples lie half a cell too far right and down, and a RoI is at least one
    cell wide and high (as in the paper's first code).
    """
    if sampling_ratio != -1:
        check_whole(sampling_ratio, "sampling_ratio", 1)
    x1, y1, x2, y2 = _as_cells(roi, spatial_scale) - (0.5 if aligned else 0.0)
    rows, columns = as_pair(size)
    least = 0.0 if aligned else 1.0
    return SampleBins(
        _samples(y1, max(y2 - y1, y1.dtype.type(least)), rows, shape[0], sampling_ratio),
        _samples(x1, max(x2 - x1, x1.dtype.type(least)), columns, shape[1], sampling_ratio),
    )


def as_pair(size: Size) -> tuple[int, int]:
    rows, columns = (size, size) if isinstance(size, int) else size
    return check_whole(rows, "size", 1), check_whole(columns, "size", 1)


def _as_cells(roi: ArrayLike, spatial_scale: float) -> Floats:
    """The RoI [4] in cells; DataError if it is not a box or lies more than `FARTHEST` cells away."""
    if not 0 < spatial_scale < np.inf:
        raise DataError(f"spatial_scale must be greater than 0, it is {spatial_scale}")
    values = as_floats(roi, "a RoI")
    if values.shape != (4,):
        raise DataError(f"a RoI must be four numbers, x1 y1 x2 y2, this has the shape {list(values.shape)}")
    box = as_boxes(values[None], "RoI")[0]
    cells: Floats = box * box.dtype.type(spatial_scale)
    if np.abs(cells).max() > FARTHEST:
        raise DataError(f"the RoI lies too far away: {box.tolist()}")
    return cells


def _round(values: Floats) -> Ints:
    """The nearest integers; halves are rounded away from 0 as in C, not to even as in numpy."""
    whole = np.trunc(values)
    return (whole + np.sign(values) * (np.abs(values - whole) >= 0.5)).astype(np.int64)


def _cell_bins(exact: Floats, rounded: Ints, size: Size, shape: tuple[int, int]) -> CellBins:
    rows, columns = as_pair(size)
    x1, y1, x2, y2 = rounded
    kind = exact.dtype
    return CellBins(
        exact,
        rounded,
        _ranges(y1, y2 - y1, rows, shape[0], kind),
        _ranges(x1, x2 - x1, columns, shape[1], kind),
    )


def _ranges(start: np.int64, length: np.int64, bins: int, cells: int, kind: np.dtype[Any]) -> Ints:
    """Along one axis: the first and the exclusive last cell of each bin, [bins, 2], clipped to the map.

    Computed in floating point, because torchvision's rounded quotient may make a bin one cell longer.
    """
    step = kind.type(length) / kind.type(bins)
    k = np.arange(bins, dtype=kind)
    ranges = np.stack([np.floor(k * step), np.ceil((k + 1) * step)], axis=1).astype(np.int64)
    return (ranges + start).clip(0, max(cells, 0))


def _samples(start: Any, length: Any, bins: int, cells: int, ratio: int) -> Samples:
    """Along one axis: the samples of `bins` equal bins that cover `start` to `start + length`."""
    kind = start.dtype
    step = length / kind.type(bins)
    count = ratio if ratio > 0 else int(np.ceil(step))
    if count > MOST_SAMPLES:
        raise DataError(f"{count} samples along a bin are too many, at most {MOST_SAMPLES}")
    corners = start + np.arange(bins, dtype=kind) * step  # [S]
    within = (np.arange(count, dtype=kind) + kind.type(0.5)) * step / kind.type(max(count, 1))  # [n]
    places = corners[:, None] + within
    inside = (places >= -1) & (places <= cells)
    on_map = places.clip(0, cells - 1)
    low = on_map.astype(np.int64)
    edges = np.append(corners, start + length)
    return Samples(edges, places, low, np.minimum(low + 1, cells - 1), on_map - low, inside)
