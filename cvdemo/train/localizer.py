"""Training one class and one box on scenes with one object."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

from cvdemo.nets.localizer import localizer_loss
from cvdemo.train.scenes import Sample
from cvdemo.train.ssd import forward_batch
from cvdemo.train.task import NetTask
from cvdemo.zoo.entries import entry


class LocalizerTask(NetTask):
    """The localizer with the box's weight of its key, on scenes mirrored or not."""

    metric = "box_IoU"

    def loss(
        self, net: nn.Module, batch: list[Sample], rng: np.random.Generator, device: torch.device
    ) -> Tensor:
        trace, truth = forward_batch(net, batch, rng, device)
        return localizer_loss(trace, truth).total(entry(self.key).options["box_weight"])
