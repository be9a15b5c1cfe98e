"""Receptive fields by formula, by gradient and by brute force; dense responses against sparse ones."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from cvdemo.errors import DataError
from cvdemo.ops.dilated import (
    ConvLayer,
    dilated_response,
    edge_kernel,
    effective_kernel,
    measured_counts,
    multiply_adds,
    parameters,
    path_counts,
    pooled_instead,
    receptive_field,
    seen_share,
    shared_with_neighbour,
    shrunk_response,
    total_stride,
    without_dilation,
)

LAYERS = st.builds(ConvLayer, st.integers(1, 5), st.integers(1, 3), st.integers(1, 4))
STACKS = st.lists(LAYERS, min_size=1, max_size=4)


def rates(*values: int, kernel: int = 3) -> list[ConvLayer]:
    return [ConvLayer(kernel, 1, r) for r in values]


def walked(layers: list[ConvLayer]) -> dict[int, int]:
    """From output 0 down to the input, tap by tap: how often each pixel is reached."""
    places = {0: 1}
    for layer in reversed(layers):
        below: dict[int, int] = {}
        for place, times in places.items():
            for tap in range(layer.kernel):
                at = place * layer.stride + tap * layer.dilation
                below[at] = below.get(at, 0) + times
        places = below
    return places


@settings(deadline=None, max_examples=60)
@given(STACKS)
def test_formula_gradient_and_brute_force_agree(layers: list[ConvLayer]) -> None:
    counts, reached = path_counts(layers), walked(layers)
    assert receptive_field(layers) == len(counts) == max(reached) + 1
    assert [reached.get(k, 0) for k in range(len(counts))] == counts.tolist()
    np.testing.assert_array_equal(measured_counts(layers), counts)


@settings(deadline=None, max_examples=15)
@given(
    st.lists(
        st.builds(ConvLayer, st.integers(1, 3), st.integers(1, 2), st.integers(1, 3)), min_size=1, max_size=3
    )
)
def test_in_two_dimensions_the_counts_multiply(layers: list[ConvLayer]) -> None:
    counts = path_counts(layers)
    square = measured_counts(layers, axes=2)
    np.testing.assert_array_equal(square, np.outer(counts, counts))
    assert seen_share(counts) == pytest.approx((square > 0).mean())


@settings(deadline=None, max_examples=30)
@given(STACKS)
def test_neighbours_lie_a_total_stride_apart(layers: list[ConvLayer]) -> None:
    """Two outputs of torch's own stack: what the second one sees is what the first sees, shifted."""
    stride, counts = total_stride(layers), path_counts(layers)
    x = torch.zeros(1, 1, len(counts) + stride, dtype=torch.double, requires_grad=True)
    y = x
    for layer in layers:
        ones = torch.ones(1, 1, layer.kernel, dtype=torch.double)
        y = torch.nn.functional.conv1d(y, ones, stride=layer.stride, dilation=layer.dilation)
    first, second = (torch.autograd.grad(y[0, 0, k], x, retain_graph=True)[0][0, 0] > 0 for k in (0, 1))
    share = float((first & second).sum() / first.sum())
    assert shared_with_neighbour(counts, stride) == pytest.approx(share)


def test_known_fields() -> None:
    assert effective_kernel(ConvLayer(3, 1, 4)) == 9
    assert receptive_field(rates(1, 2, 4)) == 15
    assert receptive_field(rates(1, 1, 1)) == 7
    # VGG-16 up to its last pooling: 212 pixels (Araujo et al., Distill 2019, table of results)
    conv, pool = ConvLayer(3), ConvLayer(2, 2)
    vgg = [conv, conv, pool, conv, conv, pool, *[conv] * 3, pool, *[conv] * 3, pool, *[conv] * 3, pool]
    assert receptive_field(vgg) == 212
    assert total_stride(vgg) == 32


