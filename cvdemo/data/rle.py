"""Masks of annotation files as pycocotools' run-length encoding (RLE)."""

from __future__ import annotations

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
        return mask.merge(mask.frPyObjects(_checked_polygons(segmentation), height, width))
    if not isinstance(segmentation, dict) or not {"counts", "size"} <= segmentation.keys():
        raise ValueError("is neither a list of polygons nor an object with 'counts' and 'size'")
    size = [int(side) for side in segmentation["size"]]
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


def _checked_polygons(polygons: list[Any]) -> list[list[float]]:
    for polygon in polygons:
        if not isinstance(polygon, list) or len(polygon) < 6 or len(polygon) % 2:
            raise ValueError("a polygon is a list of at least three x y pairs")
        if not all(isinstance(v, int | float) for v in polygon) or not np.isfinite(polygon).all():
            raise ValueError("a polygon's coordinates must be finite numbers")
    if not polygons:
        raise ValueError("has no polygon")
    return polygons


def _is_code(counts: str | bytes) -> bool:
    """Whether the counts hold only valid characters, "0" to "o", which pycocotools does not check."""
    data = counts.encode("utf-8") if isinstance(counts, str) else counts
    return min(data) >= 48 and max(data) <= 111 and not (data[-1] - 48) & 0x20
