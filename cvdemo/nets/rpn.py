"""The region proposal network: anchors, how much each looks like an object, and the best of them.

Faster R-CNN, arXiv:1506.01497, sec. 3.1. One small convolution runs over every level of the features; each
cell scores and shifts its anchors. Anchors may stand on several levels (arXiv:1612.03144, sec. 4.1), and the
boxes' loss may have the generalised IoU beside smooth L1 (arXiv:1902.09630).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torchvision.ops import batched_nms, clip_boxes_to_image

from cvdemo.nets.blocks import by_box
from cvdemo.nets.matching import Targets, match, sample_positives_negatives, targets_of_batch
from cvdemo.ops.anchors import anchor_sizes, grid_boxes, inside
from cvdemo.ops.box_coding import VARIANCES, decode, encode, paired_overlap

NO_VARIANCES = (1.0, 1.0, 1.0, 1.0)
"""The published network's offsets are used as they are (arXiv:1506.01497, eq. 2)."""
THINNEST = 1e-3  # pixels; a proposal with a thinner side is dropped


@dataclass(frozen=True)
class RPNConfig:
    """Levels by stride with the scales of their anchors in pixels, and ratios of height to width for all.

    Of each level the `before` best go into NMS at `iou`; of what it leaves, the `after` best are proposed.
    An anchor from `positive` IoU on, or the best of an object, is one; below `negative` it is background; so
    many `anchors` of a picture are learnt from, at most half of them on objects. `centre` as in `grid_boxes`;
    `whole`, as in torchvision, rounds the anchors' half sides to pixels, and takes for a level's stride a
    cell's share of the picture, rounded down. The convolution has `hidden` channels, or as many as come in.
    Where `inside`, anchors that cross the picture's edge are not learnt from (sec. 3.3).
    """

    strides: tuple[int, ...] = (8, 16, 32)
    scales: tuple[tuple[float, ...], ...] = ((12, 18), (28, 42), (64, 96))
    ratios: tuple[float, ...] = (0.5, 1, 2)
    before: int = 300
    after: int = 150
    iou: float = 0.7
    positive: float = 0.6
    negative: float = 0.3
    anchors: int = 128
    centre: float = 0.5
    variances: tuple[float, ...] = VARIANCES
    whole: bool = False
    hidden: int | None = None
    inside: bool = False

    @property
    def sizes(self) -> list[NDArray[np.float32]]:
        """Widths and heights [A, 2] in pixels of each level's anchors."""
        exact = [anchor_sizes(scales, self.ratios) for scales in self.scales]
        return [2 * np.rint(sizes / 2) for sizes in exact] if self.whole else exact


class RPNTrace(NamedTuple):
    """What the network says, per level, finest first: `objectness` [N, h * w * A] before the sigmoid.

    `offsets` [N, h * w * A, 4] shift the `anchors` [h * w * A, 4], x1 y1 x2 y2 in pixels; `shapes` are the
    rows, columns and anchors of a cell of each level.
    """

    objectness: tuple[Tensor, ...]
    offsets: tuple[Tensor, ...]
    anchors: tuple[Tensor, ...]
    shapes: tuple[tuple[int, int, int], ...]

    def corrected(self, variances: tuple[float, ...] = VARIANCES) -> Tensor:
        """The shifted anchors of all levels, [N, D, 4] in pixels."""
        return decode(torch.cat(self.offsets, 1).float(), torch.cat(self.anchors), variances)


class Proposals(NamedTuple):
    """What one picture's network proposes, best first: boxes [P, 4] in pixels, scores [P] in 0..1.

    `anchor` [P] is each one's row among the anchors of all levels, `candidates` [K] are the rows of those
    that went into NMS.
    """

    boxes: Tensor
    scores: Tensor
    anchor: Tensor
    candidates: Tensor


