"""A feature pyramid: maps of all strides with the same channels, the fine ones knowing what the coarse see.

arXiv:1612.03144, sec. 3: as it is trained here, with normalised convolutions; as published; and none at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from torch import Tensor, nn

from cvdemo.nets.backbone import Backbone, BackboneConfig
from cvdemo.nets.blocks import ConvNorm, pad_to_stride, top_down
from cvdemo.nets.encoders import PaperBackbone


class FeaturePyramid(nn.Module):
    """Maps [N, C_s, h, w] of a backbone at the `strides`, finest first, to maps [N, C, h, w] by stride."""

    def __init__(self, inputs: Sequence[int], channels: int, strides: Sequence[int]) -> None:
        super().__init__()
        self.strides = tuple(strides)
        self.lateral = nn.ModuleList(ConvNorm(c, channels, 1, linear=True) for c in inputs)
        self.smooth = nn.ModuleList(ConvNorm(channels, channels) for _ in inputs)

    def forward(self, maps: Sequence[Tensor]) -> dict[int, Tensor]:
        levels = top_down([f(m) for f, m in zip(self.lateral, maps, strict=True)])
        smooth = [f(nn.functional.relu(m)) for f, m in zip(self.smooth, levels, strict=True)]
        return dict(zip(self.strides, smooth, strict=True))


class PaperPyramid(nn.Module):
    """The pyramid as published: convolutions alone, and one more level, every second cell of the coarsest."""

    def __init__(self, inputs: Sequence[int], channels: int, strides: Sequence[int]) -> None:
        super().__init__()
        self.strides = tuple(strides)
        self.lateral = nn.ModuleList(nn.Conv2d(c, channels, 1) for c in inputs)
        self.smooth = nn.ModuleList(nn.Conv2d(channels, channels, 3, padding=1) for _ in inputs)

    def forward(self, maps: Sequence[Tensor]) -> dict[int, Tensor]:
        levels = top_down([f(m) for f, m in zip(self.lateral, maps, strict=True)])
        smooth = [f(m) for f, m in zip(self.smooth, levels, strict=True)]
        more = nn.functional.max_pool2d(smooth[-1], kernel_size=1, stride=2)
        return dict(zip((*self.strides, 2 * self.strides[-1]), (*smooth, more), strict=True))


class NoPyramid(nn.Module):
    """The backbone's maps as they are, by stride: what detectors had before there were pyramids."""

    def __init__(self, strides: Sequence[int]) -> None:
        super().__init__()
        self.strides = tuple(strides)

    def forward(self, maps: Sequence[Tensor]) -> dict[int, Tensor]:
        return dict(zip(self.strides, maps, strict=True))


class PyramidConfig(Protocol):
    """What a detector's configuration says about the maps it stands on."""

    @property
    def strides(self) -> tuple[int, ...]: ...
    @property
    def channels(self) -> int: ...
    @property
    def backbone(self) -> BackboneConfig: ...


class PyramidNet(nn.Module):
    """A backbone and a pyramid: what detectors of regions stand on.

    Both are the small ones of the configuration unless others are given. Of a backbone that has several maps
    of a stride, the last is taken.
    """

    def __init__(
        self, config: PyramidConfig, backbone: PaperBackbone | None = None, pyramid: nn.Module | None = None
    ) -> None:
        super().__init__()
        self.backbone: Backbone | PaperBackbone = backbone or Backbone(config.backbone)
        last = {stride: k for k, stride in enumerate(self.backbone.strides)}
        self.used = [last[s] for s in config.strides]
        inputs = [self.backbone.channels[k] for k in self.used]
        self.pyramid = pyramid or FeaturePyramid(inputs, config.channels, config.strides)

    def features(self, pictures: Tensor) -> dict[int, Tensor]:
        """The maps by stride: computed once for a picture."""
        return self.levels(self.backbone(pad_to_stride(pictures, self.backbone.strides[-1])))

    def levels(self, maps: Sequence[Tensor]) -> dict[int, Tensor]:
        """The maps by stride from all maps of the backbone, [N, 16, H/2, W/2] ..."""
        found: dict[int, Tensor] = self.pyramid([maps[k] for k in self.used])  # [N, 64, H/4, W/4] ...
        return found
