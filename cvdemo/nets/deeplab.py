"""DeepLab v1, v3 and v3+: dilated (atrous) convolutions keep the map large and still see far.

Against the papers: the backbone is the shared small one, pretrained; the pictures are smaller, so the
rates are too. v1 has batch normalisation (its CRF is `cvdemo.ops.crf`); v3 goes without the multi-grid;
v3+ has plain convolutions where the paper makes them depthwise, and goes on from its decoder's stride 4
to stride 2 (`Sharpen`). `deeplabv1_paper` builds v1 as published. `deeplabv3_paper` and
`deeplabv3plus_paper` have the papers' backbones and widths, without the multi-grid of the last block
(arXiv:1706.05587, sec. 3.2.1); v3 has one more 3 x 3 convolution before the classifier, as in torchvision.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import torch
from torch import Tensor, nn

from cvdemo.nets.backbone import Backbone, BackboneConfig
from cvdemo.nets.blocks import ConvNorm, pad_to_stride
from cvdemo.nets.encoders import DilatedVGG16, PaperBackbone, ResNet
from cvdemo.nets.heads import AuxiliaryHead, Sharpen, resize


@dataclass(frozen=True)
class DeepLabV1Config:
    """`width` and `rate` of the classifier's two hidden layers, the first of which is dilated."""

    classes: int = 14
    width: int = 128
    rate: int = 6
    dropout: float = 0.1
    normalise: bool = True
    backbone: BackboneConfig = field(default_factory=lambda: BackboneConfig(output_stride=8))


@dataclass(frozen=True)
class DeepLabConfig:
    """`width` is ASPP's and the head's number of channels, `rates` are those of its dilated branches.

    With `low_level` > 0 it is v3+: so many channels of the map at stride 4 join the decoder. `sharpen` are
    the decoder's channels at half resolution, 0 for bilinear upsampling as in the paper.
    """

    classes: int = 14
    width: int = 48
    rates: tuple[int, ...] = (3, 6, 9)
    dropout: float = 0.1
    auxiliary: int = 0  # channels of an auxiliary head on the last map but one, 0 for none
    low_level: int = 0
    sharpen: int = 0
    backbone: BackboneConfig = field(default_factory=lambda: BackboneConfig(output_stride=8))


class DeepLabV1Trace(NamedTuple):
    """The backbone's maps, the coarse scores [N, K, H/8, W/8] and the logits [N, K, H, W]."""

    encoder: tuple[Tensor, ...]
    scores: Tensor
    logits: Tensor


class DeepLabTrace(NamedTuple):
    """What happened inside, over the padded picture but for `logits` [N, K, H, W] and `aux`.

    `branches` are ASPP's: the 1 x 1 convolution, one for each rate, the image's average, all
    [N, C, H/s, W/s] at the output stride s; `context` is what ASPP makes of them; `low_level` (v3+ only)
    [N, L, H/4, W/4] joins it; `decoder` is what is classified.
    """

    encoder: tuple[Tensor, ...]
    branches: tuple[Tensor, ...]
    context: Tensor
    low_level: Tensor | None
    decoder: Tensor
    logits: Tensor
    aux: tuple[Tensor, ...] = ()


class DeepLabV1(nn.Module):
    """Pictures [N, 3, H, W] of any size, RGB in 0..1, by one classifier with a large field of view.

    arXiv:1412.7062, sec. 3.2: "DeepLab-LargeFOV".
    """

    def __init__(self, config: DeepLabV1Config | None = None, backbone: PaperBackbone | None = None) -> None:
        super().__init__()
        self.config = config = config or DeepLabV1Config()
        self.backbone = backbone or Backbone(config.backbone)
        channels = (backbone or config.backbone).channels
        self.stride = (backbone or config.backbone).output_stride
        self.fc6 = self.hidden(channels[-1], 3, config.rate)
        self.fc7 = self.hidden(config.width, 1, 1)
        self.dropout = nn.Dropout2d(config.dropout)
        self.fc8 = nn.Conv2d(config.width, config.classes, 1)

    def hidden(self, inputs: int, kernel: int, dilation: int) -> nn.Module:
        """A layer of VGG's classifier as a convolution."""
        width = self.config.width
        if self.config.normalise:
            return ConvNorm(inputs, width, kernel, dilation=dilation)
        padding = dilation * (kernel // 2)
        conv = nn.Conv2d(inputs, width, kernel, padding=padding, dilation=dilation)
        return nn.Sequential(conv, nn.ReLU())

    def forward(self, pictures: Tensor) -> DeepLabV1Trace:
        height, width = pictures.shape[-2:]
        padded = pad_to_stride(pictures, self.stride)
        encoder = self.backbone(padded)
        x = self.dropout(self.fc6(encoder[-1]))  # [N, D, H/8, W/8]
        scores = self.fc8(self.dropout(self.fc7(x)))  # [N, K, H/8, W/8]
        return DeepLabV1Trace(encoder, scores, resize(scores, padded)[..., :height, :width])


class ASPP(nn.Module):
    """Atrous spatial pyramid pooling: one map seen at several rates at once (arXiv:1706.05587, sec. 3.3)."""

    def __init__(self, inputs: int, outputs: int, rates: tuple[int, ...], dropout: float) -> None:
        super().__init__()
        dilated = [ConvNorm(inputs, outputs, dilation=rate) for rate in rates]
        self.branches = nn.ModuleList([ConvNorm(inputs, outputs, 1), *dilated])
        self.image = ConvNorm(inputs, outputs, 1)
        self.project = ConvNorm(outputs * (len(rates) + 2), outputs, 1)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor) -> tuple[tuple[Tensor, ...], Tensor]:
        """The branches' maps, the image's average last, and their projection, all [N, C, h, w]."""
        image = self.image(x.mean(dim=(2, 3), keepdim=True))  # [N, C, 1, 1]
        branches = (*(branch(x) for branch in self.branches), image.expand(-1, -1, *x.shape[-2:]))
        return branches, self.dropout(self.project(torch.cat(branches, dim=1)))


