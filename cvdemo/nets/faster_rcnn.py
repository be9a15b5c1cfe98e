"""Faster R-CNN: the network proposes regions by itself, then classifies them (arXiv:1506.01497).

Backbone -> pyramid -> region proposal network -> head, one after the other on the same features, and all is
trained together in one go ("approximate joint training", sec. 3.2). `faster_rcnn` has the paper's structure
and loss on the small backbone; the class itself, unless configured otherwise, has features of several strides
(arXiv:1612.03144), RoIAlign (arXiv:1703.06870) and a loss that knows the IoU. `cvdemo.nets.faster_rcnn_paper`
builds the paper's own net.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from torch import Tensor, nn

from cvdemo.nets.backbone import LIGHT, BackboneConfig
from cvdemo.nets.encoders import PaperBackbone
from cvdemo.nets.fast_rcnn import ONE_MAP
from cvdemo.nets.matching import Targets
from cvdemo.nets.pyramid import NoPyramid, PyramidNet
from cvdemo.nets.roi_head import (
    PUBLISHED,
    RoIHead,
    RoIHeadConfig,
    RoITargets,
    Sampling,
    class_probabilities,
    decode_boxes,
    head_loss,
    sample_rois,
)
from cvdemo.nets.rpn import NO_VARIANCES, RPN, Proposals, RPNConfig, RPNTrace, propose, rpn_loss


@dataclass(frozen=True)
class FasterRCNNConfig:
    """Strides and channels of the pyramid, and the two halves that stand on it.

    `iou_aware` as in `rpn_loss` and `head_loss`.
    """

    strides: tuple[int, ...] = (4, 8, 16, 32)
    channels: int = 64
    rpn: RPNConfig = field(default_factory=RPNConfig)
    head: RoIHeadConfig = field(default_factory=RoIHeadConfig)
    backbone: BackboneConfig = field(default_factory=BackboneConfig)
    iou_aware: bool = True
    sampling: Sampling = field(default_factory=Sampling)


class TwoStageTrace(NamedTuple):
    """What happened inside, over the picture padded to a multiple of 32.

    `features` [N, C, h, w] by stride; `rpn` says what was thought of every anchor, `proposals` what came out
    for each picture; `head` is what was made of them, with at least `rois`, `logits` and `offsets`.
    """

    features: dict[int, Tensor]
    rpn: RPNTrace
    proposals: list[Proposals]
    head: Any

    def boxes(self) -> Tensor:
        """Of a single picture, the box of every region for every class, [1, R, classes, 4] in pixels."""
        return decode_boxes(self.head.offsets, self.head.rois)[None]

    def scores(self) -> Tensor:
        """Of a single picture, probabilities [1, R, classes] without the background's."""
        return class_probabilities(self.head.logits)[None]


class FasterRCNN(PyramidNet):
    """Pictures [N, 3, H, W] of any size, RGB in 0..1, to regions, their classes and their boxes.

    Backbone, pyramid and head are those of the configuration unless others are given.
    """

    def __init__(
        self,
        config: FasterRCNNConfig | None = None,
        *,
        backbone: PaperBackbone | None = None,
        pyramid: nn.Module | None = None,
        head: nn.Module | None = None,
    ) -> None:
        config = config or FasterRCNNConfig()
        super().__init__(config, backbone, pyramid)
        self.config = config
        self.rpn = RPN(config.channels, config.rpn)
        self.head = head or self.build_head()

    def build_head(self) -> nn.Module:
        """What classifies regions; a `forward(features, boxes)` whose trace has rois, logits and offsets."""
        return RoIHead(self.config.channels, self.config.head)

    def proposal_config(self, most: int | None = None) -> RPNConfig:
        """How proposals are chosen, at most `most` of them; None keeps the configured number."""
        config = self.config.rpn
        return config if most is None else replace(config, after=most, before=max(config.before, most))

    def forward(self, pictures: Tensor) -> TwoStageTrace:
        features = self.features(pictures)
        rpn_trace = self.rpn(features)
        proposals = propose(rpn_trace, (pictures.shape[-2], pictures.shape[-1]), self.config.rpn)
        return TwoStageTrace(
            features, rpn_trace, proposals, self.head(features, [p.boxes for p in proposals])
        )


class SampledLoss(NamedTuple):
    """Both halves' loss of a batch; the features and the sampled RoIs, for the loss of a further head."""

    total: Tensor
    features: dict[int, Tensor]
    rois: RoITargets


def faster_rcnn_loss(net: FasterRCNN, pictures: Tensor, truth: Sequence[Targets], autocast: Any) -> Tensor:
    """Loss of a batch: of the proposals, and of a choice of regions among them (arXiv:1506.01497, eq. 1).

    `autocast` is a context in which the convolutions run.
    """
    return sampled_loss(net, pictures, truth, autocast).total


def sampled_loss(net: FasterRCNN, pictures: Tensor, truth: Sequence[Targets], autocast: Any) -> SampledLoss:
    """`faster_rcnn_loss` with what a mask or keypoint head is trained on."""
    with autocast:
        features = net.features(pictures)
        rpn_trace = net.rpn(features)
    proposals = propose(rpn_trace, (pictures.shape[-2], pictures.shape[-1]), net.config.rpn)
    targets = sample_rois([p.boxes for p in proposals], truth, net.config.sampling)
    with autocast:
        trace = net.head(features, targets.boxes)
    aware = net.config.iou_aware
    first = rpn_loss(rpn_trace, truth, net.config.rpn, iou_aware=aware)
    second = head_loss(trace.logits, trace.offsets, trace.rois, targets, iou_aware=aware)
    return SampledLoss(first.total + second.total, features, targets)


ONE_LEVEL = RPNConfig(
    strides=(4,), scales=((16, 32, 64),), before=900, positive=0.7, anchors=256, variances=NO_VARIANCES,
    inside=True,
)  # fmt: skip
"""Anchors of three scales and three ratios at every cell of one map, and their training, as published."""


def faster_rcnn() -> FasterRCNN:
    """The paper's structure and loss on the small backbone: one map, of the last layer, and RoI pooling."""
    return _published(ONE_MAP)


def faster_rcnn_light() -> FasterRCNN:
    """The same on the light backbone; its proposals and its head are as narrow as the one map."""
    return _published(replace(LIGHT, output_stride=ONE_MAP.output_stride))


def _published(backbone: BackboneConfig) -> FasterRCNN:
    head = RoIHeadConfig(strides=(4,), pooling="max")
    config = FasterRCNNConfig((4,), backbone.channels[-1], ONE_LEVEL, head, backbone, False, PUBLISHED)
    return FasterRCNN(config, pyramid=NoPyramid(config.strides))
