"""From a picture to the grid of vectors that captions are written from; the three captioners share it.

A cell stands for 16 x 16 pixels. It knows its colours and details, its surroundings, where it is, and the
mean of all cells: what there is how often. In training the cell in the middle of an object also learns to
name the words of the object's description, after the word detectors of arXiv:1411.4952, sec. 3.
"""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor, nn

from cvdemo.nets.backbone import STRIDES
from cvdemo.nets.blocks import ConvNorm, pad_to_stride
from cvdemo.nets.ssd import TOP_DOWN, SSDConfig, SSDLevels

STRIDE = 16
OCTAVES = 4
CODE = 4 * OCTAVES
"""Values of a position's code: sine and cosine of so many octaves, of x and of y."""


def position_code(height: int, width: int, device: torch.device | None = None) -> Tensor:
    """A code for the place of each cell, [16, h, w] in -1..1: arXiv:1706.03762, sec. 3.5, in two directions.

    The longest wave is four times as long as a side: left and right, above and below differ in sign.
    """
    waves = math.pi / 2 * 2.0 ** torch.arange(OCTAVES, device=device)  # [4]
    places = [(torch.arange(n, device=device) + 0.5) * 2 / n - 1 for n in (height, width)]
    codes = [torch.cat([(waves * p[:, None]).sin(), (waves * p[:, None]).cos()], dim=1).T for p in places]
    down, across = codes  # [8, h], [8, w]
    return torch.cat([down[:, :, None].expand(-1, -1, width), across[:, None].expand(-1, height, -1)])


RARE = -4.0
"""The logit of a word that `word_at` begins with: nearly all words are wrong of nearly all cells."""


class CaptionEncoder(SSDLevels):
    """Pictures [N, 3, H, W] of any size, RGB in 0..1, to a grid [N, C + 16, H/16, W/16].

    Backbone and levels are SSD's (`cvdemo.nets.ssd`), so that training can begin with what that has learnt.
    A cell has C learnt values and the code of its place; `word_at` [N, V, H/16, W/16] are the logits of the
    words that describe what is there.
    """

    def __init__(self, words: int, channels: int, config: SSDConfig | None = None) -> None:
        super().__init__(config or TOP_DOWN)
        self.build_encoder(words, channels)

    def build_encoder(self, words: int, channels: int) -> None:
        """Build what `grid` needs."""
        fine, middle, coarse = self.build_levels()
        early = self.config.backbone.channels[STRIDES.index(4)]
        self.merge = ConvNorm(4 * (fine + early + 3) + middle + coarse, channels, 1, linear=True)
        self.place = nn.Conv2d(CODE, channels, 1)
        self.whole = nn.Linear(channels, channels)
        self.word_at = nn.Conv2d(channels + CODE, words, 1)
        nn.init.constant_(self.word_at.bias, RARE)  # type: ignore[arg-type]

    def grid(self, pictures: Tensor) -> Tensor:
        """The cells of pictures, [N, C + 16, H/16, W/16]."""
        padded = pad_to_stride(pictures, STRIDES[-1])
        maps = self.backbone(padded)
        fine, middle, coarse = self.levels_of(maps)  # [N, 64, H/8, W/8], [N, 64, H/16, W/16] ...
        n, _, height, width = middle.shape
        early = nn.functional.avg_pool2d(maps[STRIDES.index(4)], 2)  # [N, 32, H/8, W/8]
        colours = nn.functional.avg_pool2d(padded - 0.5, 8)  # [N, 3, H/8, W/8]
        details = nn.functional.pixel_unshuffle(torch.cat([fine, early, colours], dim=1), 2)
        around = nn.functional.interpolate(coarse, size=(height, width), mode="nearest")
        code = position_code(height, width, middle.device).expand(n, -1, -1, -1)
        cells = self.merge(torch.cat([details, middle, around], dim=1))  # [N, C, H/16, W/16]
        cells = nn.functional.relu(cells + self.place(code))
        total = self.whole(cells.mean(dim=(2, 3)))  # [N, C]
        cells = nn.functional.relu(cells + total[:, :, None, None])
        return torch.cat([cells.float(), code], dim=1)

    def remember(self, grid: Tensor) -> Any:
        """All that a captioner keeps of pictures, from their cells."""
        raise NotImplementedError

    def encode(self, pictures: Tensor) -> Any:
        """All that a captioner keeps of pictures."""
        return self.remember(self.grid(pictures))
