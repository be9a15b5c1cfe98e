"""SegNet: pooling remembers where its maxima stood, and the decoder puts them back there (arXiv:1511.00561).

Against the paper: the encoder is the shared residual backbone, pretrained, which pools with indices where
it strode before; a decoder stage is one convolution rather than two or three.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

import torch
from torch import Tensor, nn

from cvdemo.nets.backbone import STRIDES, Backbone, BackboneConfig
from cvdemo.nets.blocks import ConvNorm, Residual, pad_to_stride
from cvdemo.nets.encoders import VGG16


class PooledMap(NamedTuple):
    """Five maps [N, C, H/s, W/s] at strides 2 to 32, and what each pooling chose.

    An index [N, C, h, w] is the place of a maximum in the flattened map of twice the height and width.
    """

    maps: tuple[Tensor, ...]
    indices: tuple[Tensor, ...]


def pool(x: Tensor) -> tuple[Tensor, Tensor]:
    """The maximum of every 2 x 2 cells, and its place."""
    return nn.functional.max_pool2d(x, 2, return_indices=True)


def corners(index: Tensor) -> Tensor:
    """Instead of where a maximum stood, the upper left of its 2 x 2 cells: unpooling as a bed of nails."""
    height, width = index.shape[-2:]
    row = torch.arange(height, device=index.device)[:, None]
    column = torch.arange(width, device=index.device)
    return (2 * row * 2 * width + 2 * column).expand_as(index).contiguous()


class PoolingBackbone(Backbone):
    """The backbone with the same weights, where a convolution of stride 2 is one of stride 1 and a pooling.

    The shortcuts' 1 x 1 convolutions keep their strides.
    """

    def __init__(self, config: BackboneConfig | None = None) -> None:
        super().__init__(config)
        for layer in self.modules():
            if isinstance(layer, nn.Conv2d) and layer.kernel_size == (3, 3):
                layer.stride = (1, 1)

    def pooled(self, pictures: Tensor) -> PooledMap:
        first, second = self.stem
        x, index = pool(first((pictures - 0.5) / 0.25))  # [N, 16, H/2, W/2]
        maps, indices = [second(x)], [index]
        for stage in self.stages:
            block, *more = stage.children()
            assert isinstance(block, Residual)
            x, index = pool(block.conv1(maps[-1]))  # [N, 32, H/4, W/4] ... [N, 128, H/32, W/32]
            x = nn.functional.relu(block.conv2(x) + block.shortcut(maps[-1]))
            maps.append(nn.Sequential(*more)(x))
            indices.append(index)
        return PooledMap(tuple(maps), tuple(indices))

    def forward(self, pictures: Tensor) -> tuple[Tensor, ...]:
        return self.pooled(pictures).maps


class PoolingVGG16(VGG16):
    """VGG-16 with batch normalisation, whose poolings remember."""

    def __init__(self) -> None:
        super().__init__(norm=True)

    def pooled(self, pictures: Tensor) -> PooledMap:
        maps: list[Tensor] = []
        indices: list[Tensor] = []
        for stage in self.stages:
            *convs, _ = stage.children()
            x, index = pool(nn.Sequential(*convs)(maps[-1] if maps else pictures))
            maps.append(x)
            indices.append(index)
        return PooledMap(tuple(maps), tuple(indices))


@dataclass(frozen=True)
class SegNetConfig:
    """`decoder` are the convolutions' channels behind each unpooling, from stride 16 down to 1.

    A stage ends on as many channels as the next unpooling has places for.
    """

    classes: int = 14
    decoder: tuple[tuple[int, ...], ...] = ((96,), (64,), (32,), (16,), ())
    encoder: Literal["small", "vgg16"] = "small"
    backbone: BackboneConfig = field(default_factory=BackboneConfig)


class SegNetTrace(NamedTuple):
    """What happened inside, over the picture padded to a multiple of 32 but for `logits`.

    `encoder` are the maps at strides 2, 4, 8, 16, 32 and `indices` what made them smaller; `unpooled` are
    the sparse maps at strides 16, 8, 4, 2, 1 and `decoder` the same made dense; `logits` [N, K, H, W] are
    cut to the picture.
    """

    encoder: tuple[Tensor, ...]
    indices: tuple[Tensor, ...]
    unpooled: tuple[Tensor, ...]
    decoder: tuple[Tensor, ...]
    logits: Tensor


class SegNet(nn.Module):
    """Pictures [N, 3, H, W] of any size, RGB in 0..1, to a class for every pixel."""

    def __init__(self, config: SegNetConfig | None = None) -> None:
        super().__init__()
        self.config = config = config or SegNetConfig()
        small = config.encoder == "small"
        self.backbone = PoolingBackbone(config.backbone) if small else PoolingVGG16()
        self.stages = nn.ModuleList()
        inputs = self.backbone.channels[-1]
        for widths in config.decoder:
            convs: list[nn.Module] = []
            for outputs in widths:
                convs.append(ConvNorm(inputs, outputs))
                inputs = outputs
            self.stages.append(nn.Sequential(*convs))
        self.classify = nn.Conv2d(inputs, config.classes, 3, padding=1)

    def ablations(self) -> dict[str, int]:
        """What `forward` can go without: a name, and the value for its `ablate`."""
        return {f"indices at stride {s}": s for s in reversed(STRIDES)}

    def forward(self, pictures: Tensor, *, ablate: Collection[int] = ()) -> SegNetTrace:
        """The trace; poolings to the strides `ablate` (2 to 32) forget their places (see `corners`)."""
        height, width = pictures.shape[-2:]
        encoder, indices = self.backbone.pooled(pad_to_stride(pictures, STRIDES[-1]))
        unpooled: list[Tensor] = []
        decoder: list[Tensor] = []
        x = encoder[-1]  # [N, 128, H/32, W/32]
        indices = tuple(corners(i) if s in ablate else i for s, i in zip(STRIDES, indices, strict=True))
        for stage, index in zip(self.stages, reversed(indices), strict=True):
            unpooled.append(nn.functional.max_unpool2d(x, index, [2, 2]))  # [N, 128, H/16, W/16] ...
            x = stage(unpooled[-1])  # [N, 96, H/16, W/16] ... [N, 16, H, W]
            decoder.append(x)
        logits = self.classify(x)[..., :height, :width]  # [N, K, H, W]
        return SegNetTrace(encoder, indices, tuple(unpooled), tuple(decoder), logits)


def segnet() -> SegNet:
    """SegNet as it is trained on the drawn world."""
    return SegNet()


def segnet_vgg16() -> SegNet:
    """SegNet as in the paper, for the 12 classes of CamVid: 29.4 million weights."""
    decoder = ((512, 512, 512), (512, 512, 256), (256, 256, 128), (128, 64), (64,))
    return SegNet(SegNetConfig(classes=12, decoder=decoder, encoder="vgg16"))
