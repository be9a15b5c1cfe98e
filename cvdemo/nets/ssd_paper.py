"""SSD300 as it was published: VGG-16, six levels, 8732 default boxes (arXiv:1512.02325, fig. 2).

On COCO it is torchvision's to the last parameter: its weights fit, and the answers are the same. As there no
default box is wider or higher than the picture, though it may reach beyond it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from cvdemo.errors import DataError
from cvdemo.nets.encoders import CAFFE, VGG16, PaperBackbone
from cvdemo.nets.ssd import SSD, SSDConfig
from cvdemo.nets.torchvision_names import renamed
from cvdemo.ops.anchors import default_sizes

SIDE = 300
"""Pixels of a picture's width and height."""

Data = Literal["voc", "coco"]
CLASSES: Mapping[Data, int] = {"voc": 20, "coco": 90}  # COCO's ids go up to 90
SCALES: Mapping[Data, tuple[float, ...]] = {
    "voc": (30, 60, 111, 162, 213, 264, 315),
    "coco": (21, 45, 99, 153, 207, 261, 315),
}
"""Pixels of each level's default boxes.

On VOC they are .1 of the side on the first map, then .2 to .9 (sec. 2.2, 3.1); on COCO, whose objects are
smaller, .07, then .15 to .9 (sec. 3.4). Steps are rounded down to whole percents, as in the authors' code.
"""


@dataclass(frozen=True)
class PaperSSDConfig(SSDConfig):
    """VOC's; levels of 38, 19, 10, 5, 3 and 1 cells a side, each with its own aspect ratios (sec. 3.1)."""

    classes: int = CLASSES["voc"]
    strides: tuple[int, ...] = (8, 16, 32, 64, 100, 300)
    scales: tuple[float, ...] = SCALES["voc"]
    level_ratios: tuple[tuple[float, ...], ...] = ((2,), (2, 3), (2, 3), (2, 3), (2,), (2,))

    @property
    def sizes(self) -> list[NDArray[np.float32]]:
        """Widths and heights [A, 2] in pixels of each level's default boxes."""
        steps = zip(pairwise(self.scales), self.level_ratios, strict=True)
        return [default_sizes(a, b, ratios).clip(max=SIDE) for (a, b), ratios in steps]


class UnitLength(nn.Module):
    """Every cell's channels scaled to a length of 1, then each by a learnt weight (arXiv:1506.04579)."""

    def __init__(self, channels: int, start: float = 20.0) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.full((channels,), start))

    def forward(self, x: Tensor) -> Tensor:
        return self.weight[:, None, None] * nn.functional.normalize(x)


class SixLevels(PaperBackbone):
    """Pictures [N, 3, 300, 300] to six maps: conv4_3 at unit length, fc7, conv8_2 to conv11_2.

    The third pooling rounds 75 cells up to 38.
    """

    channels = (512, 1024, 512, 256, 256, 256)
    colours = CAFFE

    def __init__(self) -> None:
        super().__init__()
        *to_conv4, conv5 = VGG16(last_pool=False).stages
        layers = [layer for stage in to_conv4 for layer in stage.children()]
        layers[16] = nn.MaxPool2d(2, ceil_mode=True)
        *to_conv4_3, pool4 = layers
        self.unit_length = UnitLength(512)
        self.stages = nn.ModuleList(
            [
                nn.Sequential(*to_conv4_3),
                nn.Sequential(pool4, *conv5.children(), fully_connected()),
                more(1024, 256, 512, stride=2, padding=1),
                more(512, 128, 256, stride=2, padding=1),
                more(256, 128, 256),
                more(256, 128, 256),
            ]
        )

    def forward(self, pictures: Tensor) -> tuple[Tensor, ...]:
        conv4_3, *rest = super().forward(pictures)
        return (self.unit_length(conv4_3), *rest)


def fully_connected() -> nn.Sequential:
    """VGG-16's last pooling, which keeps the size, and fc6 and fc7 as convolutions, one dilated (sec. 3)."""
    return nn.Sequential(
        nn.MaxPool2d(3, stride=1, padding=1),
        nn.Conv2d(512, 1024, 3, padding=6, dilation=6), nn.ReLU(inplace=True),
        nn.Conv2d(1024, 1024, 1), nn.ReLU(inplace=True),
    )  # fmt: skip


def more(inputs: int, width: int, outputs: int, *, stride: int = 1, padding: int = 0) -> nn.Sequential:
    """One of the added levels: 1 x 1 to fewer channels, then 3 x 3."""
    return nn.Sequential(
        nn.Conv2d(inputs, width, 1), nn.ReLU(inplace=True),
        nn.Conv2d(width, outputs, 3, stride, padding), nn.ReLU(inplace=True),
    )  # fmt: skip


class PaperSSD(SSD):
    """Pictures [N, 3, 300, 300], RGB in 0..1, to a class and a box for each of 8732 default boxes."""

    def build_levels(self) -> list[int]:
        self.backbone = SixLevels()
        return list(SixLevels.channels)

    def levels(self, pictures: Tensor) -> list[Tensor]:
        height, width = pictures.shape[-2:]
        if (height, width) != (SIDE, SIDE):
            raise DataError(f"a picture of {width} x {height}: this net takes {SIDE} x {SIDE} only")
        return list(self.backbone(pictures))  # [N, 512, 38, 38], [N, 1024, 19, 19] ... [N, 256, 1, 1]


def ssd_paper(data: Data = "voc") -> PaperSSD:
    """SSD300 with the classes and default boxes of a data set."""
    return PaperSSD(PaperSSDConfig(classes=CLASSES[data], scales=SCALES[data]))


NAMES = {
    "backbone.scale_": "backbone.unit_length.",
    "backbone.features.": "backbone.stages.0.",
    **{f"backbone.extra.{k}.": f"backbone.stages.{k + 1}." for k in range(5)},
    "head.classification_head.module_list.": "classify.",
    "head.regression_head.module_list.": "locate.",
}
"""How torchvision's names begin, and how ours do."""


def torchvision_names(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The state of torchvision's `ssd300_vgg16` with the names of `ssd_paper`."""
    return renamed(state, NAMES)
