"""U-Net as it was published: unpadded convolutions, 64 to 1024 channels (arXiv:1505.04597, fig. 1).

Every convolution loses a pixel at each side, so a picture is surrounded by 92 pixels before it goes in; the
paper mirrors it there, here its edges are repeated, which a picture of any size allows.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn

BORDER = 92
"""Pixels that are lost on every side: 572 x 572 go in, 388 x 388 come out."""


class UNetPaperTrace(NamedTuple):
    """The contracting path's maps, the expanding path's, both unpadded, and logits [N, K, H, W]."""

    encoder: tuple[Tensor, ...]
    decoder: tuple[Tensor, ...]
    logits: Tensor


def _two(inputs: int, outputs: int) -> nn.Sequential:
    """Two unpadded 3 x 3 convolutions with ReLU."""
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3), nn.ReLU(inplace=True),
        nn.Conv2d(outputs, outputs, 3), nn.ReLU(inplace=True),
    )  # fmt: skip


class UNetPaper(nn.Module):
    """Pictures [N, C, H, W] of any size, in 0..1, to a class for every pixel; 31.0 million weights."""

    def __init__(self, classes: int = 2, inputs: int = 1) -> None:
        super().__init__()
        widths = (64, 128, 256, 512, 1024)
        self.down = nn.ModuleList(_two(a, b) for a, b in zip((inputs, *widths), widths, strict=False))
        self.grow = nn.ModuleList(nn.ConvTranspose2d(2 * c, c, 2, stride=2) for c in widths[-2::-1])
        self.up = nn.ModuleList(_two(2 * c, c) for c in widths[-2::-1])
        self.classify = nn.Conv2d(widths[0], classes, 1)

    def forward(self, pictures: Tensor) -> UNetPaperTrace:
        height, width = pictures.shape[-2:]
        right, below = (4 - width) % 16, (4 - height) % 16  # what the poolings divide without a rest
        x = nn.functional.pad(pictures, (BORDER, BORDER + right, BORDER, BORDER + below), mode="replicate")
        encoder: list[Tensor] = []
        for stage in self.down:
            x = stage(nn.functional.max_pool2d(encoder[-1], 2) if encoder else x)
            encoder.append(x)  # [N, 64, 568, 568], [N, 128, 280, 280] ... [N, 1024, 28, 28] of 388 x 388
        decoder: list[Tensor] = []
        for grow, stage, skip in zip(self.grow, self.up, encoder[-2::-1], strict=True):
            x = grow(x)
            x = stage(torch.cat([cut(skip, x), x], dim=1))
            decoder.append(x)  # [N, 512, 52, 52] ... [N, 64, 388, 388]
        return UNetPaperTrace(tuple(encoder), tuple(decoder), self.classify(x)[..., :height, :width])


def cut(x: Tensor, like: Tensor) -> Tensor:
    """The middle of a map, as large as another one."""
    (h, w), (height, width) = x.shape[-2:], like.shape[-2:]
    top, left = (h - height) // 2, (w - width) // 2
    return x[..., top : top + height, left : left + width]
