"""From the box head's answers to detections: what a mask or keypoint head runs on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torchvision.ops import batched_nms, clip_boxes_to_image, remove_small_boxes

from cvdemo.nets.roi_head import class_probabilities, decode_boxes

SMALLEST = 1e-2  # pixels; torchvision drops thinner detections


@dataclass(frozen=True)
class DetectConfig:
    """Detections score above `score`; NMS per class at `iou`; a picture keeps the best `most`."""

    score: float = 0.05
    iou: float = 0.5
    most: int = 100


class Detected(NamedTuple):
    """Detections of one picture, best first: `boxes` [D, 4] in pixels, `scores` [D], `classes` [D] from 0."""

    boxes: Tensor
    scores: Tensor
    classes: Tensor


@torch.no_grad()
def select_detections(
    head: Any, size: tuple[int, int], pictures: int, config: DetectConfig | None = None
) -> list[Detected]:
    """Detections of each picture of a batch, clipped to the `size` (height, width).

    `head` has `rois` [R, 5], `logits` [R, 1 + K] and `offsets` [R, 1 + K, 4]. As torchvision's
    `RoIHeads.postprocess_detections`.
    """
    config = config or DetectConfig()
    boxes, scores = (
        clip_boxes_to_image(decode_boxes(head.offsets, head.rois), size),
        class_probabilities(head.logits),
    )
    own = (head.rois[:, 0] == k for k in range(pictures))
    return [_select(boxes[rows], scores[rows], config) for rows in own]


def _select(boxes: Tensor, scores: Tensor, config: DetectConfig) -> Detected:
    """Detections of one picture from boxes [R, K, 4] and scores [R, K]."""
    row, classes = (scores > config.score).nonzero(as_tuple=True)
    own, confidence = boxes[row, classes], scores[row, classes]
    large = remove_small_boxes(own, SMALLEST)
    own, confidence, classes = own[large], confidence[large], classes[large]
    kept = batched_nms(own, confidence, classes, config.iou)[: config.most]
    return Detected(own[kept], confidence[kept], classes[kept])
