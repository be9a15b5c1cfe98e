"""How much two boxes or masks overlap: IoU, and its variants for boxes that do not touch."""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cvdemo.errors import DataError
from cvdemo.ops.checks import as_boxes

Matrix: TypeAlias = NDArray[np.float64]

PixelConvention = Literal["continuous", "plus-one"]
"""Width is `x2 - x1`, or `x2 - x1 + 1` where x1 and x2 are the indices of the first and the last pixel."""

EPS = 1e-7  # as in torchvision: avoids 0 / 0


class Overlap(NamedTuple):
    """Areas of intersection and union of every box of a with every box of b, both [N, M] in square pixels."""

    intersection: Matrix
    union: Matrix


def overlap(a: ArrayLike, b: ArrayLike, *, pixel_convention: PixelConvention = "continuous") -> Overlap:
    """Intersection and union areas of boxes a [N, 4] and b [M, 4], as x1 y1 x2 y2 in pixels."""
    a, b = _two_sets(a, b)
    extra = pixel_extra(pixel_convention)
    low = np.maximum(a[:, None, :2], b[None, :, :2])  # [N, M, 2]
    high = np.minimum(a[:, None, 2:], b[None, :, 2:])
    sides = np.maximum(high - low + extra, 0)
    intersection = sides[..., 0] * sides[..., 1]
    union = _areas(a, extra)[:, None] + _areas(b, extra)[None, :] - intersection
    return Overlap(intersection, union)


def box_iou(a: ArrayLike, b: ArrayLike, *, pixel_convention: PixelConvention = "continuous") -> Matrix:
    """Intersection over union of every box of a with every box of b.

    a [N, 4], b [M, 4] as x1 y1 x2 y2 in pixels. Returns [N, M] in 0..1; two empty boxes give 0.
    Raises DataError for NaN, negative sizes and wrong shapes.
    """
    return _ratio(*overlap(a, b, pixel_convention=pixel_convention))


def generalized_box_iou(a: ArrayLike, b: ArrayLike) -> Matrix:
    """GIoU: IoU minus the share of the enclosing box that neither box covers; -1..1.

    a [N, 4], b [M, 4]; returns [N, M]. arXiv:1902.09630, alg. 1.
    """
    a, b = _two_sets(a, b)
    shared = overlap(a, b)
    width, height = _enclosing_sides(a, b)
    hull = width * height
    return _ratio(*shared) - _ratio(hull - shared.union, hull)


def distance_box_iou(a: ArrayLike, b: ArrayLike) -> Matrix:
    """DIoU: IoU minus the normalised distance of the centres; -1..1.

    a [N, 4], b [M, 4]; returns [N, M]. arXiv:1911.08287, eq. 7.
    """
    a, b = _two_sets(a, b)
    return box_iou(a, b) - centre_distance(a, b)


def complete_box_iou(a: ArrayLike, b: ArrayLike) -> Matrix:
    """CIoU: DIoU minus a term for different aspect ratios.

    a [N, 4], b [M, 4]; returns [N, M]. arXiv:1911.08287, eq. 8 to 11.
    """
    a, b = _two_sets(a, b)
    iou = box_iou(a, b)
    angles = [np.arctan2(boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]) for boxes in (a, b)]
    aspect = 4 / np.pi**2 * (angles[0][:, None] - angles[1][None, :]) ** 2
    weight = aspect / (1 - iou + aspect + EPS)
    return iou - centre_distance(a, b) - weight * aspect


def centre_distance(a: ArrayLike, b: ArrayLike) -> Matrix:
    """DIoU's penalty: squared centre distance over the squared diagonal of the enclosing box.

    a [N, 4], b [M, 4]; returns [N, M] in 0..1. arXiv:1911.08287, eq. 6.
    """
    a, b = _two_sets(a, b)
    width, height = _enclosing_sides(a, b)
    shift = ((a[:, None, :2] + a[:, None, 2:]) - (b[None, :, :2] + b[None, :, 2:])) / 2  # [N, M, 2]
    return (shift**2).sum(axis=-1) / (width**2 + height**2 + EPS)


def mask_iou(a: ArrayLike, b: ArrayLike) -> Matrix:
    """Intersection over union of every mask of a with every mask of b.

    a [N, H, W], b [M, H, W]; pixels that are not 0 belong to the mask. Returns [N, M] in 0..1; two empty
    masks give 0; exact up to 2**24 common pixels. Raises DataError where the sizes differ.
    """
    first, second = (np.asarray(masks) != 0 for masks in (a, b))
    if first.ndim != 3 or second.ndim != 3 or first.shape[1:] != second.shape[1:]:
        raise DataError(
            f"masks must be [N, H, W] and [M, H, W], these are {list(first.shape)} and {list(second.shape)}"
        )
    pixels = first.shape[1] * first.shape[2]
    flat_a, flat_b = first.reshape(len(first), pixels), second.reshape(len(second), pixels)
    intersection = (flat_a.astype(np.float32) @ flat_b.astype(np.float32).T).astype(np.float64)
    union = flat_a.sum(axis=1)[:, None] + flat_b.sum(axis=1)[None, :] - intersection
    return _ratio(intersection, union)


def iou_under_shift(sizes: ArrayLike, shifts: ArrayLike) -> Matrix:
    """IoU of a square box with a copy of itself shifted sideways, for several sizes and shifts.

    sizes [S] in pixels above 0, shifts [D] in pixels. Returns [S, D] in 0..1.
    """
    size = np.asarray(sizes, dtype=np.float64)[:, None]
    shift = np.abs(np.asarray(shifts, dtype=np.float64))[None, :]
    if not (size > 0).all() or not np.isfinite(shift).all():
        raise DataError("sizes must be above 0 and shifts finite")
    shared = np.maximum(size - shift, 0)
    return shared / (2 * size - shared)


def pixel_extra(convention: PixelConvention) -> float:
    """The pixels that the convention adds to every side: 0 or 1; DataError for an unknown convention."""
    if convention not in ("continuous", "plus-one"):
        raise DataError(f"pixel convention is 'continuous' or 'plus-one', not {convention!r}")
    return 1.0 if convention == "plus-one" else 0.0


def _two_sets(a: ArrayLike, b: ArrayLike) -> tuple[Matrix, Matrix]:
    return as_boxes(a, "a").astype(np.float64, copy=False), as_boxes(b, "b").astype(np.float64, copy=False)


def _areas(boxes: Matrix, extra: float) -> Matrix:
    return (boxes[:, 2] - boxes[:, 0] + extra) * (boxes[:, 3] - boxes[:, 1] + extra)


def _enclosing_sides(a: Matrix, b: Matrix) -> tuple[Matrix, Matrix]:
    low = np.minimum(a[:, None, :2], b[None, :, :2])
    high = np.maximum(a[:, None, 2:], b[None, :, 2:])
    return high[..., 0] - low[..., 0], high[..., 1] - low[..., 1]


def _ratio(part: Matrix, whole: Matrix) -> Matrix:
    """part / whole, 0 where the whole is 0."""
    return np.divide(part, whole, out=np.zeros_like(whole), where=whole > 0)
