"""R-CNN as it was published: AlexNet on warps of 227 x 227 pixels, an SVM for every class (arXiv:1311.2524).

Its AlexNet is Caffe's: convolutions in two halves where the authors of AlexNet had two cards, and normalised
behind each of the first two poolings. SVMs classify fc7's 4096 values, box regressors pool5's 9216 (sec. 2.1
and appendix C).
"""

from __future__ import annotations

from torch import Tensor, nn

from cvdemo.nets.encoders import CAFFE
from cvdemo.nets.rcnn import RCNN, RCNNConfig, RCNNFeatures
from cvdemo.nets.roi_head import hidden_layers


def alexnet() -> nn.Sequential:
    """AlexNet up to pool5: cut-outs [R, 3, 227, 227] to maps [R, 256, 6, 6]."""
    return nn.Sequential(
        nn.Conv2d(3, 96, 11, stride=4), nn.ReLU(inplace=True), nn.MaxPool2d(3, 2), nn.LocalResponseNorm(5),
        nn.Conv2d(96, 256, 5, padding=2, groups=2), nn.ReLU(inplace=True),
        nn.MaxPool2d(3, 2), nn.LocalResponseNorm(5),
        nn.Conv2d(256, 384, 3, padding=1), nn.ReLU(inplace=True),
        nn.Conv2d(384, 384, 3, padding=1, groups=2), nn.ReLU(inplace=True),
        nn.Conv2d(384, 256, 3, padding=1, groups=2), nn.ReLU(inplace=True), nn.MaxPool2d(3, 2),
    )  # fmt: skip


class PaperRCNN(RCNN):
    """Cut-outs [R, 3, 227, 227], RGB in 0..1, and the regions [R, 4] that they show, to classes and boxes."""

    def build_network(self) -> int:
        self.backbone = alexnet()
        values = 256 * 6 * 6
        self.fc = hidden_layers(values, self.config.hidden, dropout=0.5)
        return values

    def features(self, cut_outs: Tensor) -> RCNNFeatures:
        pool5 = self.backbone(CAFFE(cut_outs))  # [R, 256, 6, 6]
        return RCNNFeatures(pool5, self.fc(pool5))


def rcnn_paper(classes: int = 20) -> PaperRCNN:
    """R-CNN on AlexNet; VOC has 20 classes. Cut-outs have 16 pixels of context (appendix A)."""
    return PaperRCNN(RCNNConfig(classes, size=227, context=16, hidden=4096, proposals=2000))
