"""The wheel's colours, against torchvision's."""

from __future__ import annotations

import numpy as np
import torch
from torchvision.utils import flow_to_image

from cvdemo.draw.flow import draw_arrows, error_colours, flow_colours, wheel_picture


def test_colours_are_those_of_torchvision() -> None:
    rng = np.random.default_rng(0)
    for _ in range(5):
        flow = rng.normal(size=(40, 60, 2)).astype(np.float32) * rng.uniform(0.1, 50)
        theirs = flow_to_image(torch.from_numpy(flow).permute(2, 0, 1)).permute(1, 2, 0).numpy()
        assert np.abs(flow_colours(flow).astype(int) - theirs).max() <= 1


def test_no_motion_is_white_right_is_red_and_the_unknown_black() -> None:
    flow = np.array([[[0, 0], [2, 0], [np.nan, 0], [8, 0]]], np.float32)
    assert flow_colours(flow, 4)[0].tolist() == [
        [255, 255, 255], [255, 127, 127], [0, 0, 0], [191, 0, 0],
    ]  # fmt: skip
    assert (flow_colours(np.zeros((3, 3, 2), np.float32)) == 255).all()


def test_the_key_is_round() -> None:
    key = wheel_picture(64)
    assert key.shape == (64, 64, 4) and key[0, 0, 3] == 0 and key[32, 32, 3] == 255
    assert key[32, 62, 0] == 255 and key[32, 62, 1:3].max() < 20


def test_the_error_is_bright_where_the_flow_is_off() -> None:
    truth = np.zeros((4, 4, 2), np.float32)
    flow = truth.copy()
    flow[1, 2] = 5, 0
    shown = error_colours(flow, truth).astype(int).sum(axis=-1)
    assert np.unravel_index(shown.argmax(), shown.shape) == (1, 2) and (shown == shown[0, 0]).sum() == 15


def test_arrows_begin_on_the_grid_and_leave_the_picture_alone() -> None:
    picture = np.full((32, 48, 3), 90, np.uint8)
    flow = np.zeros((32, 48, 2), np.float32)
    flow[..., 0] = 6
    shown = draw_arrows(picture, flow)
    assert (picture == 90).all() and (shown[8, 8:15] != 90).any(axis=-1).all() and (shown[16] == 90).all()
    dots = draw_arrows(picture, np.zeros_like(flow))
    assert (dots[8, 8] == 255).all() and (dots != 90).any(axis=-1).sum() < 100
