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
    """Channels of the maps at strides 2, 4 ... 32, and the residual blocks that make each but the first.

    With fewer channels there are fewer maps. `inputs` are the channels of the pictures, `filters` those of
    the very first convolution where they are not as many as the first map's. From `output_stride`
    (4 to 32) on, the maps stay as large as they are and the convolutions are dilated instead
    (arXiv:1706.05587, sec. 3.1); the weights are the same.
    """

    channels: tuple[int, ...] = (16, 32, 64, 96, 128)
    depths: tuple[int, ...] = (1, 2, 2, 1)
    output_stride: int = STRIDES[-1]
    inputs: int = 3
    filters: int = 0

    @property
    def strides(self) -> tuple[int, ...]:
        """Pixels of the picture between two cells of each map."""
        return tuple(min(s, self.output_stride) for s in STRIDES[: len(self.channels)])


LIGHT = BackboneConfig(channels=(16, 16, 32, 48, 64), depths=(1, 1, 1, 1))
"""Half as wide from stride 4 on, one block for each map, a sixth of the weights: the light extractor.

Fewer than 16 channels are no good: torch 2.15's gradients of such convolutions in bfloat16 crash on a CPU.
"""


class Backbone(nn.Module):
    """Pictures [N, 3, H, W], to five feature maps [N, C, H/s, W/s] at the configuration's strides.

    H and W divide by the last map's stride, 32 unless the configuration says otherwise.
    """

    def __init__(self, config: BackboneConfig | None = None) -> None:
        super().__init__()
        self.config = config = config or BackboneConfig()
        stem, *wider = config.channels
        filters = config.filters or stem
        self.stem = nn.Sequential(ConvNorm(config.inputs, filters, stride=2), ConvNorm(filters, stem))
        self.stages = nn.ModuleList()
        inputs, before = stem, 1
        strides = STRIDES[1 : len(config.channels)]
        levels = zip(wider, config.depths, strides, config.strides[:-1], strict=True)
        for outputs, depth, stride, last in levels:
            dilation = max(1, stride // config.output_stride)
            down = 2 if last < config.output_stride else 1
            first = Residual(inputs, outputs, stride=down, dilation=(before, dilation), project=True)
            more = [Residual(outputs, outputs, dilation=(dilation, dilation)) for _ in range(depth - 1)]
            self.stages.append(nn.Sequential(first, *more))
            inputs, before = outputs, dilation

    @property
    def channels(self) -> tuple[int, ...]:
        """Channels of the five maps."""
        return self.config.channels

    @property
    def strides(self) -> tuple[int, ...]:
        """Pixels of the picture between two cells of each map."""
        return self.config.strides

    def forward(self, pictures: Tensor) -> tuple[Tensor, ...]:
        maps = [self.stem((pictures - 0.5) / 0.25)]  # [N, 16, H/2, W/2]
        for stage in self.stages:
            maps.append(stage(maps[-1]))  # [N, 32, H/4, W/4] ... [N, 128, H/32, W/32]
        return tuple(maps)


class ClassifierTrace(NamedTuple):
    """The backbone's five feature maps, and the logits [N, K] of the classes."""

    features: tuple[Tensor, ...]
    logits: Tensor


class BackboneClassifier(nn.Module):
    """The backbone with global average pooling and one linear layer: what is on a cut-out?"""

    def __init__(self, classes: int = 8, config: BackboneConfig | None = None) -> None:
        super().__init__()
        self.backbone = Backbone(config)
        self.linear = nn.Linear(self.backbone.config.channels[-1], classes)

    def forward(self, pictures: Tensor) -> ClassifierTrace:
        """Logits of pictures [N, 3, H, W] of any size, RGB in 0..1."""
        features = self.backbone(pad_to_stride(pictures, STRIDES[-1]))
        return ClassifierTrace(features, self.linear(features[-1].mean(dim=(2, 3))))  # [N, K]


def light_classifier() -> BackboneClassifier:
    """The light backbone with its classifier."""
    return BackboneClassifier(config=LIGHT)
