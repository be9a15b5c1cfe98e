"""RoI pooling, RoIAlign and their position-sensitive variants: a fixed-size grid from a region of any size.

Each function takes one RoI, x1 y1 x2 y2 in pixels of the picture, and a feature map with one cell per
`1 / spatial_scale` pixels. `cvdemo.ops.roi_bins` computes the bins; here they are pooled, in the map's dtype.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cvdemo.errors import DataError
from cvdemo.ops.checks import as_floats
from cvdemo.ops.roi_bins import Size, align_bins, as_pair, pool_bins, ps_pool_bins
from cvdemo.ops.upsampling import as_map

Floats: TypeAlias = NDArray[np.floating[Any]]


def roi_pool(features: ArrayLike, roi: ArrayLike, size: Size, *, spatial_scale: float = 1.0) -> Floats:
    """RoI pooling: the maximum over the cells of each bin, 0 for a bin without cells (arXiv:1504.08083).

    features [..., H, W], roi [4]; gives [..., S, S]. As `torchvision.ops.roi_pool` for one RoI.
    """
    x = as_map(features, "the feature map")
    bins = pool_bins(_like(roi, x), size, x.shape[-2:], spatial_scale=spatial_scale)
    pooled = np.zeros((*x.shape[:-2], len(bins.rows), len(bins.columns)), x.dtype)
    for i, (top, bottom) in enumerate(bins.rows):
        for j, (left, right) in enumerate(bins.columns):
            if top < bottom and left < right:
                pooled[..., i, j] = x[..., top:bottom, left:right].max(axis=(-2, -1))
    return pooled


def roi_align(
    features: ArrayLike,
    roi: ArrayLike,
    size: Size,
    *,
    spatial_scale: float = 1.0,
    sampling_ratio: int = -1,
    aligned: bool = True,
) -> Floats:
    """RoIAlign: the mean of each bin's bilinear samples (arXiv:1703.06870).

    features [..., H, W], roi [4]; gives [..., S, S]. Bilinear weights are separable, so all bins
    together are two matrix products. As `torchvision.ops.roi_align` for one RoI.
    """
    x = as_map(features, "the feature map")
    bins = align_bins(
        _like(roi, x), size, shape=x.shape[-2:], spatial_scale=spatial_scale,
        sampling_ratio=sampling_ratio, aligned=aligned,
    )  # fmt: skip
    down, across = bins.rows.weights(x.shape[-2]), bins.columns.weights(x.shape[-1])
    pooled: Floats = down @ x @ across.T  # [..., S, H] [..., H, W] [..., W, S]
    return pooled


def ps_roi_pool(maps: ArrayLike, roi: ArrayLike, size: Size, *, spatial_scale: float = 1.0) -> Floats:
    """Position-sensitive RoI pooling: the mean over each bin's cells of the bin's own map (arXiv:1605.06409).

    maps [C * S * S, H, W], ordered by class, row and column of the bin; gives [C, S, S], 0 for a bin without
    cells. As `torchvision.ops.ps_roi_pool` for one RoI.
    """
    x = _own_maps(maps, size)  # [C, S, S, H, W]
    bins = ps_pool_bins(_like(roi, x), size, x.shape[-2:], spatial_scale=spatial_scale)
    pooled = np.zeros(x.shape[:3], x.dtype)
    for i, (top, bottom) in enumerate(bins.rows):
        for j, (left, right) in enumerate(bins.columns):
            if top < bottom and left < right:
                pooled[:, i, j] = x[:, i, j, top:bottom, left:right].mean(axis=(-2, -1))
    return pooled


def ps_roi_align(
    maps: ArrayLike, roi: ArrayLike, size: Size, *, spatial_scale: float = 1.0, sampling_ratio: int = -1
) -> Floats:
    """Position-sensitive RoIAlign: the mean of each bin's bilinear samples of the bin's own map.

    maps [C * S * S, H, W] as in `ps_roi_pool`; gives [C, S, S]. As `torchvision.ops.ps_roi_align` for one
    RoI, except that a bin without samples is 0 instead of NaN.
    """
    x = _own_maps(maps, size)  # [C, S, S, H, W]
    bins = align_bins(
        _like(roi, x), size, shape=x.shape[-2:], spatial_scale=spatial_scale, sampling_ratio=sampling_ratio
    )
    down, across = bins.rows.weights(x.shape[-2]), bins.columns.weights(x.shape[-1])
    return np.asarray(np.einsum("ih,cijhw,jw->cij", down, x, across))


def _like(roi: ArrayLike, x: Floats) -> Floats:
    return as_floats(roi, "a RoI").astype(x.dtype)


def _own_maps(maps: ArrayLike, size: Size) -> Floats:
    """Maps [C * S * S, H, W] as [C, S, S, H, W]; DataError for another number of maps."""
    x = as_map(maps, "the score maps")
    rows, columns = as_pair(size)
    if x.ndim != 3 or len(x) % (rows * columns):
        raise DataError(
            f"the score maps must be {rows * columns} for each class, [C * {rows * columns}, H, W], "
            f"these have the shape {list(x.shape)}"
        )
    return x.reshape(-1, rows, columns, *x.shape[1:])
