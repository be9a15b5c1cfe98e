"""What the visitor has chosen on the Mask R-CNN page: object, box, class of the mask, threshold."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import streamlit as st

from cvdemo import zoo
from cvdemo.data.chosen import Chosen
from cvdemo.labs.mask_rcnn.experiment import Box, largest_object, roi_of
from cvdemo.labs.mask_rcnn.results import Found
from cvdemo.ui import state, widgets
from cvdemo.world.vocabulary import THINGS
from cvdemo.zoo import mask_crops
from cvdemo.zoo.mask_heads import ALIGN
from cvdemo.zoo.weights import has_weights

SCENE = {"source": "scene", "seed": 7, "preset": "normal"}
CROWD = {"source": "scene", "seed": 43, "preset": "hard"}
EXPERIMENTS: dict[str, dict[str, Any]] = {
    "Two overlap": CROWD,
    "Another class's mask": {**SCENE, "mask": THINGS[5]},
    "A moved box": {**SCENE, "box": (50.0, 40.0, 90.0, 110.0)},
    "A strict threshold": {**SCENE, "threshold": 0.95},
    "A photo": {"source": "sample", "sample": "cat"},
}


def choose_net(chosen: Chosen) -> str:
    """The key of the net: at first the one that knows such pictures, as far as its weights are here."""
    keys = [key for key in (ALIGN, mask_crops.KEY) if has_weights(key)]
    if len(keys) < 2:
        return keys[0] if keys else ""
    own = next(key for key in keys if zoo.spec(key).domain is chosen.domain)
    titles = {key: zoo.spec(key).title for key in keys}
    return widgets.segmented_control("net", "Net", keys, own, format_func=titles.__getitem__)


class RoIChoice(NamedTuple):
    """The object's number (-1: no detection), its box in the net's pixels, the mask's class, the threshold.

    `detected` is the number, among the masks, of the one that counts: that of the class which the box head
    gave the object. `moved` says whether the visitor placed the box.
    """

    number: int
    box: Box
    detected: int
    class_id: int
    threshold: float
    moved: bool


def topic(chosen: Chosen, found: Found) -> str:
    """What a choice belongs to: the picture, and the net in whose pixels its boxes are."""
    return f"{found.key} {chosen.identity}"


def current(chosen: Chosen, found: Found) -> RoIChoice:
    """What the visitor or the address has chosen for this picture; at first the largest object."""
    of = topic(chosen, found)
    number = _number(found, of)
    moved = state.value("box", read=lambda texts: _box(texts, found.size), write=_text, of=of)
    own, detected = roi_of(found, number)
    asked = state.value("mask", read=_class, of=of)
    class_id = found.names.index(asked) if asked in found.names else detected
    threshold = state.value("threshold", read=_share)
    return RoIChoice(number, moved or own, detected, class_id, threshold or 0.5, moved is not None)


def _number(found: Found, of: str) -> int:
    asked = state.value("object", read=lambda texts: int(texts[-1]), of=of)
    if asked is not None and 0 <= asked < len(found.boxes):
        return int(asked)
    return largest_object(found)


def _box(texts: state.Texts, size: tuple[int, int]) -> Box:
    box = within(texts[-1].split(","), size)
    if box is None:
        raise ValueError(f"{texts[-1]!r} is no box of this picture")
    return box


def within(values: Any, size: tuple[int, int]) -> Box | None:
    """Four numbers as a box of at least a pixel in a picture of `size` (height, width); None for others."""
    try:
        box = tuple(round(float(v), 2) for v in values)
    except (TypeError, ValueError):
        return None
    if len(box) != 4 or not np.isfinite(box).all():
        return None
    x1, y1, x2, y2 = box
    height, width = size
    fits = x2 - x1 >= 1 and y2 - y1 >= 1 and x1 < width and y1 < height and x2 > 0 and y2 > 0
    return box if fits and max(map(abs, box)) <= 4 * max(size) else None


def _class(texts: state.Texts) -> str:
    if texts[-1] not in THINGS:
        raise ValueError(f"{texts[-1]!r} is no class of the drawn world")
    return texts[-1]


def _share(texts: state.Texts) -> float:
    value = float(texts[-1])
    if not 0 < value < 1:
        raise ValueError(f"{value} is no threshold between 0 and 1")
    return value


def _text(box: Box) -> str:
    return ",".join(f"{v:g}" for v in box)


def stamp(chosen: Chosen, found: Found) -> str:
    """Another text whenever something was set from Python, or picture or net are others."""
    return f"{state.stamp()} {topic(chosen, found)}"


def keep(component: str, chosen: Chosen, found: Found) -> None:
    """Keep what the visitor did in the component of this key: an object, a box, a class, a threshold."""
    sent: dict[str, Any] | None = st.session_state[component].get("changed")
    if not sent or sent.get("stamp") != stamp(chosen, found):
        return
    of = topic(chosen, found)
    if "object" in sent and 0 <= int(sent["object"]) < len(found.boxes):
        state.drop("box", "mask")
        state.keep({"object": int(sent["object"])}, of=of)
    if "mask" in sent and 0 <= int(sent["mask"]) < len(found.names):
        state.keep({"mask": found.names[int(sent["mask"])]}, of=of)
    if "threshold" in sent and 0 < float(sent["threshold"]) < 1:
        state.keep({"threshold": float(sent["threshold"])})
    if "box" in sent and (box := within(sent["box"], found.size)) is not None:
        state.keep({"box": box}, of=of)
