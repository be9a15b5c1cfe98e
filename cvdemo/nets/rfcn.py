"""R-FCN: position-sensitive score maps of the whole picture; a region only averages them.

arXiv:1605.06409. For every class there are K x K score maps, one for each part of an object: upper left,
upper middle ... A region's bin takes the mean of its own map, and the mean of the bins is the region's score.
`rfcn` has the paper's structure and loss on the small backbone, but no online hard example mining, and a 3 x
3 convolution before the maps where the paper has one of 1 x 1; the class itself, unless configured otherwise,
has the features of a pyramid (arXiv:1612.03144) at stride 4, bins of bilinear samples and not of rounded
cells, and a loss that knows the IoU. `cvdemo.nets.rfcn_paper` builds the paper's own net.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from torch import Tensor, nn
from torchvision.ops import ps_roi_align, ps_roi_pool

from cvdemo.nets.blocks import ConvNorm
from cvdemo.nets.fast_rcnn import ONE_MAP
from cvdemo.nets.faster_rcnn import ONE_LEVEL, FasterRCNN, FasterRCNNConfig
from cvdemo.nets.pyramid import NoPyramid
from cvdemo.nets.roi_head import PUBLISHED, boxes_to_rois


@dataclass(frozen=True)
class VotingHeadConfig:
    """`bins` along each side of a region, the stride of the maps.

    A bin is the mean of `samples` by `samples` bilinear ones, or, where `pooling` is "mean", of its cells.
    """

    classes: int = 8  # without background, which is class 0 of the logits
    bins: int = 3
    stride: int = 4
    samples: int = 2
    pooling: Literal["align", "mean"] = "align"


@dataclass(frozen=True)
class RFCNConfig(FasterRCNNConfig):
    """Faster R-CNN's configuration but for the head."""

    voting: VotingHeadConfig = field(default_factory=VotingHeadConfig)


class VotingTrace(NamedTuple):
    """Regions of a batch, `rois` [R, 5]: the picture's number and x1 y1 x2 y2 in pixels.

    `score_maps` [N, (1 + classes) * K * K, h, w] and `box_maps` [N, 4 * K * K, h, w], the maps of a class
    together and row by row of bins; `bins` [R, 1 + classes, K, K]; `logits` [R, 1 + classes] are their means;
    `offsets` [R, 1 + classes, 4] are the same for every class.
    """

    rois: Tensor
    score_maps: Tensor
    box_maps: Tensor
    bins: Tensor
    logits: Tensor
    offsets: Tensor


class VotingHead(nn.Module):
    """Feature maps by stride and regions of each picture to votes; a region costs no multiplication.

    A convolution that doubles the `channels` stands before the maps, or a given one out of which they come.
    """

    def __init__(
        self, channels: int, config: VotingHeadConfig | None = None, conv: nn.Module | None = None
    ) -> None:
        super().__init__()
        self.config = config = config or VotingHeadConfig()
        places, wide = config.bins**2, channels if conv else 2 * channels
        self.conv = conv or ConvNorm(channels, wide)
        self.classify = nn.Conv2d(wide, places * (1 + config.classes), 1)
        self.locate = nn.Conv2d(wide, places * 4, 1)

    def forward(self, features: Mapping[int, Tensor], boxes: Sequence[Tensor]) -> VotingTrace:
        return self.vote(*self.maps(features), boxes)

    def maps(self, features: Mapping[int, Tensor]) -> tuple[Tensor, Tensor]:
        """Score maps [N, (1 + classes) * K * K, h, w] and box maps [N, 4 * K * K, h, w]."""
        wide = self.conv(features[self.config.stride])  # [N, 128, H/4, W/4]
        return self.classify(wide).float(), self.locate(wide).float()

    def vote(self, score_maps: Tensor, box_maps: Tensor, boxes: Sequence[Tensor]) -> VotingTrace:
        """What regions make of the maps: the part that is done for each of them."""
        rois = boxes_to_rois(boxes)
        bins = self._pool(score_maps, rois)  # [R, 1 + classes, K, K]
        logits = bins.mean(dim=(2, 3))  # [R, 1 + classes]
        offsets = self._pool(box_maps, rois).mean(dim=(2, 3))  # [R, 4]
        shared = offsets[:, None].expand(-1, logits.shape[1], -1)  # [R, 1 + classes, 4]
        return VotingTrace(rois, score_maps, box_maps, bins, logits, shared)

    def _pool(self, maps: Tensor, rois: Tensor) -> Tensor:
        config = self.config
        if config.pooling == "mean":
            return ps_roi_pool(maps, rois, config.bins, 1 / config.stride)
        return ps_roi_align(maps, rois, config.bins, 1 / config.stride, config.samples)


class RFCN(FasterRCNN):
    """Faster R-CNN with a head that votes."""

    config: RFCNConfig

    def __init__(self, config: RFCNConfig | None = None, **parts: Any) -> None:
        super().__init__(config or RFCNConfig(), **parts)

    def build_head(self) -> nn.Module:
        return VotingHead(self.config.channels, self.config.voting)


def rfcn() -> RFCN:
    """The paper's structure on the small backbone: one map, of the last layer, and bins of rounded cells."""
    config = RFCNConfig(
        (4,), ONE_MAP.channels[-1], ONE_LEVEL, backbone=ONE_MAP, iou_aware=False, sampling=PUBLISHED,
        voting=VotingHeadConfig(pooling="mean"),
    )  # fmt: skip
    return RFCN(config, pyramid=NoPyramid(config.strides))
