"""Training Fast R-CNN from regions that come with the scenes."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
import torch
from torch import Tensor, nn

from cvdemo.nets.fast_rcnn import FastRCNN, fast_rcnn_loss
from cvdemo.train.scenes import Sample
from cvdemo.train.ssd import pictures_and_targets
from cvdemo.train.task import Progress, flip_half, mixed_precision


class FastRCNNTask:
    """Fast R-CNN on scenes, mirrored or not, with Selective Search's proposals."""

    metric = "AP"

    def build(self) -> FastRCNN:
        return FastRCNN()

    def loss(
        self, net: nn.Module, batch: list[Sample], rng: np.random.Generator, device: torch.device
    ) -> Tensor:
        batch = flip_half(batch, rng)
        pictures, truth = pictures_and_targets(batch, device)
        boxes = [torch.from_numpy(s.proposals).to(device) for s in batch]
        return fast_rcnn_loss(cast(FastRCNN, net), pictures, boxes, truth, mixed_precision(device))

    def measure(
        self, net: nn.Module, *, split: str, n: int, device: str, progress: Progress = iter
    ) -> dict[str, Any]:
        from cvdemo.zoo import spec
        from cvdemo.zoo.drawn_regions import FastRCNNDetector
        from cvdemo.zoo.evaluate import drawn_data, evaluate

        model = FastRCNNDetector(spec("fast-rcnn"), device, cast(FastRCNN, net))
        return evaluate(model, drawn_data(split, n), progress=progress)
