"""U-Net of stacked frames: it begins as the net of one frame, and its training sees both orders of time."""

from __future__ import annotations

import numpy as np
import torch

from cvdemo.nets.backbone import BackboneConfig
from cvdemo.nets.unet import UNet, UNetConfig
from cvdemo.train.frames import as_channels, turned
from cvdemo.world import FrameStack

SMALL = UNetConfig(classes=3, decoder=(8, 8, 8, 8), backbone=BackboneConfig((8, 8, 8, 8, 8)))


def test_a_stack_begins_as_the_net_of_its_middle_frame() -> None:
    torch.manual_seed(0)
    one = UNet(SMALL).eval()
    three = UNet(UNetConfig(3, 3, SMALL.decoder, backbone=SMALL.backbone)).eval()
    three.load_state_dict(three.from_start(one.state_dict()))
    stacks = torch.rand(2, 9, 40, 52)
    torch.testing.assert_close(three(stacks).logits, one(stacks[:, 3:6]).logits, atol=1e-5, rtol=1e-5)
    assert one.from_start(one.state_dict()).keys() == one.state_dict().keys()


def test_views_of_a_stack() -> None:
    rng = np.random.default_rng(0)
    frames = rng.integers(0, 256, (3, 4, 5, 3)).astype(np.uint8)
    stack = FrameStack(frames, rng.integers(0, 3, (4, 5)).astype(np.uint8))
    mirrored, back = turned(stack, True, False), turned(stack, False, True)
    assert (mirrored.frames[:, :, 0] == frames[:, :, -1]).all()
    assert (mirrored.semantic[:, 0] == stack.semantic[:, -1]).all()
    assert (back.frames[0] == frames[2]).all() and (back.semantic == stack.semantic).all()
    x = as_channels(frames[None], "cpu")
    assert x.shape == (1, 9, 4, 5)
    assert torch.equal((x[0, 3:6] * 255).round(), torch.from_numpy(frames[1]).permute(2, 0, 1).float())
