"""What a detector and a segmenter found in a photo, put into words by `cvdemo.ops.sentence`."""

from __future__ import annotations

import cv2
import numpy as np
import supervision as sv

from cvdemo.data.detections_json import class_names
from cvdemo.ops.sentence import NamedBox, NamedRegions, describe
from cvdemo.zoo.model import Segmenter

NONE = 255  # no region
LEAST = 0.6
"""Probability below which a pixel belongs to no region."""


def describe_photo(picture: np.ndarray, found: sv.Detections, segmenter: Segmenter | None) -> str:
    """Sentences for the detections of a picture [H, W, 3]; with a segmenter also for what is around them."""
    names = class_names(found)
    objects = [NamedBox(n, tuple(map(float, b))) for n, b in zip(names, found.xyxy, strict=True)]  # type: ignore[arg-type]
    return describe(objects, None if segmenter is None else _regions(picture, segmenter))


def _regions(picture: np.ndarray, segmenter: Segmenter) -> NamedRegions:
    found = segmenter.segmentation(picture)
    height, width = found.size
    sure = cv2.resize(found.maps.max(0), found.padded[::-1], interpolation=cv2.INTER_LINEAR) >= LEAST
    labels = np.where(sure[:height, :width], found.labels(), NONE).astype(np.uint8)
    return NamedRegions(labels, segmenter.names())
