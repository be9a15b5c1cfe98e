"""Training detectors that propose regions by themselves and then classify them: Faster R-CNN and R-FCN."""

from __future__ import annotations

from typing import cast

import numpy as np
import torch
from torch import Tensor, nn

from cvdemo.nets.faster_rcnn import FasterRCNN, faster_rcnn_loss
from cvdemo.train.scenes import Sample
from cvdemo.train.ssd import pictures_and_targets
from cvdemo.train.task import NetTask, flip_half, mixed_precision


class FasterRCNNTask(NetTask):
    """Both halves together, on scenes, mirrored or not."""

    def loss(
        self, net: nn.Module, batch: list[Sample], rng: np.random.Generator, device: torch.device
    ) -> Tensor:
        pictures, truth = pictures_and_targets(flip_half(batch, rng), device)
        return faster_rcnn_loss(cast(FasterRCNN, net), pictures, truth, mixed_precision(device))
