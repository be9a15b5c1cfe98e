"""A stack of frames, its picture, and the first layer's weights taken apart."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn

from cvdemo.draw.stacks import beside, enlarged, filter_rows, gain_chart, response_grid
from cvdemo.labs.stacked.experiment import Stacked, filters_of, fringes, motion_before, stack_ending
from cvdemo.nets.early_fusion import STEP
from cvdemo.nets.frame_features import windows

RNG = np.random.default_rng(0)


def test_a_stack_ends_at_its_frame_and_repeats_the_first_before_the_beginning() -> None:
    frames = np.arange(6, dtype=np.uint8)[:, None, None, None] * np.ones((1, 2, 2, 3), np.uint8)
    assert stack_ending(frames, 4, 3)[:, 0, 0, 0].tolist() == [0, 2, 4]
    assert stack_ending(frames, 3, 5)[:, 0, 0, 0].tolist() == [0, 0, 0, 1, 3]
    assert stack_ending(frames, 3, 1)[:, 0, 0, 0].tolist() == [3]
    clip = torch.from_numpy(frames).permute(0, 3, 1, 2)[None].float()
    for end, length in ((5, 3), (2, 3), (5, 5)):  # as the nets have it
        seen = windows(clip, length, torch.tensor([end]), STEP)[0, 0, ::3, 0, 0]
        assert stack_ending(frames, end, length)[:, 0, 0, 0].tolist() == seen.tolist()


def test_the_motion_of_a_frame_is_the_one_that_leads_to_it() -> None:
    motion = RNG.normal(size=(3, 4, 5, 3)).astype(np.float32)
    seen = Stacked(np.zeros((4, 4, 5, 3), np.uint8), motion, {}, {})
    assert not motion_before(seen, 0).any() and motion_before(seen, 0).shape == (4, 5, 3)
    assert np.array_equal(motion_before(seen, 1), motion[0])
    assert np.array_equal(motion_before(seen, 3), motion[2])


def test_what_stands_still_is_grey_and_what_moves_is_coloured() -> None:
    stack = RNG.integers(0, 256, (1, 8, 8, 3), dtype=np.uint8).repeat(5, 0)
    assert np.ptp(fringes(stack), axis=-1).max() == 0
    stack[4, 2:4, 2:4] = 255 - stack[4, 2:4, 2:4]
    moved = np.ptp(fringes(stack).astype(int), axis=-1) > 0
    assert moved.any() and not moved[:2].any() and not moved[4:].any()
    assert np.array_equal(fringes(stack)[..., 0], fringes(stack)[..., 1])  # the last frame is blue


def test_filters_taken_apart_are_those_of_the_convolution() -> None:
    layer = nn.Conv2d(9, 4, 3, padding=1, bias=False)
    filters = filters_of(layer.weight.detach().numpy(), 3)
    assert filters.weights.shape == (4, 3, 3, 3, 3)
    frames = torch.rand(3, 3, 6, 6)
    apart = sum(
        nn.functional.conv2d(frames[k : k + 1], torch.from_numpy(filters.weights[:, k]), padding=1)
        for k in range(3)
    )
    torch.testing.assert_close(layer(frames.flatten(0, 1)[None]), apart)


def test_the_share_that_a_still_picture_does_not_see() -> None:
    still = RNG.normal(size=(1, 1, 3, 3, 3)).repeat(3, 1)
    motion = np.concatenate([still[:, :1], 0 * still[:, :1], -still[:, :1]], 1)
    weights = np.concatenate([still, motion]).reshape(2, 9, 3, 3).astype(np.float32)
    filters = filters_of(weights, 3)
    np.testing.assert_allclose(filters.moving, [0, 1], atol=1e-6)
    assert filters.order.tolist() == [1, 0]
    assert filters_of(weights[:, :3], 1).moving.tolist() == [0, 0]


def test_pictures_and_the_chart() -> None:
    tile = np.full((2, 3, 3), 7, np.uint8)
    sheet = beside([tile] * 3, 2, gap=1)
    assert sheet.shape == (5, 7, 3) and (sheet[3:, 4:] == 255).all()
    assert enlarged(tile, 4).shape == (8, 12, 3)
    weights = RNG.normal(size=(2, 3, 3, 3, 3)).astype(np.float32)
    rows = filter_rows(weights, 2)
    assert rows.shape == (2 * 6 + 6, 3 * 6 + 2 * 3, 3)
    assert rows[:6, :6].min() == 0 or rows[:6].max() == 255
    assert response_grid(np.abs(weights[0, :, 0]), 2, 1).shape == (10, 10, 3)
    chart = gain_chart([1, 3], {"all": [0.5, 0.9]}, {"all": "#000000"}, "accuracy")
    assert list(chart.data[0].y) == [0.5, 0.9]
