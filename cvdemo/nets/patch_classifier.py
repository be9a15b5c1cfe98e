"""A small VGG-like classifier of 32 x 32 windows: which class is the pixel in the middle of?

Convolutions without padding, pooling, then fully connected layers (arXiv:1409.1556). Without padding a window
knows nothing of where it was cut out, so its scores are also those of a convolution over the whole picture.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from torch import Tensor, nn

from cvdemo.nets.fcn import convolutionalized

WINDOW = 32
"""Side of the windows in pixels; the pixel that is classified is the one at (16, 16)."""

STRIDE = 4
"""Pixels from one window to the next that the net sees at once: what its pooling leaves."""

MAP = (5, 5)
"""Rows and columns of the last feature map of a window."""


@dataclass(frozen=True)
class PatchConfig:
    """Channels of the two pairs of convolutions, and neurons of the hidden layer."""

    classes: int = 14
    channels: tuple[int, int] = (16, 32)
    hidden: int = 64


class PatchTrace(NamedTuple):
    """The last feature map [N, C, 5, 5] and the logits [N, K]; of a picture, [N, C, h, w] both."""

    features: Tensor
    logits: Tensor


class PatchClassifier(nn.Module):
    """Windows [N, 3, 32, 32], RGB in 0..1, to a class of their middle pixel.

    `features` makes maps, `fc` flattens and classifies them.
    """

    def __init__(self, config: PatchConfig | None = None) -> None:
        super().__init__()
        self.config = config = config or PatchConfig()
        first, second = config.channels
        self.features = nn.Sequential(
            *_valid(3, first), *_valid(first, first), nn.MaxPool2d(2), *_valid(first, second),
            *_valid(second, second), nn.MaxPool2d(2),
        )  # fmt: skip
        self.fc = nn.Sequential(
            nn.Flatten(),
            nn.Linear(second * MAP[0] * MAP[1], config.hidden),
            nn.ReLU(inplace=True),
            nn.Linear(config.hidden, config.classes),
        )

    def forward(self, windows: Tensor) -> PatchTrace:
        # sides 32, convolved 30, 28, pooled 14, convolved 12, 10, pooled 5
        features = self.features(normalised(windows))  # [N, 32, 5, 5]
        return PatchTrace(features, self.fc(features))  # [N, K]


class EveryPatch(nn.Module):
    """The same weights on pictures [N, 3, H, W] of any size from 32 x 32 on: all windows at once.

    The logits [N, K, (H - 32) // 4 + 1, (W - 32) // 4 + 1] are those of the windows at every 4th pixel.
    """

    def __init__(self, net: PatchClassifier) -> None:
        super().__init__()
        self.features = net.features
        self.fc = convolutionalized(net.fc, (net.config.channels[1], *MAP))

    def forward(self, pictures: Tensor) -> PatchTrace:
        features = self.features(normalised(pictures))  # [N, 32, h + 4, w + 4]
        return PatchTrace(features, self.fc(features))  # [N, K, h, w]


def normalised(pictures: Tensor) -> Tensor:
    """RGB in 0..1 to about -2..2."""
    return (pictures - 0.5) / 0.25


def _valid(inputs: int, outputs: int) -> list[nn.Module]:
    """A 3 x 3 convolution without padding, normalised, with ReLU."""
    return [nn.Conv2d(inputs, outputs, 3, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(inplace=True)]


def multiply_adds(layers: Iterable[nn.Module], height: int, width: int) -> int:
    """Multiplications, each with its addition, of convolutions and linear layers on a picture of this size.

    A convolution costs out_height * out_width * kernel^2 * inputs * outputs, a linear layer inputs * outputs.
    """
    total = 0
    for layer in _leaves(layers):
        if isinstance(layer, nn.Conv2d):
            height, width = _after(height, layer), _after(width, layer)
            total += height * width * layer.weight.numel()
        elif isinstance(layer, nn.MaxPool2d):
            height, width = _after(height, layer), _after(width, layer)
        elif isinstance(layer, nn.Linear):
            total += layer.weight.numel()
    return total


def _leaves(layers: Iterable[nn.Module]) -> Iterator[nn.Module]:
    for layer in layers:
        yield from _leaves(layer) if isinstance(layer, nn.Sequential) else [layer]


def _after(side: int, layer: nn.Conv2d | nn.MaxPool2d) -> int:
    """What a layer without padding leaves of a side, in cells."""
    kernel, stride = (v if isinstance(v, int) else v[0] for v in (layer.kernel_size, layer.stride))
    return (side - kernel) // stride + 1
