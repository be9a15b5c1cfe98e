"""A feature pyramid: maps of all strides with the same channels, the fine ones knowing what the coarse see.

arXiv:1612.03144, sec. 3, with normalised convolutions.
"""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor, nn

from cvdemo.nets.blocks import ConvNorm, top_down


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
