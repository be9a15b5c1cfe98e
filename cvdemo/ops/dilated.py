"""Dilated (atrous) convolutions: receptive fields by formula and by gradient, and dense filter responses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from cvdemo.errors import DataError

Floats: TypeAlias = NDArray[np.floating[Any]]

WIDEST = 4096  # pixels of a receptive field that can be measured: above, counts are no longer exact


class ConvLayer(NamedTuple):
    """A convolution or pooling layer: kernel size, stride and dilation rate, all in cells."""

    kernel: int
    stride: int = 1
    dilation: int = 1
    pooling: bool = False


def effective_kernel(layer: ConvLayer) -> int:
    """Side length in cells of a dilated kernel, d (k - 1) + 1 (arXiv:1606.00915, sec. 3.1)."""
    return layer.dilation * (layer.kernel - 1) + 1


def receptive_field(layers: Sequence[ConvLayer]) -> int:
    """Side length in pixels of the receptive field of a stack of layers, in the order of the input.

    1 + the sum over layers of d (k - 1) times the product of all earlier strides (Araujo et al., "Computing
    receptive fields of convolutional neural networks", Distill 2019, eq. 2). Pixels that dilation skips are
    included. DataError for an empty stack or a number below 1.
    """
    field, jump = 1, 1
    for layer in _checked(layers):
        field += (effective_kernel(layer) - 1) * jump
        jump *= layer.stride
    return field


def total_stride(layers: Sequence[ConvLayer]) -> int:
    """Input pixels between two neighbouring outputs of a stack: the product of its strides."""
    return int(np.prod([layer.stride for layer in _checked(layers)], dtype=np.int64))


def path_counts(layers: Sequence[ConvLayer]) -> NDArray[np.int64]:
    """The number of paths from one output to each pixel of its receptive field, along one axis, [field].

    Pixels with 0 paths do not affect the output: gridding (arXiv:1702.08502, sec. 3.2). In two dimensions the
    count of a pixel is the product of the counts of its row and its column.
    """
    counts, jump = np.ones(1, dtype=np.int64), 1
    for layer in _checked(layers):
        comb = np.zeros((effective_kernel(layer) - 1) * jump + 1, dtype=np.int64)
        comb[:: layer.dilation * jump] = 1
        counts = np.convolve(counts, comb)
        jump *= layer.stride
    return counts


def measured_counts(layers: Sequence[ConvLayer], *, axes: int = 1) -> Floats:
    """`path_counts` measured by torch: the gradient of one output of convolutions whose weights are all 1.

    Returns [r] for a receptive field of r pixels, or [r, r] with two axes. DataError if r is above 4096.
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
    """Share 0..1 of the pixels of a square receptive field that have a path, from counts along one axis."""
    return float((counts > 0).mean()) ** 2


def shared_with_neighbour(counts: NDArray[np.int64], stride: int) -> float:
    """Share 0..1 of an output's pixels that its right neighbour, `stride` pixels further, also depends on."""
    seen = counts > 0
    both = seen[stride:] & seen[: max(len(seen) - stride, 0)]
    return float(both.sum() / seen.sum())


def without_dilation(layers: Sequence[ConvLayer]) -> list[ConvLayer]:
    """The same convolutions at rate 1."""
    return [layer._replace(dilation=1) for layer in layers]


def pooled_instead(layers: Sequence[ConvLayer]) -> list[ConvLayer]:
    """The undilated stack with pooling layers, so that each convolution reaches as far as with its rate.

    Where the rate grows by a factor f, an f x f pooling of stride f comes before the convolution. Factors are
    rounded down to whole numbers; where the rate decreases, nothing changes.
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
    """The number of weights of the stack's convolutions from `channels` to `channels`, without biases."""
    return sum((layer.kernel * channels) ** 2 for layer in layers if not layer.pooling)


def multiply_adds(layers: Sequence[ConvLayer], channels: int, size: tuple[int, int]) -> int:
    """Multiply-adds of the stack's convolutions on a padded map of `size` (height, width).

    A layer's output has ceil(side / product of strides so far) cells per side.
    """
    total, jump = 0, 1
    for layer in _checked(layers):
        jump *= layer.stride
        cells = -(-size[0] // jump) * -(-size[1] // jump)
        total += parameters([layer], channels) * cells
    return total


def edge_kernel(size: int = 7, sigma: float = 1.4) -> NDArray[np.float32]:
    """The derivative of a Gaussian along x, [size, size], a filter for vertical edges; sums to 0."""
    place = np.arange(size) - (size - 1) / 2
    bell = np.exp(-(place**2) / (2 * sigma**2))
    kernel = np.outer(bell, -place * bell)
    return (kernel / np.abs(kernel).sum()).astype(np.float32)


def dilated_response(grey: Floats, kernel: Floats, rate: int) -> NDArray[np.float32]:
    """A map [H, W] filtered by a kernel [k, k] dilated by `rate`: [H, W].

    Cross-correlation, as in networks; the map is mirrored at its borders.
    """
    side = effective_kernel(ConvLayer(kernel.shape[0], 1, rate))
    holes = np.zeros((side, side), dtype=np.float32)
    holes[::rate, ::rate] = kernel
    return _correlate(grey, holes)


def shrunk_response(grey: Floats, kernel: Floats, rate: int) -> NDArray[np.float32]:
    """The undilated kernel on every `rate`-th pixel of a map [H, W]: [ceil(H / rate), ceil(W / rate)].

    Except at the borders, it equals `dilated_response` at those pixels (arXiv:1606.00915, fig. 2).
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
