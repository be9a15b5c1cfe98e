"""Training a net that gives a class to every pixel."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from cvdemo.nets.losses import trace_loss
from cvdemo.nets.segmenters import segmenter
from cvdemo.train.scenes import Sample
from cvdemo.train.task import Progress, as_tensor, flip_half, mixed_precision


class SegmenterTask:
    """Any of `cvdemo.nets.segmenters`, by its key, on scenes, mirrored or not."""

    metric = "mIoU"

    def __init__(self, key: str) -> None:
        self.key = key

    def build(self) -> nn.Module:
        return segmenter(self.key)

    def loss(
        self, net: nn.Module, batch: list[Sample], rng: np.random.Generator, device: torch.device
    ) -> Tensor:
        batch = flip_half(batch, rng)
        pictures = as_tensor(np.stack([s.picture for s in batch]), device)
        labels = torch.from_numpy(np.stack([s.semantic for s in batch]).astype(np.int64)).to(device)
        with mixed_precision(device):
            trace = net(pictures)
        return trace_loss(trace, labels)

    def measure(
        self, net: nn.Module, *, split: str, n: int, device: str, progress: Progress = iter
    ) -> dict[str, Any]:
        from cvdemo.zoo import spec
        from cvdemo.zoo.drawn import TraceSegmenter
        from cvdemo.zoo.evaluate_maps import drawn_maps, evaluate_maps

        return evaluate_maps(
            TraceSegmenter(spec(self.key), device, net), drawn_maps(split, n), progress=progress
        )
