"""Transposed convolution (learned upsampling): as stamps, as sums per output cell, as a transposed matrix.

Also called upconvolution or fractionally strided convolution (arXiv:1603.07285, ch. 4).
"""

from __future__ import annotations

from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cvdemo.errors import DataError
from cvdemo.ops.upsampling import as_map, check_whole

Floats: TypeAlias = NDArray[np.floating[Any]]
Size: TypeAlias = tuple[int, int]


class Layout(NamedTuple):
    """The parameters of a transposed convolution in cells, as in `torch.nn.ConvTranspose2d`."""

    stride: int = 1
    padding: int = 0
    output_padding: int = 0
    dilation: int = 1

    def checked(self) -> Layout:
        """The same layout; DataError for values out of range."""
        for name, least in (("stride", 1), ("padding", 0), ("output_padding", 0), ("dilation", 1)):
            check_whole(getattr(self, name), name, least)
        limit = max(self.stride, self.dilation)
        if self.output_padding >= limit:
            raise DataError(
                f"output_padding must be below the larger of stride and dilation, {limit}; "
                f"it is {self.output_padding}"
            )
        return self

    def output(self, cells: int, kernel: int) -> int:
        """Output cells along an axis of `cells` input cells (arXiv:1603.07285, sec. 4.6)."""
        return self.stamped(cells, kernel) + self.output_padding - 2 * self.padding

    def stamped(self, cells: int, kernel: int) -> int:
        """Cells along an axis that the stamps cover, before padding and output padding."""
        return (cells - 1) * self.stride + self.dilation * (kernel - 1) + 1


class Summand(NamedTuple):
    """One summand of an output cell: the positions of an input cell and of the weight that multiplies it."""

    row: int
    column: int
    kernel_row: int
    kernel_column: int


def output_size(size: Size, kernel: Size, layout: Layout) -> Size:
    """Rows and columns of the output; DataError if the padding removes all of it."""
    layout = layout.checked()
    height, width = (layout.output(n, k) for n, k in zip(size, kernel, strict=True))
    if min(height, width) < 1:
        raise DataError(
            f"a padding of {layout.padding} cuts the whole output away: {height} x {width} cells are left"
        )
    return height, width


def transposed_convolution(x: ArrayLike, kernel: ArrayLike, layout: Layout | None = None) -> Floats:
    """Add a copy of the kernel, times each input cell, every `stride` cells; then remove the padding.

    x [..., H, W], kernel [KH, KW]; gives [..., OH, OW] with OH = (H - 1) stride - 2 padding
    + dilation (KH - 1) + output_padding + 1. As `torch.nn.functional.conv_transpose2d` for one channel.
    """
    layout = layout or Layout()
    x, weights = as_map(x), _as_kernel(kernel)
    height, width = x.shape[-2:]
    rows, columns = output_size((height, width), weights.shape, layout)
    stride, padding = layout.stride, layout.padding
    full = np.zeros((*x.shape[:-2], rows + 2 * padding, columns + 2 * padding), np.result_type(x, weights))
    for (u, v), weight in np.ndenumerate(weights):
        top, left = u * layout.dilation, v * layout.dilation
        stamps = (slice(top, top + height * stride, stride), slice(left, left + width * stride, stride))
        full[(..., *stamps)] += x * weight
    return full[..., padding : padding + rows, padding : padding + columns]


def transposed_summands(size: Size, kernel: Size, layout: Layout | None = None) -> list[list[list[Summand]]]:
    """The summands of every output cell: `[row][column]` is a list in the order of the kernel weights.

    An output row sums the input rows r and kernel rows u with r stride + u dilation - padding = row; the same
    holds for columns.
    """
    layout = layout or Layout()
    rows, columns = output_size(size, kernel, layout)
    down, across = (
        [_feeders(place, n, k, layout) for place in range(m)]
        for m, n, k in zip((rows, columns), size, kernel, strict=True)
    )
    return [
        [[Summand(r, c, u, v) for u, r in down[i] for v, c in across[j]] for j in range(columns)]
        for i in range(rows)
    ]


def _feeders(place: int, cells: int, kernel: int, layout: Layout) -> list[tuple[int, int]]:
    """Along one axis: the (kernel weight, input cell) pairs that contribute to an output cell."""
    found = []
    for u in range(kernel):
        cell, rest = divmod(place + layout.padding - u * layout.dilation, layout.stride)
        if rest == 0 and 0 <= cell < cells:
            found.append((u, cell))
    return found


def stamp_counts(size: Size, kernel: Size, layout: Layout | None = None) -> NDArray[np.int64]:
    """The number of summands of each output cell, [OH, OW]; uneven numbers cause checkerboard artefacts.

    Except at the borders they are even if the kernel size is a multiple of the stride (Odena et al. 2016,
    doi:10.23915/distill.00003).
    """
    return transposed_convolution(np.ones(size), np.ones(kernel), layout).astype(np.int64)


def convolution_matrix(size: Size, kernel: ArrayLike, layout: Layout | None = None) -> Floats:
    """The matrix [H * W, OH * OW] of the convolution from the large map to the small one of `size` (H, W).

    Its transpose times the flattened small map is `transposed_convolution`.
    """
    layout = layout or Layout()
    weights = _as_kernel(kernel)
    rows, columns = output_size(size, weights.shape, layout)
    matrix = np.zeros((*size, rows, columns), weights.dtype)
    for i, j, u, v in np.ndindex(*size, *weights.shape):
        row = i * layout.stride - layout.padding + u * layout.dilation
        column = j * layout.stride - layout.padding + v * layout.dilation
        if 0 <= row < rows and 0 <= column < columns:
            matrix[i, j, row, column] = weights[u, v]
    return matrix.reshape(size[0] * size[1], rows * columns)


def bilinear_kernel(side: int) -> Floats:
    """The kernel [side, side] of bilinear interpolation at a stride of side / 2.

    FCN initialises its transposed convolutions with it (arXiv:1411.4038, sec. 3.3).
    """
    side = check_whole(side, "side", 1)
    ramp = 1 - np.abs(np.arange(side) - (side - 1) / 2) / ((side + 1) // 2)
    return np.outer(ramp, ramp)


def _as_kernel(kernel: ArrayLike) -> Floats:
    weights = as_map(kernel, "the kernel")
    if weights.ndim != 2:
        raise DataError(f"the kernel must have the shape [KH, KW], it has {list(weights.shape)}")
    return weights
