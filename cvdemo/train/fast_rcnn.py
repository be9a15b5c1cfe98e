"""Training Fast R-CNN from regions that come with the scenes."""

from __future__ import annotations

from typing import cast

import numpy as np
import torch
from torch import Tensor, nn

from cvdemo.nets.fast_rcnn import FastRCNN, fast_rcnn_loss
from cvdemo.train.scenes import Sample
from cvdemo.train.ssd import pictures_and_targets
from cvdemo.train.task import NetTask, flip_half, mixed_precision


class FastRCNNTask(NetTask):
    """Fast R-CNN on scenes, mirrored or not, with Selective Search's proposals."""

    def loss(
        self, net: nn.Module, batch: list[Sample], rng: np.random.Generator, device: torch.device
    ) -> Tensor:
        batch = flip_half(batch, rng)
        pictures, truth = pictures_and_targets(batch, device)
        boxes = [torch.from_numpy(s.proposals).to(device) for s in batch]
        return fast_rcnn_loss(cast(FastRCNN, net), pictures, boxes, truth, mixed_precision(device))
