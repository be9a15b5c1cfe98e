"""Training YOLO to say what is centred in each cell of its grid."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from cvdemo.nets.yolo import YOLO, yolo_loss
from cvdemo.train.scenes import Sample
from cvdemo.train.ssd import evaluate_drawn, forward_batch
from cvdemo.train.task import Progress


class YOLOTask:
    """YOLO on scenes, mirrored or not."""

    metric = "AP"

    def build(self) -> YOLO:
        return YOLO()

    def loss(
        self, net: nn.Module, batch: list[Sample], rng: np.random.Generator, device: torch.device
    ) -> Tensor:
        trace, truth = forward_batch(net, batch, rng, device)
        return yolo_loss(trace, truth).total

    def measure(
        self, net: nn.Module, *, split: str, n: int, device: str, progress: Progress = iter
    ) -> dict[str, Any]:
        return evaluate_drawn("yolo", net, split=split, n=n, device=device, progress=progress)
