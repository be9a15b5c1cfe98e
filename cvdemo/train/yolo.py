"""Training YOLO to say what is centred in each cell of its grid."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

from cvdemo.nets.yolo import yolo_loss
from cvdemo.train.scenes import Sample
from cvdemo.train.ssd import forward_batch
from cvdemo.train.task import NetTask


class YOLOTask(NetTask):
    """YOLO on scenes, mirrored or not."""

    def loss(
        self, net: nn.Module, batch: list[Sample], rng: np.random.Generator, device: torch.device
    ) -> Tensor:
        trace, truth = forward_batch(net, batch, rng, device)
        return yolo_loss(trace, truth).total
