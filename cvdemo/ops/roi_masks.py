"""The effect of RoI rounding on masks: pool a mask from a feature map and paste it back into the RoI.

A mask head predicts its mask on the pooled grid, and the grid is pasted into the RoI. If pooling reads cells
next to the RoI instead, the mask is shifted against the object (arXiv:1703.06870, sec. 3).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cvdemo.errors import DataError
from cvdemo.ops.roi import roi_align, roi_pool
from cvdemo.ops.roi_bins import Ints, pool_bins
from cvdemo.ops.upsampling import as_map, check_whole

Floats: TypeAlias = NDArray[np.floating[Any]]
Mask: TypeAlias = NDArray[np.bool_]
Pooling: TypeAlias = Callable[[Floats, ArrayLike, int, float], Floats]

SIZE = 14
"""Bins per side of the grid that Mask R-CNN's mask head gets (arXiv:1703.06870, fig. 4)."""


def coverage(mask: ArrayLike, stride: int) -> Floats:
    """The share of each cell that a mask [H, W] of 0..1 covers, [ceil(H / stride), ceil(W / stride)].

    This is the mask as a feature map of this stride can represent it at best.
    """
    x = as_map(mask, "the mask").astype(np.float64)
    stride = check_whole(stride, "stride", 1)
    height, width = x.shape
    x = np.pad(x, ((0, -height % stride), (0, -width % stride)))
    shares: Floats = x.reshape(x.shape[0] // stride, stride, x.shape[1] // stride, stride).mean(axis=(1, 3))
    return shares


def roi_mean(features: ArrayLike, roi: ArrayLike, size: int, spatial_scale: float) -> Floats:
    """The mean over the cells of RoI pooling's bins, in place of the maximum.

    features [..., H, W], roi [4]; gives [..., S, S], 0 where a bin has no cells.
    """
    x = as_map(features, "the feature map")
    bins = pool_bins(roi, size, (x.shape[-2], x.shape[-1]), spatial_scale=spatial_scale)
    down, across = (_shares(axis, n) for axis, n in zip((bins.rows, bins.columns), x.shape[-2:], strict=True))
    return np.asarray(down @ x @ across.T)


def _shares(ranges: Ints, cells: int) -> Floats:
    """Equal weights for the cells of each range, [S, cells]."""
    place = np.arange(cells)
    inside = (place >= ranges[:, :1]) & (place < ranges[:, 1:])
    return inside / np.maximum(inside.sum(axis=1, keepdims=True), 1)


def paste_grid(grid: ArrayLike, roi: ArrayLike, shape: tuple[int, int]) -> Floats:
    """A grid [S, S] pasted bilinearly into the RoI of a picture of `shape`, [H, W]; 0 outside the RoI.

    Raises DataError for a RoI of zero size.
    """
    values = as_map(grid, "the grid")
    x1, y1, x2, y2 = np.asarray(roi, np.float64).tolist()
    if x2 <= x1 or y2 <= y1:
        raise DataError("a RoI of no size has no room for a mask")
    down = _spread(values.shape[0], y1, y2, shape[0])
    across = _spread(values.shape[1], x1, x2, shape[1])
    return np.asarray(down @ values @ across.T)


def _spread(bins: int, start: float, end: float, pixels: int) -> Floats:
    """The bilinear weight of each bin at each pixel centre, [pixels, bins]; values lie at bin centres."""
    middle = np.arange(pixels) + 0.5
    place = np.clip((middle - start) / (end - start) * bins - 0.5, 0, bins - 1)
    weights = np.maximum(0, 1 - np.abs(place[:, None] - np.arange(bins)))
    return weights * ((middle >= start) & (middle <= end))[:, None]


def _align(features: Floats, roi: ArrayLike, size: int, scale: float) -> Floats:
    return roi_align(features, roi, size, spatial_scale=scale, sampling_ratio=2)


def _pool(features: Floats, roi: ArrayLike, size: int, scale: float) -> Floats:
    return roi_pool(features, roi, size, spatial_scale=scale)


POOLINGS: Mapping[str, Pooling] = {
    "RoIAlign": _align,
    "RoIPool's cells, their mean": roi_mean,
    "RoIPool": _pool,
}


def recovered_mask(
    cells: ArrayLike, roi: ArrayLike, shape: tuple[int, int], pooling: Pooling, stride: int
) -> Mask:
    """The mask [H, W] recovered from a coverage map [h, w] by one of `POOLINGS`.

    Pixels with at least half the maximum belong to it, so that the scale of the pooled values does not
    matter.
    """
    grid = pooling(as_map(cells, "the coverage"), roi, SIZE, 1 / stride)
    back = paste_grid(grid, roi, shape)
    return (back >= back.max() / 2) & (back > 0)


def mask_ious(mask: ArrayLike, roi: ArrayLike, shifts: ArrayLike, *, stride: int) -> dict[str, Floats]:
    """IoU [n] of the recovered mask with the true one, for each of `POOLINGS`, over n shifts of the RoI.

    mask [H, W] of 0..1, thresholded at .5; `shifts` [n] move the RoI [4] sideways, in pixels.
    """
    true = as_map(mask, "the mask") >= 0.5
    cells, size = coverage(true, stride), (true.shape[0], true.shape[1])
    moved = [
        np.asarray(roi, np.float64) + np.multiply(s, (1, 0, 1, 0)) for s in np.asarray(shifts, np.float64)
    ]
    return {
        name: np.array([_iou(recovered_mask(cells, at, size, pooling, stride), true) for at in moved])
        for name, pooling in POOLINGS.items()
    }


def _iou(a: Mask, b: Mask) -> float:
    union = (a | b).sum()
    return float((a & b).sum() / union) if union else 1.0
