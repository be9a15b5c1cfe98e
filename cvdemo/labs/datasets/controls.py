"""The widgets of Data sets: what to look at, filters, layers, pages and the open image."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from cvdemo.data.inspection import SIZES
from cvdemo.labs.datasets.draw import LAYERS
from cvdemo.labs.datasets.experiment import Filters, Opened
from cvdemo.ui import state, widgets

PICTURES, CHARTS, ODD, MODEL, CONVERT, LECTURE = VIEWS = (
    "pictures", "charts", "what is odd", "a model on it", "convert", "the lecture's seven",
)  # fmt: skip
EXPERIMENTS: dict[str, dict[str, Any]] = {
    "Small objects": {"show": PICTURES, "size": "small"},
    "Who is where": {"show": PICTURES, "layers": ["boxes", "names", "relations"]},
    "A class for every pixel": {"show": PICTURES, "layers": ["semantic"]},
    "The worst pictures": {"show": MODEL, "model": "ssd-plus"},
    "What YOLO cannot hold": {"show": CONVERT, "to": "yolo"},
}
AT_FIRST = {
    "masks": "masks", "boxes": "boxes", "keypoints": "keypoints", "semantic": "semantic",
    "regions": "regions", "relations": "relations",
}  # fmt: skip
"""Layers by the kind of annotation that they show."""


def choose_view() -> str:
    """What is shown of the data set."""
    return widgets.segmented_control("show", "Show", VIEWS, PICTURES, label_visibility="collapsed", wrap=True)


def choose_filters(opened: Opened) -> Filters:
    """Filters by class, size, number of objects, split, and a text."""
    dataset = opened.dataset
    with st.popover(":material/search: Filters"):
        classes = widgets.multiselect("classes", "Classes", dataset.categories, on_change=to_first)
        size = widgets.selectbox(
            "size", "Size", ["", *SIZES], format_func=lambda s: s or "any", on_change=to_first
        )
        most = int(opened.found.on_image.max(initial=0))
        least = widgets.number_input("least", "At least", 0, max(most, 1), 0, on_change=to_first)
        limit = widgets.number_input("most", "At most", 0, max(most, 1), max(most, 1), on_change=to_first)
        splits = list(dict.fromkeys(filter(None, dataset.splits)))
        split = ""
        if len(splits) > 1:
            split = widgets.selectbox(
                "split",
                "Split",
                ["", *splits],
                format_func=lambda s: s or "all",
                on_change=to_first,
                width=120,
            )
        text = widgets.text_input("text", "In name or caption", placeholder="a word", on_change=to_first)
    return Filters(
        tuple(classes), size, least, None if limit >= max(most, 1) else limit, split, text
    )  # fmt: skip


def choose_layers(opened: Opened) -> list[str]:
    """What is laid over the pictures; at first what the data set has, but one map or masks, not both."""
    kinds = opened.dataset.kinds()
    there = [layer for layer in LAYERS if AT_FIRST.get(layer, "boxes") in kinds]
    first = [layer for layer in there if layer in ("masks", "boxes", "names", "keypoints")]
    return widgets.pills("layers", "Annotations", there, first or there[:1], wrap=True) if there else []


def to_first() -> None:
    """Go to the first page of pictures and close the open one, in the callback of a filter."""
    state.drop("page")
    close_image()


def open_image() -> int | None:
    """The row of the image that is shown large, None while all are shown."""
    found = state.value("image", read=lambda texts: int(texts[-1]))
    return None if found is None else int(found)


def show_image(image: int) -> None:
    """Show an image large, in the callback of a button."""
    state.put({"show": PICTURES})
    state.keep({"image": image})


def close_image() -> None:
    """Show all images again, in a callback."""
    state.kept().values.pop("image", None)
    state.write_address()


def step(images: Sequence[int], image: int, by: int) -> int:
    """The image before or after one among those that match; around at the ends."""
    rows = list(images)
    place = rows.index(image) if image in rows else 0
    return rows[(place + by) % len(rows)]
