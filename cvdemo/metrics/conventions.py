"""The conventions in which evaluation tools differ, and those of known tools."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

import numpy as np

from cvdemo.errors import DataError
from cvdemo.metrics.ap import ApMethod
from cvdemo.ops.iou import PixelConvention

Matching: TypeAlias = Literal["coco", "voc"]
"""coco: a detection is matched to the best unmatched truth; voc: only to the best truth, matched or not."""

COCO_THRESHOLDS = tuple(np.linspace(0.5, 0.95, 10).tolist())  # as pycocotools makes them, to the last bit


@dataclass(frozen=True)
class Conventions:
    """The conventions of one evaluation tool; DataError for unknown values.

    crowd: a crowd region is ignored and may match any number of detections ("ignore", intersection over the
    detection's area), counts as one object ("count"), or is removed ("drop"). difficult: VOC's difficult
    objects are ignored ("ignore") or count as others ("count"). max_detections: the number of highest-scoring
    detections per image and class that are evaluated; None for all.
    """

    pixel: PixelConvention = "continuous"
    matching: Matching = "coco"
    interpolation: ApMethod = "101-point"
    iou_thresholds: tuple[float, ...] = COCO_THRESHOLDS
    crowd: Literal["ignore", "count", "drop"] = "ignore"
    difficult: Literal["ignore", "count"] = "count"
    max_detections: int | None = 100

    def __post_init__(self) -> None:
        choices = {
            "pixel": PixelConvention,
            "matching": Matching,
            "interpolation": ApMethod,
            "crowd": Literal["ignore", "count", "drop"],
            "difficult": Literal["ignore", "count"],
        }
        for name, kind in choices.items():
            if getattr(self, name) not in get_args(kind):
                raise DataError(f"{name} is one of {', '.join(get_args(kind))}, not {getattr(self, name)!r}")
        if not self.iou_thresholds or not all(0 < t <= 1 for t in self.iou_thresholds):
            raise DataError(f"iou_thresholds must lie above 0 and up to 1, they are {self.iou_thresholds}")
        if self.max_detections is not None and self.max_detections < 1:
            raise DataError(f"max_detections must be 1 or more, it is {self.max_detections}")


COCO = Conventions()
COCO_KEYPOINTS = Conventions(max_detections=20)
VOC_2007 = Conventions("plus-one", "voc", "11-point", (0.5,), difficult="ignore", max_detections=None)
VOC_2010 = Conventions("plus-one", "voc", "all-point", (0.5,), difficult="ignore", max_detections=None)
"""Since 2010 VOC integrates over all points. Everingham et al. 2010, sec. 4.2; development kit of 2012."""
OBJECT_DETECTION_METRICS = Conventions(
    "plus-one", "voc", "all-point", (0.5,), crowd="count", max_detections=None
)
"""Padilla's Object-Detection-Metrics, whose text files have neither crowds nor difficult objects."""
