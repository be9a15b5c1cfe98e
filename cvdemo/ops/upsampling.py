"""Upsampling without learned weights: nearest neighbour, bilinear, bed of nails, max unpooling."""

from __future__ import annotations

from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cvdemo.errors import DataError
from cvdemo.ops.checks import as_floats

Floats: TypeAlias = NDArray[np.floating[Any]]
Indices: TypeAlias = NDArray[np.int64]


def as_map(values: ArrayLike, what: str = "the map") -> Floats:
    """A map as finite floats [..., H, W] with at least one cell; DataError otherwise, which names `what`."""
    array = as_floats(values, what)
    if array.ndim < 2 or not array.size:
        raise DataError(f"{what} must have rows and columns, it has the shape {list(array.shape)}")
    if not np.isfinite(array).all():
        raise DataError(f"{what} holds a number that is not finite")
    return array


def check_whole(value: int, what: str, least: int) -> int:
    """The value as an int; DataError if it is not a whole number of at least `least`."""
    if value != int(value) or value < least:
        raise DataError(f"{what} must be a whole number of {least} or more, it is {value}")
    return int(value)


def nearest(x: ArrayLike, factor: int) -> Floats:
    """Nearest-neighbour upsampling: every cell is repeated factor x factor times.

    x [..., H, W] to [..., H * factor, W * factor]; factor 1 or more. As `torch.nn.functional.interpolate`
    with mode "nearest".
    """
    factor = check_whole(factor, "factor", 1)
    return as_map(x).repeat(factor, axis=-2).repeat(factor, axis=-1)


def bilinear(x: ArrayLike, size: tuple[int, int], *, align_corners: bool = False) -> Floats:
    """Bilinear interpolation: every output cell is a weighted mean of its four nearest input cells.

    x [..., H, W] to [..., *size]. With `align_corners` the centres of the corner cells are aligned; without,
    the outer edges of the maps are. As `torch.nn.functional.interpolate`.
    """
    x = as_map(x)
    down, across = (
        linear_weights(n, m, align_corners=align_corners).astype(x.dtype)
        for n, m in zip(x.shape[-2:], size, strict=True)
    )
    out: Floats = down @ x @ across.T
    return out


def linear_weights(inputs: int, outputs: int, *, align_corners: bool) -> Floats:
    """The weight of each input cell in each output cell along one axis, [outputs, inputs]; rows sum to 1."""
    outputs = check_whole(outputs, "the size of the output", 1)
    place = np.arange(outputs, dtype=np.float64)
    if align_corners:
        place *= (inputs - 1) / max(outputs - 1, 1)
    else:
        place = np.clip((place + 0.5) * inputs / outputs - 0.5, 0, inputs - 1)
    left = np.minimum(place.astype(np.int64), max(inputs - 2, 0))
    share = place - left
    weights = np.zeros((outputs, inputs))
    rows = np.arange(outputs)
    weights[rows, left] += 1 - share
    weights[rows, np.minimum(left + 1, inputs - 1)] += share
    return weights


def bed_of_nails(x: ArrayLike, factor: int) -> Floats:
    """Every cell becomes factor x factor cells: its value in the upper left one, 0 in the others.

    x [..., H, W] to [..., H * factor, W * factor]; factor 1 or more.
    """
    x = as_map(x)
    factor = check_whole(factor, "factor", 1)
    height, width = x.shape[-2:]
    out = np.zeros((*x.shape[:-2], height * factor, width * factor), x.dtype)
    out[..., ::factor, ::factor] = x
    return out


class MaxPooled(NamedTuple):
    """The maximum of each window, [..., h, w], and its index row * W + column in the pooled map."""

    values: Floats
    indices: Indices


def max_pool(x: ArrayLike, kernel: int, stride: int | None = None) -> MaxPooled:
    """Max pooling with indices over kernel x kernel windows; the first maximum wins ties.

    x [..., H, W]; a window every `stride` cells (default: the kernel size); incomplete windows are
    dropped. DataError if no window fits. As `torch.nn.functional.max_pool2d` with `return_indices`.
    """
    x = as_map(x)
    kernel = check_whole(kernel, "kernel", 1)
    stride = kernel if stride is None else check_whole(stride, "stride", 1)
    height, width = x.shape[-2:]
    if kernel > min(height, width):
        raise DataError(f"a window of {kernel} x {kernel} does not fit into a map of {height} x {width}")
    windows = np.lib.stride_tricks.sliding_window_view(x, (kernel, kernel), axis=(-2, -1))
    windows = windows[..., ::stride, ::stride, :, :]
    flat = windows.reshape(*windows.shape[:-2], kernel * kernel)  # [..., h, w, kernel^2]
    best = flat.argmax(axis=-1)
    rows = np.arange(flat.shape[-3])[:, None] * stride + best // kernel
    columns = np.arange(flat.shape[-2]) * stride + best % kernel
    return MaxPooled(flat.max(axis=-1), rows * width + columns)


def max_unpool(values: ArrayLike, indices: ArrayLike, size: tuple[int, int]) -> Floats:
    """Max unpooling: put every value at the index of its maximum; all other cells are 0.

    values and indices [..., h, w], the indices of `max_pool` on a map of `size` (H, W); gives
    [..., H, W]. If windows overlap and an index occurs twice, the later value is used. As
    `torch.nn.functional.max_unpool2d`. arXiv:1505.04366, sec. 3.2.1; arXiv:1511.00561, sec. 3.
    """
    values = as_map(values, "values")
    places = np.asarray(indices)
    height, width = (check_whole(s, "the size of the output", 1) for s in size)
    if places.shape != values.shape or not np.issubdtype(places.dtype, np.integer):
        shapes = f"{list(values.shape)} and {list(places.shape)}"
        raise DataError(f"every value needs the integer index of its place: the shapes are {shapes}")
    if places.min() < 0 or places.max() >= height * width:
        worst = int(places.max() if places.max() >= height * width else places.min())
        raise DataError(f"index {worst} lies outside the map of {height} x {width} cells")
    lead = values.shape[:-2]
    out = np.zeros((*lead, height * width), values.dtype)
    np.put_along_axis(out, places.reshape(*lead, -1), values.reshape(*lead, -1), axis=-1)
    return out.reshape(*lead, height, width)
