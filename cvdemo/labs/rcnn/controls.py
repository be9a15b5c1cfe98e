"""The experiments and widgets of the R-CNN page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import streamlit as st

from cvdemo.labs.rcnn.experiment import FAMILIES, STEPS, FamilyRun, FollowedObject, nearest_region
from cvdemo.ui import state, widgets

SCORE, IOU = 0.3, 0.5
PHOTO_COUNTS = (8, 16, 32, 64, 128, 256)
EXPERIMENTS: dict[str, dict[str, Any]] = {
    "Ten regions": {"regions": 10},
    "A crowd": {"source": "scene", "seed": 36, "preset": "hard", "regions": 300},
    "A thousand regions": {"regions": 1000, "curves": True},
    "Moved by half": {"vote-right": 0.5},
    "A photo": {"source": "sample", "sample": "cat"},
}


class PhotoKnobs(NamedTuple):
    """The number of regions of a photo, the least probability, NMS, and whether it works across classes."""

    regions: int
    score: float
    iou: float
    across: bool


def choose_regions() -> int:
    """The slider of the number of regions."""
    return widgets.select_slider(
        "regions", "Number of regions", STEPS, 100,
        help="Selective Search's best for R-CNN and Fast R-CNN, the network's own best for the others",
    )  # fmt: skip


def choose_family() -> bool:
    """Whether the nets have what later work added, or are as published."""
    return widgets.segmented_control("family", "Nets", FAMILIES, FAMILIES[0]) == FAMILIES[1]


def choose_object(objects: Sequence[FollowedObject]) -> FollowedObject:
    """What is followed through the nets."""
    return _one_of(objects, "follow", "Follow", width=360)


def _one_of(objects: Sequence[FollowedObject], name: str, label: str, **options: Any) -> FollowedObject:
    by_name = {one.name: one for one in objects}
    return by_name[widgets.selectbox(name, label, by_name, **options)]


def choose_thresholds() -> tuple[float, float]:
    """The least score, and the IoU above which NMS suppresses, side by side."""
    left, right = st.columns(2, gap="medium")
    return (
        widgets.slider("score", "Score threshold", 0.01, 1.0, SCORE, 0.01, place=left),
        widgets.slider("iou", "NMS threshold (IoU)", 0.0, 1.0, IOU, 0.05, place=right),
    )


def thresholds() -> tuple[float, float]:
    """Score and IoU as `choose_thresholds` has drawn them."""
    values = st.session_state
    return float(values.get(state.key("score"), SCORE)), float(values.get(state.key("iou"), IOU))


def choose_photo_knobs() -> PhotoKnobs:
    """Three sliders side by side and a switch."""
    first, second, third = st.columns(3, gap="medium")
    return PhotoKnobs(
        widgets.select_slider("photo-regions", "Regions", PHOTO_COUNTS, 64, place=first),
        widgets.slider("photo-score", "Probability", 0.01, 1.0, 0.2, 0.01, place=second),
        widgets.slider("photo-iou", "NMS (IoU)", 0.0, 1.0, 0.3, 0.05, place=third),
        widgets.toggle("photo-across", "Across classes", place=third),
    )


def choose_votes(objects: Sequence[FollowedObject], names: dict[int, str]) -> tuple[FollowedObject, int]:
    """The object whose region votes, and the class that it votes for."""
    followed = _one_of(objects, "vote-region", "Region")
    own = widgets.toggle("vote-own", "Its own class", True)
    if own and followed.box is not None:
        st.caption(f"The maps of *{names[followed.class_id]}*")
        return followed, followed.class_id
    classes = list(names.values())
    return followed, classes.index(widgets.selectbox("vote-class", "Class", classes))


def moved_region(run: FamilyRun, followed: FollowedObject) -> np.ndarray:
    """The voting region [4] in pixels of the working picture, shifted by parts of its size."""
    number = nearest_region(run, followed)
    if followed.box is not None:
        box = followed.box * run.scale
    elif number is not None:
        box = run.staged.regions[number]
    else:
        box = np.array([0, 0, run.working.shape[1], run.working.shape[0]], np.float32)
    right = widgets.slider("vote-right", "Move right, in widths", -1.0, 1.0, 0.0, 0.05)
    down = widgets.slider("vote-down", "Move down, in heights", -1.0, 1.0, 0.0, 0.05)
    wide, high = box[2:] - box[:2]
    return np.asarray(box + np.array([right * wide, down * high] * 2), np.float32)
