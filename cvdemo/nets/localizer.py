"""Classification and localization: one class and one box for a picture that shows one object.

Two heads on one backbone: softmax over the classes, and a regression of the box (arXiv:1312.6229, sec. 4.2).
The two losses are added with a weight, which says how much a box matters beside a class.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import torch
from torch import Tensor, nn

from cvdemo.nets.backbone import STRIDES, Backbone, BackboneConfig
from cvdemo.nets.blocks import ConvNorm, pad_to_stride
from cvdemo.nets.matching import Targets


@dataclass(frozen=True)
class LocalizerConfig:
    """`layout` are the rows and columns that the map is pooled to for the box: where objects are stays known.

    `hidden` neurons lie between the pooled map and the box's four numbers.
    """

    classes: int = 8
    channels: int = 96
    layout: tuple[int, int] = (5, 6)
    hidden: int = 192
    backbone: BackboneConfig = field(default_factory=BackboneConfig)


class LocalizerTrace(NamedTuple):
    """What happened inside, over the picture padded to a multiple of 32.

    `features` [N, 96, h, w] at stride 32, `pooled` to [N, 96] for the class and to `layout` [N, 96, 5, 6] for
    the box; `logits` [N, C]; `box` [N, 4] are centre x, y, width and height in parts of the padded picture,
    whose `size` is (height, width) in pixels.
    """

    features: Tensor
    pooled: Tensor
    layout: Tensor
    logits: Tensor
    box: Tensor
    size: tuple[int, int]

    def boxes(self) -> Tensor:
        """The box of every picture, [N, 1, 4] x1 y1 x2 y2 in pixels."""
        height, width = self.size
        return corners(self.box)[:, None] * self.box.new_tensor([width, height, width, height])

    def scores(self) -> Tensor:
        """Probabilities of the classes, [N, 1, C]: only the best one's stays, for there is one object."""
        likely = self.logits.softmax(dim=1)
        best = likely == likely.amax(dim=1, keepdim=True)
        return (likely * best)[:, None]


class Localizer(nn.Module):
    """Pictures [N, 3, H, W] of any size, RGB in 0..1, to a class and a box."""

    def __init__(self, config: LocalizerConfig | None = None) -> None:
        super().__init__()
        self.config = config = config or LocalizerConfig()
        self.backbone = Backbone(config.backbone)
        self.shared = ConvNorm(config.backbone.channels[-1], config.channels)
        self.classify = nn.Linear(config.channels, config.classes)
        rows, columns = config.layout
        self.locate = nn.Sequential(
            nn.Flatten(),
            nn.Linear(config.channels * rows * columns, config.hidden),
            nn.ReLU(inplace=True),
            nn.Linear(config.hidden, 4),
        )

    def forward(self, pictures: Tensor) -> LocalizerTrace:
        padded = pad_to_stride(pictures, STRIDES[-1])
        features = self.shared(self.backbone(padded)[-1])  # [N, 96, H/32, W/32]
        pooled = features.amax(dim=(2, 3))  # [N, 96]
        layout = nn.functional.adaptive_avg_pool2d(features, self.config.layout)  # [N, 96, 5, 6]
        logits, box = self.classify(pooled).float(), self.locate(layout).float()
        size = (padded.shape[-2], padded.shape[-1])
        return LocalizerTrace(features, pooled, layout, logits, box, size)


def corners(box: Tensor) -> Tensor:
    """Boxes [N, 4] x1 y1 x2 y2 of centre x, y, width and height; a width below 0 counts as 0."""
    half = box[:, 2:].clamp(min=0) / 2
    return torch.cat([box[:, :2] - half, box[:, :2] + half], dim=1)


def relative(boxes: Tensor, size: tuple[int, int]) -> Tensor:
    """Boxes [N, 4] x1 y1 x2 y2 in pixels as centre x, y, width and height relative to the picture."""
    height, width = size
    low, high = boxes[:, :2], boxes[:, 2:]
    return torch.cat([(low + high) / 2, high - low], dim=1) / boxes.new_tensor([width, height, width, height])


class LocalizerLoss(NamedTuple):
    """The two losses, each a mean over the pictures with exactly one object."""

    classes: Tensor
    box: Tensor

    def total(self, weight: float) -> Tensor:
        """Their sum, the box's times `weight`."""
        return self.classes + weight * self.box


def localizer_loss(trace: LocalizerTrace, truth: Sequence[Targets]) -> LocalizerLoss:
    """Softmax loss of the class and squared L2 distance of the box, on pictures with exactly one object.

    Objects that are too hard do not count; a picture that shows none or several is ignored.
    """
    rows = [only_object(targets) for targets in truth]
    kept = [k for k, row in enumerate(rows) if row is not None]
    if not kept:
        return LocalizerLoss(0 * trace.logits.sum(), 0 * trace.box.sum())
    boxes = torch.stack([truth[k].boxes[rows[k]] for k in kept])  # [P, 4]
    classes = torch.stack([truth[k].classes[rows[k]] for k in kept])  # [P]
    distance = (trace.box[kept] - relative(boxes, trace.size)).square().sum(dim=1)  # [P]
    return LocalizerLoss(nn.functional.cross_entropy(trace.logits[kept], classes), distance.mean())


def only_object(targets: Targets) -> int | None:
    """The row of the only object that is not difficult, or None where there is none or several."""
    rows = (~targets.difficult).nonzero()[:, 0].tolist()
    return rows[0] if len(rows) == 1 else None
