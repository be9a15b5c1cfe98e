"""FCN: a classifier's linear layers become convolutions, and their scores are brought back to full size.

FCN-32s, 16s and 8s (arXiv:1411.4038) differ in how fine the scores are that are added on the way back.
Against the paper: the encoder is the shared residual backbone, pretrained, and narrow; pictures are padded
to the stride where the paper lays 100 pixels around them.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

import torch
from torch import Tensor, nn
from torchvision.models import vgg16

from cvdemo.nets.backbone import STRIDES, Backbone, BackboneConfig
from cvdemo.nets.blocks import ConvNorm, pad_to_stride
from cvdemo.nets.encoders import VGG16, PaperBackbone

UNCHANGED = (nn.ReLU, nn.Dropout, nn.Identity)


def convolutionalized(classifier: nn.Sequential, shape: tuple[int, int, int]) -> nn.Sequential:
    """A classifier of one feature map, as convolutions with the very same weights (sec. 3.1, fig. 2).

    `classifier` flattens a map [N, C, h, w] of the given `shape` C, h, w, or averages it and flattens, and
    goes on with linear layers, ReLU and dropout. What comes back takes a map of any size from h x w on,
    and gives [N, K, H - h + 1, W - w + 1]: in every cell what the classifier says of the window that
    begins there. A layer that it does not know is a `ValueError`.
    """
    channels, window = shape[0], shape[1:]
    layers: list[nn.Module] = []
    for layer in classifier:
        if isinstance(layer, nn.AdaptiveAvgPool2d) and layer.output_size in (1, (1, 1)):
            layers.append(nn.AvgPool2d(window, stride=1))
            window = (1, 1)
        elif isinstance(layer, nn.Linear):
            conv = nn.Conv2d(channels, layer.out_features, window, bias=layer.bias is not None)
            conv.weight = nn.Parameter(layer.weight.detach().reshape(conv.weight.shape))
            if layer.bias is not None:
                conv.bias = nn.Parameter(layer.bias.detach())
            layers.append(conv)
            channels, window = layer.out_features, (1, 1)
        elif isinstance(layer, UNCHANGED):
            layers.append(layer)
        elif not isinstance(layer, nn.Flatten):
            raise ValueError(f"cannot make a convolution of {type(layer).__name__}")
    return nn.Sequential(*layers)


def bilinear_line(factor: int) -> Tensor:
    """The weights [2 f] with which a transposed convolution of stride f (even) upsamples linearly."""
    return 1 - (torch.arange(2 * factor) - (factor - 0.5)).abs() / factor


def learned_upsampling(channels: int, factor: int) -> nn.ConvTranspose2d:
    """A transposed convolution [N, C, h, w] to [N, C, f h, f w] that begins as bilinear (sec. 3.3)."""
    up = nn.ConvTranspose2d(channels, channels, 2 * factor, stride=factor, padding=factor // 2, bias=False)
    with torch.no_grad():
        up.weight.zero_()
        line = bilinear_line(factor)
        up.weight[range(channels), range(channels)] = line[:, None] * line
    return up


class FixedUpsampling(nn.Module):
    """The transposed convolution that is bilinear and stays so: the last step of every FCN (sec. 4.3).

    Its kernel is the product of a column and a row, so it is a matrix along each of the two sides.
    """

    line: Tensor

    def __init__(self, factor: int) -> None:
        super().__init__()
        self.factor = factor
        self.register_buffer("line", bilinear_line(factor), persistent=False)

    def matrix(self, cells: int) -> Tensor:
        """What the transposed convolution does along one side: [cells, f cells], what each cell gives."""
        each = torch.eye(cells, dtype=self.line.dtype, device=self.line.device)[:, None]
        kernel = self.line[None, None]
        return nn.functional.conv_transpose1d(each, kernel, stride=self.factor, padding=self.factor // 2)[
            :, 0
        ]

    def forward(self, x: Tensor) -> Tensor:
        down, across = self.matrix(x.shape[-2]).to(x.dtype), self.matrix(x.shape[-1]).to(x.dtype)
        return down.mT @ x @ across  # [N, K, f h, f w]


@dataclass(frozen=True)
class FCNConfig:
    """`finest` is the stride of the finest scores: 32, 16 or 8. `hidden` channels lie before the scores."""

    classes: int = 14
    finest: Literal[8, 16, 32] = 8
    hidden: int = 192
    encoder: Literal["small", "vgg16"] = "small"
    backbone: BackboneConfig = field(default_factory=BackboneConfig)


class FCNTrace(NamedTuple):
    """What happened inside, over the picture padded to a multiple of 32 but for `logits`.

    `encoder` are the maps at strides 2, 4, 8, 16, 32; `scores` [N, K, h, w] what strides 32, 16, 8 say by
    themselves, as far as they are used, and `fused` the same with the coarser ones added; `logits`
    [N, K, H, W] are cut to the picture.
    """

    encoder: tuple[Tensor, ...]
    scores: tuple[Tensor, ...]
    fused: tuple[Tensor, ...]
    logits: Tensor


class FCN(nn.Module):
    """Pictures [N, 3, H, W] of any size, RGB in 0..1, to a class for every pixel."""

    def __init__(self, config: FCNConfig | None = None, backbone: PaperBackbone | None = None) -> None:
        super().__init__()
        self.config = config = config or FCNConfig()
        parts = _vgg16() if config.encoder == "vgg16" else _small(config, backbone)
        self.backbone, self.fc, hidden = parts
        channels = self.backbone.channels
        self.score = nn.ModuleDict({"32": nn.Conv2d(hidden, config.classes, 1)})
        self.up = nn.ModuleDict()
        for stride in (s for s in (16, 8) if s >= config.finest):
            score = nn.Conv2d(channels[STRIDES.index(stride)], config.classes, 1)
            nn.init.zeros_(score.weight)  # the finer net begins as the coarser one (sec. 4.2)
            nn.init.zeros_(score.bias)  # type: ignore[arg-type]
            self.score[str(stride)] = score
            self.up[str(stride)] = learned_upsampling(config.classes, 2)
        self.last = FixedUpsampling(config.finest)

    def ablations(self) -> dict[str, int]:
        """What `forward` can go without: a name, and the value for its `ablate`."""
        return {f"scores at stride {s}": s for s in (16, 8) if s >= self.config.finest}

    def forward(self, pictures: Tensor, *, ablate: Collection[int] = ()) -> FCNTrace:
        """The trace; scores at the strides `ablate` (16, 8) are not added, to see what they bring."""
        height, width = pictures.shape[-2:]
        encoder = self.backbone(pad_to_stride(pictures, STRIDES[-1]))
        scores = [self.score["32"](self.fc(encoder[-1]))]  # [N, K, H/32, W/32]
        fused = [scores[0]]
        for stride, up in self.up.items():
            scores.append(self.score[stride](encoder[STRIDES.index(int(stride))]))  # [N, K, H/16, W/16]
            coarse = up(fused[-1])
            fused.append(coarse if int(stride) in ablate else coarse + scores[-1])
        logits = self.last(fused[-1])[..., :height, :width]  # [N, K, H, W]
        return FCNTrace(encoder, tuple(scores), tuple(fused), logits)


def _small(config: FCNConfig, given: PaperBackbone | None) -> tuple[Backbone | PaperBackbone, nn.Module, int]:
    """The shared backbone or a given one, and, in place of the paper's fc6 and fc7, two narrow layers."""
    backbone = given or Backbone(config.backbone)
    fc = nn.Sequential(
        ConvNorm(backbone.channels[-1], config.hidden), ConvNorm(config.hidden, config.hidden, 1)
    )
    return backbone, fc, config.hidden


def _vgg16() -> tuple[Backbone | PaperBackbone, nn.Module, int]:
    """VGG-16 and its classifier without the last layer, as convolutions; fc6 is padded to keep the size."""
    fc = convolutionalized(vgg16(weights=None).classifier[:-1], (512, 7, 7))
    fc[0].padding = (3, 3)  # type: ignore[assignment]
    return VGG16(), fc, 4096


def fcn32s() -> FCN:
    """FCN-32s as it is trained on the drawn world."""
    return FCN(FCNConfig(finest=32))


def fcn16s() -> FCN:
    """FCN-16s as it is trained on the drawn world, from FCN-32s."""
    return FCN(FCNConfig(finest=16))


def fcn8s() -> FCN:
    """FCN-8s as it is trained on the drawn world, from FCN-16s."""
    return FCN(FCNConfig(finest=8))


def fcn8s_vgg16() -> FCN:
    """FCN-8s as in the paper, for the 21 classes of PASCAL VOC: 134.4 million weights."""
    return FCN(FCNConfig(classes=21, finest=8, encoder="vgg16"))
