"""The plain crossing: a detector finds objects, and a captioner of whole pictures describes each cut-out."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cvdemo.ops.detections import confidence, select
from cvdemo.zoo.captioner import Captioner
from cvdemo.zoo.dense_captioner import LEAST, LOOSE_IOU, MOST, DenseCaptioner, RawRegions
from cvdemo.zoo.loader import load as load_model
from cvdemo.zoo.model import Detector
from cvdemo.zoo.spec import PARTS, ModelSpec

ENLARGED = 2.0
"""Sides of a cut-out in those of its box: the captioner has only seen whole scenes.

On 60 scenes of val, mAP is .49 at 1, .55 at 2, .67 at 3 and .76 at 5, where a cut-out is most of the picture
and its sentence is often about another object; that of the whole picture for every box has .67.
"""


class DetectThenCaption(DenseCaptioner):
    """A detector's boxes, best first, each cut out and described by itself, word by word the most likely."""

    def __init__(self, spec: ModelSpec, detector: Detector, captioner: Captioner) -> None:
        super().__init__(spec, device=detector.device, nbytes=detector.nbytes + captioner.nbytes)
        self.detector = detector
        self.captioner = captioner

    def network(self, picture: NDArray[np.uint8]) -> RawRegions:
        found = select(self.detector.raw(picture), score=LEAST, iou=LOOSE_IOU, max_detections=MOST)
        captions = [self.captioner(cut_out(picture, box), beam=1) for box in found.xyxy]
        return RawRegions(
            boxes=found.xyxy.astype(np.float32),
            scores=confidence(found).astype(np.float32),
            words=[tuple(c.words) for c in captions],
            texts=[c.text for c in captions],
            log_probabilities=np.array([c.log_probability for c in captions], np.float32),
            milliseconds=0.0,
        )


def cut_out(picture: NDArray[np.uint8], box: NDArray[np.float32]) -> NDArray[np.uint8]:
    """The part of a picture [H, W, 3] within a box [4], enlarged about its centre; at least one pixel."""
    height, width = picture.shape[:2]
    centre, half = (box[:2] + box[2:]) / 2, (box[2:] - box[:2]) / 2 * ENLARGED
    x1, y1 = np.floor(centre - half).clip(0, [width - 1, height - 1]).astype(int)
    x2, y2 = np.ceil(centre + half).clip([x1 + 1, y1 + 1], [width, height]).astype(int)
    return picture[y1:y2, x1:x2]


def load(spec: ModelSpec, device: str) -> DetectThenCaption:
    """The crossing of the two models that the spec names."""
    detector, captioner = (load_model(key, device) for key in spec.options[PARTS])
    assert isinstance(detector, Detector) and isinstance(captioner, Captioner)
    return DetectThenCaption(spec, detector, captioner)
