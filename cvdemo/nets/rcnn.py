"""R-CNN: every region is cut out, warped to one size and classified by itself (arXiv:1311.2524).

A convolutional network makes features of each cut-out, a linear support vector machine for every class
classifies them, and a linear regression for every class corrects the box. Against the paper: the shared small
backbone and 64 x 64 pixels instead of AlexNet and 227 x 227; all three are trained by stochastic gradient
descent, one stage after the other. `cvdemo.nets.rcnn_paper` builds it as published.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import torch
from torch import Tensor, nn

from cvdemo.nets.backbone import Backbone, BackboneConfig
from cvdemo.ops.box_coding import decode, encode


@dataclass(frozen=True)
class RCNNConfig:
    """Side of the cut-outs with their context in pixels, neurons of the layer that the SVMs classify.

    `proposals` of a picture are used, `batch` cut-outs at once.
    """

    classes: int = 8  # without background, which is class 0 of the logits
    size: int = 64
    context: int = 4
    hidden: int = 128
    proposals: int = 300
    batch: int = 128
    backbone: BackboneConfig = field(default_factory=BackboneConfig)


class RCNNFeatures(NamedTuple):
    """Of R cut-outs: the `maps` [R, C, h, w] at stride 16, and the layer `fc` [R, hidden] behind the last."""

    maps: Tensor
    fc: Tensor


class RCNNTrace(NamedTuple):
    """What the three parts say of R regions.

    `regions` [R, 4] x1 y1 x2 y2 in pixels; `logits` [R, 1 + classes] of the classifier that the network was
    fine-tuned with; `margins` [R, classes] of the SVMs; `offsets` [R, classes, 4] of the regressors.
    """

    regions: Tensor
    features: RCNNFeatures
    logits: Tensor
    margins: Tensor
    offsets: Tensor

    def boxes(self) -> Tensor:
        """The corrected box of every region for every class, [1, R, classes, 4] in pixels."""
        return decode(self.offsets.transpose(0, 1), self.regions).transpose(0, 1)[None]

    def scores(self) -> Tensor:
        """Margins as 0..1, [1, R, classes]: .5 on the boundary that the SVM has drawn."""
        return (2 * self.margins).sigmoid()[None]


class RCNN(nn.Module):
    """Cut-outs [R, 3, 64, 64], RGB in 0..1, and the regions [R, 4] that they show, to classes and boxes."""

    def __init__(self, config: RCNNConfig | None = None) -> None:
        super().__init__()
        self.config = config = config or RCNNConfig()
        values = self.build_network()
        self.classify = nn.Linear(config.hidden, 1 + config.classes)  # only for fine-tuning
        self.svms = nn.Linear(config.hidden, config.classes)
        self.locate = nn.Linear(values, 4 * config.classes)

    def build_network(self) -> int:
        """Build what `features` needs; how many values a cut-out's maps have."""
        config = self.config
        self.backbone: nn.Module = Backbone(config.backbone)
        *_, inner, last = config.backbone.channels
        self.fc = nn.Sequential(
            nn.Flatten(), nn.Linear(last * (config.size // 32) ** 2, config.hidden), nn.ReLU(inplace=True)
        )
        return inner * (config.size // 16) ** 2

    def features(self, cut_outs: Tensor) -> RCNNFeatures:
        """The convolutional network on each cut-out: where nearly all of the time goes."""
        *_, maps, last = self.backbone(cut_outs)  # [R, 96, 4, 4], [R, 128, 2, 2]
        return RCNNFeatures(maps, self.fc(last))

    def predict(self, features: RCNNFeatures, regions: Tensor) -> RCNNTrace:
        """SVMs and regressors, on features that are there."""
        maps, fc = features.maps.float(), features.fc.float()
        offsets = self.locate(maps.flatten(1)).unflatten(1, (-1, 4))  # [R, classes, 4]
        return RCNNTrace(regions, features, self.classify(fc), self.svms(fc), offsets)

    def all_features(self, cut_outs: Tensor) -> RCNNFeatures:
        """Features of any number of cut-outs, `batch` of them at once."""
        if not len(cut_outs):
            empty = self.features(cut_outs.new_zeros(1, 3, self.config.size, self.config.size))
            return RCNNFeatures(empty.maps[:0], empty.fc[:0])
        parts = [self.features(part) for part in cut_outs.split(self.config.batch)]
        return RCNNFeatures(*(torch.cat(p) for p in zip(*parts, strict=True)))

    def forward(self, cut_outs: Tensor, regions: Tensor) -> RCNNTrace:
        return self.predict(self.all_features(cut_outs), regions)


def svm_loss(margins: Tensor, classes: Tensor) -> Tensor:
    """Squared hinge loss of one SVM for each class (arXiv:1311.2524, sec. 2.3 and appendix B), a mean.

    `margins` [R, classes]; `classes` [R] are 0 for background, else one more than the SVM's number.
    """
    target = nn.functional.one_hot(classes, margins.shape[1] + 1)[:, 1:].to(margins.dtype) * 2 - 1
    return (1 - target * margins).clamp(min=0).square().sum() / max(len(margins), 1)


def regression_loss(offsets: Tensor, regions: Tensor, classes: Tensor, target_boxes: Tensor) -> Tensor:
    """Squared error of each region's own class's regressor: a sum over four offsets, and a mean over P.

    `regions` [P, 4] and the objects' boxes [P, 4] are x1 y1 x2 y2, `classes` [P] (arXiv:1311.2524, app. C).
    Offsets are in units of `VARIANCES`: each has its own weights, so that their scales change no best fit.
    """
    own = offsets[torch.arange(len(classes), device=classes.device), classes]
    return (own - encode(target_boxes, regions)).square().sum() / max(len(classes), 1)
