"""LinkNet: a decoder so light that it costs next to nothing, and skips that are added (arXiv:1707.03718).

Against the paper: the encoder is the shared residual backbone, pretrained, whose first map is at stride 2,
so that one step less leads back to full size.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from torch import Tensor, nn

from cvdemo.nets.backbone import STRIDES, Backbone, BackboneConfig
from cvdemo.nets.blocks import ConvNorm, pad_to_stride
from cvdemo.nets.encoders import ResNet


class FullConv(nn.Sequential):
    """A transposed 3 x 3 convolution that keeps the size or doubles it, normalised, with ReLU."""

    def __init__(self, inputs: int, outputs: int, *, stride: int = 2) -> None:
        up = nn.ConvTranspose2d(
            inputs, outputs, 3, stride=stride, padding=1, output_padding=stride - 1, bias=False
        )
        super().__init__(up, nn.BatchNorm2d(outputs), nn.ReLU(inplace=True))


class DecoderBlock(nn.Sequential):
    """1 x 1 to a quarter of the channels, upsample by 2 there, 1 x 1 to the next map's channels (fig. 2)."""

    def __init__(self, inputs: int, outputs: int, *, stride: int = 2) -> None:
        narrow = inputs // 4
        super().__init__(
            ConvNorm(inputs, narrow, 1), FullConv(narrow, narrow, stride=stride), ConvNorm(narrow, outputs, 1)
        )


class LinkNetTrace(NamedTuple):
    """What happened inside, over the picture padded to a multiple of 32 but for `logits`.

    `encoder` are the maps at strides 2, 4, 8, 16, 32; `up` what the decoder blocks gave, from stride 16
    down, and `decoder` the same with the encoder's map added; `logits` [N, K, H, W] are cut to the picture.
    """

    encoder: tuple[Tensor, ...]
    up: tuple[Tensor, ...]
    decoder: tuple[Tensor, ...]
    logits: Tensor


@dataclass(frozen=True)
class LinkNetConfig:
    """`width` are the channels before the classifier."""

    classes: int = 14
    width: int = 24
    backbone: BackboneConfig = field(default_factory=BackboneConfig)


class LinkNet(nn.Module):
    """Pictures [N, 3, H, W] of any size, RGB in 0..1, to a class for every pixel."""

    def __init__(self, config: LinkNetConfig | None = None) -> None:
        super().__init__()
        self.config = config = config or LinkNetConfig()
        self.backbone = Backbone(config.backbone)
        coarse_first = self.backbone.channels[::-1]
        self.blocks = nn.ModuleList(DecoderBlock(a, b) for a, b in pairwise(coarse_first))
        self.conv = ConvNorm(coarse_first[-1], config.width)
        self.classify = nn.ConvTranspose2d(config.width, config.classes, 2, stride=2)

    def ablations(self) -> dict[str, int]:
        """What `forward` can go without: a name, and the value for its `ablate`."""
        return {f"link at stride {s}": s for s in (16, 8, 4, 2)}

    def forward(self, pictures: Tensor, *, ablate: Collection[int] = ()) -> LinkNetTrace:
        """The trace; the links at the strides `ablate` add nothing, to see what they are good for."""
        height, width = pictures.shape[-2:]
        encoder = self.backbone(pad_to_stride(pictures, STRIDES[-1]))
        ups: list[Tensor] = []
        decoder: list[Tensor] = []
        x = encoder[-1]  # [N, 128, H/32, W/32]
        for block, stride, skip in zip(self.blocks, STRIDES[-2::-1], encoder[-2::-1], strict=True):
            ups.append(block(x))  # [N, 96, H/16, W/16] ... [N, 16, H/2, W/2]
            x = ups[-1] if stride in ablate else ups[-1] + skip
            decoder.append(x)
        logits = self.classify(self.conv(x))[..., :height, :width]  # [N, K, H, W]
        return LinkNetTrace(encoder, tuple(ups), tuple(decoder), logits)


class LinkNetResNet18(nn.Module):
    """LinkNet as in the paper, on ResNet-18, for the 20 classes of Cityscapes: 11.5 million weights.

    The last decoder block stays at stride 4, and two transposed convolutions lead back to full size.
    """

    def __init__(self, classes: int = 20) -> None:
        super().__init__()
        self.backbone = ResNet(18)
        self.blocks = nn.ModuleList([DecoderBlock(512, 256), DecoderBlock(256, 128), DecoderBlock(128, 64)])
        self.last = DecoderBlock(64, 64, stride=1)
        self.full = nn.Sequential(FullConv(64, 32), ConvNorm(32, 32))
        self.classify = nn.ConvTranspose2d(32, classes, 2, stride=2)

    def forward(self, pictures: Tensor) -> LinkNetTrace:
        height, width = pictures.shape[-2:]
        encoder = self.backbone(pad_to_stride(pictures, STRIDES[-1]))
        ups: list[Tensor] = []
        decoder: list[Tensor] = []
        x = encoder[-1]  # [N, 512, H/32, W/32]
        for block, skip in zip(self.blocks, (encoder[3], encoder[2], encoder[1]), strict=True):
            ups.append(block(x))  # [N, 256, H/16, W/16] ... [N, 64, H/4, W/4]
            x = ups[-1] + skip
            decoder.append(x)
        logits = self.classify(self.full(self.last(x)))[..., :height, :width]  # [N, K, H, W]
        return LinkNetTrace(encoder, tuple(ups), tuple(decoder), logits)


def linknet() -> LinkNet:
    """LinkNet as it is trained on the drawn world."""
    return LinkNet()
