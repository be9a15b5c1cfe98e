"""Mask R-CNN as it was published, on ResNet-50 with a pyramid (arXiv:1703.06870, sec. 3.1).

It is torchvision's, to the last parameter: its weights fit, and the answers are the same where 32 divides a
picture's sides. Like torchvision's, the masks have a channel for the background that nothing trains.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from torch import Tensor

from cvdemo.nets.faster_rcnn_paper import FPN_NAMES, faster_rcnn_fpn_paper, torchvision_names_of
from cvdemo.nets.mask_rcnn import MaskHeadConfig, MaskRCNN, MaskRCNNConfig


def mask_rcnn_fpn_paper(classes: int = 90, *, eps: float = 1e-5) -> MaskRCNN:
    """Mask R-CNN on ResNet-50 and a pyramid, for pictures of about 800 pixels; 90 classes are COCO's ids.

    `eps` as in `faster_rcnn_fpn_paper`.
    """
    detector = faster_rcnn_fpn_paper(classes, eps=eps)
    box = detector.config
    branch = MaskHeadConfig(
        strides=box.head.strides, side=112, aligned=False, detail=0, channels=256, classes=classes
    )
    config = MaskRCNNConfig(
        box.strides, box.channels, box.rpn, box.head, iou_aware=box.iou_aware, branch=branch
    )
    return MaskRCNN(config, backbone=detector.backbone, pyramid=detector.pyramid)


NAMES = {
    **FPN_NAMES,
    **{f"roi_heads.mask_head.{k}.0.": f"mask_head.convs.{2 * k}." for k in range(4)},
    "roi_heads.mask_predictor.conv5_mask.": "mask_head.upsample.",
    "roi_heads.mask_predictor.mask_fcn_logits.": "mask_head.predict.",
}
"""How torchvision's names begin, and how ours do."""

FORMER = re.compile(r"mask_head\.mask_fcn(\d)\.")
"""torchvision's published weights count the mask head's convolutions from 1 and by name."""


def torchvision_names(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The state of torchvision's `maskrcnn_resnet50_fpn` with the names of `mask_rcnn_fpn_paper`."""
    now = {
        FORMER.sub(lambda m: f"mask_head.{int(m[1]) - 1}.0.", name): value for name, value in state.items()
    }
    return torchvision_names_of(now, NAMES)
