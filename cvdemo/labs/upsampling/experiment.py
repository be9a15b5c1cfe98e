"""Ways from a small map to a large one: on grids of numbers, and on a picture made small and large again."""

from __future__ import annotations

from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from cvdemo.data.pictures import fit
from cvdemo.ops.transposed import Layout, bilinear_kernel, transposed_convolution
from cvdemo.ops.upsampling import MaxPooled, bed_of_nails, bilinear, max_pool, max_unpool, nearest

Floats: TypeAlias = NDArray[np.floating[Any]]

WAYS = {
    "max unpooling": "unpooling",
    "bed of nails": "nails",
    "nearest neighbour": "nearest",
    "bilinear": "bilinear",
    "transposed convolution": "transposed",
}
LECTURE = ((1, 2, 6, 3), (3, 5, 2, 1), (1, 2, 2, 1), (7, 3, 4, 8))
PRESETS = ("1 2 3 …", "ones", "bilinear")
METHODS = ("max", "mean")
LONGEST = 160  # of the picture: so small that its pixels can be seen


class UpsamplingOptions(NamedTuple):
    """The way, cells along the map's side, and what the way needs; `corners` aligns bilinear's corners."""

    way: str
    cells: int
    factor: int
    corners: bool
    kernel: int
    preset: str
    layout: Layout


class Grids(NamedTuple):
    """The numbers: the small map, the one before pooling, the kernel, each a square [n, n]."""

    map: Floats
    before: Floats
    kernel: Floats


class RoundTrip(NamedTuple):
    """A picture [H, W, 3] made small and large again, and its root mean squared error, 0..255.

    The error is None for the original and for the small picture.
    """

    picture: NDArray[np.uint8]
    error: float | None


def default_grids(options: UpsamplingOptions) -> Grids:
    """The numbers to begin with: the lecture's where they have the size that is needed."""
    n, side = options.cells, options.cells * options.factor
    before = np.array(LECTURE, dtype=float)
    if side != len(before):
        before = np.random.default_rng(side).permutation(side * side).reshape(side, side) + 1.0
    k = options.kernel
    kernels = {
        "1 2 3 …": np.arange(1.0, k * k + 1).reshape(k, k),
        "ones": np.ones((k, k)),
        "bilinear": bilinear_kernel(k),
    }
    return Grids(np.arange(1.0, n * n + 1).reshape(n, n), before, kernels[options.preset])


def upsample(options: UpsamplingOptions, grids: Grids) -> Floats:
    """The output map of a way. Raises `DataError` for a layout that leaves no cell."""
    n, factor = options.cells, options.factor
    if options.way == "nearest":
        return nearest(grids.map, factor)
    if options.way == "nails":
        return bed_of_nails(grids.map, factor)
    if options.way == "bilinear":
        return bilinear(grids.map, (n * factor, n * factor), align_corners=options.corners)
    if options.way == "unpooling":
        return max_unpool(grids.map, max_pool(grids.before, factor).indices, grids.before.shape)
    return transposed_convolution(grids.map, grids.kernel, options.layout)


def to_csv(grid: Floats) -> str:
    """A grid as comma-separated lines."""
    return "".join(",".join(f"{v:.10g}" for v in row) + "\n" for row in grid.tolist())


def round_trips(
    picture: NDArray[np.uint8], options: UpsamplingOptions, kernel: Floats, method: str
) -> dict[str, RoundTrip]:
    """The picture [H, W, 3] itself, pooled, and upsampled again in every way, by name.

    It is scaled to at most 160 pixels and cut to a multiple of the factor. The error is over pixels and
    colours.
    """
    factor = options.layout.stride
    small = cut_to_multiple(fit(picture, LONGEST), factor)
    height, width = small.shape[:2]
    x = small.transpose(2, 0, 1).astype(np.float64)  # [3, H, W]
    values, indices = pool(x, factor, method)  # [3, H / factor, W / factor]
    ways = {
        "unpooling": max_unpool(values, indices, (height, width)),
        "nails": bed_of_nails(values, factor),
        "nearest": nearest(values, factor),
        "bilinear": bilinear(values, (height, width), align_corners=options.corners),
        "transposed": centred_transposed(values, kernel, options.layout),
    }
    found = {"original": RoundTrip(small, None), "pooled": RoundTrip(_pixels(values), None)}
    for name, large in ways.items():
        back = _pixels(large)
        found[name] = RoundTrip(back, float(np.sqrt(np.mean((back - small.astype(float)) ** 2))))
    return found


def pool(x: Floats, factor: int, method: str) -> MaxPooled:
    """Every factor x factor pixels of [3, H, W] as one, their "max" or "mean", and the maxima's indices."""
    kept = max_pool(x, factor)
    if method == "max":
        return kept
    blocks = x.reshape(len(x), x.shape[1] // factor, factor, x.shape[2] // factor, factor)
    return kept._replace(values=blocks.mean(axis=(2, 4)))


def centred_transposed(x: Floats, kernel: Floats, layout: Layout) -> Floats:
    """The transposed convolution of [3, h, w], cut to [3, h * stride, w * stride] around its centre.

    The kernel is scaled so that a constant picture keeps its brightness on average.
    """
    side = layout.dilation * (len(kernel) - 1) + 1
    scale = layout.stride**2 / kernel.sum() if kernel.sum() else 1.0
    wide = Layout(layout.stride, 0, max(layout.stride - side, 0), layout.dilation)
    out = transposed_convolution(x, kernel * scale, wide)
    start = max(side - layout.stride, 0) // 2
    rows, columns = (n * layout.stride for n in x.shape[-2:])
    return out[:, start : start + rows, start : start + columns]


def cut_to_multiple(picture: NDArray[np.uint8], factor: int) -> NDArray[np.uint8]:
    """The picture cut at the right and below so that both sides divide; one that is too small is padded."""
    height, width = picture.shape[:2]
    below, right = max(factor - height, 0), max(factor - width, 0)
    padded = np.pad(picture, ((0, below), (0, right), (0, 0)), mode="edge")
    return padded[: max(height // factor, 1) * factor, : max(width // factor, 1) * factor]


def _pixels(x: Floats) -> NDArray[np.uint8]:
    return x.clip(0, 255).round().astype(np.uint8).transpose(1, 2, 0)
