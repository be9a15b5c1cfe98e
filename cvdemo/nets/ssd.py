"""SSD: every cell of several feature maps scores and shifts a few default boxes (arXiv:1512.02325).

`SSD()` has the paper's structure, matching and loss on the shared small backbone, with three levels. What
later work added comes step by step: `ssd_top_down` adds coarse maps to finer ones on the way
(arXiv:1612.03144), so that small boxes know their surroundings; `ssd_giou` has the generalised IoU beside
smooth L1 in the boxes' loss (arXiv:1902.09630); in `ssd_plus` a score also learns how well its box fits
(arXiv:2006.04388), so that the best box of an object comes first. `cvdemo.nets.ssd_paper` builds the
paper's own net.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from cvdemo.nets.backbone import LIGHT, STRIDES, Backbone, BackboneConfig
from cvdemo.nets.blocks import ConvNorm, by_box, pad_to_stride, top_down
from cvdemo.nets.matching import Targets, match, targets_of_batch
from cvdemo.ops.anchors import default_sizes, grid_boxes
from cvdemo.ops.box_coding import decode, encode, paired_overlap


@dataclass(frozen=True)
class SSDConfig:
    """Levels by stride, their default boxes' scales in pixels (one more than levels) and aspect ratios.

    `match_iou` is the overlap from which a default box belongs to an object, `negatives` the number of
    background boxes that are learnt from for every one of these. Below an error of `bend` (of an offset, in
    its variance) smooth L1 is a square.
    """

    classes: int = 8  # without background, which is class 0 of the logits
    strides: tuple[int, ...] = (8, 16, 32)
    scales: tuple[float, ...] = (12, 24, 48, 96)
    ratios: tuple[float, ...] = (2, 3)
    channels: int = 64
    depth: int = 2  # convolutions that a level goes through before it is classified
    top_down: bool = False
    match_iou: float = 0.5
    negatives: int = 3
    bend: float = 1.0
    giou: bool = False
    quality: bool = False
    backbone: BackboneConfig = field(default_factory=BackboneConfig)

    @property
    def sizes(self) -> list[NDArray[np.float32]]:
        """Widths and heights [A, 2] in pixels of each level's default boxes."""
        return [default_sizes(a, b, self.ratios) for a, b in pairwise(self.scales)]


class SSDTrace(NamedTuple):
    """What happened inside, over the picture padded to a multiple of 32.

    Per level, finest first: `features` [N, C, h, w], `logits` [N, h * w * A, 1 + classes], `offsets`
    [N, h * w * A, 4] and `defaults` [h * w * A, 4] in pixels.
    """

    features: tuple[Tensor, ...]
    logits: tuple[Tensor, ...]
    offsets: tuple[Tensor, ...]
    defaults: tuple[Tensor, ...]

    def boxes(self) -> Tensor:
        """The shifted default boxes of all levels, [N, D, 4] x1 y1 x2 y2 in pixels."""
        return decode(torch.cat(self.offsets, 1).float(), torch.cat(self.defaults))

    def scores(self) -> Tensor:
        """Probabilities [N, D, classes] of all levels, without the background's."""
        return torch.cat(self.logits, 1).float().softmax(dim=-1)[..., 1:]

    def without(self, level: int) -> SSDTrace:
        """The same without the default boxes of a level, counted from the finest, 0."""
        return SSDTrace(*(part[:level] + part[level + 1 :] for part in self))


class SSDLevels(nn.Module):
    """A backbone and maps above it of several strides; with `top_down` each knows what the coarser ones see.

    `backbone`, `lateral` and `smooth` have the same names in every net of it: what one has learnt, another
    can begin with.
    """

    def __init__(self, config: SSDConfig) -> None:
        super().__init__()
        self.config = config

    def build_levels(self) -> list[int]:
        """Build what `levels` needs; the channels of each level."""
        config = self.config
        self.backbone: nn.Module = Backbone(config.backbone)
        inputs = [config.backbone.channels[STRIDES.index(s)] for s in config.strides]
        self.lateral = nn.ModuleList(ConvNorm(c, config.channels, 1, linear=True) for c in inputs)
        self.smooth = nn.ModuleList(
            nn.Sequential(*(ConvNorm(config.channels, config.channels) for _ in range(config.depth)))
            for _ in inputs
        )
        return [config.channels] * len(inputs)

    def levels(self, pictures: Tensor) -> list[Tensor]:
        """The maps of pictures [N, 3, H, W], finest first."""
        return self.levels_of(self.backbone(pad_to_stride(pictures, STRIDES[-1])))

    def levels_of(self, maps: Sequence[Tensor]) -> list[Tensor]:
        """The same from the backbone's maps [N, 16, H/2, W/2] ..."""
        used = [maps[STRIDES.index(s)] for s in self.config.strides]  # [N, 64, H/8, W/8] ...
        levels = [f(m) for f, m in zip(self.lateral, used, strict=True)]
        if self.config.top_down:
            levels = top_down(levels)
        return [f(nn.functional.relu(m)) for f, m in zip(self.smooth, levels, strict=True)]


