"""From regions to classes and better boxes: the second half of Fast and Faster R-CNN.

Fast R-CNN, arXiv:1504.08083, sec. 2: each region's features are pooled to one size, go through fully
connected layers, and end in a class and, for every class, a shift of the box.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol

import torch
from torch import Tensor, nn
from torchvision.ops import roi_align, roi_pool

from cvdemo.nets.matching import BACKGROUND, IGNORE, Targets, match, sample_positives_negatives
from cvdemo.nets.rpn import iou_box_loss, smooth_l1_loss
from cvdemo.ops.box_coding import VARIANCES, decode, paired_overlap


@dataclass(frozen=True)
class RoIHeadConfig:
    """Levels by stride that regions are pooled from, to `size` x `size` cells by `pooling`.

    A region goes to the first level where its side, the root of its area, is below `side` pixels, doubled
    from each level to the next (arXiv:1612.03144, eq. 1). Samples stand half a cell too far right and down
    unless `aligned`, as in torchvision's detectors; `dropout` is behind each hidden layer.
    """

    classes: int = 8  # without background, which is class 0 of the logits
    strides: tuple[int, ...] = (4, 8, 16)
    side: float = 56
    pooling: Literal["align", "max"] = "align"
    size: int = 7
    samples: int = 2  # of RoIAlign, along each side of a cell
    hidden: int = 128
    aligned: bool = True
    dropout: float = 0.0


class RoITrace(NamedTuple):
    """Regions of a batch, picture by picture: `rois` [R, 5], the picture's number and x1 y1 x2 y2 in pixels.

    `pooled` [R, C, S, S], `logits` [R, 1 + classes], `offsets` [R, 1 + classes, 4].
    """

    rois: Tensor
    pooled: Tensor
    logits: Tensor
    offsets: Tensor


class RoIHead(nn.Module):
    """Feature maps by stride and regions of each picture to logits and offsets of every region."""

    def __init__(self, channels: int, config: RoIHeadConfig | None = None) -> None:
        super().__init__()
        self.config = config = config or RoIHeadConfig()
        self.fc = hidden_layers(channels * config.size**2, config.hidden, config.dropout)
        self.classify = nn.Linear(config.hidden, 1 + config.classes)
        self.locate = nn.Linear(config.hidden, 4 * (1 + config.classes))

    def forward(self, features: Mapping[int, Tensor], boxes: Sequence[Tensor]) -> RoITrace:
        rois = boxes_to_rois(boxes)  # [R, 5]
        pooled = self.pool(features, rois)  # [R, C, S, S]
        hidden = self.fc(pooled)  # [R, hidden]
        offsets = self.locate(hidden).view(len(rois), 1 + self.config.classes, 4)  # [R, 1 + classes, 4]
        return RoITrace(rois, pooled, self.classify(hidden), offsets)

    def pool(self, features: Mapping[int, Tensor], rois: Tensor) -> Tensor:
        """Each region's features from the level that fits its size, [R, C, S, S]."""
        return pool_rois(features, rois, self.config)


class PoolConfig(Protocol):
    """What a head's configuration says about pooling, as in `RoIHeadConfig`."""

    @property
    def strides(self) -> tuple[int, ...]: ...
    @property
    def side(self) -> float: ...
    @property
    def pooling(self) -> Literal["align", "max"]: ...
    @property
    def size(self) -> int: ...
    @property
    def samples(self) -> int: ...
    @property
    def aligned(self) -> bool: ...


def pool_rois(features: Mapping[int, Tensor], rois: Tensor, config: PoolConfig) -> Tensor:
    """Features [R, C, S, S] of each RoI [R, 5], pooled from the level that fits its size."""
    level = assign_levels(rois[:, 1:], config.side, len(config.strides))
    channels = features[config.strides[0]].shape[1]
    pooled = rois.new_zeros(len(rois), channels, config.size, config.size)
    for k, stride in enumerate(config.strides):
        own = (level == k).nonzero()[:, 0]
        if len(own):
            pooled = pooled.index_copy(
                0, own, pool_level(features[stride].float(), rois[own], stride, config)
            )
    return pooled


def pool_level(level: Tensor, rois: Tensor, stride: int, config: PoolConfig) -> Tensor:
    """Features [R, C, S, S] of each RoI [R, 5], pooled from one level [N, C, h, w]."""
    if config.pooling == "max":
        return roi_pool(level, rois, config.size, 1 / stride)
    return roi_align(level, rois, config.size, 1 / stride, config.samples, aligned=config.aligned)


def hidden_layers(inputs: int, width: int, dropout: float = 0.0) -> nn.Sequential:
    """Two fully connected layers on flattened maps: fc6 and fc7 of the papers."""
    layers: list[nn.Module] = [nn.Flatten()]
    for size in (inputs, width):
        layers += [nn.Linear(size, width), nn.ReLU(inplace=True)]
        if dropout:
            layers.append(nn.Dropout(dropout))
    return nn.Sequential(*layers)


