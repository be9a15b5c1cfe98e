"""Instance masks: stored at the size of the net's output, and pasted into the picture on demand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cvdemo.errors import DataError
from cvdemo.ops.checks import as_floats


class Patch(NamedTuple):
    """The part of a picture that a pasted mask covers: its first column and row, `values` [h, w] in 0..1."""

    left: int
    top: int
    values: NDArray[np.float32]

    @property
    def within(self) -> tuple[slice, slice]:
        """Its rows and columns in the picture."""
        height, width = self.values.shape
        return slice(self.top, self.top + height), slice(self.left, self.left + width)


def paste_patch(mask: ArrayLike, box: ArrayLike, size: tuple[int, int]) -> Patch:
    """A mask [M, M] resized bilinearly to a box x1 y1 x2 y2 in pixels of a picture of `size` (height, width).

    The mask is sampled at each pixel's centre; the box's corners need not be whole pixels. Outside, the mask
    is 0, so that its border fades over half a cell (arXiv:1703.06870, sec. 3.1). A box without area, or
    outside the picture, gives an empty patch. Raises DataError for wrong shapes.
    """
    values, (left, top, right, bottom) = _checked(mask, box)
    rows = _reach(top, bottom, values.shape[0], size[0])
    columns = _reach(left, right, values.shape[1], size[1])
    between = _read(np.pad(values, 1), rows)  # [h, M + 2]
    pasted = _read(between.T, columns).T.astype(np.float32)
    return Patch(columns.first, rows.first, pasted)


def paste_mask(mask: ArrayLike, box: ArrayLike, size: tuple[int, int]) -> NDArray[np.float32]:
    """`paste_patch` on a map of the whole picture, [H, W] of 0..1, 0 elsewhere."""
    patch = paste_patch(mask, box, size)
    return _laid_out(patch, size)


def trim_mask(
    mask: ArrayLike, box: ArrayLike, least: float
) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    """The cells of a mask [h, w] around those of at least `least`, and the part of the box under them.

    Pasted, it has the same value wherever the whole mask gives at least `least`: a cell more is kept on each
    side. A mask without such a cell gives one cell of 0.
    """
    values, corners = _checked(mask, box)
    rows, columns = (np.flatnonzero((values >= least).any(axis=axis)) for axis in (1, 0))
    if not len(rows):
        return np.zeros((1, 1), np.float32), np.array(corners)
    low = np.maximum([columns[0] - 1, rows[0] - 1], 0)
    high = np.minimum([columns[-1] + 2, rows[-1] + 2], values.shape[::-1])
    corner, cell = np.array(corners[:2]), np.subtract(corners[2:], corners[:2]) / values.shape[::-1]
    part = values[low[1] : high[1], low[0] : high[0]].astype(np.float32)
    return part, np.concatenate([corner + low * cell, corner + high * cell])


def snap_boxes(boxes: ArrayLike, side: int) -> NDArray[np.float64]:
    """Boxes [N, 4] changed so that `paste_patch` equals torchvision's `paste_masks_in_image`.

    torchvision pads the mask of `side` cells by one cell, truncates the corners of the enlarged box to whole
    pixels, and includes the last pixel.
    """
    box = as_floats(boxes, "boxes").reshape(-1, 4)
    centre, half = (box[:, :2] + box[:, 2:]) / 2, (box[:, 2:] - box[:, :2]) / 2
    grown = half * (side + 2) / side
    low, high = np.trunc(centre - grown), np.trunc(centre + grown)
    sides = np.maximum(high - low + 1, 1)
    cell = sides / (side + 2)
    return np.concatenate([low + cell, low + sides - cell], axis=1)


@dataclass(frozen=True, eq=False)
class PastedMasks:
    """Masks [N, M, M] in 0..1 of boxes [N, 4] in a picture of `size` (height, width), pasted on demand.

    A pixel belongs to an object where its mask is at least the `threshold`, which is above 0. Memory does not
    depend on the picture's size; pasting one at a time needs one map [H, W].
    """

    masks: NDArray[np.float32]
    boxes: NDArray[Any]
    size: tuple[int, int]
    threshold: float = 0.5

    def __post_init__(self) -> None:
        if self.masks.ndim != 3 or self.boxes.shape != (len(self.masks), 4):
            raise DataError(
                f"{list(self.boxes.shape)} is no shape of boxes of masks {list(self.masks.shape)}"
            )

    def __len__(self) -> int:
        return len(self.masks)

    def __getitem__(self, rows: Any) -> PastedMasks:
        """The masks of an index array, a slice or a mask of rows."""
        return replace(self, masks=self.masks[rows], boxes=self.boxes[rows])

    def patch(self, row: int) -> Patch:
        """The pasted mask of a row, only where it is not 0."""
        return paste_patch(self.masks[row], self.boxes[row], self.size)

    def probability(self, row: int) -> NDArray[np.float32]:
        """A mask over the whole picture, [H, W] in 0..1."""
        return _laid_out(self.patch(row), self.size)

    def each(self) -> Iterator[NDArray[np.bool_]]:
        """One mask [H, W] after the other: the pixels that belong to the object.

        They are in Fortran's order, as COCO's run lengths need them.
        """
        for row in range(len(self)):
            patch = self.patch(row)
            full = np.zeros(self.size, bool, order="F")
            full[patch.within] = patch.values >= self.threshold
            yield full

    def areas(self) -> NDArray[np.int64]:
        """Pixels of the picture that belong to each object, [N]."""
        counts = [int((self.patch(row).values >= self.threshold).sum()) for row in range(len(self))]
        return np.array(counts, dtype=np.int64)

    def resized(self, size: tuple[int, int]) -> PastedMasks:
        """The masks for the same picture at another size (height, width)."""
        down, across = size[0] / self.size[0], size[1] / self.size[1]
        return replace(self, boxes=self.boxes * np.array([across, down, across, down]), size=size)


def _checked(mask: ArrayLike, box: ArrayLike) -> tuple[NDArray[np.float64], list[float]]:
    values = np.asarray(mask, np.float64)
    if values.ndim != 2 or not values.size:
        raise DataError(f"a mask must be [M, M], this has the shape {list(values.shape)}")
    corners = as_floats(box, "a box")
    if corners.shape != (4,):
        raise DataError(f"a box must be x1 y1 x2 y2, this has the shape {list(corners.shape)}")
    return values, corners.tolist()


class _Reach(NamedTuple):
    """The pixels from `first` on that a stretched axis reaches: each lies `share` [P] of the way from the
    cell `cell` [P] to the next. Cells count from 1; those before the first and behind the last are 0."""

    first: int
    cell: NDArray[np.int64]
    share: NDArray[np.float64]


def _reach(low: float, high: float, cells: int, pixels: int) -> _Reach:
    if high <= low:
        return _Reach(0, np.zeros(0, np.int64), np.zeros(0))
    margin = (high - low) / cells / 2  # the border fades to 0 over half a cell
    first = min(max(0, int(np.floor(low - margin))), pixels)
    last = min(max(first, int(np.ceil(high + margin))), pixels)
    centres = np.arange(first, last) + 0.5
    place = ((centres - low) / (high - low) * cells + 0.5).clip(0, cells + 1)
    cell = np.minimum(place.astype(np.int64), cells)
    return _Reach(first, cell, place - cell)


def _read(values: NDArray[np.float64], at: _Reach) -> NDArray[np.float64]:
    """Rows of a padded mask between its cells, [P, ...]; a sum of two is cheaper than a matrix product."""
    share = at.share[:, None]
    return values[at.cell] * (1 - share) + values[at.cell + 1] * share


def _laid_out(patch: Patch, size: tuple[int, int]) -> NDArray[np.float32]:
    full = np.zeros(size, np.float32)
    full[patch.within] = patch.values
    return full
