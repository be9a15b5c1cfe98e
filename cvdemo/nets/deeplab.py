"""DeepLab v1, v2, v3 and v3+: dilated (atrous) convolutions keep the map large and still see far.

Against the papers: the backbone is the shared small one, pretrained; the pictures are smaller, so the
rates are too. v1 and v2 have batch normalisation (their CRF is `cvdemo.ops.crf`), v2 sees one scale; v3
goes without the multi-grid and has one more 3 x 3 convolution before the classifier; v3+ has plain
convolutions where the paper makes them depthwise.
`deeplabv3plus_sharp` adds a U-Net end: it goes on from its decoder's stride 4 to stride 2 (`Sharpen`).
`deeplabv1_paper` and `deeplabv2_paper` build v1 and v2 as published. `deeplabv3_paper` and
`deeplabv3plus_paper` have the papers' backbones and widths, without the multi-grid of the last block
(arXiv:1706.05587, sec. 3.2.1); v3 has one more 3 x 3 convolution before the classifier, as in torchvision.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
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


@dataclass(frozen=True)
class DeepLabV2Config:
    """`width` of each branch's two hidden layers, the first of which is dilated by one of the `rates`."""

    classes: int = 14
    width: int = 64
    rates: tuple[int, ...] = (3, 6, 9, 12)
    dropout: float = 0.1
    normalise: bool = True
    backbone: BackboneConfig = field(default_factory=lambda: BackboneConfig(output_stride=8))


class DeepLabV1Trace(NamedTuple):
    """The backbone's maps, the coarse scores [N, K, H/8, W/8] and the logits [N, K, H, W]."""

    encoder: tuple[Tensor, ...]
    scores: Tensor
    logits: Tensor


class DeepLabV2Trace(NamedTuple):
    """As `DeepLabV1Trace`; the scores are the sum of the `branches`, [N, K, H/8, W/8] each."""

    encoder: tuple[Tensor, ...]
    branches: tuple[Tensor, ...]
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


_V3PLUS = DeepLabConfig(rates=(2, 4, 6), low_level=24, backbone=BackboneConfig(output_stride=16))


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
        self.fc6 = _hidden(channels[-1], config.width, 3, config.rate, normalise=config.normalise)
        self.fc7 = _hidden(config.width, config.width, 1, 1, normalise=config.normalise)
        self.dropout = nn.Dropout2d(config.dropout)
        self.fc8 = nn.Conv2d(config.width, config.classes, 1)

    def forward(self, pictures: Tensor) -> DeepLabV1Trace:
        height, width = pictures.shape[-2:]
        padded = pad_to_stride(pictures, self.stride)
        encoder = self.backbone(padded)
        x = self.dropout(self.fc6(encoder[-1]))  # [N, D, H/8, W/8]
        scores = self.fc8(self.dropout(self.fc7(x)))  # [N, K, H/8, W/8]
        return DeepLabV1Trace(encoder, scores, resize(scores, padded)[..., :height, :width])


class DeepLabV2(nn.Module):
    """Pictures [N, 3, H, W] of any size, RGB in 0..1, by the sum of classifiers of several rates.

    arXiv:1606.00915, sec. 3.2 and fig. 7: "DeepLab-ASPP".
    """

    def __init__(self, config: DeepLabV2Config | None = None, backbone: PaperBackbone | None = None) -> None:
        super().__init__()
        self.config = config = config or DeepLabV2Config()
        self.backbone = backbone or Backbone(config.backbone)
        inputs = (backbone or config.backbone).channels[-1]
        self.stride = (backbone or config.backbone).output_stride
        self.branches = nn.ModuleList(
            nn.Sequential(
                _hidden(inputs, config.width, 3, rate, normalise=config.normalise),
                nn.Dropout2d(config.dropout),
                _hidden(config.width, config.width, 1, 1, normalise=config.normalise),
                nn.Dropout2d(config.dropout),
                nn.Conv2d(config.width, config.classes, 1),
            )
            for rate in config.rates
        )

    def ablations(self) -> dict[str, int]:
        """What `forward` can go without: a name, and the value for its `ablate`."""
        return {f"rate {rate}": k for k, rate in enumerate(self.config.rates)}

    def forward(self, pictures: Tensor, *, ablate: Collection[int] = ()) -> DeepLabV2Trace:
        """The trace; the branches `ablate` say nothing, to see what they bring."""
        height, width = pictures.shape[-2:]
        padded = pad_to_stride(pictures, self.stride)
        encoder = self.backbone(padded)
        branches = _without([branch(encoder[-1]) for branch in self.branches], ablate)
        scores = torch.stack(branches).sum(dim=0)  # [N, K, H/8, W/8]
        return DeepLabV2Trace(encoder, branches, scores, resize(scores, padded)[..., :height, :width])


