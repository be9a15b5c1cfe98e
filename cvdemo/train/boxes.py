"""Teaching a detector of default boxes."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
import torch
from torch import Tensor, nn

from cvdemo.nets.ssd import SSD, Things, ssd_loss
from cvdemo.train.scenes import Sample
from cvdemo.train.task import Progress, as_tensor, flip_half, mixed_precision


class Boxes:
    """SSD on scenes, mirrored or not."""

    metric = "AP"

    def build(self) -> SSD:
        return SSD()

    def loss(
        self, net: nn.Module, batch: list[Sample], dice: np.random.Generator, device: torch.device
    ) -> Tensor:
        batch = flip_half(batch, dice)
        pictures = as_tensor(np.stack([s.picture for s in batch]), device)
        truth = [
            Things(*(torch.from_numpy(v).to(device) for v in (s.boxes, s.classes, s.difficult)))
            for s in batch
        ]
        with mixed_precision(device):
            trace = net(pictures)
        return ssd_loss(trace, truth, cast(SSD, net).config).total

    def measure(
        self, net: nn.Module, *, split: str, n: int, device: str, progress: Progress = iter
    ) -> dict[str, Any]:
        from cvdemo.zoo import spec
        from cvdemo.zoo.drawn import DrawnDetector
        from cvdemo.zoo.evaluate import drawn_data, evaluate

        model = DrawnDetector(spec("ssd"), device, cast(SSD, net))
        return evaluate(model, drawn_data(split, n), progress=progress)
