"""Training nets of optical flow on pairs of frames of drawn clips, whose motion is exact."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from cvdemo.nets.flownet import multiscale_loss
from cvdemo.nets.raft import sequence_loss
from cvdemo.train.flow_views import random_view
from cvdemo.train.task import HeldOut, NetTask, as_tensor, mixed_precision
from cvdemo.world import FlowPair
from cvdemo.zoo.entry import NOTHING

LIGHT = 0.2
"""Largest change of brightness, contrast and each colour of both pictures; a tenth of it for one alone."""


class FlowTask(NetTask):
    """What nets of optical flow have in common: views of pairs, in another light, cut to a size."""

    metric = "EPE"
    held_out = HeldOut("world-flow", "pairs", 200)
    size = (192, 160)
    far = 0.0
    """Share of the views with large motions."""
    options: Mapping[str, Any] = NOTHING
    """Further arguments of the net while it is trained."""

    def loss(
        self, net: nn.Module, batch: list[FlowPair], rng: np.random.Generator, device: torch.device
    ) -> Tensor:
        views = [random_view(pair, self.size, rng, far=self.far) for pair in batch]
        first, second, flow, known = zip(*views, strict=True)
        pictures = relit(as_tensor(np.stack([*first, *second]), device), rng)
        target = torch.from_numpy(np.stack(flow)).to(device).permute(0, 3, 1, 2)  # [N, 2, H, W]
        with mixed_precision(device):
            trace = net(*pictures.chunk(2), **self.options)
        return self.trace_loss(trace, target, torch.from_numpy(np.stack(known)).to(device))

    def trace_loss(self, trace: Any, target: Tensor, known: Tensor) -> Tensor:
        """The loss of a trace, of the target flow [N, 2, H, W] where it is known [N, H, W]."""
        raise NotImplementedError


class FlowNetTask(FlowTask):
    """FlowNetS: the end-point error at all scales."""

    def trace_loss(self, trace: Any, target: Tensor, known: Tensor) -> Tensor:
        return multiscale_loss(trace, target, known)


class RAFTTask(FlowTask):
    """RAFT: the distance of every update's flow, on parts of the pictures.

    Half of the views have large motions. Without them nearly all motion is within one cell of the map, where
    the correlations differ little, and training stayed at no motion at all.
    """

    size = (160, 128)
    far = 0.5
    options: Mapping[str, Any] = MappingProxyType({"updates": 5})

    def trace_loss(self, trace: Any, target: Tensor, known: Tensor) -> Tensor:
        return sequence_loss(trace, target, known)


def relit(pictures: Tensor, rng: np.random.Generator) -> Tensor:
    """Pictures [2 N, 3, H, W] in 0..1, the first and then the second ones, in another light.

    Both of a pair change alike, and a little each by itself.
    """
    n = len(pictures) // 2
    both, alone = rng.uniform(-LIGHT, LIGHT, (3, n, 3)), rng.uniform(-LIGHT, LIGHT, (3, 2 * n, 3)) / 10
    change = np.concatenate([both, both], axis=1) + alone
    change[1:] = change[1:].mean(axis=2, keepdims=True)  # the colours are only scaled one by one
    colour, contrast, brightness = torch.from_numpy(change).to(pictures)[..., None, None]
    return ((pictures * (1 + colour) - 0.5) * (1 + contrast) + 0.5 + brightness).clamp(0, 1)
