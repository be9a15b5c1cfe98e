"""Anchors against torchvision's, and which of them lie within a picture."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torchvision.models.detection.anchor_utils import AnchorGenerator
from torchvision.models.detection.image_list import ImageList

from cvdemo.nets.rpn import RPNConfig
from cvdemo.ops.anchors import anchor_sizes, grid_boxes, inside

CONFIG = RPNConfig()
SIZES = [(160, 192), (32, 32), (96, 224)]


def torchvisions(size: tuple[int, int]) -> np.ndarray:
    generator = AnchorGenerator(CONFIG.scales, (CONFIG.ratios,) * len(CONFIG.scales))
    height, width = size
    maps = [torch.zeros(1, 1, height // s, width // s) for s in CONFIG.strides]
    return generator(ImageList(torch.zeros(1, 3, height, width), [size]), maps)[0].numpy()


def ours(size: tuple[int, int], *, rounded: bool) -> np.ndarray:
    levels = []
    for stride, scales in zip(CONFIG.strides, CONFIG.scales, strict=True):
        sizes = anchor_sizes(scales, CONFIG.ratios)
        if rounded:
            sizes = 2 * np.round(sizes / 2)
        levels.append(grid_boxes(size[0] // stride, size[1] // stride, stride, sizes, centre=0))
    return np.concatenate(levels)


@pytest.mark.parametrize("size", SIZES)
def test_anchors_are_torchvisions(size: tuple[int, int]) -> None:
    """torchvision rounds the corners of its base anchors, ours are exact: half a pixel apart at most."""
    theirs = torchvisions(size)
    np.testing.assert_array_equal(ours(size, rounded=True), theirs)
    apart = np.abs(ours(size, rounded=False) - theirs)
    assert 0 < apart.max() <= 0.5


def test_anchors_have_the_area_of_their_scale_and_their_ratio() -> None:
    sizes = anchor_sizes((16, 40), (0.5, 1, 2))
    np.testing.assert_allclose(sizes.prod(axis=1), [256, 1600] * 3, rtol=1e-5)
    np.testing.assert_allclose(sizes[:, 1] / sizes[:, 0], [0.5, 0.5, 1, 1, 2, 2], rtol=1e-5)


@given(
    st.lists(st.tuples(*[st.integers(-20, 60)] * 4), max_size=20),
    st.tuples(st.integers(1, 40), st.integers(1, 40)),
)
def test_inside_is_every_corner_within(corners: list[tuple[int, ...]], size: tuple[int, int]) -> None:
    boxes = np.array([(min(a, c), min(b, d), max(a, c), max(b, d)) for a, b, c, d in corners], np.float32)
    height, width = size
    expected = [min(x1, y1) >= 0 and x2 <= width and y2 <= height for x1, y1, x2, y2 in boxes]
    assert inside(boxes.reshape(-1, 4), size).tolist() == expected
