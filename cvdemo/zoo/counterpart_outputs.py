"""The outputs of a net here and of its ready-made counterpart under the same names, to be compared."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torchvision.ops import batched_nms, clip_boxes_to_image

from cvdemo.nets.roi_detections import Detected, select_detections
from cvdemo.ops.masks import PastedMasks, snap_boxes
from cvdemo.zoo.counterparts import Outputs

Size = tuple[int, int]
Found = dict[str, Tensor]
SSD_SCORE, SSD_OF_EACH, SSD_IOU, SSD_MOST = 0.01, 400, 0.45, 200  # torchvision's


def ours(kind: Outputs, trace: Any, size: Size) -> Found:
    """What a net here has found in a picture of a size (height, width), as its trace tells."""
    return OURS[kind](trace, size)


def theirs(kind: Outputs, answer: Any) -> Found:
    """What a ready-made net has found in the same picture."""
    if kind is Outputs.MAPS:
        return {f"map {k + 1}": map_ for k, map_ in enumerate(answer)}
    if kind is Outputs.FLOWS:
        return {f"update {k + 1}": flow for k, flow in enumerate(answer)}
    if kind is Outputs.LOGITS:
        return {"logits": answer["out"] if isinstance(answer, Mapping) else answer}
    return dict(answer[0])


def _detected(found: Detected) -> Found:
    """Detections as torchvision names them: labels count from 1."""
    return {"boxes": found.boxes, "scores": found.scores, "labels": found.classes + 1}


def _two_stage(trace: Any, size: Size) -> Found:
    return _detected(select_detections(trace.head, size, 1)[0])


def _ssd(trace: Any, size: Size) -> Found:
    """Of each class the best 400, then NMS."""
    boxes, scores = clip_boxes_to_image(trace.boxes()[0], size), trace.scores()[0]
    best, rows = scores.topk(SSD_OF_EACH, dim=0)  # [400, K]
    likely = best > SSD_SCORE
    classes = torch.arange(scores.shape[1], device=scores.device).expand_as(rows)[likely]
    own, confidence = boxes[rows[likely]], best[likely]
    kept = batched_nms(own, confidence, classes, SSD_IOU)[:SSD_MOST]
    return _detected(Detected(own[kept], confidence[kept], classes[kept]))


def _masks(trace: Any, size: Size) -> Found:
    """Detections and their masks [N, 1, H, W] in 0..1, pasted into the picture."""
    found = trace.detected[0]
    rows = torch.arange(len(found.boxes), device=found.boxes.device)
    small = trace.masks.logits.sigmoid()[rows, found.classes + 1].cpu().numpy()  # [N, 28, 28]
    pasted = PastedMasks(small, snap_boxes(found.boxes.cpu().numpy(), small.shape[-1]), size)
    full = torch.zeros(len(found.boxes), 1, *size)
    for row in range(len(pasted)):
        full[row, 0] = torch.from_numpy(pasted.probability(row))
    return {**_detected(found), "masks": full.to(found.boxes.device)}


def _keypoints(trace: Any, size: Size) -> Found:
    places, heights = trace.keypoints.keypoints()
    ones = torch.ones_like(places[..., :1])  # torchvision's third number: visible
    return {
        **_detected(trace.detected[0]),
        "keypoints": torch.cat([places, ones], dim=2),
        "keypoints_scores": heights,
    }


def _logits(trace: Any, size: Size) -> Found:
    return {"logits": trace if isinstance(trace, Tensor) else trace.logits}


def _maps(trace: Any, size: Size) -> Found:
    return {f"map {k + 1}": map_ for k, map_ in enumerate(trace)}


def _flows(trace: Any, size: Size) -> Found:
    return {f"update {k + 1}": flow for k, flow in enumerate(trace.flows)}


OURS: dict[Outputs, Callable[[Any, Size], Found]] = {
    Outputs.TWO_STAGE: _two_stage,
    Outputs.SSD: _ssd,
    Outputs.MASKS: _masks,
    Outputs.KEYPOINTS: _keypoints,
    Outputs.LOGITS: _logits,
    Outputs.MAPS: _maps,
    Outputs.FLOWS: _flows,
}


def undilate_first_blocks(net: nn.Module) -> str:
    """Give the first block of smp's dilated stages the dilation of the stage before, as torchvision does."""
    encoder: Any = net.encoder
    for block, rate in ((encoder.layer3[0], 1), (encoder.layer4[0], 2)):
        block.conv2.dilation = block.conv2.padding = (rate, rate)
    return "the first block of a dilated stage keeps the dilation of the stage before"


def unalign_corners(net: nn.Module) -> str:
    """Let smp's logits be upsampled with pixels as areas, not as points."""
    for module in net.modules():
        if isinstance(module, nn.Upsample):
            module.align_corners = False
    return "logits are upsampled with `align_corners=False`"
