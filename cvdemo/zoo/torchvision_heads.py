"""torchvision's Mask R-CNN and Keypoint R-CNN; options as in `cvdemo.zoo.torchvision_detect`."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torchvision.models.detection.transform import resize_boxes, resize_keypoints

from cvdemo.ops.masks import snap_boxes
from cvdemo.zoo.checkpoint import load_state
from cvdemo.zoo.fetch import Progress, fetch_file
from cvdemo.zoo.model import Detector, RawArrays
from cvdemo.zoo.spec import ModelSpec
from cvdemo.zoo.top_down import MOST, NMS_IOU
from cvdemo.zoo.torchvision_detect import TorchvisionDetector, build


def load(spec: ModelSpec, device: str, progress: Progress | None = None) -> Detector:
    """The model of a spec, its weights downloaded if need be."""
    path = fetch_file(spec.weights, progress)
    net = build(spec)
    load_state(net, path)
    return TorchvisionHeads(spec, device, net)


class TorchvisionHeads(TorchvisionDetector):
    """Mask R-CNN or Keypoint R-CNN: the head runs on detections above the floor, after a loose NMS.

    Masks stay as the head gives them, 28 x 28: torchvision would paste all of them into the picture.
    """

    def __init__(self, spec: ModelSpec, device: str, net: nn.Module) -> None:
        super().__init__(spec, device, net)
        heads: Any = self.net.roi_heads
        heads.nms_thresh, heads.detections_per_img = NMS_IOU, MOST

    @torch.inference_mode()
    def network(self, picture: np.ndarray, prompt: str) -> RawArrays:
        found, seen = self.detect(picture)
        size = picture.shape[:2]
        boxes = resize_boxes(found["boxes"], seen, size).cpu().numpy()
        ids = found["labels"].cpu().numpy()
        raw = RawArrays(boxes, found["scores"].cpu().numpy(), ids)
        if "masks" in found:
            masks = found["masks"][:, 0].float().cpu().numpy()  # [N, 28, 28]
            raw = raw._replace(masks=masks, mask_boxes=snap_boxes(boxes, masks.shape[-1]))
        if "keypoints" in found:
            raw = raw._replace(keypoints=keypoints_of(found, seen, size))
        return known_rows(raw, np.isin(ids, self.known))

    def detect(self, picture: np.ndarray) -> tuple[dict[str, Tensor], tuple[int, int]]:
        """What torchvision's `forward` computes before it goes back to the picture, and the size it saw."""
        net: Any = self.net
        x = torch.from_numpy(np.ascontiguousarray(picture)).to(self.device).permute(2, 0, 1).float() / 255
        images, _ = net.transform([x])
        features = net.backbone(images.tensors)
        proposals, _ = net.rpn(images, features)
        found, _ = net.roi_heads(features, proposals, images.image_sizes)
        return found[0], images.image_sizes[0]


def keypoints_of(found: dict[str, Tensor], seen: tuple[int, int], size: tuple[int, ...]) -> np.ndarray:
    """Keypoints [N, 17, 3] in the picture's pixels; a score is the sigmoid of the heat map's peak."""
    points = resize_keypoints(found["keypoints"], seen, size)
    scores = found["keypoints_scores"].sigmoid()
    return torch.cat([points[..., :2], scores[..., None]], dim=2).float().cpu().numpy()


def known_rows(raw: RawArrays, kept: np.ndarray) -> RawArrays:
    """The rows that are kept, of all arrays that there are."""
    return RawArrays(*(None if values is None else values[kept] for values in raw))  # type: ignore[arg-type]
