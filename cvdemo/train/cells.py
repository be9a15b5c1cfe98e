"""Teaching YOLO what is centred in each cell of its grid."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from cvdemo.nets.yolo import YOLO, yolo_loss
from cvdemo.train.boxes import score_drawn, traced
from cvdemo.train.scenes import Sample
from cvdemo.train.task import Progress


class Cells:
    """YOLO on scenes, mirrored or not."""

    metric = "AP"

    def build(self) -> YOLO:
        return YOLO()

    def loss(
        self, net: nn.Module, batch: list[Sample], dice: np.random.Generator, device: torch.device
    ) -> Tensor:
        trace, truth = traced(net, batch, dice, device)
        return yolo_loss(trace, truth).total

    def measure(
        self, net: nn.Module, *, split: str, n: int, device: str, progress: Progress = iter
    ) -> dict[str, Any]:
        return score_drawn("yolo", net, split=split, n=n, device=device, progress=progress)
