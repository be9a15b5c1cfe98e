"""What a page does with a frame of the camera: a model, its thresholds, and the answer as JSON."""

from __future__ import annotations

import base64
import time
from dataclasses import dataclass
from typing import Any, Protocol, cast

import cv2
import numpy as np
import supervision as sv
from numpy.typing import NDArray

from cvdemo import zoo
from cvdemo.data.detections_json import class_names
from cvdemo.data.label_maps import to_palette_png
from cvdemo.draw.colours import colour
from cvdemo.draw.segmentation import class_colours
from cvdemo.ops.detections import at_mask_threshold, confidence, keypoints_of, masks_of, select
from cvdemo.ops.masks import PastedMasks
from cvdemo.ui.live.frames import decode_frame
from cvdemo.zoo.model import Detector, Segmenter

Answer = dict[str, Any]
Picture = NDArray[np.uint8]

LEAST_SHARE = 0.005  # of the pixels, for a class to stand in the legend


class Predictor(Protocol):
    """What a model says of a frame [H, W, 3] uint8 RGB, as JSON; may run in any thread."""

    def __call__(self, picture: Picture) -> Answer: ...


@dataclass(frozen=True)
class DetectionPredictor:
    """Boxes of a detector after score threshold and NMS, with masks or keypoints where it has any.

    `mask` is the threshold of masks. Keypoints come with their scores: what is drawn is the page's choice.
    """

    key: str
    score: float = 0.5
    iou: float = 0.5
    mask: float = 0.5
    prompt: str = ""
    limit: int = 100

    def __call__(self, picture: Picture) -> Answer:
        """What is found, as `answer_of` says it."""
        found, milliseconds = self.find(picture)
        return answer_of(found, self.mask, milliseconds)

    def find(self, picture: Picture) -> tuple[sv.Detections, float]:
        """The detections that are left, and the milliseconds of the network."""
        model = cast(Detector, zoo.load(self.key))
        raw = model.raw(picture, prompt=self.prompt)
        iou = self.iou if model.spec.nms else 1.0
        found = select(raw, score=self.score, iou=iou, max_detections=self.limit)
        return found, raw.metadata["milliseconds"]


def answer_of(found: sv.Detections, mask: float, milliseconds: float) -> Answer:
    """Detections as `boxes`, `scores`, `names`, `colours`; perhaps `masks` as polygons, and `keypoints`.

    `mask` is the threshold of masks.
    """
    names = class_names(found)
    answer: Answer = {
        "boxes": _rounded(found.xyxy),
        "scores": np.round(confidence(found), 3).tolist(),
        "names": names,
        "colours": [colour(name) for name in names],
        "network": milliseconds,
    }
    if (masks := masks_of(at_mask_threshold(found, mask))) is not None:
        answer["masks"] = polygons(masks)
    if (points := keypoints_of(found)) is not None:
        answer["keypoints"] = _rounded(points, 2)
    return answer


@dataclass(frozen=True)
class SegmentationPredictor:
    """The most probable class of every pixel."""

    key: str

    def __call__(self, picture: Picture) -> Answer:
        """`labels`, a PNG data URL in the classes' colours, and the `legend` of those that are large."""
        model = cast(Segmenter, zoo.load(self.key))
        found = model.segmentation(picture)
        labels, known = found.labels(), model.names()
        names = [known.get(k, str(k)) for k in range(max(known) + 1)]
        colours = class_colours(names)
        shares = np.bincount(labels.ravel(), minlength=len(names)) / labels.size
        large = [int(k) for k in np.argsort(-shares) if shares[k] >= LEAST_SHARE]
        png = base64.b64encode(to_palette_png(labels, colours)).decode()
        return {
            "labels": f"data:image/png;base64,{png}",
            "legend": [[names[k], _css(colours[k]), round(float(shares[k]), 3)] for k in large],
            "network": found.milliseconds,
        }


def predict(predictor: Predictor, jpeg: bytes) -> Answer:
    """The answer to a frame, with `decode`, `network` and `whole` milliseconds in `times`."""
    start = time.perf_counter()
    picture = decode_frame(jpeg)
    decoded = time.perf_counter()
    answer = predictor(picture)
    whole = 1000 * (time.perf_counter() - start)
    times = {"decode": 1000 * (decoded - start), "network": answer.pop("network"), "whole": whole}
    return {**answer, "times": {name: round(value, 1) for name, value in times.items()}}


def polygons(masks: PastedMasks) -> list[list[list[list[int]]]]:
    """The outlines [x, y] of each mask, holes too, in pixels of the picture."""
    return [_outlines(masks, row) for row in range(len(masks))]


def _outlines(masks: PastedMasks, row: int) -> list[list[list[int]]]:
    patch = masks.patch(row)
    inside = (patch.values >= masks.threshold).astype(np.uint8)
    if not inside.size:
        return []
    down, across = patch.within
    found, _ = cv2.findContours(
        inside, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE, offset=(across.start, down.start)
    )
    return [cv2.approxPolyDP(line, 0.8, True)[:, 0].tolist() for line in found if len(line) > 2]


def _css(colour: NDArray[np.uint8]) -> str:
    red, green, blue = colour.tolist()
    return f"rgb({red}, {green}, {blue})"


def _rounded(values: NDArray[Any], digits: int = 1) -> list[Any]:
    return np.round(np.asarray(values, np.float64), digits).tolist()
