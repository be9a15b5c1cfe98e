"""PSPNet: the whole scene, pooled at four scales, tells every pixel where it is (arXiv:1612.01105).

Against the paper: the backbone is the shared small one, pretrained, at output stride 8 as there.
`pspnet_sharp` adds a U-Net end: two light steps of a U-Net lead back to half resolution (`Up`, `Sharpen`)
in place of upsampling by 8. `pspnet_paper` builds it as published.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import NamedTuple

import torch
from torch import Tensor, nn

from cvdemo.nets.backbone import Backbone, BackboneConfig
from cvdemo.nets.blocks import ConvNorm, pad_to_stride
from cvdemo.nets.encoders import PaperBackbone, ResNet
from cvdemo.nets.heads import AuxiliaryHead, Sharpen, resize
from cvdemo.nets.unet import Up


@dataclass(frozen=True)
class PSPNetConfig:
    """`levels` are the pyramid's bins a side, none for no pyramid at all.

    `width` are the head's channels, `auxiliary` those of the auxiliary head, 0 for none, and `sharpen` the
    channels at strides 4 and 2 of a U-Net end, none for bilinear upsampling as in the paper.
    """

    classes: int = 14
    levels: tuple[int, ...] = (1, 2, 3, 6)
    width: int = 64
    dropout: float = 0.1
    auxiliary: int = 32
    sharpen: tuple[int, ...] = ()
    backbone: BackboneConfig = field(default_factory=lambda: BackboneConfig(output_stride=8))


class PSPNetTrace(NamedTuple):
    """What happened inside, over the picture padded to a multiple of 8 but for `logits` and `aux`.

    `pooled` are the pyramid's levels [N, C, b, b] behind their 1 x 1 convolution, `head` [N, D, H/8, W/8] is
    what the map and they are fused to. `aux` holds the auxiliary logits [N, K, H, W] while training.
    """

    encoder: tuple[Tensor, ...]
    pooled: tuple[Tensor, ...]
    head: Tensor
    logits: Tensor
    aux: tuple[Tensor, ...] = ()


class PyramidPooling(nn.Module):
    """Averages over b x b bins of the map, b from 1 to 6, laid over it again (arXiv:1612.01105, sec. 3.2).

    Each level gets as many channels as the map has, divided by the number of levels.
    """

    def __init__(self, inputs: int, levels: tuple[int, ...]) -> None:
        super().__init__()
        self.bins = levels
        self.levels = nn.ModuleList(ConvNorm(inputs, inputs // len(levels), 1) for _ in levels)
        self.outputs = inputs + sum(inputs // len(levels) for _ in levels)

    def forward(self, x: Tensor, ablate: Collection[int] = ()) -> tuple[tuple[Tensor, ...], Tensor]:
        """The pooled levels [N, C / L, b, b], and the map [N, C, h, w] with all of them as more channels.

        Levels `ablate` are replaced by zeros.
        """
        pooled = []
        for bins, level in zip(self.bins, self.levels, strict=True):
            y = level(nn.functional.adaptive_avg_pool2d(x, bins))  # [N, C / L, b, b]
            pooled.append(torch.zeros_like(y) if bins in ablate else y)
        return tuple(pooled), torch.cat([x, *(resize(y, x) for y in pooled)], dim=1)


class PSPNet(nn.Module):
    """Pictures [N, 3, H, W] of any size, RGB in 0..1, to a class for every pixel."""

    def __init__(self, config: PSPNetConfig | None = None, backbone: PaperBackbone | None = None) -> None:
        super().__init__()
        self.config = config = config or PSPNetConfig()
        self.backbone = backbone or Backbone(config.backbone)
        channels = (backbone or config.backbone).channels
        self.stride = (backbone or config.backbone).output_stride
        self.pyramid = PyramidPooling(channels[-1], config.levels)
        self.fuse = nn.Sequential(ConvNorm(self.pyramid.outputs, config.width), nn.Dropout2d(config.dropout))
        if config.sharpen:
            half, last = config.sharpen
            self.up = Up(config.width, channels[1], half)
            self.sharpen = Sharpen(half, channels[0], last, config.classes)
        else:
            self.classify = nn.Conv2d(config.width, config.classes, 1)
        if config.auxiliary:
            self.auxiliary = AuxiliaryHead(channels[-2], config.auxiliary, config.classes)

    def ablations(self) -> dict[str, int]:
        """What `forward` can go without: a name, and the value for its `ablate`."""
        return {f"pyramid level {b} x {b}": b for b in self.config.levels}

    def forward(self, pictures: Tensor, *, ablate: Collection[int] = ()) -> PSPNetTrace:
        """The trace; pyramid levels `ablate` are silenced, to see what they bring."""
        height, width = pictures.shape[-2:]
        padded = pad_to_stride(pictures, self.stride)
        encoder = self.backbone(padded)
        pooled, x = self.pyramid(encoder[-1], ablate)  # [N, 2 C, H/8, W/8]
        head = self.fuse(x)  # [N, D, H/8, W/8]
        if self.config.sharpen:
            x = self.up(head, [encoder[1]])  # [N, D, H/4, W/4]
            logits = self.sharpen(x, encoder[0], padded)  # [N, K, H, W]
        else:
            logits = resize(self.classify(head), padded)  # [N, K, H, W]
        aux: tuple[Tensor, ...] = ()
        if self.config.auxiliary and self.training:
            aux = (resize(self.auxiliary(encoder[-2]), padded)[..., :height, :width],)
        return PSPNetTrace(encoder, pooled, head, logits[..., :height, :width], aux)


def pspnet() -> PSPNet:
    """PSPNet as it is trained on the drawn world."""
    return PSPNet()


def pspnet_sharp() -> PSPNet:
    """PSPNet with a U-Net end, to see what that brings."""
    return PSPNet(PSPNetConfig(sharpen=(32, 24)))


def pspnet_nopyramid() -> PSPNet:
    """PSPNet trained without its pyramid, to see what that brings (arXiv:1612.01105, table 1)."""
    return PSPNet(PSPNetConfig(levels=()))


def pspnet_noaux() -> PSPNet:
    """`pspnet_sharp` without its auxiliary loss, to see what that brings (arXiv:1612.01105, table 2)."""
    return PSPNet(PSPNetConfig(auxiliary=0, sharpen=(32, 24)))


def pspnet_paper(classes: int = 21, *, layers: int = 50) -> PSPNet:
    """PSPNet on a ResNet of 50 or 101 layers with its auxiliary loss (arXiv:1612.01105, fig. 3 and 4)."""
    config = PSPNetConfig(classes, width=512, auxiliary=256)
    return PSPNet(config, ResNet(layers, output_stride=8))
