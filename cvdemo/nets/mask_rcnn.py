"""Mask R-CNN: a third head beside class and box gives every object a mask (arXiv:1703.06870).

RoIAlign takes 14 x 14 features of a RoI; convolutions and a transposed convolution make a mask of 28 x 28 for
every class. Each class has its own sigmoid and only the true class's mask is trained, so that classes do not
compete for pixels (sec. 3). Against the paper: all that `cvdemo.nets.faster_rcnn` says, a narrow mask head,
which pools the backbone's map of stride 2 beside the pyramid's level, since objects here are only a few cells
wide at stride 4, and samples of true masks at their exact places. `cvdemo.nets.mask_rcnn_paper` builds it as
published.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

import torch
from torch import Tensor, nn
from torchvision.ops import roi_align

from cvdemo.nets.faster_rcnn import FasterRCNNConfig, TwoStageTrace, sampled_loss
from cvdemo.nets.matching import Targets
from cvdemo.nets.roi_branch import BranchConfig, BranchRCNN, branch_convs, pool_branch, positives
from cvdemo.nets.roi_detections import DetectConfig, Detected
from cvdemo.nets.roi_head import RoIHeadConfig, boxes_to_rois

Activation = Literal["sigmoid", "softmax"]


@dataclass(frozen=True)
class MaskHeadConfig(BranchConfig):
    """How RoIs are pooled and the convolutions behind, as in `BranchConfig`; `classes` without background.

    "softmax" makes the classes and the background compete for every pixel (table 2b) where "sigmoid" asks
    every class by itself.
    """

    classes: int = 8
    activation: Activation = "sigmoid"


@dataclass(frozen=True)
class MaskRCNNConfig(FasterRCNNConfig):
    """Faster R-CNN's configuration, the mask head's, and which detections get a mask."""

    branch: MaskHeadConfig = field(default_factory=MaskHeadConfig)
    detect: DetectConfig = field(default_factory=DetectConfig)


class MaskTrace(NamedTuple):
    """RoIs of a batch, picture by picture: `rois` [R, 5], the picture's number and x1 y1 x2 y2 in pixels.

    `pooled` [R, C, S, S] are their features, `logits` [R, 1 + classes, 2S, 2S] their masks of all classes;
    channel 0 is the background's, which only "softmax" trains.
    """

    rois: Tensor
    pooled: Tensor
    logits: Tensor


class MaskRCNNTrace(NamedTuple):
    """What happened inside: the detector's trace, its detections of each picture, and their masks."""

    detector: TwoStageTrace
    detected: list[Detected]
    masks: MaskTrace

    def boxes(self) -> Tensor:
        """Of a single picture, the box of every proposal for every class, [1, R, classes, 4] in pixels."""
        return self.detector.boxes()

    def scores(self) -> Tensor:
        """Of a single picture, probabilities [1, R, classes] without the background's."""
        return self.detector.scores()


class MaskHead(nn.Module):
    """Feature maps by stride and boxes of each picture to a mask of every class for every box.

    `channels` are those of what is pooled.
    """

    def __init__(self, channels: int, config: MaskHeadConfig | None = None) -> None:
        super().__init__()
        self.config = config = config or MaskHeadConfig()
        self.convs = branch_convs(channels, config)
        self.upsample = nn.ConvTranspose2d(config.channels, config.channels, 2, stride=2)
        self.predict = nn.Conv2d(config.channels, 1 + config.classes, 1)

    def forward(self, features: Mapping[int, Tensor], boxes: Sequence[Tensor]) -> MaskTrace:
        """Masks of boxes [R, 4] of each picture in pixels: any boxes, proposals or others."""
        rois = boxes_to_rois(boxes)  # [R, 5]
        pooled = pool_branch(features, rois, self.config)  # [R, C, 14, 14]
        x = nn.functional.relu(self.upsample(self.convs(pooled)))  # [R, 64, 28, 28]
        return MaskTrace(rois, pooled, self.predict(x).float())  # [R, 1 + classes, 28, 28]

    def probabilities(self, logits: Tensor) -> Tensor:
        """Masks [R, classes, M, M] in 0..1 of logits [R, 1 + classes, M, M]."""
        return mask_probabilities(logits, self.config.activation)


