"""EfficientNet-Lite0 as a classifier of windows of a photo, and the same weights as convolutions.

The net pads its maps, so a window that is cut out has zeros around it where the whole photo has pixels:
unlike a net without padding, both ways do not give the very same scores (arXiv:1411.4038, sec. 3.1).
"""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor, nn

from cvdemo.nets.efficientnet_lite import EfficientNetLite0
from cvdemo.nets.fcn import convolutionalized
from cvdemo.nets.street import MEAN, STD

WINDOW = 224
"""Side of the windows in pixels: what the net was trained on."""

STRIDE = 32
"""Pixels from one cell of the last map to the next."""

CHANNELS, MAP = 1280, (7, 7)
"""Channels, rows and columns of the last feature map of a window."""


class LiteTrace(NamedTuple):
    """The last feature map [N, 1280, h, w] and the logits [N, 1000], of a picture [N, 1000, h - 6, w - 6]."""

    features: Tensor
    logits: Tensor


class LiteClassifier(nn.Module):
    """Windows [N, 3, 224, 224], RGB in 0..1, to ImageNet's 1000 classes."""

    def __init__(self, net: EfficientNetLite0) -> None:
        super().__init__()
        self.net = net
        self.head = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), net._fc)

    def forward(self, windows: Tensor) -> LiteTrace:
        features = self.net.features(standardized(windows))  # [N, 1280, 7, 7]
        return LiteTrace(features, self.head(features))  # [N, 1000]


class EveryLite(nn.Module):
    """The same weights on pictures [N, 3, H, W] of any size from 224 x 224 on: all windows at once.

    The head becomes an average over 7 x 7 cells and a 1 x 1 convolution. The logits [N, 1000,
    (H - 224) // 32 + 1, (W - 224) // 32 + 1] are those of the windows at every 32nd pixel; what is left of
    a side beyond whole strides is cut off.
    """

    def __init__(self, classifier: LiteClassifier) -> None:
        super().__init__()
        self.net = classifier.net
        self.head = convolutionalized(classifier.head, (CHANNELS, *MAP))

    def forward(self, pictures: Tensor) -> LiteTrace:
        height, width = (side // STRIDE * STRIDE for side in pictures.shape[-2:])
        features = self.map(pictures[..., :height, :width])
        return LiteTrace(features, self.head(features))  # [N, 1000, h - 6, w - 6]

    def map(self, pictures: Tensor) -> Tensor:
        """The last feature map [N, 1280, H / 32, W / 32]."""
        return self.net.features(standardized(pictures))

    def scores(self, averages: Tensor) -> Tensor:
        """The logits [N, 1000, h, w] of feature maps, or averages of them, by the 1 x 1 convolution alone."""
        return self.head[-1](averages)


def standardized(pictures: Tensor) -> Tensor:
    """RGB in 0..1 [N, 3, H, W] with ImageNet's mean and deviation taken out."""
    mean, std = (pictures.new_tensor(v)[:, None, None] for v in (MEAN, STD))
    return (pictures - mean) / std