class RPN(nn.Module):
    """Feature maps by stride, all with the same number of channels, to scored and shifted anchors."""

    def __init__(self, channels: int, config: RPNConfig | None = None) -> None:
        super().__init__()
        self.config = config = config or RPNConfig()
        self.sizes = config.sizes
        boxes, hidden = len(self.sizes[0]), config.hidden or channels
        self.conv = nn.Conv2d(channels, hidden, 3, padding=1)
        self.objectness = nn.Conv2d(hidden, boxes, 1)
        self.locate = nn.Conv2d(hidden, boxes * 4, 1)

    def forward(self, features: Mapping[int, Tensor]) -> RPNTrace:
        used = [features[s] for s in self.config.strides]
        hidden = [nn.functional.relu(self.conv(m)) for m in used]  # [N, C, h, w] of every level
        objectness = tuple(by_box(self.objectness(m), 1)[..., 0] for m in hidden)  # [N, h * w * A]
        offsets = tuple(by_box(self.locate(m), 4) for m in hidden)  # [N, h * w * A, 4]
        shapes = tuple((m.shape[-2], m.shape[-1], len(s)) for m, s in zip(used, self.sizes, strict=True))
        return RPNTrace(objectness, offsets, self.anchors(used), shapes)

    def anchors(self, levels: Sequence[Tensor]) -> tuple[Tensor, ...]:
        """The anchors of every level, [h * w * A, 4] in pixels."""
        config = self.config
        height, width = (side * config.strides[0] for side in levels[0].shape[-2:])
        found = []
        for m, stride, sizes in zip(levels, config.strides, self.sizes, strict=True):
            rows, columns = m.shape[-2:]
            steps = (height // rows, width // columns) if config.whole else (stride, stride)
            boxes = grid_boxes(rows, columns, steps, sizes, centre=config.centre)
            found.append(torch.from_numpy(boxes).to(m.device))
        return tuple(found)


class Funnel(NamedTuple):
    """Rows among one picture's anchors of all levels that are left, stage by stage.

    `selected` take part, in the levels' order; `best` are those of each level with the highest scores; of
    them `not_small` are no thinner than `THINNEST`; NMS leaves `after_nms`, best first; `proposed` come out.
    """

    selected: Tensor
    best: Tensor
    not_small: Tensor
    after_nms: Tensor
    proposed: Tensor


@torch.no_grad()
def propose(trace: RPNTrace, size: tuple[int, int], config: RPNConfig) -> list[Proposals]:
    """The proposals of each picture of a batch; boxes are clipped to the `size` (height, width)."""
    boxes, scores = decode_anchors(trace, size, config)
    lengths = [len(a) for a in trace.anchors]
    found = []
    for own, likely in zip(boxes, scores, strict=True):
        left = funnel(own, likely, lengths, config)
        found.append(Proposals(own[left.proposed], likely[left.proposed], left.proposed, left.not_small))
    return found


def decode_anchors(trace: RPNTrace, size: tuple[int, int], config: RPNConfig) -> tuple[Tensor, Tensor]:
    """All anchors as they are shifted, clipped to the `size`, [N, D, 4] in pixels; their scores [N, D]."""
    boxes = clip_boxes_to_image(trace.corrected(config.variances), size)
    return boxes, torch.cat(trace.objectness, 1).float().sigmoid()


def funnel(
    boxes: Tensor, scores: Tensor, lengths: Sequence[int], config: RPNConfig, selected: Tensor | None = None
) -> Funnel:
    """The best of each level, then NMS within it, then the best of all (arXiv:1506.01497, sec. 3.3).

    `boxes` [D, 4] and `scores` [D] of one picture's levels, so many as `lengths` says; only those take part
    that are true in `selected` [D], or all.
    """
    every, best, levels = [], [], []
    for level, rows in enumerate(torch.arange(len(scores), device=scores.device).split(list(lengths))):
        rows = rows if selected is None else rows[selected[rows]]
        own = rows[scores[rows].topk(min(config.before, len(rows))).indices]
        every.append(rows)
        best.append(own)
        levels.append(torch.full_like(own, level))
    chosen, level_of = torch.cat(best), torch.cat(levels)
    thick = ((boxes[chosen, 2:] - boxes[chosen, :2]) >= THINNEST).all(dim=1)
    not_small = chosen[thick]
    after_nms = not_small[batched_nms(boxes[not_small], scores[not_small], level_of[thick], config.iou)]
    return Funnel(torch.cat(every), chosen, not_small, after_nms, after_nms[: config.after])


def of_shapes(
    trace: RPNTrace, config: RPNConfig, scales: Collection[float], ratios: Collection[float]
) -> Tensor:
    """Which anchors [D] of all levels have one of the `scales` in pixels and one of the `ratios`."""
    each = []
    for (rows, columns, _), own in zip(trace.shapes, config.scales, strict=True):
        kept = torch.tensor([s in scales and r in ratios for r in config.ratios for s in own])
        each.append(kept.repeat(rows * columns))
    return torch.cat(each).to(trace.anchors[0].device)


def learnt_from(trace: RPNTrace, config: RPNConfig) -> Tensor:
    """Rows of the anchors of all levels that training uses: all, or those wholly inside the picture."""
    anchors = torch.cat(trace.anchors)
    if not config.inside:
        return torch.arange(len(anchors), device=anchors.device)
    rows, columns, _ = trace.shapes[0]
    size = rows * config.strides[0], columns * config.strides[0]
    return torch.from_numpy(inside(anchors.cpu().numpy(), size)).nonzero()[:, 0].to(anchors.device)


class RPNLoss(NamedTuple):
    """Parts of the loss: of the objectness per chosen anchor, of the boxes as `rpn_loss` says."""

    objectness: Tensor
    boxes: Tensor

    @property
    def total(self) -> Tensor:
        return self.objectness + self.boxes


def rpn_loss(
    trace: RPNTrace, truth: Sequence[Targets], config: RPNConfig, *, iou_aware: bool = True
) -> RPNLoss:
    """Loss of a batch (arXiv:1506.01497, eq. 1) over a balanced choice of each picture's anchors.

    The boxes' is `iou_box_loss` or, as published, `smooth_l1_loss` for each chosen anchor.
    """
    used = learnt_from(trace, config)  # [D] of all
    anchors = torch.cat(trace.anchors)[used]
    objectness = torch.cat(trace.objectness, 1)[:, used].float()  # [N, D]
    offsets = torch.cat(trace.offsets, 1)[:, used].float()  # [N, D, 4]
    found = [match(anchors, t, config.positive, background=config.negative).target for t in truth]
    chosen = [sample_positives_negatives(target, config.anchors, 0.5) for target in found]
    entropy = nn.functional.binary_cross_entropy_with_logits
    losses = [
        entropy(
            torch.cat([scores[positives], scores[negatives]]),
            torch.cat([torch.ones_like(scores[positives]), torch.zeros_like(scores[negatives])]),
        )
        for scores, (positives, negatives) in zip(objectness, chosen, strict=True)
    ]
    picture = torch.cat([torch.full_like(m, k) for k, (m, _) in enumerate(chosen)])
    row = torch.cat([m for m, _ in chosen])
    target_boxes, _ = targets_of_batch(
        truth, picture, torch.cat([t[m] for t, (m, _) in zip(found, chosen, strict=True)])
    )
    boxes = offsets[picture, row], anchors[row], target_boxes, config.variances
    count = sum(len(positives) + len(negatives) for positives, negatives in chosen)
    second = iou_box_loss(*boxes) if iou_aware else smooth_l1_loss(*boxes) / max(count, 1)
    return RPNLoss(torch.stack(losses).mean(), second)


def smooth_l1_loss(
    offsets: Tensor,
    boxes: Tensor,
    target_boxes: Tensor,
    variances: tuple[float, ...] = VARIANCES,
    *,
    bend: float = 1.0,
) -> Tensor:
    """Smooth L1 of offsets [P, 4] of boxes [P, 4] from those of `target_boxes` [P, 4]: a sum.

    arXiv:1504.08083, eq. 2 and 3; from an error of `bend` on it is a straight line.
    """
    targets = encode(target_boxes, boxes, variances)
    return nn.functional.smooth_l1_loss(offsets, targets, reduction="sum", beta=bend)


def iou_box_loss(
    offsets: Tensor, boxes: Tensor, target_boxes: Tensor, variances: tuple[float, ...] = VARIANCES
) -> Tensor:
    """Smooth L1 of offsets [P, 4] of boxes [P, 4] from those of `target_boxes` [P, 4], plus 1 - GIoU: a mean.

    arXiv:1504.08083, eq. 2 and 3; arXiv:1902.09630.
    """
    _, giou = paired_overlap(decode(offsets, boxes, variances), target_boxes)
    distance = smooth_l1_loss(offsets, boxes, target_boxes, variances, bend=0.1)
    return (distance / 4 + 2 * (1 - giou).sum()) / max(len(target_boxes), 1)
