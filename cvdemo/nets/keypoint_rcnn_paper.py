"""Keypoint R-CNN as it was published, on ResNet-50 with a pyramid (arXiv:1703.06870, sec. 5).

It is torchvision's, to the last parameter: its weights fit, and the answers are the same where 32 divides a
picture's sides. People are the only class, and eight convolutions of 512 channels stand before the heat maps.
"""

from __future__ import annotations

from collections.abc import Mapping

from torch import Tensor

from cvdemo.nets.faster_rcnn_paper import FPN_NAMES, faster_rcnn_fpn_paper, torchvision_names_of
from cvdemo.nets.keypoint_rcnn import KeypointHeadConfig, KeypointRCNN, KeypointRCNNConfig

CONVS = 8


def keypoint_rcnn_fpn_paper(keypoints: int = 17, *, eps: float = 1e-5) -> KeypointRCNN:
    """Keypoint R-CNN on ResNet-50 and a pyramid, for pictures of about 800 pixels.

    `eps` as in `faster_rcnn_fpn_paper`.
    """
    detector = faster_rcnn_fpn_paper(1, eps=eps)
    box = detector.config
    branch = KeypointHeadConfig(
        strides=box.head.strides, side=112, aligned=False, detail=0, channels=512, convs=CONVS,
        keypoints=keypoints,
    )  # fmt: skip
    config = KeypointRCNNConfig(
        box.strides, box.channels, box.rpn, box.head, iou_aware=box.iou_aware, branch=branch
    )
    return KeypointRCNN(config, backbone=detector.backbone, pyramid=detector.pyramid)


NAMES = {
    **FPN_NAMES,
    **{f"roi_heads.keypoint_head.{2 * k}.": f"keypoint_head.convs.{2 * k}." for k in range(CONVS)},
    "roi_heads.keypoint_predictor.kps_score_lowres.": "keypoint_head.upsample.",
}
"""How torchvision's names begin, and how ours do."""


def torchvision_names(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The state of torchvision's `keypointrcnn_resnet50_fpn` with the names of `keypoint_rcnn_fpn_paper`."""
    return torchvision_names_of(state, NAMES)
