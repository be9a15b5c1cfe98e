"""Dilated convolutions: formula, costs, one filter in two ways, ASPP's branches."""

from __future__ import annotations

import io

import numpy as np
import torch

from cvdemo.labs.dilated.draw import draw_responses, signed_colours
from cvdemo.labs.dilated.experiment import (
    branches,
    counts_csv,
    filter_responses,
    formula,
    measured_field,
    stack_costs,
)
from cvdemo.nets.deeplab import deeplabv3
from cvdemo.ops.dilated import ConvLayer


def test_the_formula_is_written_out() -> None:
    assert formula([ConvLayer(3, 2, 1), ConvLayer(3, 1, 4)]) == r"1 + 2 + 8 \cdot 2 = 19"
    assert measured_field([ConvLayer(3, 2, 1), ConvLayer(3, 1, 4)]) == 19


def test_costs_of_three_ways_to_a_large_field() -> None:
    mine, plain, pooled = stack_costs([ConvLayer(3, 1, 1), ConvLayer(3, 1, 2), ConvLayer(3, 1, 4)])
    assert (mine.field, plain.field, pooled.field) == (15, 7, 18)
    assert [layer.pooling for layer in pooled.layers] == [False, True, False, True, False]
    assert pooled.output == (48, 36)
    cells = 192 * 144
    assert mine.multiply_adds == plain.multiply_adds == 3 * 9 * 64**2 * cells
    assert pooled.multiply_adds == (1 + 1 / 4 + 1 / 16) * 9 * 64**2 * cells


def test_the_csv_holds_the_whole_field() -> None:
    table = np.loadtxt(io.BytesIO(counts_csv([ConvLayer(3), ConvLayer(3)])), delimiter=",")
    np.testing.assert_array_equal(table, np.outer([1, 2, 3, 2, 1], [1, 2, 3, 2, 1]))


def test_a_dilated_filter_gives_the_numbers_of_a_shrunk_picture() -> None:
    picture = np.random.default_rng(0).integers(0, 256, (480, 640, 3), dtype=np.uint8)
    found = filter_responses(picture, 8)
    assert (found.shrunk.shape, found.dilated.shape) == ((60, 80), (480, 640))
    assert found.difference < 1e-5
    assert [p.shape for p in draw_responses(found, 8)] == [(480, 640, 3)] * 2


def test_signs_have_their_colours() -> None:
    colours = signed_colours(np.array([[-2, 0, 2]], np.float32), 2)
    assert colours.tolist() == [[[0, 114, 178], [248, 248, 248], [213, 94, 0]]]


def test_branches_are_named_by_what_they_are() -> None:
    torch.manual_seed(0)
    net = deeplabv3().eval()
    with torch.inference_mode():
        trace = net(torch.rand(1, 3, 144, 192))
    found = branches(trace, net.config.rates, net.config.backbone.output_stride)
    assert [b.name for b in found] == ["1 × 1", "rate 3", "rate 6", "rate 9", "whole picture", "together"]
    assert found[1].remark.startswith(f"{8 * 7} px")
    np.testing.assert_array_equal(found[2].features, trace.branches[2][0].numpy())
    average = found[4].features
    np.testing.assert_array_equal(average, np.broadcast_to(average[:, :1, :1], average.shape))


def test_a_branch_has_the_name_under_which_it_is_left_out() -> None:
    net = deeplabv3().eval()
    with torch.inference_mode():
        found = branches(net(torch.zeros(1, 3, 32, 32)), net.config.rates, 8)
    assert [one.name for one in found[:-1]] == list(net.ablations())
