"""Training detectors that propose regions by themselves and then classify them: Faster R-CNN and R-FCN."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
import torch
from torch import Tensor, nn

from cvdemo.nets.faster_rcnn import FasterRCNN, faster_rcnn_loss
from cvdemo.nets.rfcn import RFCN
from cvdemo.train.scenes import Sample
from cvdemo.train.ssd import evaluate_drawn, pictures_and_targets
from cvdemo.train.task import Progress, flip_half, mixed_precision

NETS: dict[str, type[FasterRCNN]] = {"faster-rcnn": FasterRCNN, "rfcn": RFCN}


class FasterRCNNTask:
    """One of `NETS` by its key, both halves together, on scenes, mirrored or not."""

    metric = "AP"

    def __init__(self, key: str) -> None:
        self.key = key

    def build(self) -> FasterRCNN:
        return NETS[self.key]()

    def loss(
        self, net: nn.Module, batch: list[Sample], rng: np.random.Generator, device: torch.device
    ) -> Tensor:
        pictures, truth = pictures_and_targets(flip_half(batch, rng), device)
        return faster_rcnn_loss(cast(FasterRCNN, net), pictures, truth, mixed_precision(device))

    def measure(
        self, net: nn.Module, *, split: str, n: int, device: str, progress: Progress = iter
    ) -> dict[str, Any]:
        return evaluate_drawn(self.key, net, split=split, n=n, device=device, progress=progress)
