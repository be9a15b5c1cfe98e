"""The widgets of YOLO and SSD: thresholds, the truth, SSD's levels."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cvdemo.labs.yolo_ssd.experiment import LEVELS
from cvdemo.ui.source import Chosen


class Thresholds(NamedTuple):
    """Score and NMS threshold, and the true boxes [T, 4] to lay over the picture, None for none."""

    score: float
    iou: float
    truth: NDArray[np.float32] | None


def choose_thresholds(chosen: Chosen) -> Thresholds:
    """Both thresholds, and on a scene whether its truth is shown."""
    left, middle, right = st.columns([2, 2, 1], gap="medium", vertical_alignment="center")
    score = left.slider("Score threshold", 0.02, 1.0, 0.4, 0.01, key="score", bind="query-params")
    iou = middle.slider("NMS threshold (IoU)", 0.0, 1.0, 0.5, 0.05, key="iou", bind="query-params")
    truth = None
    if chosen.truth is not None and right.toggle("Show the truth", key="truth", bind="query-params"):
        truth = chosen.truth.boxes[~chosen.truth.difficult]
    return Thresholds(score, iou, truth)


def choose_levels() -> tuple[list[int], int]:
    """SSD's levels that are on, and the level whose default boxes are shown."""
    left, right = st.columns(2, gap="medium")
    on = left.pills(
        "Levels that are on", LEVELS, selection_mode="multi", default=list(LEVELS), key="levels",
        bind="query-params",
    )  # fmt: skip
    shown = right.segmented_control(
        "Default boxes under the pointer", LEVELS, default=LEVELS[1], required=True, key="shown",
        bind="query-params",
    )  # fmt: skip
    return [LEVELS.index(name) for name in on], LEVELS.index(str(shown))
