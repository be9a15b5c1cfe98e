"""What the loop needs of a task: a net, a loss of a batch, and a score on held-out scenes."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from cvdemo.ops.keypoints import mirrored_keypoints
from cvdemo.train.recipes import Recipe
from cvdemo.train.scenes import Sample
from cvdemo.world.captions.words import mirrored_caption
from cvdemo.world.difficulty import named
from cvdemo.zoo.entries import build_net, entry

Progress = Callable[[Iterable[Any]], Iterable[Any]]


class HeldOut(NamedTuple):
    """The drawn data that nets are scored on (`cvdemo evaluate`), and how many of what are the test."""

    data: str = "world"
    unit: str = "scenes"
    n: int = 500


class TrainingTask(Protocol):
    """One way of training a net from drawn samples."""

    metric: str
    """Which of the measured numbers is the net's figure."""

    held_out: HeldOut
    """What the nets are scored on."""

    def build(self) -> nn.Module:
        """The untrained net."""

    def loss(
        self, net: nn.Module, batch: list[Any], rng: np.random.Generator, device: torch.device
    ) -> Tensor:
        """The loss of a batch, flipped and cut as `rng` says."""

    def measure(
        self, net: nn.Module, *, split: str, n: int, device: str, progress: Progress = iter
    ) -> dict[str, Any]:
        """Numbers of the net on the first n of a split of what is held out."""


class NetTask:
    """What the training tasks of the zoo's nets have in common: the net of a key, and how it is scored."""

    metric = "AP"
    held_out = HeldOut()

    def __init__(self, key: str) -> None:
        self.key = key

    @property
    def scored_as(self) -> str:
        """The key of the net whose evaluation it has: its own, or for a stage that of the whole net."""
        return self.key

    def build(self) -> nn.Module:
        """The untrained net of the key."""
        return build_net(self.key)

    def measure(
        self, net: nn.Module, *, split: str, n: int, device: str, progress: Progress = iter
    ) -> dict[str, Any]:
        """The numbers of the evaluator of the net's task, on what is held out for it."""
        from cvdemo.zoo.evaluators import open_data, score

        own = entry(self.scored_as)
        data = open_data(own.spec(), f"{self.held_out.data}:{split}", n, named("normal", **own.knobs))
        return score(own.model(net, device), data, progress=progress)


def task_of(recipe: Recipe) -> TrainingTask:
    """The task of a recipe, told its net where the recipe names one."""
    module, name, *net = recipe.task.split(":")
    task: TrainingTask = getattr(importlib.import_module(module), name)(*net)
    return task


def mixed_precision(device: torch.device) -> torch.autocast:
    """bfloat16 where the device computes in it: a GPU, or a CPU with the AVX-512 BF16 instructions."""
    on = device.type == "cuda" or (device.type == "cpu" and torch.cpu._is_avx512_bf16_supported())
    return torch.autocast(device.type, torch.bfloat16, enabled=on)


def as_tensor(pictures: np.ndarray, device: torch.device) -> Tensor:
    """Pictures uint8 [N, H, W, 3] as floats [N, 3, H, W] in 0..1."""
    return torch.from_numpy(np.ascontiguousarray(pictures)).to(device).permute(0, 3, 1, 2).float() / 255


def flipped(sample: Sample) -> Sample:
    """The scene seen in a mirror."""
    return sample._replace(
        picture=sample.picture[:, ::-1],
        semantic=sample.semantic[:, ::-1],
        boxes=mirrored(sample.boxes, sample.picture.shape[1]),
        proposals=mirrored(sample.proposals, sample.picture.shape[1]),
        instances=sample.instances[:, ::-1],
        keypoints=mirrored_keypoints(sample.keypoints, sample.picture.shape[1]),
        captions=tuple(map(mirrored_caption, sample.captions)),
        regions=tuple(region._replace(text=mirrored_caption(region.text)) for region in sample.regions),
    )


def mirrored(boxes: NDArray[np.float32], width: int) -> NDArray[np.float32]:
    """Boxes [N, 4] x1 y1 x2 y2 as they lie in a mirror of a picture of that width."""
    boxes_mirrored = boxes.copy()
    boxes_mirrored[:, [0, 2]] = width - boxes[:, [2, 0]]
    return boxes_mirrored


def flip_half(batch: list[Sample], rng: np.random.Generator) -> list[Sample]:
    """The batch, each scene mirrored or not."""
    return [flipped(s) if turn else s for s, turn in zip(batch, rng.random(len(batch)) < 0.5, strict=True)]
