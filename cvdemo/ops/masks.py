"""Instance masks: stored at the size of the net's output, and pasted into the picture on demand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
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


def paste_patch(mask: ArrayLike, box: ArrayLike, size: tuple[int, int]) -> Patch:
    """A mask [M, M] resized bilinearly to a box x1 y1 x2 y2 in pixels of a picture of `size` (height, width).

    The mask is sampled at each pixel's centre; the box's corners need not be whole pixels. Outside, the mask
    is 0, so that its border fades over half a cell (arXiv:1703.06870, sec. 3.1). A box without area, or
    outside the picture, gives an empty patch. Raises DataError for wrong shapes.
    """
    values, (left, top, right, bottom) = _checked(mask, box)
    rows, down = _weights(top, bottom, values.shape[0], size[0])
    columns, across = _weights(left, right, values.shape[1], size[1])
    return Patch(columns, rows, (down @ values @ across.T).astype(np.float32))


def paste_mask(mask: ArrayLike, box: ArrayLike, size: tuple[int, int]) -> NDArray[np.float32]:
    """`paste_patch` on a map of the whole picture, [H, W] of 0..1, 0 elsewhere."""
    patch = paste_patch(mask, box, size)
    return _laid_out(patch, size)


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

    Memory does not depend on the picture's size; pasting one at a time needs one map [H, W].
    """

    masks: NDArray[np.float32]
    boxes: NDArray[Any]
    size: tuple[int, int]

    def __post_init__(self) -> None:
        if self.masks.ndim != 3 or self.boxes.shape != (len(self.masks), 4):
            raise DataError(
                f"{list(self.boxes.shape)} is no shape of boxes of masks {list(self.masks.shape)}"
            )

    def __len__(self) -> int:
        return len(self.masks)

    def __getitem__(self, rows: Any) -> PastedMasks:
        """The masks selected by an index array, a slice or a boolean array."""
        return PastedMasks(self.masks[rows], self.boxes[rows], self.size)

    def patch(self, row: int) -> Patch:
        """The pasted mask of a row, only where it is not 0."""
        return paste_patch(self.masks[row], self.boxes[row], self.size)

    def probability(self, row: int) -> NDArray[np.float32]:
        """A mask over the whole picture, [H, W] in 0..1."""
        return _laid_out(self.patch(row), self.size)

    def each(self, threshold: float = 0.5) -> Iterator[NDArray[np.bool_]]:
        """Yields each mask [H, W]: where its value is at least the threshold."""
        return (self.probability(row) >= threshold for row in range(len(self)))

    def areas(self, threshold: float = 0.5) -> NDArray[np.int64]:
        """The area of each mask in pixels of the picture, [N]."""
        counts = [int((self.patch(row).values >= threshold).sum()) for row in range(len(self))]
        return np.array(counts, dtype=np.int64)

    def resized(self, size: tuple[int, int]) -> PastedMasks:
        """The masks for the same picture at another size (height, width)."""
        down, across = size[0] / self.size[0], size[1] / self.size[1]
        return PastedMasks(self.masks, self.boxes * np.array([across, down, across, down]), size)


def _checked(mask: ArrayLike, box: ArrayLike) -> tuple[NDArray[np.float64], list[float]]:
    values = np.asarray(mask, np.float64)
    if values.ndim != 2 or not values.size:
        raise DataError(f"a mask must be [M, M], this has the shape {list(values.shape)}")
    corners = as_floats(box, "a box")
    if corners.shape != (4,):
        raise DataError(f"a box must be x1 y1 x2 y2, this has the shape {list(corners.shape)}")
    return values, corners.tolist()


def _weights(low: float, high: float, cells: int, pixels: int) -> tuple[int, NDArray[np.float64]]:
    """Along one axis: the first pixel of the mask, and the bilinear weights [pixels, cells] of its cells."""
    if high <= low:
        return 0, np.zeros((0, cells))
    margin = (high - low) / cells / 2  # the border fades to 0 over half a cell
    first = min(max(0, int(np.floor(low - margin))), pixels)
    last = min(max(first, int(np.ceil(high + margin))), pixels)
    place = (np.arange(first, last) + 0.5 - low) / (
        high - low
    ) * cells - 0.5  # in cells, 0 at the first's centre
    return first, np.maximum(0, 1 - np.abs(place[:, None] - np.arange(cells)))


def _laid_out(patch: Patch, size: tuple[int, int]) -> NDArray[np.float32]:
    full = np.zeros(size, np.float32)
    height, width = patch.values.shape
    full[patch.top : patch.top + height, patch.left : patch.left + width] = patch.values
    return full
