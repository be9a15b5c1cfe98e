"""Faster R-CNN: the network proposes regions by itself, then classifies them (arXiv:1506.01497).

Backbone -> pyramid -> region proposal network -> head, one after the other on the same features. Against the
paper: a small backbone, features of several strides (arXiv:1612.03144), RoIAlign (arXiv:1703.06870), and all
is trained together in one go ("approximate joint training", sec. 3.2).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from torch import Tensor, nn

from cvdemo.nets.backbone import STRIDES, Backbone, BackboneConfig
from cvdemo.nets.blocks import pad_to_stride
from cvdemo.nets.matching import Things
from cvdemo.nets.pyramid import FeaturePyramid
from cvdemo.nets.roi_head import RoIHead, RoIHeadConfig, head_loss, lesson, moved, scored
from cvdemo.nets.rpn import RPN, Proposals, RPNConfig, RPNTrace, propose, rpn_loss


@dataclass(frozen=True)
class FasterRCNNConfig:
    """Strides and channels of the pyramid, and the two halves that stand on it."""

    strides: tuple[int, ...] = (4, 8, 16, 32)
    channels: int = 64
    rpn: RPNConfig = field(default_factory=RPNConfig)
    head: RoIHeadConfig = field(default_factory=RoIHeadConfig)
    backbone: BackboneConfig = field(default_factory=BackboneConfig)


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
        return moved(self.head.offsets, self.head.rois)[None]

    def scores(self) -> Tensor:
        """Of a single picture, probabilities [1, R, classes] without the background's."""
        return scored(self.head.logits)[None]


class FasterRCNN(nn.Module):
    """Pictures [N, 3, H, W] of any size, RGB in 0..1, to regions, their classes and their boxes."""

    def __init__(self, config: FasterRCNNConfig | None = None) -> None:
        super().__init__()
        self.config = config = config or FasterRCNNConfig()
        self.backbone = Backbone(config.backbone)
        inputs = [config.backbone.channels[STRIDES.index(s)] for s in config.strides]
        self.pyramid = FeaturePyramid(inputs, config.channels, config.strides)
        self.rpn = RPN(config.channels, config.rpn)
        self.head = self.build_head()

    def build_head(self) -> nn.Module:
        """What classifies regions; a `forward(features, boxes)` whose trace has rois, logits and offsets."""
        return RoIHead(self.config.channels, self.config.head)

    def proposing(self, most: int | None = None) -> RPNConfig:
        """How proposals are chosen, with at most so many of them; None leaves it as it is."""
        config = self.config.rpn
        return config if most is None else replace(config, after=most, before=max(config.before, most))

    def features(self, pictures: Tensor) -> dict[int, Tensor]:
        """The pyramid by stride: computed once for a picture, whatever is asked about it."""
        maps = self.backbone(pad_to_stride(pictures, STRIDES[-1]))  # [N, 16, H/2, W/2] ...
        return self.pyramid([maps[STRIDES.index(s)] for s in self.config.strides])  # [N, 64, H/4, W/4] ...

    def forward(self, pictures: Tensor) -> TwoStageTrace:
        features = self.features(pictures)
        seen = self.rpn(features)
        proposals = propose(seen, (pictures.shape[-2], pictures.shape[-1]), self.config.rpn)
        return TwoStageTrace(features, seen, proposals, self.head(features, [p.boxes for p in proposals]))


def faster_rcnn_loss(net: FasterRCNN, pictures: Tensor, truth: Sequence[Things], autocast: Any) -> Tensor:
    """Loss of a batch: of the proposals, and of a choice of regions among them (arXiv:1506.01497, eq. 1).

    `autocast` is a context in which the convolutions run.
    """
    with autocast:
        features = net.features(pictures)
        seen = net.rpn(features)
    proposals = propose(seen, (pictures.shape[-2], pictures.shape[-1]), net.config.rpn)
    taught = lesson([p.boxes for p in proposals], truth)
    with autocast:
        judged = net.head(features, taught.boxes)
    first = rpn_loss(seen, truth, net.config.rpn)
    return first.total + head_loss(judged.logits, judged.offsets, judged.rois, taught).total
