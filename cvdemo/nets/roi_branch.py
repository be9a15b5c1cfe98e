"""What Mask R-CNN and Keypoint R-CNN share: a further head, on detected boxes (arXiv:1703.06870)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import torch
from torch import Tensor, nn

from cvdemo.nets.faster_rcnn import FasterRCNN, TwoStageTrace
from cvdemo.nets.roi_detections import Detected, select_detections
from cvdemo.nets.roi_head import RoITargets, pool_level, pool_rois


@dataclass(frozen=True)
class BranchConfig:
    """How RoIs are pooled, as in `RoIHeadConfig`, and `convs` convolutions of `channels` each behind.

    `detail` is the stride of a map of the backbone that is pooled beside the fitting level, its channels
    behind those of the level; 0 for none.
    """

    strides: tuple[int, ...] = (4, 8, 16)
    side: float = 56
    pooling: Literal["align", "max"] = "align"
    size: int = 14
    samples: int = 2
    aligned: bool = True
    detail: int = 2
    channels: int = 64
    convs: int = 4


class BranchRCNN(FasterRCNN):
    """Faster R-CNN whose features and detections a further head goes on from."""

    config: Any

    @property
    def branch_channels(self) -> int:
        """Channels of what the further head pools."""
        own = dict(zip(self.backbone.strides, self.backbone.channels, strict=True))
        detail = self.config.branch.detail
        return int(self.config.channels) + (own[detail] if detail else 0)

    def levels(self, maps: Sequence[Tensor]) -> dict[int, Tensor]:
        """The pyramid's maps by stride, and the backbone's own map that the further head pools too."""
        found = super().levels(maps)
        if detail := self.config.branch.detail:
            found[detail] = maps[self.backbone.strides.index(detail)]
        return found

    def detect(self, pictures: Tensor) -> tuple[TwoStageTrace, list[Detected]]:
        """The detector's trace, and its detections of each picture."""
        trace = super().forward(pictures)
        size = (pictures.shape[-2], pictures.shape[-1])
        return trace, select_detections(trace.head, size, len(pictures), self.config.detect)


def branch_convs(inputs: int, config: BranchConfig) -> nn.Sequential:
    """The 3 x 3 convolutions on pooled features, which keep their size."""
    layers: list[nn.Module] = []
    for k in range(config.convs):
        before = config.channels if k else inputs
        layers += [nn.Conv2d(before, config.channels, 3, padding=1), nn.ReLU(inplace=True)]
    return nn.Sequential(*layers)


def pool_branch(features: Mapping[int, Tensor], rois: Tensor, config: BranchConfig) -> Tensor:
    """Features [R, C, S, S] of each RoI [R, 5]: of its level, and of the further map where there is one."""
    pooled = pool_rois(features, rois, config)
    if not config.detail:
        return pooled
    fine = pool_level(features[config.detail].float(), rois, config.detail, config)
    return torch.cat([pooled, fine], dim=1)


def positives(rois: RoITargets, values: Sequence[Tensor]) -> tuple[list[Tensor], Tensor]:
    """The positive RoIs [P_k, 4] of each picture, and the values [P, ...] of their objects.

    `values` [T, ...] are those of all objects of each picture.
    """
    boxes = [own[: len(rows)] for own, rows in zip(rois.boxes, rois.matched, strict=True)]
    return boxes, torch.cat([v[rows] for v, rows in zip(values, rois.matched, strict=True)])
