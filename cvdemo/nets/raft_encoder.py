"""The encoders of RAFT: a picture in, a map at an eighth of its size out (arXiv:2003.12039, appendix A)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from torch import Tensor, nn

Norm = Literal["instance", "batch", "none"]
NORMS: dict[Norm, type[nn.Module]] = {"instance": nn.InstanceNorm2d, "batch": nn.BatchNorm2d}


@dataclass(frozen=True)
class EncoderConfig:
    """Channels of the stem, of the three stages and of the output; strides of the stem and the stages."""

    channels: tuple[int, int, int, int, int]
    strides: tuple[int, int, int, int] = (2, 1, 2, 2)
    norm: Norm = "instance"
    bottleneck: bool = False

    @property
    def stride(self) -> int:
        """A picture's pixels for one cell of the output."""
        a, b, c, d = self.strides
        return a * b * c * d


class ConvNormReLU(nn.Sequential):
    """Convolution with a bias, normalisation if any, and, unless `linear`, ReLU."""

    def __init__(
        self, inputs: int, outputs: int, kernel: int, *, norm: Norm, stride: int = 1, linear: bool = False
    ) -> None:
        layers: list[nn.Module] = [nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2)]
        if norm != "none":
            layers.append(NORMS[norm](outputs))
        super().__init__(*layers if linear else [*layers, nn.ReLU(inplace=True)])


class EncoderBlock(nn.Module):
    """Convolutions and a shortcut: two of 3 x 3, or with `bottleneck` 1 x 1, 3 x 3, 1 x 1 on a quarter.

    The last convolution has its ReLU before the sum too.
    """

    def __init__(self, inputs: int, outputs: int, *, stride: int, norm: Norm, bottleneck: bool) -> None:
        super().__init__()
        inner = outputs // 4
        if bottleneck:
            self.convs = nn.Sequential(
                ConvNormReLU(inputs, inner, 1, norm=norm),
                ConvNormReLU(inner, inner, 3, norm=norm, stride=stride),
                ConvNormReLU(inner, outputs, 1, norm=norm),
            )
        else:
            self.convs = nn.Sequential(
                ConvNormReLU(inputs, outputs, 3, norm=norm, stride=stride),
                ConvNormReLU(outputs, outputs, 3, norm=norm),
            )
        same = stride == 1 and inputs == outputs
        self.shortcut = (
            nn.Identity() if same else ConvNormReLU(inputs, outputs, 1, norm=norm, stride=stride, linear=True)
        )

    def forward(self, x: Tensor) -> Tensor:
        return nn.functional.relu(self.shortcut(x) + self.convs(x))


class Encoder(nn.Module):
    """Stem of 7 x 7, three stages of two blocks, and a last convolution of 1 x 1."""

    def __init__(self, config: EncoderConfig) -> None:
        super().__init__()
        stem, *stages, outputs = config.channels
        self.stem = ConvNormReLU(3, stem, 7, norm=config.norm, stride=config.strides[0])
        self.stages, inputs = nn.ModuleList(), stem
        for channels, stride in zip(stages, config.strides[1:], strict=True):
            both = ((inputs, stride), (channels, 1))
            self.stages.append(
                nn.Sequential(
                    *(
                        EncoderBlock(n, channels, stride=s, norm=config.norm, bottleneck=config.bottleneck)
                        for n, s in both
                    )
                )
            )
            inputs = channels
        self.last = nn.Conv2d(inputs, outputs, 1)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        for stage in self.stages:
            x = stage(x)
        return self.last(x)  # [N, C, H / 8, W / 8]