class MaskRCNN(BranchRCNN):
    """Pictures [N, 3, H, W] of any size, RGB in 0..1, to detections and a mask for each of them.

    The mask head runs on the detected boxes and not on the proposals (sec. 3.1, inference). Of features that
    were kept, `mask_head(features, boxes)` gives the masks of any other boxes.
    """

    config: MaskRCNNConfig

    def __init__(self, config: MaskRCNNConfig | None = None, **parts: Any) -> None:
        super().__init__(config or MaskRCNNConfig(), **parts)
        self.mask_head = MaskHead(self.branch_channels, self.config.branch)

    def forward(self, pictures: Tensor) -> MaskRCNNTrace:  # type: ignore[override]
        detector, detected = self.detect(pictures)
        masks = self.mask_head(detector.features, [d.boxes for d in detected])
        return MaskRCNNTrace(detector, detected, masks)


def mask_probabilities(logits: Tensor, activation: Activation) -> Tensor:
    """Masks [R, classes, M, M] in 0..1 of logits [R, 1 + classes, M, M], without the background's."""
    likely = logits.float().softmax(dim=1) if activation == "softmax" else logits.float().sigmoid()
    return likely[:, 1:]


def project_masks(masks: Tensor, boxes: Tensor, size: int, *, aligned: bool = True) -> Tensor:
    """Each object's mask [P, H, W] cropped to a box [P, 4] in pixels and resampled to [P, size, size].

    `aligned=False` is torchvision's `project_masks_on_boxes`, whose samples stand half a pixel too far right
    and down.
    """
    row = torch.arange(len(boxes), device=boxes.device, dtype=boxes.dtype)
    rois = torch.cat([row[:, None], boxes], dim=1)
    return roi_align(masks[:, None].to(boxes.dtype), rois, size, aligned=aligned)[:, 0]


def mask_loss(logits: Tensor, classes: Tensor, targets: Tensor, activation: Activation) -> Tensor:
    """Mean binary cross-entropy of the true class's masks alone (sec. 3), or cross-entropy over all classes.

    `logits` [P, 1 + K, M, M], `classes` [P] from 1, `targets` [P, M, M] in 0..1; 0 where there are no RoIs.
    """
    if not len(logits):
        return logits.sum()
    row = torch.arange(len(logits), device=logits.device)
    if activation == "sigmoid":
        return nn.functional.binary_cross_entropy_with_logits(logits[row, classes].float(), targets)
    likely = logits.float().log_softmax(dim=1)
    return -(targets * likely[row, classes] + (1 - targets) * likely[:, 0]).mean()


def mask_rcnn_loss(
    net: MaskRCNN, pictures: Tensor, truth: Sequence[Targets], masks: Sequence[Tensor], autocast: Any
) -> Tensor:
    """Loss of a batch: L = L_cls + L_box + L_mask of the sampled RoIs (sec. 3), and the proposals'.

    `masks` [T, H, W] are the objects' masks of each picture; the mask's loss counts the positive RoIs only.
    """
    step = sampled_loss(net, pictures, truth, autocast)
    boxes, own = positives(step.rois, masks)
    with autocast:
        logits = net.mask_head(step.features, boxes).logits
    config = net.config.branch
    targets = project_masks(own, torch.cat(boxes), 2 * config.size)
    classes = step.rois.classes[step.rois.classes > 0]
    return step.total + mask_loss(logits, classes, targets, config.activation)


def mask_rcnn() -> MaskRCNN:
    """The net with RoIAlign and a sigmoid for every class."""
    return MaskRCNN()


def mask_rcnn_roipool() -> MaskRCNN:
    """The ablation of table 2c: both heads pool by max."""
    return MaskRCNN(MaskRCNNConfig(head=RoIHeadConfig(pooling="max"), branch=MaskHeadConfig(pooling="max")))


def mask_rcnn_softmax() -> MaskRCNN:
    """The ablation of table 2b: the classes compete for every pixel."""
    return MaskRCNN(MaskRCNNConfig(branch=MaskHeadConfig(activation="softmax")))
