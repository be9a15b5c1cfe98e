"""The widgets of YOLO and SSD: thresholds, the truth, SSD's levels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cvdemo import zoo
from cvdemo.data.chosen import Chosen
from cvdemo.labs.yolo_ssd.experiment import LEVELS, PHOTO_KEY, available_ssds, first_ssd
from cvdemo.ui import widgets
from cvdemo.ui.truth import true_boxes


class ViewOptions(NamedTuple):
    """Score and NMS threshold, and the true boxes [T, 4] to lay over the picture, None for none."""

    score: float
    iou: float
    truth: NDArray[np.float32] | None


def choose_view_options(chosen: Chosen) -> ViewOptions:
    """Both thresholds, and on a scene whether its truth is shown."""
    left, middle, right = st.columns([2, 2, 1], gap="medium", vertical_alignment="center")
    score = widgets.slider("score", "Score threshold", 0.02, 1.0, 0.3, 0.01, place=left)
    iou = widgets.slider("iou", "NMS threshold (IoU)", 0.0, 1.0, 0.5, 0.05, place=middle)
    truth = true_boxes(chosen)
    shown = truth is not None and widgets.toggle("truth", "Show the truth", place=right)
    return ViewOptions(score, iou, truth if shown else None)


def choose_nets(chosen: Chosen | None) -> bool:
    """Whether the SSD that knows photos is shown, at first with a photo, or the two nets of drawings."""
    options = (zoo.spec(PHOTO_KEY).title, "YOLO and SSD (drawn world)")
    photo = chosen is None or chosen.domain is not zoo.Domain.DRAWINGS
    return widgets.selectbox("nets", "Nets", options, options[0 if photo else 1]) == options[0]


def choose_ssd() -> str:
    """The key of one of the drawn world's SSDs: as published, or with additions."""
    first = first_ssd()
    titles = available_ssds() or {first: first}
    return widgets.segmented_control("ssd", "SSD", titles, first, format_func=titles.__getitem__, wrap=True)


def choose_levels(names: Sequence[str]) -> tuple[list[int], int]:
    """The levels of an SSD that are on, and the level whose default boxes are shown."""
    part = "" if tuple(names) == LEVELS else "photo-"
    left, right = st.columns(2, gap="medium")
    on = widgets.pills(f"{part}levels", "Levels that are on", names, names, place=left, wrap=True)
    label = "Default boxes under the pointer"
    shown = widgets.segmented_control(f"{part}shown", label, names, names[1], place=right, wrap=True)
    return [names.index(name) for name in on], names.index(shown)
