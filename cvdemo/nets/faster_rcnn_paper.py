"""Faster R-CNN as it was published: on VGG-16, and on ResNet-50 with a pyramid.

arXiv:1506.01497 and arXiv:1612.03144. The first has one map of stride 16, nine anchors a cell and RoI
pooling; against the paper an anchor has one score and not two, as its footnote on logistic regression allows.
The second is torchvision's, to the last parameter: its weights fit, and the answers are the same where 32
divides a picture's sides; to others it adds zeros, and here their edges are repeated.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import torch
from torch import Tensor, nn

from cvdemo.nets.encoders import CAFFE, IMAGENET, VGG16, ResNet
from cvdemo.nets.faster_rcnn import FasterRCNN, FasterRCNNConfig
from cvdemo.nets.pyramid import NoPyramid, PaperPyramid
from cvdemo.nets.roi_head import RoIHeadConfig
from cvdemo.nets.rpn import NO_VARIANCES, RPNConfig
from cvdemo.nets.rpn_paper import PAPER
from cvdemo.nets.torchvision_names import renamed


def faster_rcnn_vgg16_paper(classes: int = 20) -> FasterRCNN:
    """Faster R-CNN on VGG-16, for pictures with a shorter side of 600 pixels; VOC has 20 classes."""
    head = RoIHeadConfig(classes, strides=(16,), pooling="max", hidden=4096, dropout=0.5)
    config = FasterRCNNConfig(strides=(16,), channels=512, rpn=PAPER, head=head, iou_aware=False)
    backbone = VGG16(last_pool=False, colours=CAFFE)
    return FasterRCNN(config, backbone=backbone, pyramid=NoPyramid(config.strides))


def faster_rcnn_fpn_paper(classes: int = 90, *, eps: float = 1e-5) -> FasterRCNN:
    """Faster R-CNN on ResNet-50 and a pyramid, for pictures of about 800 pixels; 90 classes are COCO's ids.

    `eps` is that of the batch normalisation: 0 for the weights that torchvision has trained on COCO, as it
    was frozen in them.
    """
    strides = (4, 8, 16, 32)
    rpn = RPNConfig(
        strides=(*strides, 64),
        scales=((32,), (64,), (128,), (256,), (512,)),
        before=1000,
        after=1000,
        positive=0.7,
        anchors=256,
        centre=0.0,
        variances=NO_VARIANCES,
        whole=True,
    )
    head = RoIHeadConfig(classes, strides, side=112, hidden=1024, aligned=False)
    config = FasterRCNNConfig(strides, 256, rpn, head, iou_aware=False)
    backbone = ResNet(50, colours=IMAGENET)
    for module in backbone.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.eps = eps
    pyramid = PaperPyramid(backbone.channels[1:], config.channels, strides)
    return FasterRCNN(config, backbone=backbone, pyramid=pyramid)


FPN_NAMES = {
    "backbone.body.conv1.": "backbone.stages.0.0.",
    "backbone.body.bn1.": "backbone.stages.0.1.",
    "backbone.body.layer1.": "backbone.stages.1.1.",
    **{f"backbone.body.layer{k}.": f"backbone.stages.{k}." for k in (2, 3, 4)},
    **{f"backbone.fpn.inner_blocks.{k}.": f"pyramid.lateral.{k}." for k in range(4)},
    **{f"backbone.fpn.layer_blocks.{k}.": f"pyramid.smooth.{k}." for k in range(4)},
    "rpn.head.conv.": "rpn.conv.",
    "rpn.head.cls_logits.": "rpn.objectness.",
    "rpn.head.bbox_pred.": "rpn.locate.",
    "roi_heads.box_head.fc6.": "head.fc.1.",
    "roi_heads.box_head.fc7.": "head.fc.3.",
    "roi_heads.box_predictor.cls_score.": "head.classify.",
    "roi_heads.box_predictor.bbox_pred.": "head.locate.",
}
"""How torchvision's names begin, and how ours do."""

FORMER = re.compile(r"(_blocks\.\d|rpn\.head\.conv)(\.0)+\.(?=weight|bias)")
"""torchvision's published weights have the names without these zeros, its nets now have them with."""


def torchvision_names(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The state of torchvision's `fasterrcnn_resnet50_fpn` with the names of `faster_rcnn_fpn_paper`."""
    return torchvision_names_of(state, FPN_NAMES)


def torchvision_names_of(state: Mapping[str, Tensor], beginnings: Mapping[str, str]) -> dict[str, Tensor]:
    """The state of a net of torchvision's that stands on ResNet-50 and a pyramid, by its own `beginnings`.

    Batch normalisation may have been frozen: what it has kept are the statistics and the scale that the
    ordinary one uses when it is not training; only its count of batches is missing.
    """
    found = renamed({FORMER.sub(r"\1.", name): value for name, value in state.items()}, beginnings)
    norms = [name.removesuffix("running_mean") for name in found if name.endswith("running_mean")]
    return {f"{norm}num_batches_tracked": torch.tensor(0) for norm in norms} | found
