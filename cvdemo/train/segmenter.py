"""Training a net that gives a class to every pixel."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

from cvdemo.nets.losses import trace_loss
from cvdemo.train.scenes import Sample
from cvdemo.train.task import NetTask, as_tensor, flip_half, mixed_precision


class SegmenterTask(NetTask):
    """Any segmenter of `cvdemo.zoo.entries`, by its key, on scenes, mirrored or not."""

    metric = "mIoU"
    dice = True  # beside cross-entropy in the loss

    def loss(
        self, net: nn.Module, batch: list[Sample], rng: np.random.Generator, device: torch.device
    ) -> Tensor:
        batch = flip_half(batch, rng)
        pictures = as_tensor(np.stack([s.picture for s in batch]), device)
        labels = torch.from_numpy(np.stack([s.semantic for s in batch]).astype(np.int64)).to(device)
        with mixed_precision(device):
            trace = net(pictures)
        return trace_loss(trace, labels, dice=self.dice)


class CrossEntropyTask(SegmenterTask):
    """The same with cross-entropy alone."""

    dice = False