class ASPP(nn.Module):
    """Atrous spatial pyramid pooling: one map seen at several rates at once (arXiv:1706.05587, sec. 3.3)."""

    def __init__(self, inputs: int, outputs: int, rates: tuple[int, ...], dropout: float) -> None:
        super().__init__()
        dilated = [ConvNorm(inputs, outputs, dilation=rate) for rate in rates]
        self.branches = nn.ModuleList([ConvNorm(inputs, outputs, 1), *dilated])
        self.image = ConvNorm(inputs, outputs, 1)
        self.project = ConvNorm(outputs * (len(rates) + 2), outputs, 1)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, ablate: Collection[int] = ()) -> tuple[tuple[Tensor, ...], Tensor]:
        """The branches' maps, the image's average last, and their projection, all [N, C, h, w].

        Branches `ablate` are replaced by zeros.
        """
        image = self.image(x.mean(dim=(2, 3), keepdim=True))  # [N, C, 1, 1]
        maps = [*(branch(x) for branch in self.branches), image.expand(-1, -1, *x.shape[-2:])]
        branches = _without(maps, ablate)
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

    def ablations(self) -> dict[str, int]:
        """What `forward` can go without: a name, and the value for its `ablate`."""
        names = ["1 × 1", *(f"rate {rate}" for rate in self.config.rates), "whole picture"]
        return {name: k for k, name in enumerate(names)}

    def forward(self, pictures: Tensor, *, ablate: Collection[int] = ()) -> DeepLabTrace:
        """The trace; ASPP's branches `ablate` are silenced, to see what they bring."""
        height, width = pictures.shape[-2:]
        padded = pad_to_stride(pictures, self.stride)
        encoder = self.backbone(padded)
        branches, context = self.aspp(encoder[-1], ablate)  # [N, C, H/s, W/s]
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


def _hidden(inputs: int, width: int, kernel: int, dilation: int, *, normalise: bool) -> nn.Module:
    """A layer of VGG's classifier as a convolution."""
    if normalise:
        return ConvNorm(inputs, width, kernel, dilation=dilation)
    padding = dilation * (kernel // 2)
    conv = nn.Conv2d(inputs, width, kernel, padding=padding, dilation=dilation)
    return nn.Sequential(conv, nn.ReLU())


def _without(branches: Sequence[Tensor], ablate: Collection[int]) -> tuple[Tensor, ...]:
    return tuple(torch.zeros_like(x) if k in ablate else x for k, x in enumerate(branches))


def deeplabv1() -> DeepLabV1:
    """DeepLab v1 as it is trained on the drawn world."""
    return DeepLabV1()


def deeplabv2() -> DeepLabV2:
    """DeepLab v2 as it is trained on the drawn world."""
    return DeepLabV2()


def deeplabv3() -> DeepLab:
    """DeepLab v3 as it is trained on the drawn world."""
    return DeepLab()


def deeplabv3plus() -> DeepLab:
    """DeepLab v3+ as it is trained on the drawn world."""
    return DeepLab(_V3PLUS)


def deeplabv3plus_sharp() -> DeepLab:
    """DeepLab v3+ with a U-Net end, to see what that brings."""
    return DeepLab(replace(_V3PLUS, sharpen=24))


def deeplabv1_paper(classes: int = 21) -> DeepLabV1:
    """DeepLab-LargeFOV on VGG-16 (arXiv:1412.7062, sec. 3.2 and table 4): 20.5 million parameters."""
    config = DeepLabV1Config(classes, width=1024, rate=12, dropout=0.5, normalise=False)
    return DeepLabV1(config, DilatedVGG16())


def deeplabv2_paper(classes: int = 21) -> DeepLabV2:
    """DeepLab-ASPP on VGG-16, rates 6, 12, 18, 24 (arXiv:1606.00915, sec. 4.1.1, "ASPP-L")."""
    config = DeepLabV2Config(classes, width=1024, rates=(6, 12, 18, 24), dropout=0.5, normalise=False)
    return DeepLabV2(config, DilatedVGG16())


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
