"""A catalogue's detector run over many pictures, once for each, with progress."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, cast

import numpy as np
import streamlit as st

from cvdemo import zoo
from cvdemo.data.detections_json import to_coco
from cvdemo.errors import DataError
from cvdemo.zoo.model import Detector

NMS_IOU = 0.6  # what `cvdemo evaluate` uses, too
MOST_RAW = 1000  # detections of a picture that are kept before NMS


class Shown(NamedTuple):
    """A picture of a set: its image id, its name, and how to get it."""

    image_id: Any
    name: str
    read: Callable[[], np.ndarray]


@st.cache_resource(max_entries=4, show_spinner=False)
def _found(model: str, pictures: str) -> dict[Any, list[dict[str, Any]]]:
    """What a model found on each picture so far; filled by `run_detector`, shared by all visitors."""
    return {}


def run_detector(
    entry: zoo.ModelSpec, identity: str, pictures: Sequence[Shown], categories: Sequence[dict[str, Any]]
) -> list[dict[str, Any]]:
    """COCO results of a detector before NMS, scores from .01; the network runs once for each picture.

    Classes go by name; a model asked by text is asked for all names. `identity` stands for the pictures
    and categories. Raises DataError where the detector knows none of the categories.
    """
    names = {str(c["name"]).lower(): c["id"] for c in categories}
    store = _found(entry.key, identity)
    waiting = [p for p in pictures if p.image_id not in store]
    if waiting:
        prompt = ", ".join(names) if entry.prompt else ""
        model = cast(Detector, zoo.load(entry.key))
        category = {i: names[n.lower()] for i, n in model.names(prompt).items() if n.lower() in names}
        if not category:
            known = ", ".join(list(names)[:6])
            raise DataError(f"{entry.title} knows none of the truth's classes by name ({known})")
        device, bar = zoo.default_device().upper(), st.progress(0.0)
        for n, picture in enumerate(waiting):
            bar.progress(
                n / len(waiting), f"{entry.title} on {device}: {n + 1} of {len(waiting)}, {picture.name}"
            )
            raw = model.raw(picture.read(), prompt=prompt)
            rows = to_coco(raw, picture.image_id)
            known_rows = [
                r | {"category_id": category[r["category_id"]]} for r in rows if r["category_id"] in category
            ]
            store[picture.image_id] = known_rows[:MOST_RAW]
        bar.empty()
    return [row for picture in pictures for row in store[picture.image_id]]
