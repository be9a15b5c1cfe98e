"""What several segmentation nets end in: a light way back to full size, and an auxiliary classifier."""

from __future__ import annotations

from torch import Tensor, nn

from cvdemo.nets.blocks import ConvNorm
from cvdemo.nets.unet import Up


class Sharpen(nn.Module):
    """From a map at stride 4 to a class for every pixel, by one step of a U-Net at half resolution.

    The drawn world's pictures are 192 x 160: bilinear upsampling alone, as the papers have it for pictures
    of 500 pixels and more, would lose ears and leashes. 2 x 2 pixels come as channels and leave as such
    (arXiv:1609.05158).
    """

    def __init__(self, inputs: int, fine: int, width: int, classes: int) -> None:
        super().__init__()
        self.up = Up(inputs, fine + 3 * 2 * 2, width)
        self.classify = nn.Conv2d(width, classes * 2 * 2, 1)

    def forward(self, x: Tensor, fine: Tensor, pictures: Tensor) -> Tensor:
        """Logits [N, K, H, W] from `x` [N, C, H/4, W/4], the backbone's first map and the pictures."""
        pixels = nn.functional.pixel_unshuffle(pictures, 2)  # [N, 12, H/2, W/2]
        x = self.up(x, [fine, pixels])  # [N, D, H/2, W/2]
        return nn.functional.pixel_shuffle(self.classify(x), 2)


class AuxiliaryHead(nn.Sequential):
    """A small classifier on an inner map, used in training only (arXiv:1612.01105, sec. 3.3)."""

    def __init__(self, inputs: int, width: int, classes: int) -> None:
        super().__init__(ConvNorm(inputs, width), nn.Dropout2d(0.1), nn.Conv2d(width, classes, 1))


def resize(x: Tensor, like: Tensor) -> Tensor:
    """`x` [N, C, h, w] upsampled bilinearly to the height and width of another tensor."""
    return nn.functional.interpolate(x, size=like.shape[-2:], mode="bilinear", align_corners=False)
