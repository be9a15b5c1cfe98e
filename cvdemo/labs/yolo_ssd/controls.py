"""The widgets of YOLO and SSD: thresholds, the truth, SSD's levels."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cvdemo.data.chosen import Chosen
from cvdemo.labs.yolo_ssd.experiment import LEVELS
from cvdemo.ui import widgets


class ViewOptions(NamedTuple):
    """Score and NMS threshold, and the true boxes [T, 4] to lay over the picture, None for none."""

    score: float
    iou: float
    truth: NDArray[np.float32] | None


def choose_view_options(chosen: Chosen) -> ViewOptions:
    """Both thresholds, and on a scene whether its truth is shown."""
    left, middle, right = st.columns([2, 2, 1], gap="medium", vertical_alignment="center")
    score = widgets.slider("score", "Score threshold", 0.02, 1.0, 0.4, 0.01, place=left)
    iou = widgets.slider("iou", "NMS threshold (IoU)", 0.0, 1.0, 0.5, 0.05, place=middle)
    truth = None
    if chosen.truth is not None and widgets.toggle("truth", "Show the truth", place=right):
        truth = chosen.truth.boxes[~chosen.truth.difficult]
    return ViewOptions(score, iou, truth)


def choose_levels() -> tuple[list[int], int]:
    """SSD's levels that are on, and the level whose default boxes are shown."""
    left, right = st.columns(2, gap="medium")
    on = widgets.pills("levels", "Levels that are on", LEVELS, LEVELS, place=left)
    label = "Default boxes under the pointer"
    shown = widgets.segmented_control("shown", label, LEVELS, LEVELS[1], place=right)
    return [LEVELS.index(name) for name in on], LEVELS.index(shown)
