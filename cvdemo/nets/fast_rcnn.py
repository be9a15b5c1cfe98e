"""Fast R-CNN: features once for the whole picture, regions from elsewhere (arXiv:1504.08083).

Faster R-CNN without its own proposals: the regions come from Selective Search, and RoI pooling takes the
greatest value of every cell. `fast_rcnn` has the paper's structure and loss on the small backbone; the class
itself, unless configured otherwise, has features of several strides (arXiv:1612.03144) and a loss that knows
the IoU. `cvdemo.nets.fast_rcnn_paper` builds the paper's own net.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from torch import Tensor, nn

from cvdemo.nets.backbone import BackboneConfig
from cvdemo.nets.encoders import PaperBackbone
from cvdemo.nets.matching import Targets
from cvdemo.nets.pyramid import NoPyramid, PyramidNet
from cvdemo.nets.roi_head import (
    PUBLISHED,
    RoIHead,
    RoIHeadConfig,
    RoITrace,
    Sampling,
    class_probabilities,
    decode_boxes,
    head_loss,
    sample_rois,
)


@dataclass(frozen=True)
class FastRCNNConfig:
    """Strides and channels of the pyramid, the head, and how many regions of a picture are used.

    `iou_aware` as in `head_loss`.
    """

    strides: tuple[int, ...] = (4, 8, 16, 32)
    channels: int = 64
    head: RoIHeadConfig = field(default_factory=lambda: RoIHeadConfig(pooling="max"))
    backbone: BackboneConfig = field(default_factory=BackboneConfig)
    proposals: int = 500
    iou_aware: bool = True
    sampling: Sampling = field(default_factory=Sampling)


class FastRCNNTrace(NamedTuple):
    """`features` [N, C, h, w] by stride, and what the head made of the regions."""

    features: dict[int, Tensor]
    head: RoITrace

    def boxes(self) -> Tensor:
        """Of a single picture, the box of every region for every class, [1, R, classes, 4] in pixels."""
        return decode_boxes(self.head.offsets, self.head.rois)[None]

    def scores(self) -> Tensor:
        """Of a single picture, probabilities [1, R, classes] without the background's."""
        return class_probabilities(self.head.logits)[None]


class FastRCNN(PyramidNet):
    """Pictures [N, 3, H, W], RGB in 0..1, and regions [R, 4] of each in pixels, to classes and boxes.

    Backbone and pyramid are those of the configuration unless others are given.
    """

    def __init__(
        self,
        config: FastRCNNConfig | None = None,
        *,
        backbone: PaperBackbone | None = None,
        pyramid: nn.Module | None = None,
    ) -> None:
        config = config or FastRCNNConfig()
        super().__init__(config, backbone, pyramid)
        self.config = config
        self.head = RoIHead(config.channels, config.head)

    def forward(self, pictures: Tensor, boxes: Sequence[Tensor]) -> FastRCNNTrace:
        features = self.features(pictures)
        return FastRCNNTrace(features, self.head(features, boxes))


def fast_rcnn_loss(
    net: FastRCNN, pictures: Tensor, boxes: Sequence[Tensor], truth: Sequence[Targets], autocast: Any
) -> Tensor:
    """Loss of a batch over a choice of each picture's regions (arXiv:1504.08083, eq. 1)."""
    targets = sample_rois(boxes, truth, net.config.sampling)
    with autocast:
        trace = net(pictures, targets.boxes).head
    return head_loss(trace.logits, trace.offsets, trace.rois, targets, iou_aware=net.config.iou_aware).total


ONE_MAP = BackboneConfig(output_stride=4)
"""The backbone whose last map has stride 4, by dilation.

On pictures of 192 x 160 that is 48 cells along the longer side; the papers' 16 on 1,000 x 600 is 62.
"""


def fast_rcnn() -> FastRCNN:
    """The paper's structure and loss on the small backbone: one map, of the last layer."""
    config = FastRCNNConfig(
        (4,), ONE_MAP.channels[-1], RoIHeadConfig(strides=(4,), pooling="max"), ONE_MAP,
        iou_aware=False, sampling=PUBLISHED,
    )  # fmt: skip
    return FastRCNN(config, pyramid=NoPyramid(config.strides))
