"""A light net for street photos: EfficientNet-Lite0 below, a decoder that adds as LinkNet's does.

The encoder is pretrained on ImageNet (arXiv:1905.11946). Each step of the decoder upsamples and adds the
encoder's map of that size, which costs less than to concatenate it (LinkNet, arXiv:1707.03718, sec. 3).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn

from cvdemo.nets.blocks import ConvNorm, pad_to_stride
from cvdemo.nets.efficientnet_lite import EfficientNetLite0

STRIDE = 32
MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # ImageNet, RGB in 0..1
TAPPED = (0, 2, 4, 9, 15)  # a block at each stride, 2, 4, 8, 16, 32: the last, and the last but one at 16


@dataclass(frozen=True)
class StreetConfig:
    """`decoder` are the channels at strides 16, 8, 4 and 2."""

    classes: int = 11
    decoder: tuple[int, ...] = (128, 96, 64, 32)


class StreetTrace(NamedTuple):
    """What happened inside, over the picture padded to a multiple of 32 but for `logits`.

    `encoder` are the maps at strides 2, 4, 8, 16, 32; `decoder` those at 16, 8, 4, 2; `logits`
    [N, K, H, W] are cut to the picture.
    """

    encoder: tuple[Tensor, ...]
    decoder: tuple[Tensor, ...]
    logits: Tensor


class LiteEncoder(nn.Module):
    """EfficientNet-Lite0 without its head; parameter names are the checkpoint's.

    Pictures [N, 3, H, W], RGB in 0..1, H and W multiples of 32, to five maps at strides 2 to 32. The layers
    are those of `whole` where it is given, and new ones else.
    """

    channels = (16, 24, 40, 112, 320)
    mean: Tensor
    std: Tensor

    def __init__(self, whole: EfficientNetLite0 | None = None) -> None:
        super().__init__()
        whole = whole or EfficientNetLite0()
        self._conv_stem, self._bn0, self._blocks = whole._conv_stem, whole._bn0, whole._blocks
        self.register_buffer("mean", torch.tensor(MEAN)[:, None, None], persistent=False)
        self.register_buffer("std", torch.tensor(STD)[:, None, None], persistent=False)

    def load_imagenet(self, state: dict[str, Tensor]) -> None:
        """Take the weights of `EfficientNetLite0`'s state; its head is left out."""
        own = self.state_dict()
        self.load_state_dict({name: value for name, value in state.items() if name in own})

    def freeze_early(self) -> None:
        """Keep the stem and the first block, which see edges and colours, as ImageNet taught them."""
        for early in (self._conv_stem, self._bn0, self._blocks[0]):
            early.requires_grad_(False)

    def forward(self, pictures: Tensor) -> tuple[Tensor, ...]:
        x = (pictures - self.mean) / self.std
        x = nn.functional.relu6(self._bn0(self._conv_stem(x)))  # [N, 32, H/2, W/2]
        maps = []
        for number, block in enumerate(self._blocks):
            x = block(x)
            if number in TAPPED:
                maps.append(x)  # [N, 16, H/2, W/2] ... [N, 320, H/32, W/32]
        return tuple(maps)


class AddUp(nn.Module):
    """One step of the decoder: upsample by 2, add the encoder's map, convolve."""

    def __init__(self, inputs: int, skip: int, outputs: int) -> None:
        super().__init__()
        self.reduce = ConvNorm(inputs, outputs, 1, linear=True)
        self.link = ConvNorm(skip, outputs, 1, linear=True)
        self.conv = ConvNorm(outputs, outputs)

    def forward(self, x: Tensor, skip: Tensor) -> Tensor:
        x = nn.functional.interpolate(self.reduce(x), scale_factor=2, mode="bilinear")  # [N, O, 2h, 2w]
        return self.conv(nn.functional.relu(x + self.link(skip)))  # [N, O, 2h, 2w]


class StreetNet(nn.Module):
    """Pictures [N, 3, H, W] of any size, RGB in 0..1, to a class for every pixel."""

    def __init__(self, config: StreetConfig | None = None) -> None:
        super().__init__()
        config = config or StreetConfig()
        self.encoder = LiteEncoder()
        *sharp, inputs = LiteEncoder.channels
        self.ups = nn.ModuleList()
        for outputs, skip in zip(config.decoder, reversed(sharp), strict=True):
            self.ups.append(AddUp(inputs, skip, outputs))
            inputs = outputs
        # Four classes' worth of scores at half size, unfolded to full size (arXiv:1609.05158).
        self.classify = nn.Conv2d(inputs, config.classes * 2 * 2, 1)

    def forward(self, pictures: Tensor) -> StreetTrace:
        height, width = pictures.shape[-2:]
        encoder = self.encoder(pad_to_stride(pictures, STRIDE))
        decoder: list[Tensor] = []
        x = encoder[-1]  # [N, 320, H/32, W/32]
        for up, skip in zip(self.ups, reversed(encoder[:-1]), strict=True):
            x = up(x, skip)  # [N, 128, H/16, W/16] ... [N, 32, H/2, W/2]
            decoder.append(x)
        logits = nn.functional.pixel_shuffle(self.classify(x), 2)  # [N, K, H, W]
        return StreetTrace(encoder, tuple(decoder), logits[..., :height, :width])
