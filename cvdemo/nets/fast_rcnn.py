"""Fast R-CNN: features once for the whole picture, regions from elsewhere (arXiv:1504.08083).

Faster R-CNN without its own proposals: the regions come from Selective Search, and RoI pooling takes the
greatest value of every cell. Against the paper: the small backbone and features of several strides
(arXiv:1612.03144).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from torch import Tensor, nn

from cvdemo.nets.backbone import STRIDES, Backbone, BackboneConfig
from cvdemo.nets.blocks import pad_to_stride
from cvdemo.nets.matching import Things
from cvdemo.nets.pyramid import FeaturePyramid
from cvdemo.nets.roi_head import RoIHead, RoIHeadConfig, RoITrace, head_loss, lesson, moved, scored


@dataclass(frozen=True)
class FastRCNNConfig:
    """Strides and channels of the pyramid, the head, and how many regions of a picture are looked at."""

    strides: tuple[int, ...] = (4, 8, 16, 32)
    channels: int = 64
    head: RoIHeadConfig = field(default_factory=lambda: RoIHeadConfig(pooling="max"))
    backbone: BackboneConfig = field(default_factory=BackboneConfig)
    proposals: int = 500


class FastRCNNTrace(NamedTuple):
    """`features` [N, C, h, w] by stride, and what the head made of the regions."""

    features: dict[int, Tensor]
    head: RoITrace

    def boxes(self) -> Tensor:
        """Of a single picture, the box of every region for every class, [1, R, classes, 4] in pixels."""
        return moved(self.head.offsets, self.head.rois)[None]

    def scores(self) -> Tensor:
        """Of a single picture, probabilities [1, R, classes] without the background's."""
        return scored(self.head.logits)[None]


class FastRCNN(nn.Module):
    """Pictures [N, 3, H, W], RGB in 0..1, and regions [R, 4] of each in pixels, to classes and boxes."""

    def __init__(self, config: FastRCNNConfig | None = None) -> None:
        super().__init__()
        self.config = config = config or FastRCNNConfig()
        self.backbone = Backbone(config.backbone)
        inputs = [config.backbone.channels[STRIDES.index(s)] for s in config.strides]
        self.pyramid = FeaturePyramid(inputs, config.channels, config.strides)
        self.head = RoIHead(config.channels, config.head)

    def features(self, pictures: Tensor) -> dict[int, Tensor]:
        """The pyramid by stride: computed once for a picture, however many regions are asked about."""
        maps = self.backbone(pad_to_stride(pictures, STRIDES[-1]))  # [N, 16, H/2, W/2] ...
        return self.pyramid([maps[STRIDES.index(s)] for s in self.config.strides])  # [N, 64, H/4, W/4] ...

    def forward(self, pictures: Tensor, boxes: Sequence[Tensor]) -> FastRCNNTrace:
        features = self.features(pictures)
        return FastRCNNTrace(features, self.head(features, boxes))


def fast_rcnn_loss(
    net: FastRCNN, pictures: Tensor, boxes: Sequence[Tensor], truth: Sequence[Things], autocast: Any
) -> Tensor:
    """Loss of a batch over a choice of each picture's regions (arXiv:1504.08083, eq. 1)."""
    taught = lesson(boxes, truth)
    with autocast:
        judged = net(pictures, taught.boxes).head
    return head_loss(judged.logits, judged.offsets, judged.rois, taught).total
