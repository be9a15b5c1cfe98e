"""Instances and poses of the Hugging Face hub: queries with masks, and ViTPose in a detector's people."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from cvdemo.zoo.checkpoint import module_bytes
from cvdemo.zoo.device import autocast
from cvdemo.zoo.fetch import Progress
from cvdemo.zoo.model import FLOOR, Detector, RawArrays
from cvdemo.zoo.packaged import SSDMobileNetV2
from cvdemo.zoo.spec import ModelSpec
from cvdemo.zoo.top_down import MOST, PersonsThenPose
from cvdemo.zoo.transformers_detect import coco_ids, pretrained


def load_instances(spec: ModelSpec, device: str, progress: Progress | None = None) -> Detector:
    """Mask2Former for instances, fetched if need be."""
    from transformers import AutoImageProcessor, AutoModelForUniversalSegmentation

    processor, net = pretrained(spec, progress, AutoImageProcessor, AutoModelForUniversalSegmentation)
    return QueryInstances(spec, device, processor, net)


def load_pose(spec: ModelSpec, device: str, progress: Progress | None = None) -> Detector:
    """ViTPose in the people of the packaged detector, fetched if need be."""
    from transformers import AutoImageProcessor, VitPoseForPoseEstimation

    processor, net = pretrained(spec, progress, AutoImageProcessor, VitPoseForPoseEstimation)
    return PersonsThenPose(spec, SSDMobileNetV2(spec, "cpu"), ViTPose(processor, net, device))


class QueryInstances(Detector):
    """Mask2Former (arXiv:2112.01527): each query has probabilities of classes and a mask of the picture.

    A detection is one of the best pairs of query and class; its score is the class's probability times the
    mean of its mask where it is above one half, its box the smallest around that.
    """

    def __init__(self, spec: ModelSpec, device: str, processor: Any, net: Any) -> None:
        super().__init__(spec, device=device, nbytes=module_bytes(net))
        self.processor = processor
        self.net = net.eval().to(device)
        self.ids = coco_ids(net.config.id2label)

    @torch.inference_mode()
    def network(self, picture: np.ndarray, prompt: str) -> RawArrays:
        inputs = self.processor(images=picture, return_tensors="pt").to(self.device)
        with autocast(self.device):
            answer = self.net(pixel_values=inputs["pixel_values"])
        classes = answer.class_queries_logits[0].float().softmax(-1)[:, :-1]  # [Q, C], without "none"
        masks = answer.masks_queries_logits[0].float().sigmoid()  # [Q, h, w]
        inside = masks > 0.5
        quality = (masks * inside).sum((1, 2)) / inside.sum((1, 2)).clamp(min=1)  # [Q]
        scores = classes * quality[:, None]
        best = scores.flatten().topk(min(MOST, scores.numel())).indices.cpu().numpy()
        query, output = np.divmod(best, classes.shape[1])
        values = scores.flatten().cpu().numpy()[best]
        kept = (values > FLOOR) & inside.flatten(1).any(1).cpu().numpy()[query] & (self.ids[output] >= 0)
        return instances(masks.cpu().numpy(), query[kept], values[kept], self.ids[output[kept]], picture)


def instances(
    masks: np.ndarray, query: np.ndarray, scores: np.ndarray, ids: np.ndarray, picture: np.ndarray
) -> RawArrays:
    """Detections of queries, whose masks [Q, h, w] lie over the whole picture."""
    own = masks[query]
    height, width = picture.shape[:2]
    cell = np.array([width / masks.shape[2], height / masks.shape[1]] * 2)
    boxes = np.array([_extent(mask > 0.5) for mask in own]).reshape(-1, 4) * cell
    whole = np.tile(np.array([0, 0, width, height], np.float32), (len(own), 1))
    return RawArrays(boxes, scores, ids, masks=own, mask_boxes=whole)


def _extent(mask: np.ndarray) -> tuple[int, int, int, int]:
    """x1 y1 x2 y2 in cells around what is true in a mask [h, w]."""
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


class ViTPose:
    """ViTPose (arXiv:2204.12484): heat maps of one person in each box."""

    def __init__(self, processor: Any, net: Any, device: str) -> None:
        self.processor = processor
        self.net = net.eval().to(device)
        self.device = device
        self.nbytes = module_bytes(net)

    @torch.inference_mode()
    def keypoints(self, picture: np.ndarray, boxes: np.ndarray) -> np.ndarray:
        """x, y in pixels and a score [N, 17, 3] of the person in each box [N, 4] of a picture [H, W, 3]."""
        if not len(boxes):
            return np.zeros((0, 17, 3), np.float32)
        corner, side = boxes[:, :2], boxes[:, 2:] - boxes[:, :2]
        own = [np.concatenate([corner, side], axis=1)]
        inputs = self.processor(images=picture, boxes=own, return_tensors="pt").to(self.device)
        answer = self.net(**inputs)
        found = self.processor.post_process_pose_estimation(answer, boxes=own)[0]
        points = [torch.cat([p["keypoints"], p["scores"][:, None]], dim=1) for p in found]
        return torch.stack(points).float().cpu().numpy()
