"""R-FCN as it was published: all of ResNet-101 before the regions, 7 x 7 places that vote (arXiv:1605.06409).

Proposals come from conv4's map; conv5, dilated so that its stride stays 16, belongs to the head, and so do
the 1 x 1 convolution to 1024 channels and the maps behind it (sec. 2). Against the paper the ResNet strides
in its 3 x 3 convolutions, as torchvision's does, so that conv5's first one is not dilated; batch
normalisation can learn; and an anchor has one score and not two.
"""

from __future__ import annotations

from dataclasses import replace

from torch import nn

from cvdemo.nets.encoders import IMAGENET, ResNet
from cvdemo.nets.pyramid import NoPyramid
from cvdemo.nets.rfcn import RFCN, RFCNConfig, VotingHead, VotingHeadConfig
from cvdemo.nets.rpn_paper import PAPER


def rfcn_paper(classes: int = 20) -> RFCN:
    """R-FCN on ResNet-101, for pictures with a shorter side of 600 pixels; VOC has 20 classes."""
    backbone = ResNet(101, output_stride=16, colours=IMAGENET)
    *stages, conv5 = backbone.stages
    backbone.stages = nn.ModuleList(stages)
    last, channels = backbone.channels[-1], backbone.channels[-2]
    voting = VotingHeadConfig(classes, bins=7, stride=16, pooling="mean")
    rpn = replace(PAPER, hidden=512)
    config = RFCNConfig(strides=(16,), channels=channels, rpn=rpn, voting=voting, iou_aware=False)
    conv = nn.Sequential(conv5, nn.Conv2d(last, 1024, 1), nn.ReLU(inplace=True))
    head = VotingHead(1024, voting, conv)
    return RFCN(config, backbone=backbone, pyramid=NoPyramid(config.strides), head=head)
