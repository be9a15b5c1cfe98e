"""From a picture to the grid of vectors that captions are written from; the three captioners share it.

A cell stands for 16 x 16 pixels. It knows the details in it from the map at stride 8, its surroundings from
the map at stride 32, where it is, and the mean of all cells: what there is how often.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from cvdemo.nets.blocks import ConvNorm
from cvdemo.nets.ssd import SSDConfig, SSDLevels

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


class CaptionEncoder(SSDLevels):
    """Pictures [N, 3, H, W] of any size, RGB in 0..1, to a grid [N, C, H/16, W/16].

    Backbone and levels are SSD's (`cvdemo.nets.ssd`), so that training can begin with what that has learnt.
    """

    def __init__(self, channels: int, config: SSDConfig | None = None) -> None:
        super().__init__(config or SSDConfig())
        self.channels = channels
        self.build_encoder()

    def build_encoder(self) -> None:
        """Build what `grid` needs."""
        fine, middle, coarse = self.build_levels()
        self.merge = ConvNorm(4 * fine + middle + coarse + CODE, self.channels, 1)
        self.whole = nn.Linear(self.channels, self.channels)

    def grid(self, pictures: Tensor) -> Tensor:
        """The cells of pictures, [N, C, H/16, W/16], none below 0."""
        fine, middle, coarse = self.levels(pictures)  # [N, 64, H/8, W/8], [N, 64, H/16, W/16] ...
        n, _, height, width = middle.shape
        details = nn.functional.pixel_unshuffle(fine, 2)  # [N, 256, H/16, W/16]
        around = nn.functional.interpolate(coarse, size=(height, width), mode="nearest")
        code = position_code(height, width, middle.device).to(middle.dtype).expand(n, -1, -1, -1)
        cells = self.merge(torch.cat([details, middle, around, code], dim=1))  # [N, C, H/16, W/16]
        total = self.whole(cells.mean(dim=(2, 3)))  # [N, C]
        return nn.functional.relu(cells + total[:, :, None, None]).float()
