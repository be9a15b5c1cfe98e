"""Sliding window: a classifier of windows of one size, run over a pyramid of resized pictures.

All windows are classified at once (arXiv:1312.6229, sec. 3): without padding a window knows
nothing of where it was cut out, so its linear layers can be convolutions over the whole picture. The layers
before are the shared backbone's up to stride 8, without their padding.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn

from cvdemo.nets.blocks import ConvNorm, Residual
from cvdemo.nets.fcn import convolutionalized
from cvdemo.ops.windows import Level, pyramid, window_boxes

WINDOW = 59
"""Side of the windows in pixels: what the layers without padding bring down to `MAP`."""

STRIDE = 8
"""Pixels from one window to the next that the net sees at once: the stride of its last map."""

MAP = (3, 3)
"""Rows and columns of the last feature map of a window."""


@dataclass(frozen=True)
class WindowConfig:
    """Channels of the stem and the two blocks, and neurons of the hidden layer."""

    classes: int = 8  # without background, which is class 0 of the logits
    channels: tuple[int, int, int] = (16, 32, 64)
    hidden: int = 128


class WindowTrace(NamedTuple):
    """The last feature map [N, C, 3, 3] and the logits [N, 1 + K]; of a picture, [N, C, h + 2, w + 2] and
    [N, 1 + K, h, w], where h, w are the rows and columns of windows."""

    features: Tensor
    logits: Tensor


class ValidResidual(Residual):
    """The residual block without padding: its shortcut keeps the pixels that the kernels are centred on."""

    def __init__(self, inputs: int, outputs: int, *, stride: int) -> None:
        super().__init__(inputs, outputs, stride=stride, project=True)
        self.stride = stride
        for layer in (self.conv1, self.conv2):
            without_padding(layer)

    def forward(self, x: Tensor) -> Tensor:
        kept = self.conv2(self.conv1(x))
        # Cell j of the second convolution is centred on cell s (j + 1) + 1 of the input.
        first, (rows, columns) = self.stride + 1, (self.stride * (n - 1) + 1 for n in kept.shape[-2:])
        short = self.shortcut(x[..., first : first + rows, first : first + columns])
        return nn.functional.relu(kept + short)


def without_padding(layer: nn.Sequential) -> nn.Sequential:
    """The same convolution, but where its kernel lies wholly inside."""
    convolution = layer[0]
    assert isinstance(convolution, nn.Conv2d)
    convolution.padding = (0, 0)
    return layer


class ValidStages(nn.Module):
    """The shared backbone up to the first block at stride 8, without padding, by the same names.

    Sides 59, stem 29, 27, first block 13, 11, second block 5, 3.
    """

    def __init__(self, channels: tuple[int, int, int]) -> None:
        super().__init__()
        first, second, third = channels
        stem = (ConvNorm(3, first, stride=2), ConvNorm(first, first))
        self.stem = nn.Sequential(*(without_padding(layer) for layer in stem))
        self.stages = nn.ModuleList(
            [
                nn.Sequential(ValidResidual(first, second, stride=2)),
                nn.Sequential(ValidResidual(second, third, stride=2)),
            ]
        )

    def forward(self, pictures: Tensor) -> Tensor:
        x = self.stem((pictures - 0.5) / 0.25)
        for stage in self.stages:
            x = stage(x)
        return x


class WindowClassifier(nn.Module):
    """Windows [N, 3, 59, 59], RGB in 0..1, to a class of the object that fills them, or background."""

    def __init__(self, config: WindowConfig | None = None) -> None:
        super().__init__()
        self.config = config = config or WindowConfig()
        self.backbone = ValidStages(config.channels)
        self.fc = nn.Sequential(
            nn.Flatten(),
            nn.Linear(config.channels[-1] * MAP[0] * MAP[1], config.hidden),
            nn.ReLU(inplace=True),
            nn.Linear(config.hidden, 1 + config.classes),
        )

    def forward(self, windows: Tensor) -> WindowTrace:
        features = self.backbone(windows)  # [N, 64, 3, 3]
        return WindowTrace(features, self.fc(features))  # [N, 1 + K]


class EveryWindow(nn.Module):
    """The same weights on pictures [N, 3, H, W] of any size from 59 x 59 on: all windows at once.

    The logits [N, 1 + K, (H - 59) // 8 + 1, (W - 59) // 8 + 1] are those of the windows at every 8th pixel.
    """

    def __init__(self, net: WindowClassifier) -> None:
        super().__init__()
        self.backbone = net.backbone
        self.fc = convolutionalized(net.fc, (net.config.channels[-1], *MAP))

    def forward(self, pictures: Tensor) -> WindowTrace:
        features = self.backbone(pictures)  # [N, 64, h + 2, w + 2]
        return WindowTrace(features, self.fc(features))  # [N, 1 + K, h, w]


@dataclass(frozen=True)
class WindowPyramidConfig:
    """Sides of the windows in pixels of the picture, and their ratios of width to height."""

    sides: tuple[float, ...] = (16, 24, 36, 54, 81, 121.5)
    ratios: tuple[float, ...] = (0.5, 1, 2)


class PyramidTrace(NamedTuple):
    """What every window of the pyramid says: per level its logits [1, 1 + K, h, w] and its resized picture's
    size and windows."""

    levels: tuple[Level, ...]
    logits: tuple[Tensor, ...]

    def boxes(self) -> Tensor:
        """All windows of all levels, [1, D, 4] x1 y1 x2 y2 in pixels of the picture, row by row."""
        boxes = [torch.from_numpy(window_boxes(level, WINDOW, STRIDE)) for level in self.levels]
        return torch.cat([torch.zeros(0, 4), *boxes])[None]

    def scores(self) -> Tensor:
        """Probabilities [1, D, K] of all windows, without the background's."""
        likely = [logits[0].float().softmax(dim=0)[1:].flatten(1).T for logits in self.logits]
        return torch.cat(likely)[None] if likely else torch.zeros(1, 0, 1)


class SlidingWindow(nn.Module):
    """A picture [1, 3, H, W] of any size, RGB in 0..1, to the class of every window of a pyramid."""

    def __init__(self, net: WindowClassifier, config: WindowPyramidConfig | None = None) -> None:
        super().__init__()
        self.config = config or WindowPyramidConfig()
        self.classifier = net
        self.every = EveryWindow(net)

    def forward(self, picture: Tensor) -> PyramidTrace:
        size = (picture.shape[-2], picture.shape[-1])
        levels = pyramid(size, WINDOW, self.config.sides, self.config.ratios)
        logits = (self.every(resized(picture, level.size)).logits for level in levels)
        return PyramidTrace(tuple(levels), tuple(logits))


def resized(picture: Tensor, size: tuple[int, int]) -> Tensor:
    """A picture [1, 3, H, W] at another height and width; what gets smaller is averaged."""
    return nn.functional.interpolate(picture, size=size, mode="bilinear", antialias=True, align_corners=False)
