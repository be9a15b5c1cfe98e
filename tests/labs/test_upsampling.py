"""Upsampling: the lecture's example, a picture made small and large again, checkerboards."""

from __future__ import annotations

import numpy as np
import pytest

from cvdemo.labs.upsampling.experiment import (
    UpsamplingOptions,
    default_grids,
    round_trips,
    to_csv,
    upsample,
)
from cvdemo.ops.transposed import Layout, bilinear_kernel

PLAIN = UpsamplingOptions("unpooling", 2, 2, False, 3, "1 2 3 …", Layout(2))


def test_the_lectures_example() -> None:
    output = upsample(PLAIN, default_grids(PLAIN))
    assert output.tolist() == [[0, 0, 2, 0], [0, 1, 0, 0], [0, 0, 0, 0], [3, 0, 0, 4]]
    assert to_csv(output) == "0,0,2,0\n0,1,0,0\n0,0,0,0\n3,0,0,4\n"


def test_bilinear_is_nearer_than_nearest_and_unpooling_on_a_smooth_picture() -> None:
    picture = np.random.default_rng(0).integers(0, 256, (90, 121, 3)).astype(np.uint8)
    smooth = np.add.outer(np.arange(90), np.arange(121))[..., None].repeat(3, 2).astype(np.uint8)
    for shape in ((1, 1), (1, 300), (3, 2), (90, 121)):
        back = round_trips(picture[: shape[0], : shape[1]], PLAIN, np.ones((3, 3)), "max")
        assert len({one.picture.shape for name, one in back.items() if name != "pooled"}) == 1
    errors = {k: v.error for k, v in round_trips(smooth, PLAIN, np.ones((3, 3)), "mean").items()}
    assert errors["bilinear"] < errors["nearest"] < errors["unpooling"]


@pytest.mark.parametrize("stride", [1, 2, 4])
def test_a_flat_picture_shows_the_checkerboard_of_uneven_stamps_only(stride: int) -> None:
    flat = np.full((64, 64, 3), 100, np.uint8)
    options = PLAIN._replace(way="transposed", layout=Layout(stride))

    def spread(kernel: np.ndarray) -> float:
        back = round_trips(flat, options, kernel, "mean")["transposed"].picture[16:-16, 16:-16]
        return float(np.ptp(back))

    assert spread(np.ones((stride, stride))) == spread(np.ones((2 * stride, 2 * stride))) == 0
    assert spread(bilinear_kernel(2 * stride)) == 0
    if stride > 1:
        assert spread(np.ones((stride + 1, stride + 1))) > 20


def test_pictures_are_cut_to_a_multiple_of_the_factor() -> None:
    for factor in (2, 3, 4):
        options = PLAIN._replace(factor=factor, layout=Layout(factor))
        back = round_trips(np.zeros((50, 70, 3), np.uint8), options, np.ones((3, 3)), "max")
        height, width = back["original"].picture.shape[:2]
        assert height % factor == width % factor == 0
        assert back["pooled"].picture.shape[:2] == (height // factor, width // factor)
