"""Teaching a detector of default boxes, and what all teachers of detectors share."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
import torch
from torch import Tensor, nn

from cvdemo.nets.matching import Things
from cvdemo.nets.ssd import SSD, ssd_loss
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
        trace, truth = traced(net, batch, dice, device)
        return ssd_loss(trace, truth, cast(SSD, net).config).total

    def measure(
        self, net: nn.Module, *, split: str, n: int, device: str, progress: Progress = iter
    ) -> dict[str, Any]:
        return score_drawn("ssd", net, split=split, n=n, device=device, progress=progress)


def pictures_and_things(batch: list[Sample], device: torch.device) -> tuple[Tensor, list[Things]]:
    """Pictures [N, 3, H, W] of a batch in 0..1, and what each shows."""
    pictures = as_tensor(np.stack([s.picture for s in batch]), device)
    truth = [
        Things(*(torch.from_numpy(v).to(device) for v in (s.boxes, s.classes, s.difficult))) for s in batch
    ]
    return pictures, truth


def traced(
    net: nn.Module, batch: list[Sample], dice: np.random.Generator, device: torch.device
) -> tuple[Any, list[Things]]:
    """The net's trace of a batch, its scenes mirrored or not, and what each shows."""
    pictures, truth = pictures_and_things(flip_half(batch, dice), device)
    with mixed_precision(device):
        return net(pictures), truth


def score_drawn(
    key: str, net: nn.Module, *, split: str, n: int, device: str, progress: Progress = iter
) -> dict[str, Any]:
    """COCO's twelve numbers of a net on n scenes of a split, as the catalogue's detector of the key."""
    from cvdemo.zoo import spec
    from cvdemo.zoo.drawn import DrawnDetector
    from cvdemo.zoo.evaluate import drawn_data, evaluate

    return evaluate(DrawnDetector(spec(key), device, net), drawn_data(split, n), progress=progress)
