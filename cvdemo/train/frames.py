"""Training a net that segments a frame among its neighbours."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

from cvdemo.nets.losses import trace_loss
from cvdemo.nets.unet import UNet
from cvdemo.train.task import HeldOut, NetTask, mixed_precision
from cvdemo.world import FrameStack


class FramesTask(NetTask):
    """A U-Net of so many frames, by its key, on stacks, mirrored or not, in either order of time."""

    metric = "mIoU"
    held_out = HeldOut("world-frames", "stacks of frames")

    def loss(
        self, net: nn.Module, batch: list[FrameStack], rng: np.random.Generator, device: torch.device
    ) -> Tensor:
        assert isinstance(net, UNet)
        stacks = [turned(s.inner(net.config.frames), *(rng.random(2) < 0.5)) for s in batch]
        labels = torch.from_numpy(np.stack([s.semantic for s in stacks]).astype(np.int64)).to(device)
        with mixed_precision(device):
            trace = net(as_channels(np.stack([s.frames for s in stacks]), device))
        return trace_loss(trace, labels)


def turned(stack: FrameStack, mirror: bool, backwards: bool) -> FrameStack:
    """The stack in a mirror, backwards in time, both or neither."""
    frames, semantic = stack
    if mirror:
        frames, semantic = frames[:, :, ::-1], semantic[:, ::-1]
    return FrameStack(frames[::-1] if backwards else frames, semantic)


def as_channels(stacks: np.ndarray, device: torch.device | str) -> Tensor:
    """Stacks uint8 [N, n, H, W, 3] as floats [N, 3 * n, H, W] in 0..1, the first frame's colours first."""
    x = torch.from_numpy(np.ascontiguousarray(stacks)).to(device).permute(0, 1, 4, 2, 3)
    return x.flatten(1, 2).float() / 255
