"""Fixed ways from a small map to a large one: nearest neighbour, bilinear, bed of nails, max unpooling."""

from __future__ import annotations

from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cvdemo.errors import DataError
from cvdemo.ops.checks import as_floats

Floats: TypeAlias = NDArray[np.floating[Any]]
Indices: TypeAlias = NDArray[np.int64]


def as_map(values: ArrayLike, what: str = "the map") -> Floats:
    """A map as finite floats [..., H, W] with at least one cell."""
    array = as_floats(values, what)
    if array.ndim < 2 or not array.size:
        raise DataError(f"{what} must have rows and columns, it has the shape {list(array.shape)}")
    if not np.isfinite(array).all():
        raise DataError(f"{what} holds a number that is not finite")
    return array


def check_whole(value: int, what: str, least: int) -> int:
    """A whole number of at least `least`."""
    if value != int(value) or value < least:
        raise DataError(f"{what} must be a whole number of {least} or more, it is {value}")
    return int(value)


def nearest(x: ArrayLike, factor: int) -> Floats:
    """Nearest neighbour: every cell becomes factor x factor equal ones.

    x [..., H, W] to [..., H * factor, W * factor]; factor 1 or more. As `torch.nn.functional.interpolate`
    with mode "nearest".
    """
    factor = check_whole(factor, "factor", 1)
    return as_map(x).repeat(factor, axis=-2).repeat(factor, axis=-1)


def bilinear(x: ArrayLike, size: tuple[int, int], *, align_corners: bool = False) -> Floats:
    """Every output cell is a mean of its four nearest input cells, the nearer the heavier.

    x [..., H, W] to [..., *size]. With `align_corners` the centres of the corner cells stay where they
    are; without, the outer edges of the map do. As `torch.nn.functional.interpolate`.
    """
    x = as_map(x)
    down, across = (
        linear_weights(n, m, align_corners=align_corners).astype(x.dtype)
        for n, m in zip(x.shape[-2:], size, strict=True)
    )
    out: Floats = down @ x @ across.T
    return out


def linear_weights(inputs: int, outputs: int, *, align_corners: bool) -> Floats:
    """How much of each input cell an output cell takes along one axis: [outputs, inputs], rows sum to 1."""
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
    """Every cell goes to the upper left corner of its factor x factor cells; the others are 0.

    x [..., H, W] to [..., H * factor, W * factor]; factor 1 or more.
    """
    x = as_map(x)
    factor = check_whole(factor, "factor", 1)
    height, width = x.shape[-2:]
    out = np.zeros((*x.shape[:-2], height * factor, width * factor), x.dtype)
    out[..., ::factor, ::factor] = x
    return out


class MaxPooled(NamedTuple):
    """Largest values [..., h, w] of windows, and where each stood: row * W + column in the map pooled."""

    values: Floats
    indices: Indices


def max_pool(x: ArrayLike, kernel: int, stride: int | None = None) -> MaxPooled:
    """The largest value of every kernel x kernel window, and its place; the first one wins a tie.

    x [..., H, W]; a window every `stride` cells, by default side by side; what does not fill a window is
    left out. As `torch.nn.functional.max_pool2d` with `return_indices`.
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
    """Put every value back where max pooling found its largest; all other cells are 0.

    values and indices [..., h, w], the indices of `max_pool` on a map of `size` (H, W); gives
    [..., H, W]. Where windows overlapped and an index comes twice, the later value stays. As
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
