"""RefineNet: from the coarsest map to the finest, each step mends the one before (arXiv:1611.06612).

Against the paper: the backbone is the shared small one, pretrained; convolutions are followed by batch
normalisation, each path has one residual unit rather than two, chains have two poolings rather than four, and
there are no residual units before the classifier. `refinenet_sharp` adds a U-Net end: the
last map, at stride 4, goes on to half resolution (`Sharpen`) in place of upsampling by 4. `refinenet_paper`
builds it as published.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from torch import Tensor, nn

from cvdemo.nets.backbone import STRIDES, Backbone, BackboneConfig
from cvdemo.nets.blocks import pad_to_stride
from cvdemo.nets.encoders import PaperBackbone, ResNet
from cvdemo.nets.heads import Sharpen, resize


@dataclass(frozen=True)
class RefineNetConfig:
    """`channels` of the four blocks from stride 32 to 4, and how many units each part has.

    `adapt` residual units stand on each path into a block, `pools` poolings in its chain, `final` residual
    units before the classifier; `sharpen` are the channels at half resolution, 0 for bilinear upsampling.
    """

    classes: int = 14
    channels: tuple[int, ...] = (64, 64, 48, 32)
    adapt: int = 1
    pools: int = 2
    final: int = 0
    normalise: bool = True
    sharpen: int = 0
    backbone: BackboneConfig = field(default_factory=BackboneConfig)


class RefineStage(NamedTuple):
    """What a block makes of its paths, each [N, C, h, w]: the sum, pooled in a chain, the residual unit."""

    fused: Tensor
    pooled: Tensor
    output: Tensor


class RefineNetTrace(NamedTuple):
    """What happened inside, over the picture padded to a multiple of 32 but for `logits` [N, K, H, W].

    `encoder` are the maps at strides 2, 4, 8, 16, 32; `stages` the blocks at 32, 16, 8, 4.
    """

    encoder: tuple[Tensor, ...]
    stages: tuple[RefineStage, ...]
    logits: Tensor


class ResidualUnit(nn.Module):
    """Residual convolution unit: twice ReLU and convolution, added to what came in (sec. 3.2, fig. 3b)."""

    def __init__(self, channels: int, normalise: bool) -> None:
        super().__init__()
        self.conv1 = _conv(channels, channels, normalise)
        self.conv2 = _conv(channels, channels, normalise)

    def forward(self, x: Tensor) -> Tensor:
        y = self.conv1(nn.functional.relu(x))
        return x + self.conv2(nn.functional.relu(y))


class ChainedPooling(nn.Module):
    """Chained residual pooling: each link pools the one before, and all are added (sec. 3.2, fig. 3d)."""

    def __init__(self, channels: int, pools: int, normalise: bool) -> None:
        super().__init__()
        self.convs = nn.ModuleList(_conv(channels, channels, normalise) for _ in range(pools))

    def forward(self, x: Tensor) -> Tensor:
        link = total = nn.functional.relu(x)
        for conv in self.convs:
            link = conv(nn.functional.max_pool2d(link, 5, stride=1, padding=2))
            total = total + link
        return total


class RefineBlock(nn.Module):
    """One RefineNet: adapt the paths, fuse them at the finer one's size, pool in a chain, a last unit."""

    def __init__(self, inputs: int, coarse: int, outputs: int, config: RefineNetConfig) -> None:
        super().__init__()
        norm = config.normalise
        self.reduce = _conv(inputs, outputs, norm)
        self.adapt = _units(outputs, config.adapt, norm)
        self.adapt_coarse = _units(coarse, config.adapt, norm)
        if coarse:
            self.fuse = _conv(outputs, outputs, norm)
            self.fuse_coarse = _conv(coarse, outputs, norm)
        self.pool = ChainedPooling(outputs, config.pools, norm)
        self.output = ResidualUnit(outputs, norm)

    def forward(self, x: Tensor, coarse: Tensor | None) -> RefineStage:
        """From the backbone's map [N, I, h, w] and the coarser block's, None for the coarsest block."""
        fused = self.adapt(self.reduce(x))  # [N, C, h, w]
        if coarse is not None:
            below = self.fuse_coarse(self.adapt_coarse(coarse))  # [N, C, h/2, w/2]
            fused = self.fuse(fused) + resize(below, fused)
        pooled = self.pool(fused)
        return RefineStage(fused, pooled, self.output(pooled))


class RefineNet(nn.Module):
    """Pictures [N, 3, H, W] of any size, RGB in 0..1, through a cascade of four blocks (sec. 3.1)."""

    def __init__(self, config: RefineNetConfig | None = None, backbone: PaperBackbone | None = None) -> None:
        super().__init__()
        self.config = config = config or RefineNetConfig()
        self.backbone = backbone or Backbone(config.backbone)
        channels = (backbone or config.backbone).channels
        self.blocks = nn.ModuleList()
        coarse = 0
        for inputs, outputs in zip(reversed(channels[1:]), config.channels, strict=True):
            self.blocks.append(RefineBlock(inputs, coarse, outputs, config))
            coarse = outputs
        self.final = _units(coarse, config.final, config.normalise)
        if config.sharpen:
            self.sharpen = Sharpen(coarse, channels[0], config.sharpen, config.classes)
        else:
            self.classify = nn.Conv2d(coarse, config.classes, 3, padding=1)

    def forward(self, pictures: Tensor) -> RefineNetTrace:
        height, width = pictures.shape[-2:]
        padded = pad_to_stride(pictures, STRIDES[-1])
        encoder = self.backbone(padded)
        stages: list[RefineStage] = []
        coarse: Tensor | None = None
        for block, x in zip(self.blocks, reversed(encoder[1:]), strict=True):
            stages.append(block(x, coarse))  # [N, C, H/32, W/32] ... [N, C, H/4, W/4]
            coarse = stages[-1].output
        x = self.final(coarse)  # [N, C, H/4, W/4]
        if self.config.sharpen:
            logits = self.sharpen(x, encoder[0], padded)  # [N, K, H, W]
        else:
            logits = resize(self.classify(x), padded)  # [N, K, H, W]
        return RefineNetTrace(encoder, tuple(stages), logits[..., :height, :width])


def _conv(inputs: int, outputs: int, normalise: bool) -> nn.Module:
    """A 3 x 3 convolution without ReLU, which stands in front of the convolutions here."""
    conv = nn.Conv2d(inputs, outputs, 3, padding=1, bias=not normalise)
    return nn.Sequential(conv, nn.BatchNorm2d(outputs)) if normalise else conv


def _units(channels: int, count: int, normalise: bool) -> nn.Sequential:
    return nn.Sequential(*(ResidualUnit(channels, normalise) for _ in range(count if channels else 0)))


def refinenet() -> RefineNet:
    """RefineNet as it is trained on the drawn world."""
    return RefineNet()


def refinenet_sharp() -> RefineNet:
    """RefineNet with a U-Net end, to see what that brings."""
    return RefineNet(RefineNetConfig(sharpen=24))


def refinenet_paper(classes: int = 21, *, layers: int = 101) -> RefineNet:
    """RefineNet-101: 512 channels in the coarsest block, 256 in the others (arXiv:1611.06612, sec. 3)."""
    config = RefineNetConfig(classes, (512, 256, 256, 256), adapt=2, pools=4, final=2, normalise=False)
    return RefineNet(config, ResNet(layers))