def boxes_to_rois(boxes: Sequence[Tensor]) -> Tensor:
    """Boxes [R, 4] of each picture of a batch as [R of all, 5] with the picture's number in front."""
    return torch.cat([nn.functional.pad(b, (1, 0), value=k) for k, b in enumerate(boxes)])


def assign_levels(boxes: Tensor, side: float, count: int) -> Tensor:
    """The level, 0 to count - 1, of each box [R, 4]: 0 below `side` pixels, 1 below twice that ..."""
    sides = (boxes[:, 2:] - boxes[:, :2]).clamp(min=0).prod(dim=1).sqrt()
    return (torch.log2(sides / side) + 1 + 1e-6).floor().clamp(0, count - 1).long()


def class_probabilities(logits: Tensor) -> Tensor:
    """Probabilities [R, classes] without the background's."""
    return logits.float().softmax(dim=-1)[:, 1:]


def decode_boxes(offsets: Tensor, rois: Tensor, variances: tuple[float, ...] = VARIANCES) -> Tensor:
    """The box of every region for every class, [R, classes, 4] in pixels, background left out."""
    return decode(offsets[:, 1:].float().transpose(0, 1), rois[:, 1:], variances).transpose(0, 1)


class RoITargets(NamedTuple):
    """Regions to learn from: `boxes` of each picture; of all R regions the `classes` [R], 0 background.

    `target_boxes` [P, 4] are the objects' boxes of the P positive regions, in their order; those come first
    in their picture's `boxes`, and `matched` has the row of each one's object, picture by picture.
    """

    boxes: list[Tensor]
    classes: Tensor
    target_boxes: Tensor
    matched: tuple[Tensor, ...] = ()


@dataclass(frozen=True)
class Sampling:
    """`count` RoIs of a picture are learnt from, at most `positives` of them on objects.

    Those have an IoU of `iou` or more with one, background has less, but at least `least`.
    """

    count: int = 48
    positives: float = 0.4
    iou: float = 0.5
    least: float = 0.0


PUBLISHED = Sampling(64, 0.25, 0.5, 0.1)
"""Fast R-CNN's (arXiv:1504.08083, sec. 2.3)."""


@torch.no_grad()
def sample_rois(
    proposals: Sequence[Tensor], truth: Sequence[Targets], sampling: Sampling | None = None
) -> RoITargets:
    """Choose RoIs of each picture from its proposals [P, 4].

    The true boxes are among the proposals, so that there is always something.
    """
    sampling = sampling or Sampling()
    boxes, classes, target_boxes, rows = [], [], [], []
    for own, targets in zip(proposals, truth, strict=True):
        own = torch.cat([own, targets.boxes[~targets.difficult]])
        found = match(own, targets, sampling.iou, each=False)
        target = found.target.masked_fill((found.target == BACKGROUND) & (found.iou < sampling.least), IGNORE)
        positives, negatives = sample_positives_negatives(target, sampling.count, sampling.positives)
        boxes.append(torch.cat([own[positives], own[negatives]]))
        classes += [targets.classes[target[positives]] + 1, torch.zeros_like(negatives)]
        target_boxes.append(targets.boxes[target[positives]])
        rows.append(target[positives])
    return RoITargets(boxes, torch.cat(classes), torch.cat(target_boxes), tuple(rows))


class HeadLoss(NamedTuple):
    """Parts of the loss: of the classes per region, of the boxes as `head_loss` says."""

    classes: Tensor
    boxes: Tensor

    @property
    def total(self) -> Tensor:
        return self.classes + self.boxes


def head_loss(
    logits: Tensor, offsets: Tensor, rois: Tensor, targets: RoITargets, *, iou_aware: bool = True
) -> HeadLoss:
    """Loss of regions [R, 5] (arXiv:1504.08083, eq. 1), their boxes' of the true class only.

    As published, or `iou_aware`: the target of a class is then the IoU of the region's shifted box with its
    object, and background's is the rest (arXiv:2006.04388), so that the best box of an object scores best;
    and the boxes' loss has the generalised IoU.
    """
    on = (targets.classes > 0).nonzero()[:, 0]
    own, classes, boxes = offsets[on, targets.classes[on]].float(), targets.classes[on], rois[on, 1:]
    likely = logits.float().log_softmax(dim=-1)  # [R, 1 + classes]
    count = max(len(rois), 1)
    if not iou_aware:
        entropy = -likely.gather(1, targets.classes[:, None]).sum()
        return HeadLoss(entropy / count, smooth_l1_loss(own, boxes, targets.target_boxes) / count)
    quality = paired_overlap(decode(own.detach(), boxes), targets.target_boxes)[0].clamp(0, 1)
    positive = -(quality * likely[on, classes] + (1 - quality) * likely[on, 0]).sum()
    negative = -likely[targets.classes == 0, 0].sum()
    return HeadLoss((positive + negative) / count, iou_box_loss(own, boxes, targets.target_boxes))
