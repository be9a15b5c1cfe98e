"""Two models in a row: any detector's boxes, then a mask or a skeleton for each of them."""

from __future__ import annotations

from abc import abstractmethod
from typing import Protocol

import numpy as np
import supervision as sv

from cvdemo.ops.detections import confidence, select
from cvdemo.zoo.model import Detector, RawArrays
from cvdemo.zoo.spec import ModelSpec

NMS_IOU = 0.6  # of the detector's boxes, before anything is computed in them
MOST = 100  # boxes of a picture


class MaskModel(Protocol):
    """What gives masks of boxes."""

    nbytes: int

    def masks(self, picture: np.ndarray, boxes: np.ndarray) -> np.ndarray:
        """A mask [N, M, M] in 0..1 for each box [N, 4] of a picture [H, W, 3], stretched over the box."""


class PoseModel(Protocol):
    """What gives keypoints of one person in each box."""

    nbytes: int

    def keypoints(self, picture: np.ndarray, boxes: np.ndarray) -> np.ndarray:
        """x, y in pixels and a score [N, 17, 3] for each box [N, 4] of a picture [H, W, 3]."""


class TopDown(Detector):
    """A detector whose boxes go on to a second model: those of the best scores, after NMS.

    `least` is the score below which a box is not worth a second model's time.
    """

    def __init__(self, spec: ModelSpec, detector: Detector, nbytes: int, *, least: float) -> None:
        super().__init__(spec, device=detector.device, nbytes=detector.nbytes + nbytes)
        self.detector = detector
        self.least = least

    def network(self, picture: np.ndarray, prompt: str) -> RawArrays:
        return self.second(picture, self.first(picture, prompt))

    def first(self, picture: np.ndarray, prompt: str = "") -> sv.Detections:
        """The detector's boxes that the second model is given."""
        raw = self.detector.raw(picture, prompt=prompt)
        return select(raw, score=self.least, iou=NMS_IOU, classes=self.classes(), max_detections=MOST)

    def classes(self) -> list[int] | None:
        """The classes whose boxes go on; all where None."""
        return None

    @abstractmethod
    def second(self, picture: np.ndarray, boxes: sv.Detections) -> RawArrays:
        """The boxes with what the second model finds in them."""

    def names(self, prompt: str = "") -> dict[int, str]:
        return self.detector.names(prompt)


class BoxesThenMasks(TopDown):
    """A mask for every box of a detector."""

    def __init__(self, spec: ModelSpec, detector: Detector, model: MaskModel, *, least: float = 0.05) -> None:
        super().__init__(spec, detector, model.nbytes, least=least)
        self.model = model

    def second(self, picture: np.ndarray, boxes: sv.Detections) -> RawArrays:
        masks = self.model.masks(picture, boxes.xyxy)
        ids = np.asarray(boxes.class_id, int)
        return RawArrays(boxes.xyxy, confidence(boxes), ids, masks=masks, mask_boxes=boxes.xyxy)


class PersonsThenPose(TopDown):
    """A skeleton for every person of a detector; a score is the box's times the keypoints' mean."""

    def __init__(self, spec: ModelSpec, detector: Detector, model: PoseModel, *, least: float = 0.2) -> None:
        super().__init__(spec, detector, model.nbytes, least=least)
        self.model = model

    def classes(self) -> list[int]:
        return [i for i, name in self.detector.names().items() if name == "person"]

    def second(self, picture: np.ndarray, boxes: sv.Detections) -> RawArrays:
        points = self.model.keypoints(picture, boxes.xyxy)
        scores = confidence(boxes) * points[..., 2].mean(axis=1)
        return RawArrays(boxes.xyxy, scores, np.asarray(boxes.class_id, int), keypoints=points)


def square_around(box: np.ndarray, grow: float) -> tuple[float, float, float]:
    """Left, top and side of the square around a box x1 y1 x2 y2, its longer side times `grow`."""
    side = float(max(box[2] - box[0], box[3] - box[1], 1)) * grow
    x, y = (box[:2] + box[2:]) / 2
    return float(x - side / 2), float(y - side / 2), side
