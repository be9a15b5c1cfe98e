"""Ways up against torch, transposed convolution against the convolution's matrix, the lecture's example."""

from __future__ import annotations

from typing import Any

import hypothesis.strategies as st
import numpy as np
import pytest
import torch
import torch.nn.functional as peer
from hypothesis import given, settings
from hypothesis.extra import numpy as arrays

from cvdemo.errors import DataError
from cvdemo.ops.transposed import (
    Layout,
    bilinear_kernel,
    convolution_matrix,
    output_size,
    stamp_counts,
    transposed_convolution,
    transposed_summands,
)
from cvdemo.ops.upsampling import bed_of_nails, bilinear, max_pool, max_unpool, nearest

SIDES = st.integers(1, 6)
NUMBERS = st.floats(-100, 100, width=32)


@st.composite
def maps(draw: Any, lead: tuple[int, ...] = (2, 3)) -> np.ndarray:
    shape = (*lead, draw(SIDES), draw(SIDES))
    return draw(arrays.arrays(np.float64, shape, elements=NUMBERS))


@st.composite
def layouts(draw: Any) -> tuple[np.ndarray, np.ndarray, Layout]:
    """A map, a kernel and a layout of which something comes out."""
    x = draw(maps(()))
    kernel = draw(
        arrays.arrays(np.float64, (draw(st.integers(1, 4)), draw(st.integers(1, 4))), elements=NUMBERS)
    )
    stride, dilation = draw(st.integers(1, 4)), draw(st.integers(1, 3))
    added = draw(st.integers(0, max(stride, dilation) - 1))
    plain = Layout(stride, 0, added, dilation)
    smallest = min(plain.output(n, k) for n, k in zip(x.shape, kernel.shape, strict=True))
    return x, kernel, plain._replace(padding=draw(st.integers(0, (smallest - 1) // 2)))


def tensor(x: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(x)


@settings(deadline=None)
@given(maps(), st.integers(1, 5))
def test_nearest_equals_torch(x: np.ndarray, factor: int) -> None:
    expected = peer.interpolate(tensor(x), scale_factor=factor, mode="nearest").numpy()
    np.testing.assert_array_equal(nearest(x, factor), expected)


@settings(deadline=None)
@given(maps(), st.tuples(st.integers(1, 13), st.integers(1, 13)), st.booleans())
def test_bilinear_equals_torch(x: np.ndarray, size: tuple[int, int], corners: bool) -> None:
    expected = peer.interpolate(tensor(x), size, mode="bilinear", align_corners=corners).numpy()
    np.testing.assert_allclose(bilinear(x, size, align_corners=corners), expected, rtol=0, atol=1e-9)


@settings(deadline=None)
@given(maps(), st.integers(1, 4))
def test_a_bed_of_nails_is_a_transposed_convolution_with_a_single_1(x: np.ndarray, factor: int) -> None:
    nails = bed_of_nails(x, factor)
    kernel = np.zeros((factor, factor))
    kernel[0, 0] = 1
    np.testing.assert_array_equal(nails, transposed_convolution(x, kernel, Layout(factor)))
    assert np.count_nonzero(nails) == np.count_nonzero(x)


@settings(deadline=None)
@given(maps(), st.integers(1, 4), st.integers(1, 4))
def test_max_pooling_equals_torch_and_unpooling_inverts_its_places(
    x: np.ndarray, kernel: int, stride: int
) -> None:
    if kernel > min(x.shape[-2:]):
        with pytest.raises(DataError, match="does not fit"):
            max_pool(x, kernel, stride)
        return
    values, indices = max_pool(x, kernel, stride)
    expected, places = peer.max_pool2d(tensor(x), kernel, stride, return_indices=True)
    np.testing.assert_array_equal(values, expected.numpy())
    np.testing.assert_array_equal(indices, places.numpy())
    back = max_unpool(values, indices, x.shape[-2:])
    lead = (*x.shape[:2], -1)
    theirs = peer.max_unpool2d(expected, places, kernel, stride, output_size=x.shape[-2:])
    np.testing.assert_array_equal(back, theirs.numpy())
    at = np.take_along_axis(back.reshape(lead), indices.reshape(lead), -1)
    np.testing.assert_array_equal(at.reshape(values.shape), values)


def test_the_lectures_example() -> None:
    values, indices = max_pool([[1, 2, 6, 3], [3, 5, 2, 1], [1, 2, 2, 1], [7, 3, 4, 8]], 2)
    assert values.tolist() == [[5, 6], [7, 8]]
    unpooled = max_unpool([[1, 2], [3, 4]], indices, (4, 4))
    assert unpooled.tolist() == [[0, 0, 2, 0], [0, 1, 0, 0], [0, 0, 0, 0], [3, 0, 0, 4]]


def torch_transposed(x: np.ndarray, kernel: np.ndarray, layout: Layout) -> np.ndarray:
    stride, padding, added, dilation = layout
    return peer.conv_transpose2d(
        tensor(x)[None, None], tensor(kernel)[None, None], stride=stride, padding=padding,
        output_padding=added, dilation=dilation,
    )[0, 0].numpy()  # fmt: skip


@settings(deadline=None)
@given(layouts())
def test_the_transposed_convolution_equals_torch(case: tuple[np.ndarray, np.ndarray, Layout]) -> None:
    x, kernel, layout = case
    ours = transposed_convolution(x, kernel, layout)
    np.testing.assert_allclose(ours, torch_transposed(x, kernel, layout), rtol=0, atol=1e-8)
    assert ours.shape == output_size(x.shape, kernel.shape, layout)
    stack = np.stack([x, -2 * x])[None]
    np.testing.assert_allclose(transposed_convolution(stack, kernel, layout)[0, 1], -2 * ours, atol=1e-8)


@settings(deadline=None)
@given(layouts())
def test_it_is_the_convolutions_matrix_transposed(case: tuple[np.ndarray, np.ndarray, Layout]) -> None:
    x, kernel, layout = case
    ours = transposed_convolution(x, kernel, layout)
    matrix = convolution_matrix(x.shape, kernel, layout)
    np.testing.assert_allclose((matrix.T @ x.ravel()).reshape(ours.shape), ours, rtol=0, atol=1e-8)
    large = np.random.default_rng(0).normal(size=ours.shape)
    forward = peer.conv2d(
        tensor(large)[None, None], tensor(kernel)[None, None], stride=layout.stride, padding=layout.padding,
        dilation=layout.dilation,
    )[0, 0].numpy()  # fmt: skip
    expected = forward[: x.shape[0], : x.shape[1]]
    np.testing.assert_allclose((matrix @ large.ravel()).reshape(x.shape), expected, rtol=0, atol=1e-8)


@settings(deadline=None)
@given(layouts())
def test_every_output_cell_is_the_sum_over_its_sources(
    case: tuple[np.ndarray, np.ndarray, Layout],
) -> None:
    x, kernel, layout = case
    ours = transposed_convolution(x, kernel, layout)
    sources = transposed_summands(x.shape, kernel.shape, layout)
    sums = [
        [sum(x[s.row, s.column] * kernel[s.kernel_row, s.kernel_column] for s in cell) for cell in row]
        for row in sources
    ]
    np.testing.assert_allclose(sums, ours, rtol=0, atol=1e-8)
    counts = [[len(cell) for cell in row] for row in sources]
    np.testing.assert_array_equal(stamp_counts(x.shape, kernel.shape, layout), counts)


@pytest.mark.parametrize("kernel", range(1, 7))
@pytest.mark.parametrize("stride", range(1, 5))
def test_a_checkerboard_shows_unless_the_stride_divides_the_kernel(kernel: int, stride: int) -> None:
    counts = stamp_counts((12, 12), (kernel, kernel), Layout(stride))
    inside = counts[kernel:-kernel, kernel:-kernel]
    assert (len(np.unique(inside)) == 1) == (kernel % stride == 0)


@pytest.mark.parametrize("factor", [2, 3, 4])
def test_the_bilinear_kernel_interpolates(factor: int) -> None:
    x = np.random.default_rng(factor).normal(size=(5, 6))
    side = 2 * factor - factor % 2  # as FCN's code chooses it
    ours = transposed_convolution(x, bilinear_kernel(side), Layout(factor, factor // 2))
    expected = bilinear(x, (5 * factor, 6 * factor))
    edge = factor
    np.testing.assert_allclose(
        ours[edge:-edge, edge:-edge], expected[edge:-edge, edge:-edge], rtol=0, atol=1e-12
    )


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: nearest([[1]], 0), "factor must be a whole number of 1 or more, it is 0"),
        (lambda: nearest([1, 2], 2), "rows and columns"),
        (lambda: nearest(np.zeros((0, 3)), 2), "rows and columns"),
        (lambda: bilinear([[np.nan]], (2, 2)), "not finite"),
        (lambda: bilinear([[1]], (0, 2)), "size of the output"),
        (lambda: max_unpool([[1]], [[4]], (2, 2)), "index 4 lies outside"),
        (lambda: max_unpool([[1]], [[-1]], (2, 2)), "index -1 lies outside"),
        (lambda: max_unpool([[1]], [[0, 1]], (2, 2)), "needs the integer index"),
        (lambda: transposed_convolution([[1]], [[1]], Layout(2, 0, 2)), "output_padding must be below"),
        (lambda: transposed_convolution([[1]], [[1]], Layout(0)), "stride must be a whole number"),
        (lambda: transposed_convolution([[1]], [[1, 1]], Layout(2, 1)), "cuts the whole output away"),
        (lambda: transposed_convolution([[1]], [1, 2]), "the kernel must have rows"),
        (lambda: transposed_convolution([[1]], [[[1]]]), "the kernel must have the shape"),
    ],
)
def test_what_is_wrong_is_said(call: Any, says: str) -> None:
    with pytest.raises(DataError, match=says):
        call()
