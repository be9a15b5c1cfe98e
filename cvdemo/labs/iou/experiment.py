"""Two boxes and how well they overlap: measures, example pairs, and a detector's correct boxes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

import numpy as np
import supervision as sv
from numpy.typing import NDArray

from cvdemo.data.detections_json import to_coco
from cvdemo.metrics.conventions import COCO_THRESHOLDS
from cvdemo.metrics.curve import true_positives_by_threshold
from cvdemo.metrics.eligible_pairs import eligible_pairs
from cvdemo.metrics.readers import load
from cvdemo.ops.iou import box_iou, complete_box_iou, distance_box_iou, generalized_box_iou
from cvdemo.world.reading import Truth

Box: TypeAlias = tuple[float, ...]
"""x1 y1 x2 y2 in pixels of the picture."""

MEASURES = {
    "iou": box_iou,
    "giou": generalized_box_iou,
    "diou": distance_box_iou,
    "ciou": complete_box_iou,
}


class BoxPair(NamedTuple):
    """A true box, a predicted one, and which of `MEASURES` compares them."""

    truth: Box
    prediction: Box
    measure: str = "iou"


def overlap_measures(truth: Box, prediction: Box) -> dict[str, float]:
    """IoU, GIoU, DIoU and CIoU of two boxes by their keys in `MEASURES`."""
    return {name: float(measure([truth], [prediction])[0, 0]) for name, measure in MEASURES.items()}


def square_side(box: Box) -> float:
    """The side in pixels of the square with the box's area."""
    return math.sqrt((box[2] - box[0]) * (box[3] - box[1]))


def centre_shift(pair: BoxPair) -> float:
    """The distance in pixels between the centres of both boxes."""
    a, b = pair.truth, pair.prediction
    return math.hypot(a[0] + a[2] - b[0] - b[2], a[1] + a[3] - b[1] - b[3]) / 2


def initial_pair(width: int, height: int, truth: Truth | None = None) -> BoxPair:
    """The pair that a picture of this size in pixels starts with.

    Of a known truth: the largest box that is not difficult; one of more than .4 of the picture only where
    there is no other.
    """
    box: Box = (0.3 * width, 0.25 * height, 0.7 * width, 0.75 * height)
    if truth is not None and len(truth):
        areas = (truth.boxes[:, 2:] - truth.boxes[:, :2]).prod(axis=1) * ~truth.difficult
        areas[areas > 0.4 * width * height] *= 0.01
        box = tuple(truth.boxes[int(areas.argmax())].tolist())
    box = tuple(float(round(v)) for v in box)
    return BoxPair(box, offset_prediction(box, width, height))


def offset_prediction(truth: Box, width: int, height: int) -> Box:
    """A prediction as a detector may give it for a box: shifted, and a little too large."""
    w, h = truth[2] - truth[0], truth[3] - truth[1]
    return clip_box(
        (truth[0] + 0.14 * w, truth[1] - 0.1 * h, truth[2] + 0.2 * w, truth[3] - 0.06 * h), width, height
    )


def clip_box(box: Sequence[float], width: int, height: int) -> Box:
    """The box in whole pixels, clipped to the picture, at least a pixel wide and high."""
    x1, x2 = sorted(min(max(float(round(v)), 0.0), float(width)) for v in (box[0], box[2]))
    y1, y2 = sorted(min(max(float(round(v)), 0.0), float(height)) for v in (box[1], box[3]))
    x1, y1 = min(x1, width - 1.0), min(y1, height - 1.0)
    return (x1, y1, max(x2, x1 + 1), max(y2, y1 + 1))


def is_inside(box: Box, width: int, height: int) -> bool:
    """Whether a box lies inside the picture and is at least a pixel wide and high."""
    x1, y1, x2, y2 = box
    return x1 >= 0 and y1 >= 0 and x2 <= width and y2 <= height and x2 - x1 >= 1 and y2 - y1 >= 1


def example_pairs(width: int, height: int) -> dict[str, BoxPair]:
    """Pairs that tell the measures apart, by name, for a picture of this size in pixels.

    In a small picture the boxes that do not fit are clipped.
    """
    u = min(width, height) / 20
    middle = (width / 2, height / 2)
    left = _centred(0.3 * width, height / 2, 5 * u, 6 * u)
    truth, wide = _centred(*middle, 10 * u, 12 * u), _centred(*middle, 16 * u, 8 * u)
    side = min(400, 0.9 * min(width, height))
    small, large = _centred(*middle, 40, 40), _centred(*middle, side, side)
    pairs = {
        "identical": BoxPair(truth, truth),
        "near miss": BoxPair(left, _shifted(left, 5.4 * u, 0), "giou"),
        "far miss": BoxPair(left, _shifted(left, 0.4 * width, 4 * u), "giou"),
        "one inside": BoxPair(truth, _centred(middle[0] + 2 * u, middle[1] + 2 * u, 5 * u, 6 * u), "diou"),
        "same shape": BoxPair(wide, _centred(*middle, 8 * u, 4 * u), "ciou"),
        "other shape": BoxPair(wide, _centred(*middle, 4 * u, 8 * u), "ciou"),
        "10 px, small": BoxPair(small, _shifted(small, 10, 0)),
        "10 px, large": BoxPair(large, _shifted(large, 10, 0)),
    }

    def fitted(box: Box) -> Box:
        return box if is_inside(box, width, height) else clip_box(box, width, height)

    return {name: BoxPair(fitted(p.truth), fitted(p.prediction), p.measure) for name, p in pairs.items()}


def _centred(x: float, y: float, w: float, h: float) -> Box:
    return tuple(round(v, 2) for v in (x - w / 2, y - h / 2, x + w / 2, y + h / 2))


def _shifted(box: Box, dx: float, dy: float) -> Box:
    return tuple(round(v, 2) for v in (box[0] + dx, box[1] + dy, box[2] + dx, box[3] + dy))


def nearest_box(truth: Box, boxes: NDArray[np.number]) -> Box:
    """Of boxes [N, 4], N above 0, the one with the highest IoU with a true box, to two decimals."""
    best = boxes[int(box_iou([truth], boxes)[0].argmax())]
    return tuple(round(float(v), 2) for v in best)


def count_correct(truth: NDArray[np.number], found: sv.Detections, *, width: int, height: int) -> list[int]:
    """How many detections match a true box [G, 4] at each of COCO's ten thresholds, whatever their class.

    COCO's matching: each truth once, the highest-scoring detection first; width and height in pixels.
    """
    sides = [[x1, y1, x2 - x1, y2 - y1] for x1, y1, x2, y2 in truth.tolist()]
    annotated = {
        "images": [{"id": 1, "width": width, "height": height}],
        "categories": [{"id": 1, "name": "object"}],
        "annotations": [
            {"id": k, "image_id": 1, "category_id": 1, "bbox": s, "area": s[2] * s[3], "iscrowd": 0}
            for k, s in enumerate(sides, 1)
        ],
    }
    results = [{**row, "category_id": 1} for row in to_coco(found, image_id=1)]
    return true_positives_by_threshold(eligible_pairs(load(annotated, results)), COCO_THRESHOLDS).tolist()
