"""DenseCap: every region of a picture gets its own sentence (arXiv:1511.07571).

Backbone -> region proposals -> features of each region by bilinear interpolation -> recognition network
(score, better box, code) -> a language model that reads the code and writes words (sec. 3.2). All is
differentiable and trained together. Against the paper: all that `cvdemo.nets.faster_rcnn` says; the code
comes from a second look at the corrected boxes, and holds beside the region's own features its box and one
glimpse at what is around it, since these sentences also say what an object is next to; codes are normalised.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from cvdemo.nets.blocks import pad_to_stride
from cvdemo.nets.faster_rcnn import FasterRCNNConfig, TwoStageTrace, sampled_loss
from cvdemo.nets.matching import Targets
from cvdemo.nets.region_words import LanguageModel, LanguageModelConfig, WordsTrace, caption_loss
from cvdemo.nets.roi_branch import BranchConfig, BranchRCNN, branch_convs, pool_branch, positives
from cvdemo.nets.roi_detections import DetectConfig, Detected
from cvdemo.nets.roi_head import RoIHeadConfig, RoITargets, boxes_to_rois, pool_level

PICTURE = 1
"""The stride of the picture itself among the maps."""


@dataclass(frozen=True)
class CodeConfig(BranchConfig):
    """Pooling and convolutions as in `BranchConfig`, then `hidden` units and a code of `code` numbers.

    The glimpse is by `heads` heads over `around` x `around` cells of the map of stride `level`, over a square
    of `reach` pixels with the region in its middle.
    """

    size: int = 10
    samples: int = 1
    convs: int = 2
    hidden: int = 256
    code: int = 256
    level: int = 8
    around: int = 11
    reach: float = 220
    heads: int = 4


@dataclass(frozen=True)
class DenseCapConfig(FasterRCNNConfig):
    """Faster R-CNN's configuration with one class, "a region", and those of the code and its words."""

    head: RoIHeadConfig = field(default_factory=lambda: RoIHeadConfig(classes=1))
    branch: CodeConfig = field(default_factory=CodeConfig)
    words: LanguageModelConfig = field(default_factory=LanguageModelConfig)
    detect: DetectConfig = field(default_factory=DetectConfig)


class CodeTrace(NamedTuple):
    """RoIs of a batch [R, 5], their `codes` [R, code], and the glimpse `attention` [R, heads, a, a].

    Of each head it sums to 1 over the square around the region.
    """

    rois: Tensor
    codes: Tensor
    attention: Tensor


class DenseCapTrace(NamedTuple):
    """What happened inside: the detector's trace, the regions of each picture, their codes and words."""

    detector: TwoStageTrace
    detected: list[Detected]
    regions: CodeTrace
    words: WordsTrace

    def boxes(self) -> Tensor:
        """Of a single picture, the corrected box of every proposal, [1, R, 1, 4] in pixels."""
        return self.detector.boxes()

    def scores(self) -> Tensor:
        """Of a single picture, how likely every proposal is a region, [1, R, 1]."""
        return self.detector.scores()


class Glimpse(nn.Module):
    """One look of each region at the square around it: attention over cells (arXiv:1706.03762)."""

    def __init__(self, channels: int, config: CodeConfig) -> None:
        super().__init__()
        self.config = config
        width = config.heads * 32
        self.place = nn.Parameter(torch.randn(config.around**2, channels) * 0.5)
        self.normal = nn.LayerNorm(channels)
        self.query = nn.Linear(config.hidden, width)
        self.key = nn.Linear(channels, width)
        self.value = nn.Linear(channels, width)

    def forward(self, level: Tensor, rois: Tensor, hidden: Tensor) -> tuple[Tensor, Tensor]:
        """What regions [R, 5] with features [R, hidden] see [R, heads * 32], and where [R, heads, a, a]."""
        config = self.config
        cells = pool_level(level, self.squares(rois), config.level, self.pooling)  # [R, C, a, a]
        cells = self.normal(cells.flatten(2).transpose(1, 2)) + self.place  # [R, a * a, C]
        query = self.query(hidden).unflatten(1, (config.heads, -1))  # [R, heads, 32]
        key = self.key(cells).unflatten(2, (config.heads, -1))  # [R, a * a, heads, 32]
        value = self.value(cells).unflatten(2, (config.heads, -1))
        logits = torch.einsum("rhd,rchd->rhc", query, key).float() / math.sqrt(32)
        attention = logits.softmax(dim=2)  # [R, heads, a * a]
        seen = torch.einsum("rhc,rchd->rhd", attention, value.float()).flatten(1)  # [R, heads * 32]
        return seen, attention.unflatten(2, (config.around, config.around))

    @property
    def pooling(self) -> BranchConfig:
        """How the cells are read off the map."""
        return BranchConfig(size=self.config.around, samples=1)

    def squares(self, rois: Tensor) -> Tensor:
        """The squares [R, 5] around regions [R, 5], `reach` pixels wide."""
        centre, half = (rois[:, 1:3] + rois[:, 3:]) / 2, self.config.reach / 2
        return torch.cat([rois[:, :1], centre - half, centre + half], dim=1)


