"""Boxes of the visitor's own: where they begin, how they travel in the URL, what the browser sends back."""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np
import streamlit as st
import supervision as sv

from cvdemo.data.detections_json import class_names
from cvdemo.ops.detections import confidence
from cvdemo.ui.source import Chosen

STATE = "nms-own"
CLASSES = ("cat", "dog", "duck", "person", "car", "ball", "cup", "chair")
MOST = 60
_ENTRY = re.compile(r"([^:;]{1,40}):([\d.]+):([\d.]+),([\d.]+),([\d.]+),([\d.]+)")

Own = list[dict[str, Any]]  # of box [x1, y1, x2, y2] in pixels, name, score


def own_boxes(chosen: Chosen) -> Own:
    """The visitor's boxes on this picture: from the session, else from the URL, else five to begin with."""
    boxes: dict[str, Own] = st.session_state.setdefault(STATE, {})
    if chosen.identity not in boxes:
        asked = st.query_params.get("own", "") if not boxes else ""
        boxes[chosen.identity] = _from_url(asked, chosen) or _first(chosen)
    st.query_params["own"] = ";".join(
        f"{b['name']}:{b['score']:g}:" + ",".join(f"{v:.2f}".rstrip("0").rstrip(".") for v in b["box"])
        for b in boxes[chosen.identity]
    )
    return boxes[chosen.identity]


def put_own(chosen: Chosen, sent: Any) -> None:
    """Take what the browser sent, or what another source of boxes gave."""
    if isinstance(sent, list):
        st.session_state.setdefault(STATE, {})[chosen.identity] = _checked(sent, chosen)


def from_detections(detections: sv.Detections) -> Own:
    """The best `MOST` of other boxes, to go on with as own ones."""
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


def as_detections(own: Own) -> sv.Detections:
    """Own boxes as detections; classes are numbered by name."""
    names = [b["name"] for b in own]
    unique = sorted(set(names))
    return sv.Detections(
        xyxy=np.array([b["box"] for b in own], dtype=np.float64).reshape(-1, 4),
        confidence=np.array([b["score"] for b in own], dtype=np.float64),
        class_id=np.array([unique.index(n) for n in names], dtype=int),
        data={"class_name": np.array(names, dtype=str)},
    )


def classes_of(own: Own) -> list[str]:
    """The classes to choose from: the lecture's, and those that are there."""
    return [*CLASSES, *sorted({b["name"] for b in own} - set(CLASSES))]


def _first(chosen: Chosen) -> Own:
    """Three boxes around one thing, two around its neighbour: enough to see one fall and one stay."""
    height, width = chosen.picture.shape[:2]
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


def _checked(sent: list[Any], chosen: Chosen) -> Own:
    """What of a list can be used: finite boxes on the picture that have a size, scores 0..1, short names."""
    height, width = chosen.picture.shape[:2]
    usable: Own = []
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


def _from_url(text: str, chosen: Chosen) -> Own:
    found = [_ENTRY.fullmatch(part) for part in text.split(";")]
    items = [{"name": m[1], "score": m[2], "box": [m[3], m[4], m[5], m[6]]} for m in found if m is not None]
    return _checked(items, chosen)