class DeepLab(nn.Module):
    """DeepLab v3, and v3+ with its decoder: pictures [N, 3, H, W] of any size, RGB in 0..1."""

    def __init__(self, config: DeepLabConfig | None = None, backbone: PaperBackbone | None = None) -> None:
        super().__init__()
        self.config = config = config or DeepLabConfig()
        self.backbone = backbone or Backbone(config.backbone)
        channels = (backbone or config.backbone).channels
        self.stride = (backbone or config.backbone).output_stride
        width = config.width
        self.aspp = ASPP(channels[-1], width, config.rates, config.dropout)
        if config.low_level:
            self.low_level = ConvNorm(channels[1], config.low_level, 1)
            inputs = width + config.low_level
            self.head = nn.Sequential(ConvNorm(inputs, width), ConvNorm(width, width))
        else:
            self.head = nn.Sequential(ConvNorm(width, width))
        if config.sharpen:
            self.sharpen = Sharpen(width, channels[0], config.sharpen, config.classes)
        else:
            self.classify = nn.Conv2d(width, config.classes, 1)
        if config.auxiliary:
            self.auxiliary = AuxiliaryHead(channels[-2], config.auxiliary, config.classes)

    def forward(self, pictures: Tensor) -> DeepLabTrace:
        height, width = pictures.shape[-2:]
        padded = pad_to_stride(pictures, self.stride)
        encoder = self.backbone(padded)
        branches, context = self.aspp(encoder[-1])  # [N, C, H/s, W/s]
        x, low_level = context, None
        if self.config.low_level:
            low_level = self.low_level(encoder[1])  # [N, L, H/4, W/4]
            x = torch.cat([resize(x, low_level), low_level], dim=1)  # [N, C + L, H/4, W/4]
        decoder = self.head(x)  # [N, C, H/4, W/4] in v3+, [N, C, H/s, W/s] in v3
        if self.config.sharpen:
            logits = self.sharpen(decoder, encoder[0], padded)  # [N, K, H, W]
        else:
            logits = resize(self.classify(decoder), padded)  # [N, K, H, W]
        aux: tuple[Tensor, ...] = ()
        if self.config.auxiliary and self.training:
            aux = (resize(self.auxiliary(encoder[-2]), padded)[..., :height, :width],)
        logits = logits[..., :height, :width]
        return DeepLabTrace(encoder, branches, context, low_level, decoder, logits, aux)


def deeplabv1() -> DeepLabV1:
    """DeepLab v1 as it is trained on the drawn world."""
    return DeepLabV1()


def deeplabv3() -> DeepLab:
    """DeepLab v3 as it is trained on the drawn world."""
    return DeepLab()


def deeplabv3plus() -> DeepLab:
    """DeepLab v3+ as it is trained on the drawn world."""
    backbone = BackboneConfig(output_stride=16)
    return DeepLab(DeepLabConfig(rates=(2, 4, 6), low_level=24, sharpen=24, backbone=backbone))


def deeplabv1_paper(classes: int = 21) -> DeepLabV1:
    """DeepLab-LargeFOV on VGG-16 (arXiv:1412.7062, sec. 3.2 and table 4): 20.5 million parameters."""
    config = DeepLabV1Config(classes, width=1024, rate=12, dropout=0.5, normalise=False)
    return DeepLabV1(config, DilatedVGG16())


def deeplabv3_paper(classes: int = 21, *, layers: int = 50, auxiliary: bool = False) -> DeepLab:
    """DeepLab v3 on a ResNet at output stride 8, rates 12, 24, 36 (arXiv:1706.05587, sec. 3.3).

    It is torchvision's: no multi-grid, a 3 x 3 convolution behind ASPP, and if wanted an auxiliary head.
    The paper has multi-grid rates (1, 2, 4) in the last block, a 1 x 1 convolution and no auxiliary head.
    """
    config = DeepLabConfig(classes, 256, (12, 24, 36), dropout=0.5, auxiliary=256 if auxiliary else 0)
    return DeepLab(config, ResNet(layers, output_stride=8))


def deeplabv3plus_paper(classes: int = 21, *, layers: int = 101) -> DeepLab:
    """DeepLab v3+ on a ResNet at output stride 16, 48 low-level channels (arXiv:1802.02611, sec. 3 and 4)."""
    config = DeepLabConfig(classes, 256, (6, 12, 18), dropout=0.5, low_level=48)
    return DeepLab(config, ResNet(layers, output_stride=16))