def test_gridding_and_its_cure() -> None:
    assert (path_counts(rates(2, 2, 2))[1::2] == 0).all()
    assert seen_share(path_counts(rates(2, 2, 2))) == (7 / 13) ** 2
    assert shared_with_neighbour(path_counts(rates(2, 2, 2)), 1) == 0
    assert seen_share(path_counts(rates(1, 2, 5))) == 1
    assert seen_share(path_counts(rates(1, 2, 9))) < 1
    assert seen_share(path_counts(rates(1, 2, 4))) == 1


def test_pooling_reaches_as_far_with_less_of_a_map() -> None:
    dilated, pool = rates(1, 2, 4), ConvLayer(2, 2, pooling=True)
    pooled = pooled_instead(dilated)
    assert pooled == [ConvLayer(3), pool, ConvLayer(3), pool, ConvLayer(3)]
    assert total_stride(dilated) == 1
    assert total_stride(pooled) == 4
    assert receptive_field(pooled) == receptive_field(dilated) + 3  # the poolings' own pixels
    assert parameters(pooled, 8) == parameters(dilated, 8) == 3 * 9 * 64
    assert receptive_field(without_dilation(dilated)) == 7


@pytest.mark.parametrize("rate", [1, 2, 3, 8])
def test_a_shrunk_map_is_every_nth_cell_of_the_dense_one(rate: int) -> None:
    grey = np.random.default_rng(rate).random((8 * rate + 40, 9 * rate + 37))
    kernel = edge_kernel()
    dense, small = dilated_response(grey, kernel, rate), shrunk_response(grey, kernel, rate)
    assert dense.shape == grey.shape
    expected = torch.nn.functional.conv2d(
        torch.tensor(grey, dtype=torch.float32)[None, None],
        torch.from_numpy(kernel)[None, None],
        dilation=rate,
    )[0, 0]
    edge = 3 * rate
    inner = dense[edge : edge + expected.shape[0], edge : edge + expected.shape[1]]
    np.testing.assert_allclose(inner, expected, atol=1e-5)
    np.testing.assert_allclose(small[3:-3, 3:-3], dense[::rate, ::rate][3:-3, 3:-3], atol=1e-5)


@pytest.mark.parametrize("shape", [(1, 1), (1, 30), (5, 3)])
def test_maps_smaller_than_the_kernel(shape: tuple[int, int]) -> None:
    np.testing.assert_allclose(dilated_response(np.ones(shape), edge_kernel(), 9), 0, atol=1e-6)


@pytest.mark.parametrize("layer", [ConvLayer(0), ConvLayer(3, 0), ConvLayer(3, 1, 0)])
def test_what_is_no_layer_is_said(layer: ConvLayer) -> None:
    with pytest.raises(DataError, match="layer 2 has kernel"):
        receptive_field([ConvLayer(3), layer])
    with pytest.raises(DataError, match="at least one layer"):
        path_counts([])


def test_a_field_too_wide_to_measure_is_said() -> None:
    with pytest.raises(DataError, match="at most 4096"):
        measured_counts([ConvLayer(5, 3, 4)] * 9)


def test_multiply_adds_count_every_output_cell() -> None:
    """Against torch: the padded convolution's outputs times the products behind each."""
    layers = [ConvLayer(3, 2, 1), ConvLayer(3, 1, 2), ConvLayer(5, 2, 1)]
    x, total = torch.zeros(1, 2, 37, 50), 0
    for layer in layers:
        padding = layer.dilation * (layer.kernel // 2)
        conv = torch.nn.Conv2d(2, 2, layer.kernel, layer.stride, padding, layer.dilation, bias=False)
        x = conv(x)
        total += x[0].numel() * conv.weight[0].numel()
    assert multiply_adds(layers, 2, (37, 50)) == total
    with_pooling = [ConvLayer(2, 2, pooling=True), *layers]
    assert multiply_adds(with_pooling, 2, (74, 100)) == total
