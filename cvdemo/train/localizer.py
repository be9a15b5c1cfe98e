"""Training one class and one box on scenes with one object."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from cvdemo.nets.localizer import WEIGHTS, Localizer, localizer_loss
from cvdemo.train.scenes import Sample
from cvdemo.train.ssd import forward_batch
from cvdemo.train.task import Progress
from cvdemo.world.difficulty import named


class LocalizerTask:
    """The localizer with the box's weight of its key, on scenes mirrored or not."""

    metric = "box_IoU"
    knobs = ("objects=1",)

    def __init__(self, key: str) -> None:
        self.key = key

    def build(self) -> Localizer:
        return Localizer()

    def loss(
        self, net: nn.Module, batch: list[Sample], rng: np.random.Generator, device: torch.device
    ) -> Tensor:
        trace, truth = forward_batch(net, batch, rng, device)
        return localizer_loss(trace, truth).total(WEIGHTS[self.key])

    def measure(
        self, net: nn.Module, *, split: str, n: int, device: str, progress: Progress = iter
    ) -> dict[str, Any]:
        from cvdemo.zoo import spec
        from cvdemo.zoo.drawn import DrawnDetector
        from cvdemo.zoo.evaluate import drawn_data, evaluate

        scenes = drawn_data(split, n, named("normal", objects=1))
        return evaluate(DrawnDetector(spec(self.key), device, net), scenes, progress=progress)