class SSD(SSDLevels):
    """Pictures [N, 3, H, W] of any size, RGB in 0..1, to a class and a box for every default box."""

    def __init__(self, config: SSDConfig | None = None) -> None:
        super().__init__(config or SSDConfig())
        config = self.config
        self.sizes = config.sizes
        levels = list(zip(self.build_levels(), (len(s) for s in self.sizes), strict=True))
        self.classify = nn.ModuleList(nn.Conv2d(c, n * (1 + config.classes), 3, padding=1) for c, n in levels)
        self.locate = nn.ModuleList(nn.Conv2d(c, n * 4, 3, padding=1) for c, n in levels)

    def forward(self, pictures: Tensor) -> SSDTrace:
        levels = self.levels(pictures)  # [N, C, H/8, W/8], [N, C, H/16, W/16], [N, C, H/32, W/32]
        logits = [by_box(f(m), 1 + self.config.classes) for f, m in zip(self.classify, levels, strict=True)]
        offsets = [by_box(f(m), 4) for f, m in zip(self.locate, levels, strict=True)]
        return SSDTrace(tuple(levels), tuple(logits), tuple(offsets), self.defaults(levels))

    def defaults(self, levels: list[Tensor]) -> tuple[Tensor, ...]:
        """The default boxes of every level, [h * w * A, 4] in pixels."""
        return tuple(
            torch.from_numpy(grid_boxes(m.shape[-2], m.shape[-1], stride, sizes)).to(m.device)
            for m, stride, sizes in zip(levels, self.config.strides, self.sizes, strict=True)
        )


TOP_DOWN = SSDConfig(top_down=True)
GIOU = replace(TOP_DOWN, match_iou=0.45, bend=0.1, giou=True)
PLUS = replace(GIOU, quality=True)
"""The paper's with one addition after the other.

With the IoU in the loss a default box may be further from its object, and smooth L1 is for what is left:
beyond a hundredth of the default box's size it is linear, and it counts a quarter.
"""


def ssd_top_down() -> SSD:
    """SSD whose coarse maps are added to finer ones."""
    return SSD(TOP_DOWN)


def ssd_giou() -> SSD:
    """The same with the generalised IoU in the boxes' loss."""
    return SSD(GIOU)


def ssd_plus() -> SSD:
    """The same with scores that know how well their boxes fit."""
    return SSD(PLUS)


def ssd_light() -> SSD:
    """SSD as published on the light backbone; all else is the same."""
    return SSD(SSDConfig(backbone=LIGHT))


class SSDLoss(NamedTuple):
    """Parts of the loss, each per matched default box; `overlap` is 0 where it is not learnt from."""

    classes: Tensor
    offsets: Tensor
    overlap: Tensor

    @property
    def total(self) -> Tensor:
        return self.classes + self.offsets + 2 * self.overlap


def ssd_loss(trace: SSDTrace, truth: list[Targets], config: SSDConfig) -> SSDLoss:
    """Loss of a batch (arXiv:1512.02325, eq. 1 to 3) with hard negative mining.

    Of the background boxes only those with the greatest loss are learnt from, `negatives` for every
    matched one of the same picture.
    """
    defaults = torch.cat(trace.defaults)
    logits, offsets = torch.cat(trace.logits, 1).float(), torch.cat(trace.offsets, 1).float()
    target = torch.stack([match(defaults, t, config.match_iou).target for t in truth])  # [N, D]
    picture, row = (target >= 0).nonzero(as_tuple=True)  # [P] each
    target_boxes, classes = targets_of_batch(truth, picture, target[picture, row])  # [P, 4], [P]
    found = decode(offsets[picture, row], defaults[row])
    iou, giou = paired_overlap(found, target_boxes)
    count = max(len(row), 1)
    distance = nn.functional.smooth_l1_loss(
        offsets[picture, row], encode(target_boxes, defaults[row]), reduction="sum", beta=config.bend
    )
    labels = classes + 1  # [P]
    by_class = logits.transpose(1, 2).contiguous()  # [N, 1 + classes, D]: its softmax is four times as fast
    likely = by_class.log_softmax(dim=1).transpose(1, 2)  # [N, D, 1 + classes]
    chosen = likely[picture, row]
    quality = iou.detach().clamp(0, 1) if config.quality else torch.ones_like(iou)
    positive = -(quality * chosen.gather(1, labels[:, None])[:, 0] + (1 - quality) * chosen[:, 0]).sum()
    negative = hardest_negatives(-likely[..., 0], target, config.negatives)
    overlap = (1 - giou).sum() if config.giou else giou.new_zeros(())
    share = 0.25 if config.giou else 1.0
    return SSDLoss((positive + negative) / count, share * distance / count, overlap / count)


def hardest_negatives(loss: Tensor, target: Tensor, ratio: int, least: int = 12) -> Tensor:
    """Sum of the greatest background losses [N, D], `ratio` for each matched box but `least` a picture."""
    background = target == -1
    kept = (ratio * (target >= 0).sum(dim=1)).clamp(min=least)  # [N]
    most = min(int(kept.max()), loss.shape[1])
    ranked = loss.masked_fill(~background, 0).topk(most, dim=1).values  # [N, most], the greatest first
    rank = torch.arange(most, device=loss.device)
    return ranked[rank[None] < kept[:, None]].sum()
