"""Dilated (atrous) convolutions: what one output sees, by formula and by gradient, and dense responses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from cvdemo.errors import DataError

Floats: TypeAlias = NDArray[np.floating[Any]]

WIDEST = 4096  # pixels of a field that is measured: beyond, the counts no longer fit a float


class ConvLayer(NamedTuple):
    """A convolution, or a pooling: cells of its kernel a side, its stride, the rate of its dilation."""

    kernel: int
    stride: int = 1
    dilation: int = 1
    pooling: bool = False


def effective_kernel(layer: ConvLayer) -> int:
    """Cells that a dilated kernel spans a side: d (k - 1) + 1 (arXiv:1606.00915, sec. 3.1)."""
    return layer.dilation * (layer.kernel - 1) + 1


def receptive_field(layers: Sequence[ConvLayer]) -> int:
    """Pixels a side that one output of a stack depends on, holes included; the first layer comes first.

    1 + sum of d (k - 1) times the strides of all layers before (Araujo et al., "Computing receptive fields
    of convolutional neural networks", Distill 2019, eq. 2). `DataError` for a number below 1.
    """
    field, jump = 1, 1
    for layer in _checked(layers):
        field += (effective_kernel(layer) - 1) * jump
        jump *= layer.stride
    return field


def total_stride(layers: Sequence[ConvLayer]) -> int:
    """Pixels of the input between two neighbouring outputs of a stack: the product of its strides."""
    return int(np.prod([layer.stride for layer in _checked(layers)], dtype=np.int64))


def path_counts(layers: Sequence[ConvLayer]) -> NDArray[np.int64]:
    """By how many ways one output reaches each pixel of its field along one axis, [receptive field].

    0 is a pixel that it does not see: gridding (arXiv:1702.08502, sec. 3.2). In two dimensions the count of
    a pixel is the product of its row's and its column's.
    """
    counts, jump = np.ones(1, dtype=np.int64), 1
    for layer in _checked(layers):
        comb = np.zeros((effective_kernel(layer) - 1) * jump + 1, dtype=np.int64)
        comb[:: layer.dilation * jump] = 1
        counts = np.convolve(counts, comb)
        jump *= layer.stride
    return counts


def measured_counts(layers: Sequence[ConvLayer], *, axes: int = 1) -> Floats:
    """The same by torch: the gradient of one output of convolutions whose weights are all 1.

    The input is as large as the receptive field, [r] or, with two axes, [r, r], so that there is exactly
    one output. `DataError` for a field of more than 4096 pixels.
    """
    import torch

    size = receptive_field(layers)
    if size > WIDEST:
        raise DataError(
            f"the receptive field is {size} pixels wide, at most {WIDEST} are measured: take fewer layers"
        )
    convolve = torch.nn.functional.conv2d if axes == 2 else torch.nn.functional.conv1d
    picture = torch.zeros([1, 1, *[size] * axes], dtype=torch.double, requires_grad=True)
    x = picture
    for layer in layers:
        ones = x.new_ones([1, 1, *[layer.kernel] * axes])
        x = convolve(x, ones, stride=layer.stride, dilation=layer.dilation)
    x.sum().backward()
    assert picture.grad is not None
    grad: Floats = picture.grad[0, 0].numpy()
    return grad


def seen_share(counts: NDArray[np.int64]) -> float:
    """Share 0..1 of a square field's pixels that are seen at all, from the counts along one axis."""
    return float((counts > 0).mean()) ** 2


def shared_with_neighbour(counts: NDArray[np.int64], stride: int) -> float:
    """Share 0..1 of the pixels an output sees that its right neighbour, `stride` pixels on, sees too."""
    seen = counts > 0
    both = seen[stride:] & seen[: max(len(seen) - stride, 0)]
    return float(both.sum() / seen.sum())


def without_dilation(layers: Sequence[ConvLayer]) -> list[ConvLayer]:
    """The same convolutions at rate 1."""
    return [layer._replace(dilation=1) for layer in layers]


def pooled_instead(layers: Sequence[ConvLayer]) -> list[ConvLayer]:
    """The undilated stack with poolings that bring each convolution as far as its rate did.

    Between convolutions whose rate grows by a factor f stands an f x f pooling of stride f; a rate that the
    one before does not divide is rounded down, and one that falls stays as it is.
    """
    stack: list[ConvLayer] = []
    reach = 1
    for layer in _checked(layers):
        factor = max(1, layer.dilation // reach)
        if factor > 1:
            stack.append(ConvLayer(factor, factor, pooling=True))
            reach *= factor
        stack.append(layer._replace(dilation=1))
    return stack


def parameters(layers: Sequence[ConvLayer], channels: int) -> int:
    """Weights of the stack's convolutions, each from `channels` to `channels`, without biases."""
    return sum((layer.kernel * channels) ** 2 for layer in layers if not layer.pooling)


def multiply_adds(layers: Sequence[ConvLayer], channels: int, size: tuple[int, int]) -> int:
    """Products that the stack's convolutions sum up for a map of height and width `size`, padded to fit.

    A layer's output has ceil(side / strides so far) cells a side.
    """
    total, jump = 0, 1
    for layer in _checked(layers):
        jump *= layer.stride
        cells = -(-size[0] // jump) * -(-size[1] // jump)
        total += parameters([layer], channels) * cells
    return total


def edge_kernel(size: int = 7, sigma: float = 1.4) -> NDArray[np.float32]:
    """The derivative of a Gaussian along x, [size, size], which answers upright edges; sums to 0."""
    place = np.arange(size) - (size - 1) / 2
    bell = np.exp(-(place**2) / (2 * sigma**2))
    kernel = np.outer(bell, -place * bell)
    return (kernel / np.abs(kernel).sum()).astype(np.float32)


def dilated_response(grey: Floats, kernel: Floats, rate: int) -> NDArray[np.float32]:
    """A kernel [k, k] with `rate` cells from tap to tap at every pixel of a map [H, W]: a map as large.

    Cross-correlation as in networks; beyond its edges the map is mirrored.
    """
    side = effective_kernel(ConvLayer(kernel.shape[0], 1, rate))
    holes = np.zeros((side, side), dtype=np.float32)
    holes[::rate, ::rate] = kernel
    return _correlate(grey, holes)


def shrunk_response(grey: Floats, kernel: Floats, rate: int) -> NDArray[np.float32]:
    """The plain kernel on every `rate`-th pixel of a map [H, W], so [ceil(H / rate), ceil(W / rate)].

    At those pixels it is the very number of `dilated_response`, but for the edges (arXiv:1606.00915, fig. 2).
    """
    return _correlate(np.ascontiguousarray(grey[::rate, ::rate]), kernel)


def _correlate(grey: Floats, kernel: Floats) -> NDArray[np.float32]:
    out = cv2.filter2D(grey.astype(np.float32), -1, kernel, borderType=cv2.BORDER_REFLECT)
    return np.asarray(out, dtype=np.float32)


def _checked(layers: Sequence[ConvLayer]) -> Sequence[ConvLayer]:
    if not layers:
        raise DataError("a stack of at least one layer is needed")
    for k, layer in enumerate(layers, 1):
        if min(layer[:3]) < 1:
            raise DataError(
                f"layer {k} has kernel {layer.kernel}, stride {layer.stride} and dilation {layer.dilation}: "
                "each must be 1 or more"
            )
    return layers