class RegionEncoder(nn.Module):
    """Feature maps by stride and boxes of each picture to a code for every box.

    `channels` are those of what is pooled, `level_channels` those of the glimpse's map.
    """

    def __init__(self, channels: int, level_channels: int, config: CodeConfig) -> None:
        super().__init__()
        self.config = config
        self.convs = branch_convs(channels + 3, config)
        side = config.size // 2
        self.fc = nn.Sequential(
            nn.MaxPool2d(2), nn.Flatten(), nn.Linear(config.channels * side**2, config.hidden),
            nn.LayerNorm(config.hidden), nn.ReLU(),
        )  # fmt: skip
        self.glimpse = Glimpse(level_channels + 3, config)
        together = config.hidden + 32 * config.heads + 8
        self.code = nn.Sequential(nn.Linear(together, config.code), nn.LayerNorm(config.code), nn.ReLU())

    def forward(
        self, features: Mapping[int, Tensor], boxes: Sequence[Tensor], size: tuple[int, int]
    ) -> CodeTrace:
        """Codes of any boxes [R, 4] of each picture in pixels of the `size` (height, width)."""
        rois = boxes_to_rois(boxes)  # [R, 5]
        colours = pool_level(features[PICTURE], rois, PICTURE, self.config)  # [R, 3, 10, 10]
        pooled = torch.cat([pool_branch(features, rois, self.config), colours], dim=1)  # [R, C + 3, 10, 10]
        hidden = self.fc(self.convs(pooled))  # [R, 256]
        seen, attention = self.glimpse(self.surroundings(features), rois, hidden)  # [R, 128]
        together = torch.cat([hidden, seen.to(hidden.dtype), box_numbers(rois[:, 1:], size)], dim=1)
        return CodeTrace(rois, self.code(together).float(), attention)

    def surroundings(self, features: Mapping[int, Tensor]) -> Tensor:
        """The map that the glimpse looks at, [N, C + 3, h, w]: features, and the mean colour of each cell."""
        level = features[self.config.level].float()
        colours = nn.functional.adaptive_avg_pool2d(features[PICTURE], (level.shape[-2], level.shape[-1]))
        return torch.cat([level, colours], dim=1)


def box_numbers(boxes: Tensor, size: tuple[int, int]) -> Tensor:
    """Eight numbers [R, 8] of boxes [R, 4]: corners, centre and sides in the picture's height and width."""
    scale = boxes.new_tensor([size[1], size[0]])
    low, high = boxes[:, :2] / scale, boxes[:, 2:] / scale
    return torch.cat([low, high, (low + high) / 2, high - low], dim=1) * 2 - 1


class DenseCap(BranchRCNN):
    """Pictures [N, 3, H, W] of any size, RGB in 0..1, to regions and a sentence for each.

    Of features that were kept, `encode(features, boxes, size)` and `language` describe any other boxes.
    """

    config: DenseCapConfig

    def __init__(self, config: DenseCapConfig | None = None, **parts: Any) -> None:
        super().__init__(config or DenseCapConfig(), **parts)
        self.encode = RegionEncoder(self.branch_channels, self.config.channels, self.config.branch)
        self.language = LanguageModel(self.config.branch.code, self.config.words)

    def features(self, pictures: Tensor) -> dict[int, Tensor]:
        """The maps by stride, and as that of stride `PICTURE` the padded picture itself, for its colours."""
        padded = pad_to_stride(pictures, self.backbone.strides[-1])
        return {PICTURE: (padded.float() - 0.5) / 0.25, **super().features(padded)}

    def forward(self, pictures: Tensor) -> DenseCapTrace:  # type: ignore[override]
        detector, detected = self.detect(pictures)
        size = (pictures.shape[-2], pictures.shape[-1])
        regions = self.encode(detector.features, [d.boxes for d in detected], size)
        return DenseCapTrace(detector, detected, regions, self.language.write(regions.codes))


def densecap_loss(
    net: DenseCap, pictures: Tensor, truth: Sequence[Targets], words: Sequence[Tensor], autocast: Any
) -> Tensor:
    """Loss of a batch: the detector's, and that of the words of sampled RoIs on objects.

    `words` [T, L] are the ids of each object's sentence with `END`, filled up with `PAD`; a difficult object
    has none.
    """
    one = [t._replace(classes=torch.zeros_like(t.classes)) for t in truth]
    step = sampled_loss(net, pictures, one, autocast)
    boxes, own = positives(few_each(step.rois, 2), words)
    with autocast:
        regions = net.encode(step.features, boxes, (pictures.shape[-2], pictures.shape[-1]))
    return step.total + caption_loss(net.language, regions.codes, own)


def few_each(rois: RoITargets, most: int) -> RoITargets:
    """The positive RoIs alone, at most so many of each object: more of the same sentence teach little."""
    boxes, matched = [], []
    for own, rows in zip(rois.boxes, rois.matched, strict=True):
        nth = (rows[:, None] == rows[None]).tril(-1).sum(dim=1)  # how many of its object come before it
        boxes.append(own[: len(rows)][nth < most])
        matched.append(rows[nth < most])
    return rois._replace(boxes=boxes, matched=tuple(matched))
