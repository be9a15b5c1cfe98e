"""Teaching a net that gives a class to every pixel."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from cvdemo.nets.unet import UNet, segmentation_loss
from cvdemo.train.scenes import Sample
from cvdemo.train.task import Progress, as_tensor, flip_half, mixed_precision


class Maps:
    """U-Net on scenes, mirrored or not."""

    metric = "mIoU"

    def build(self) -> UNet:
        return UNet()

    def loss(
        self, net: nn.Module, batch: list[Sample], dice: np.random.Generator, device: torch.device
    ) -> Tensor:
        batch = flip_half(batch, dice)
        pictures = as_tensor(np.stack([s.picture for s in batch]), device)
        labels = torch.from_numpy(np.stack([s.semantic for s in batch]).astype(np.int64)).to(device)
        with mixed_precision(device):
            logits = net(pictures).logits
        return segmentation_loss(logits.float(), labels)

    def measure(
        self, net: nn.Module, *, split: str, n: int, device: str, progress: Progress = iter
    ) -> dict[str, Any]:
        from cvdemo.zoo import spec
        from cvdemo.zoo.drawn import DrawnSegmenter
        from cvdemo.zoo.evaluate_maps import drawn_maps, evaluate_maps

        return evaluate_maps(
            DrawnSegmenter(spec("unet"), device, net), drawn_maps(split, n), progress=progress
        )
