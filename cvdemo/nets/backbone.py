"""The small residual backbone that the drawn world's nets share, and a classifier to pretrain it.

A ResNet (arXiv:1512.03385) a tenth as wide: five feature maps at strides 2, 4, 8, 16 and 32.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from torch import Tensor, nn

from cvdemo.nets.blocks import ConvNorm, Residual, pad_to_stride

STRIDES = (2, 4, 8, 16, 32)


@dataclass(frozen=True)
class BackboneConfig:
    """Channels of the maps at strides 2 to 32, and the residual blocks that make each but the first."""

    channels: tuple[int, ...] = (16, 32, 64, 96, 128)
    depths: tuple[int, ...] = (1, 2, 2, 1)


class Backbone(nn.Module):
    """Pictures [N, 3, H, W], to feature maps [N, C, H/s, W/s] at `STRIDES`; H and W divide by 32."""

    def __init__(self, config: BackboneConfig | None = None) -> None:
        super().__init__()
        self.config = config = config or BackboneConfig()
        stem, *wider = config.channels
        self.stem = nn.Sequential(ConvNorm(3, stem, stride=2), ConvNorm(stem, stem))
        self.stages = nn.ModuleList()
        inputs = stem
        for outputs, depth in zip(wider, config.depths, strict=True):
            more = [Residual(outputs, outputs) for _ in range(depth - 1)]
            self.stages.append(nn.Sequential(Residual(inputs, outputs, stride=2), *more))
            inputs = outputs

    def forward(self, pictures: Tensor) -> tuple[Tensor, ...]:
        maps = [self.stem((pictures - 0.5) / 0.25)]  # [N, 16, H/2, W/2]
        for stage in self.stages:
            maps.append(stage(maps[-1]))  # [N, 32, H/4, W/4] ... [N, 128, H/32, W/32]
        return tuple(maps)


class ClassifierTrace(NamedTuple):
    """The backbone's five feature maps, and the logits [N, K] of the classes."""

    features: tuple[Tensor, ...]
    logits: Tensor


class Classifier(nn.Module):
    """The backbone with global average pooling and one linear layer: what is on a cut-out?"""

    def __init__(self, classes: int, config: BackboneConfig | None = None) -> None:
        super().__init__()
        self.backbone = Backbone(config)
        self.linear = nn.Linear(self.backbone.config.channels[-1], classes)

    def forward(self, pictures: Tensor) -> ClassifierTrace:
        """Logits of pictures [N, 3, H, W] of any size, RGB in 0..1."""
        features = self.backbone(pad_to_stride(pictures, STRIDES[-1]))
        return ClassifierTrace(features, self.linear(features[-1].mean(dim=(2, 3))))  # [N, K]
