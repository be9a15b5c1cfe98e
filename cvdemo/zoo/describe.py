"""What a detector and a segmenter found in a photo, put into words by `cvdemo.ops.sentence`."""

from __future__ import annotations

import numpy as np
import supervision as sv

from cvdemo.data.detections_json import class_names
from cvdemo.ops.sentence import NamedBox, NamedRegions, describe
from cvdemo.zoo.model import Segmenter


def describe_photo(picture: np.ndarray, found: sv.Detections, segmenter: Segmenter | None) -> str:
    """Sentences for the detections of a picture [H, W, 3]; with a segmenter also for what is around them."""
    names = class_names(found)
    objects = [NamedBox(n, tuple(map(float, b))) for n, b in zip(names, found.xyxy, strict=True)]  # type: ignore[arg-type]
    regions = None if segmenter is None else NamedRegions(segmenter(picture), segmenter.names())
    return describe(objects, regions)
