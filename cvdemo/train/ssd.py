"""Training SSD, and what training detectors has in common."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
import torch
from torch import Tensor, nn

from cvdemo.nets.matching import Targets
from cvdemo.nets.ssd import SSD, ssd_loss
from cvdemo.train.scenes import Sample
from cvdemo.train.task import NetTask, as_tensor, flip_half, mixed_precision


class SSDTask(NetTask):
    """SSD on scenes, mirrored or not."""

    def loss(
        self, net: nn.Module, batch: list[Sample], rng: np.random.Generator, device: torch.device
    ) -> Tensor:
        trace, truth = forward_batch(net, batch, rng, device)
        return ssd_loss(trace, truth, cast(SSD, net).config).total


def pictures_and_targets(batch: list[Sample], device: torch.device) -> tuple[Tensor, list[Targets]]:
    """Pictures [N, 3, H, W] of a batch in 0..1, and what each shows."""
    pictures = as_tensor(np.stack([s.picture for s in batch]), device)
    truth = [
        Targets(*(torch.from_numpy(v).to(device) for v in (s.boxes, s.classes, s.difficult))) for s in batch
    ]
    return pictures, truth


def forward_batch(
    net: nn.Module, batch: list[Sample], rng: np.random.Generator, device: torch.device
) -> tuple[Any, list[Targets]]:
    """The net's trace of a batch, its scenes mirrored or not, and what each shows."""
    pictures, truth = pictures_and_targets(flip_half(batch, rng), device)
    with mixed_precision(device):
        return net(pictures), truth
