"""Keypoints of every person: by heat maps, and by regression of coordinates.

Keypoint R-CNN (arXiv:1703.06870, sec. 5) gives each keypoint a map of 56 x 56 over the RoI; a softmax over
its places is trained to be 1 at one of them. DeepPose (arXiv:1312.4659) regresses all coordinates from the
same features. Both go on from the detector of `cvdemo.nets.faster_rcnn`, which here finds all classes and not
people alone. Against the papers, the heads are narrow and pool the backbone's map of stride 2 beside the
pyramid's level, and DeepPose's cascade is left out. `cvdemo.nets.keypoint_rcnn_paper` builds Keypoint R-CNN
as published.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

import torch
from torch import Tensor, nn

from cvdemo.nets.faster_rcnn import FasterRCNNConfig, TwoStageTrace, sampled_loss
from cvdemo.nets.matching import Targets
from cvdemo.nets.roi_branch import BranchConfig, BranchRCNN, branch_convs, pool_branch, positives
from cvdemo.nets.roi_detections import DetectConfig, Detected
from cvdemo.nets.roi_head import boxes_to_rois, hidden_layers
from cvdemo.ops.heatmaps import heatmaps_to_keypoints

SCALE = 10.0
"""Regressed coordinates are in tenths of the box's sides, so that their errors are about 1 in size."""


@dataclass(frozen=True)
class KeypointHeadConfig(BranchConfig):
    """Pooling and convolutions as in `BranchConfig`; `method` says how a keypoint's place comes out of them.

    "heatmaps": a transposed convolution and bilinear upsampling to 4 x `size` cells. "regression": pooling to
    half the size and fully connected layers of `hidden` units.
    """

    keypoints: int = 17
    method: Literal["heatmaps", "regression"] = "heatmaps"
    hidden: int = 128


@dataclass(frozen=True)
class KeypointRCNNConfig(FasterRCNNConfig):
    """Faster R-CNN's configuration and the keypoint head's; detections of the class `person` go on to it."""

    branch: KeypointHeadConfig = field(default_factory=KeypointHeadConfig)
    detect: DetectConfig = field(default_factory=DetectConfig)
    person: int = 0


class HeatmapTrace(NamedTuple):
    """RoIs of a batch, picture by picture: `rois` [R, 5], the picture's number and x1 y1 x2 y2 in pixels.

    `pooled` [R, C, S, S] are their features, `logits` [R, K, 4S, 4S] the keypoints' maps before the softmax.
    """

    rois: Tensor
    pooled: Tensor
    logits: Tensor

    def probabilities(self) -> Tensor:
        """Maps [R, K, 4S, 4S] that each sum to 1."""
        return self.logits.flatten(2).softmax(dim=2).view_as(self.logits)

    def keypoints(self) -> tuple[Tensor, Tensor]:
        """Places [R, K, 2] in pixels, and the maps' heights there [R, K]."""
        return heatmaps_to_keypoints(self.logits, self.rois[:, 1:])


class RegressionTrace(NamedTuple):
    """As `HeatmapTrace`; `coordinates` [R, K, 2] are x, y from the box's centre in its sides / 10."""

    rois: Tensor
    pooled: Tensor
    coordinates: Tensor

    def keypoints(self) -> tuple[Tensor, Tensor]:
        """Places [R, K, 2] in pixels; regression does not score a keypoint: ones [R, K]."""
        places = decode_keypoints(self.coordinates, self.rois[:, 1:])
        return places, torch.ones_like(places[..., 0])


class KeypointRCNNTrace(NamedTuple):
    """What happened inside: the detector's trace, the people of each picture, and their keypoints."""

    detector: TwoStageTrace
    detected: list[Detected]
    keypoints: HeatmapTrace | RegressionTrace

    def boxes(self) -> Tensor:
        """Of a single picture, the box of every proposal for every class, [1, R, classes, 4] in pixels."""
        return self.detector.boxes()

    def scores(self) -> Tensor:
        """Of a single picture, probabilities [1, R, classes] without the background's."""
        return self.detector.scores()


class HeatmapHead(nn.Module):
    """Feature maps by stride and boxes of each picture to a heat map of every keypoint for every box."""

    def __init__(self, channels: int, config: KeypointHeadConfig) -> None:
        super().__init__()
        self.config = config
        self.convs = branch_convs(channels, config)
        self.upsample = nn.ConvTranspose2d(config.channels, config.keypoints, 4, stride=2, padding=1)

    def forward(self, features: Mapping[int, Tensor], boxes: Sequence[Tensor]) -> HeatmapTrace:
        rois = boxes_to_rois(boxes)  # [R, 5]
        pooled = pool_branch(features, rois, self.config)  # [R, C, 14, 14]
        maps = self.upsample(self.convs(pooled)).float()  # [R, 17, 28, 28]
        side = 4 * self.config.size
        full = nn.functional.interpolate(maps, size=(side, side), mode="bilinear")  # [R, 17, 56, 56]
        return HeatmapTrace(rois, pooled, full)


