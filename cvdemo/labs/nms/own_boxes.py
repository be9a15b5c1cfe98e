"""Boxes of the visitor's own: the first ones, their text in a URL, a check of what a browser sends."""

from __future__ import annotations

import math
import re
from typing import Any, TypeAlias

import numpy as np
import supervision as sv

from cvdemo.data.detections_json import class_names
from cvdemo.ops.detections import confidence

CLASSES = ("cat", "dog", "duck", "person", "car", "ball", "cup", "chair")
MOST = 60
_ENTRY = re.compile(r"([^:;]{1,40}):([\d.]+):([\d.]+),([\d.]+),([\d.]+),([\d.]+)")

OwnBoxes: TypeAlias = list[dict[str, Any]]
"""Each of box [x1, y1, x2, y2] in pixels of the picture, name, score 0..1."""


def first_boxes(width: int, height: int) -> OwnBoxes:
    """Three boxes around one object and two around its neighbour, for a picture of this size in pixels."""
    start = (
        ("cat", 0.92, (0.18, 0.25, 0.52, 0.80)),
        ("cat", 0.81, (0.21, 0.28, 0.55, 0.86)),
        ("cat", 0.74, (0.34, 0.27, 0.68, 0.82)),
        ("dog", 0.66, (0.36, 0.22, 0.70, 0.80)),
        ("cat", 0.55, (0.72, 0.40, 0.95, 0.85)),
    )
    sides = (width, height, width, height)
    return [
        {"box": [round(p * s, 2) for p, s in zip(part, sides, strict=True)], "name": name, "score": score}
        for name, score, part in start
    ]


def check_boxes(sent: list[Any], width: int, height: int) -> OwnBoxes:
    """The first `MOST` of a list that are usable, clipped to the picture, scores to 0..1.

    Usable are finite boxes that have a size on the picture, with a name, which is cut to 40 letters.
    """
    usable: OwnBoxes = []
    for item in sent[:MOST]:
        try:
            box = [float(v) for v in item["box"]]
            name, score = str(item["name"])[:40], float(item["score"])
        except (TypeError, ValueError, KeyError):
            continue
        if len(box) != 4 or not all(map(math.isfinite, (*box, score))):
            continue
        x1, x2 = (min(max(v, 0.0), float(width)) for v in (box[0], box[2]))
        y1, y2 = (min(max(v, 0.0), float(height)) for v in (box[1], box[3]))
        if x2 > x1 and y2 > y1 and name:
            usable.append({"box": [x1, y1, x2, y2], "name": name, "score": min(max(score, 0.0), 1.0)})
    return usable


def to_text(own: OwnBoxes) -> str:
    """Boxes as one line for a URL: `name:score:x1,y1,x2,y2;…`."""
    return ";".join(
        f"{b['name']}:{b['score']:g}:" + ",".join(f"{v:.2f}".rstrip("0").rstrip(".") for v in b["box"])
        for b in own
    )


def from_text(text: str, width: int, height: int) -> OwnBoxes:
    """The usable boxes of a line as `to_text` writes it."""
    found = [_ENTRY.fullmatch(part) for part in text.split(";")]
    items = [{"name": m[1], "score": m[2], "box": [m[3], m[4], m[5], m[6]]} for m in found if m is not None]
    return check_boxes(items, width, height)


def from_detections(detections: sv.Detections) -> OwnBoxes:
    """The `MOST` highest-scoring of some detections as own boxes."""
    order = np.argsort(-confidence(detections), kind="stable")[:MOST]
    names, scores = class_names(detections), confidence(detections)
    return [
        {
            "box": [round(float(v), 2) for v in detections.xyxy[i]],
            "name": names[i],
            "score": round(float(scores[i]), 3),
        }
        for i in order
    ]


def as_detections(own: OwnBoxes) -> sv.Detections:
    """Own boxes as detections; class ids count the names in alphabetical order."""
    names = [b["name"] for b in own]
    unique = sorted(set(names))
    return sv.Detections(
        xyxy=np.array([b["box"] for b in own], dtype=np.float64).reshape(-1, 4),
        confidence=np.array([b["score"] for b in own], dtype=np.float64),
        class_id=np.array([unique.index(n) for n in names], dtype=int),
        data={"class_name": np.array(names, dtype=str)},
    )


def classes_of(own: OwnBoxes) -> list[str]:
    """The classes to choose from: the lecture's, and those that are there."""
    return [*CLASSES, *sorted({b["name"] for b in own} - set(CLASSES))]
