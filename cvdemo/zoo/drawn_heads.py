"""The drawn world's nets with a further head: Mask R-CNN and Keypoint R-CNN as models of any picture."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from cvdemo.nets.keypoint_rcnn import HeatmapTrace, RegressionTrace
from cvdemo.zoo.drawn import LONG_SIDE, DrawnDetector, at_working_size
from cvdemo.zoo.entries import entry
from cvdemo.zoo.model import FLOOR, RawArrays
from cvdemo.zoo.spec import ModelSpec
from cvdemo.zoo.top_down import MOST, NMS_IOU


class HeadDetector(DrawnDetector):
    """A net whose head runs on its own detections: all that score more than the floor, after a loose NMS."""

    batches: bool = False

    def __init__(self, spec: ModelSpec, device: str, net: nn.Module, *, long_side: int = LONG_SIDE) -> None:
        other: Any = copy.copy(net)  # the weights are shared, the configuration is not
        detect = replace(other.config.detect, score=FLOOR, iou=NMS_IOU, most=MOST)
        other.config = replace(other.config, detect=detect)
        super().__init__(spec, device, other, long_side=long_side)

    @torch.inference_mode()
    def network(self, picture: np.ndarray, prompt: str) -> RawArrays:
        x = at_working_size(picture, self.device, self.long_side)
        trace = self.forward(x)
        found = trace.detected[0]
        height, width = picture.shape[:2]
        back = found.boxes.new_tensor([width / x.shape[3], height / x.shape[2]])
        boxes, scores, ids = (
            v.cpu().numpy() for v in (found.boxes * back.tile(2), found.scores, found.classes)
        )
        return RawArrays(boxes, scores, ids)._replace(**self.further(trace, back, boxes))

    def further(self, trace: Any, back: Tensor, boxes: np.ndarray) -> dict[str, np.ndarray]:
        """What the head says of the boxes; `back` [2] are the picture's pixels for one that the net sees."""
        raise NotImplementedError


class MaskRCNNDetector(HeadDetector):
    """Mask R-CNN: each detection with the mask of its own class."""

    def further(self, trace: Any, back: Tensor, boxes: np.ndarray) -> dict[str, np.ndarray]:
        net: Any = self.net
        masks = net.mask_head.probabilities(trace.masks.logits)  # [D, classes, M, M]
        classes = trace.detected[0].classes
        own = masks[torch.arange(len(classes), device=masks.device), classes]
        return {"masks": own.float().cpu().numpy(), "mask_boxes": boxes}


class KeypointRCNNDetector(HeadDetector):
    """Keypoint R-CNN or regression: each person with their keypoints."""

    def further(self, trace: Any, back: Tensor, boxes: np.ndarray) -> dict[str, np.ndarray]:
        return {"keypoints": scored_keypoints(trace.keypoints, back)}

    def in_box(self, picture: np.ndarray, box: np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
        """Keypoints [17, 3] of the person in a box [4] in the picture's pixels, and the maps [17, M, M].

        The maps lie over the box, each sums to 1; regression has none.
        """
        return self.run(lambda: self._in_box(picture, box)).value

    @torch.inference_mode()
    def _in_box(self, picture: np.ndarray, box: np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
        x = at_working_size(picture, self.device, self.long_side)
        height, width = picture.shape[:2]
        back = x.new_tensor([width / x.shape[3], height / x.shape[2]])
        net: Any = self.net
        features = self.forward(x).detector.features
        trace = net.keypoint_head(features, [x.new_tensor(np.asarray(box)[None]) / back.tile(2)])
        maps = trace.probabilities()[0].cpu().numpy() if isinstance(trace, HeatmapTrace) else None
        return scored_keypoints(trace, back)[0], maps


def scored_keypoints(trace: HeatmapTrace | RegressionTrace, back: Tensor) -> np.ndarray:
    """Keypoints [N, 17, 3] of a trace in the picture's pixels, `back` [2] for one of the net's.

    A score is the sigmoid of the heat map's peak, as torchvision's adapter gives it; regression scores none,
    so all are 1.
    """
    places, scores = trace.keypoints()
    if isinstance(trace, HeatmapTrace):
        scores = scores.sigmoid()
    return torch.cat([places * back, scores[..., None]], dim=2).float().cpu().numpy()


def keypoint_detector(spec: ModelSpec, device: str, net: nn.Module) -> KeypointRCNNDetector:
    """The net as a model that sees pictures as large as the scenes that it was trained on."""
    return KeypointRCNNDetector(spec, device, net, long_side=max(entry(spec.key).size))