class RegressionHead(nn.Module):
    """Feature maps by stride and boxes of each picture to the coordinates of every keypoint for every box."""

    def __init__(self, channels: int, config: KeypointHeadConfig) -> None:
        super().__init__()
        self.config = config
        self.convs = branch_convs(channels, config)
        self.fc = hidden_layers(config.channels * (config.size // 2) ** 2, config.hidden)
        self.locate = nn.Linear(config.hidden, 2 * config.keypoints)

    def forward(self, features: Mapping[int, Tensor], boxes: Sequence[Tensor]) -> RegressionTrace:
        rois = boxes_to_rois(boxes)  # [R, 5]
        pooled = pool_branch(features, rois, self.config)  # [R, C, 14, 14]
        half = nn.functional.max_pool2d(self.convs(pooled), 2)  # [R, 64, 7, 7]
        coordinates = self.locate(self.fc(half)).float()  # [R, 34]
        return RegressionTrace(rois, pooled, coordinates.view(len(rois), self.config.keypoints, 2))


class KeypointRCNN(BranchRCNN):
    """Pictures [N, 3, H, W] of any size, RGB in 0..1, to detections, and keypoints of those that are people.

    Of features that were kept, `keypoint_head(features, boxes)` gives the keypoints of any other boxes.
    """

    config: KeypointRCNNConfig

    def __init__(self, config: KeypointRCNNConfig | None = None, **parts: Any) -> None:
        super().__init__(config or KeypointRCNNConfig(), **parts)
        head = HeatmapHead if self.config.branch.method == "heatmaps" else RegressionHead
        self.keypoint_head = head(self.branch_channels, self.config.branch)

    def forward(self, pictures: Tensor) -> KeypointRCNNTrace:  # type: ignore[override]
        detector, detected = self.detect(pictures)
        people = [Detected(*(v[d.classes == self.config.person] for v in d)) for d in detected]
        keypoints = self.keypoint_head(detector.features, [p.boxes for p in people])
        return KeypointRCNNTrace(detector, people, keypoints)


def encode_keypoints(keypoints: Tensor, boxes: Tensor) -> Tensor:
    """Coordinates [P, K, 2] from the box's centre in its sides / 10, of keypoints [P, K, 2] in pixels."""
    centre, sides = (boxes[:, :2] + boxes[:, 2:]) / 2, boxes[:, 2:] - boxes[:, :2]
    return SCALE * (keypoints - centre[:, None]) / sides[:, None]


def decode_keypoints(coordinates: Tensor, boxes: Tensor) -> Tensor:
    """Keypoints [P, K, 2] in pixels of boxes [P, 4]: what `encode_keypoints` is the inverse of."""
    centre, sides = (boxes[:, :2] + boxes[:, 2:]) / 2, boxes[:, 2:] - boxes[:, :2]
    return coordinates / SCALE * sides[:, None] + centre[:, None]


def keypoint_cells(keypoints: Tensor, boxes: Tensor, side: int) -> tuple[Tensor, Tensor]:
    """The cell [P, K] of a box's `side` x `side` that holds each keypoint, and which [P, K] have one.

    `keypoints` [P, K, 3] with the visibility; those without label or outside the box have none. As
    torchvision's `keypoints_to_heatmap`.
    """
    place = (keypoints[..., :2] - boxes[:, None, :2]) * (side / (boxes[:, 2:] - boxes[:, :2]))[:, None]
    cell = place.floor().long()
    cell = cell.where(keypoints[..., :2] != boxes[:, None, 2:], side - 1)  # on the right or lower border
    inside = ((cell >= 0) & (cell < side)).all(dim=-1) & (keypoints[..., 2] > 0)
    return (cell[..., 1] * side + cell[..., 0]) * inside, inside


def heatmap_loss(logits: Tensor, keypoints: Tensor, boxes: Tensor) -> Tensor:
    """Mean cross-entropy of the places of each map [P, K, M, M] for the labelled keypoints [P, K, 3].

    0 where there are none (arXiv:1703.06870, sec. 5).
    """
    cell, valid = keypoint_cells(keypoints, boxes, logits.shape[-1])
    if not valid.any():
        return 0 * logits.sum()
    return nn.functional.cross_entropy(logits.flatten(2)[valid].float(), cell[valid])


def regression_loss(coordinates: Tensor, keypoints: Tensor, boxes: Tensor) -> Tensor:
    """Mean smooth L1 of the coordinates [P, K, 2] of labelled keypoints [P, K, 3]; 0 where there are none.

    DeepPose has L2 (arXiv:1312.4659, eq. 2): this is L2 for errors below a hundredth of the box.
    """
    labelled = keypoints[..., 2] > 0
    if not labelled.any():
        return 0 * coordinates.sum()
    targets = encode_keypoints(keypoints[..., :2], boxes)
    distance = nn.functional.smooth_l1_loss(coordinates, targets, reduction="none", beta=0.1).sum(dim=-1)
    return distance[labelled].mean()


def keypoint_rcnn_loss(
    net: KeypointRCNN, pictures: Tensor, truth: Sequence[Targets], keypoints: Sequence[Tensor], autocast: Any
) -> Tensor:
    """Loss of a batch: the detector's, and that of the keypoints of the sampled RoIs on people.

    `keypoints` [T, K, 3] are the objects' keypoints of each picture.
    """
    step = sampled_loss(net, pictures, truth, autocast)
    boxes, own = positives(step.rois, keypoints)
    _, classes = positives(step.rois, [t.classes for t in truth])
    on = [c == net.config.person for c in classes.split([len(b) for b in boxes])]
    boxes, own = [b[rows] for b, rows in zip(boxes, on, strict=True)], own[torch.cat(on)]
    with autocast:
        trace = net.keypoint_head(step.features, boxes)
    if isinstance(trace, HeatmapTrace):
        return step.total + heatmap_loss(trace.logits, own, torch.cat(boxes))
    return step.total + regression_loss(trace.coordinates, own, torch.cat(boxes))


def keypoint_rcnn() -> KeypointRCNN:
    """The net with a heat map for each keypoint."""
    return KeypointRCNN()


def pose_regression() -> KeypointRCNN:
    """The net that regresses coordinates from the same features."""
    return KeypointRCNN(KeypointRCNNConfig(branch=KeypointHeadConfig(method="regression")))
