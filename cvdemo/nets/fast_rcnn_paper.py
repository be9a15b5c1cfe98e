"""Fast R-CNN as it was published: VGG-16, RoI pooling in place of its last pooling (arXiv:1504.08083).

What VGG-16's fully connected layers were, fc6 and fc7 of 4096 neurons, classifies every region (sec. 2.2).
"""

from __future__ import annotations

from cvdemo.nets.encoders import CAFFE, VGG16
from cvdemo.nets.fast_rcnn import FastRCNN, FastRCNNConfig
from cvdemo.nets.pyramid import NoPyramid
from cvdemo.nets.roi_head import RoIHeadConfig


def fast_rcnn_paper(classes: int = 20) -> FastRCNN:
    """Fast R-CNN on VGG-16, for pictures with a shorter side of 600 pixels; VOC has 20 classes."""
    head = RoIHeadConfig(classes, strides=(16,), pooling="max", hidden=4096, dropout=0.5)
    config = FastRCNNConfig(strides=(16,), channels=512, head=head, proposals=2000, iou_aware=False)
    backbone = VGG16(last_pool=False, colours=CAFFE)
    return FastRCNN(config, backbone=backbone, pyramid=NoPyramid(config.strides))
