"""Masks of annotation files as pycocotools' run-length encoding (RLE)."""

from __future__ import annotations

import math
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Rle: TypeAlias = dict[str, Any]


def as_rle(segmentation: Any, width: int, height: int) -> Rle:
    """A COCO segmentation (polygons in pixels, counts as list or text) as one compressed RLE.

    Raises ValueError with the reason if it is invalid or not of the image's size.
    """
    from pycocotools import mask

    if isinstance(segmentation, list):
        if not (width and height):
            raise ValueError("polygons need the image's width and height")
        return mask.merge(mask.frPyObjects(polygons_of(segmentation), height, width))
    if not isinstance(segmentation, dict) or not {"counts", "size"} <= segmentation.keys():
        raise ValueError("is neither a list of polygons nor an object with 'counts' and 'size'")
    size = _checked_size(segmentation["size"])
    if width and height and size != [height, width]:
        raise ValueError(f"its size is {size[1]} x {size[0]}, the image's {width} x {height}")
    counts = segmentation["counts"]
    if isinstance(counts, list):
        if not all(isinstance(n, int) and n >= 0 for n in counts) or sum(counts) != size[0] * size[1]:
            raise ValueError("its counts do not add up to the image")
        return mask.frPyObjects({"counts": counts, "size": size}, *size)
    if not isinstance(counts, str | bytes) or not counts or not _is_code(counts):
        raise ValueError("its counts are no run-length code")
    code = {"counts": counts, "size": size}
    if mask.area(code) > size[0] * size[1]:
        raise ValueError("its counts run beyond the image")
    return code


def areas(masks: list[Rle]) -> NDArray[np.float64]:
    """The area of each mask in pixels, [N]."""
    from pycocotools import mask

    return np.array(
        [mask.area(m) for m in masks], dtype=np.float64
    )  # pycocotools 2.0.11 fails on lists of 256


def boxes(masks: list[Rle]) -> NDArray[np.float64]:
    """The bounding box of each mask, x y width height in pixels, [N, 4]."""
    from pycocotools import mask

    return np.asarray(mask.toBbox(masks), dtype=np.float64) if masks else np.zeros((0, 4))


def polygons_of(segmentation: list[Any]) -> list[list[float]]:
    """The parts of a segmentation that are polygons; ValueError if none is.

    Parts of fewer than three points, which have no area, and parts whose numbers are no points are left out:
    the rest of the mask counts, as in pycocotools and detectron2. `bad_parts` counts them.
    """
    polygons = [part for part in segmentation if _is_polygon(part)]
    if not polygons:
        raise ValueError("has no polygon: a list of at least three x y pairs of finite numbers")
    return polygons


def bad_parts(segmentation: Any) -> int:
    """How many parts of a segmentation of several are no polygons."""
    return sum(not _is_polygon(part) for part in segmentation) if isinstance(segmentation, list) else 0


def _is_polygon(part: Any) -> bool:
    if not isinstance(part, list) or len(part) < 6 or len(part) % 2:
        return False
    try:  # by built-in functions alone: data sets have millions of these numbers
        return math.isfinite(sum(part)) and min(part) > -1e300 and max(part) < 1e300
    except (TypeError, OverflowError):  # text, lists and null; whole numbers beyond all floats
        return False


def _checked_size(size: Any) -> list[int]:
    """Height and width of an RLE."""
    if not isinstance(size, list | tuple) or len(size) != 2:
        raise ValueError("its 'size' is not a list of height and width")
    if not all(isinstance(side, int | float) and 0 < side < 2**15 for side in size):
        raise ValueError("its 'size' holds something else than height and width in pixels")
    return [int(side) for side in size]


def _is_code(counts: str | bytes) -> bool:
    """Whether the counts hold only valid characters, "0" to "o", which pycocotools does not check."""
    data = counts.encode("utf-8") if isinstance(counts, str) else counts
    return min(data) >= 48 and max(data) <= 111 and not (data[-1] - 48) & 0x20
