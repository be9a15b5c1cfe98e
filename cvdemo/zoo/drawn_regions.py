"""The R-CNN family of the drawn world as detectors of any picture."""

from __future__ import annotations

from cvdemo.nets.faster_rcnn import FasterRCNN
from cvdemo.nets.rfcn import RFCN
from cvdemo.zoo.drawn import DrawnDetector
from cvdemo.zoo.model import Detector
from cvdemo.zoo.spec import ModelSpec
from cvdemo.zoo.weights import load_weights

NETS = {"faster-rcnn": FasterRCNN, "rfcn": RFCN}


def load(spec: ModelSpec, device: str) -> Detector:
    """The net of the spec's key with its shipped weights."""
    net = NETS[spec.key]()
    load_weights(net, spec.key)
    return DrawnDetector(spec, device, net)
