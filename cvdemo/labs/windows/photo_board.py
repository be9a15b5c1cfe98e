"""What the sliding window's page shows of a photo: ImageNet's classes in every window of a pyramid."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cvdemo import zoo
from cvdemo.data.chosen import Chosen
from cvdemo.labs.windows.board import ShownPyramid, board, detections
from cvdemo.labs.windows.experiment import FACTOR
from cvdemo.labs.windows.photo import (
    LONGEST,
    MOST_SCALES,
    SMALLEST,
    PhotoPyramid,
    milliseconds_one_by_one,
    photo_pyramid,
    raw_photo_windows,
)
from cvdemo.nets.lite_windows import STRIDE, WINDOW
from cvdemo.ui import widgets
from cvdemo.ui.cache import cached
from cvdemo.ui.page import texts
from cvdemo.zoo.imagenet_windows import KEY

CLASSES = 10  # that the board shows: those with the highest probability anywhere


@cached
def _pyramid(identity: str, smallest: int, scales: int, _picture: NDArray[np.uint8]) -> PhotoPyramid:
    return photo_pyramid(_picture, smallest, scales)


@cached
def _one_by_one(
    identity: str, smallest: int, scales: int, _picture: NDArray[np.uint8], _found: PhotoPyramid
) -> float:
    return milliseconds_one_by_one(_picture, _found)


def photo(chosen: Chosen, left: Any, right: Any) -> None:
    """Knobs in the two places, then the running window, the detections and both ways' cost."""
    smallest = widgets.select_slider("photo-smallest", "Smallest window in pixels", SMALLEST, 128, place=left)
    label = f"Scales, each {FACTOR:g} × the last"
    scales = widgets.slider("photo-scales", label, 1, MOST_SCALES, 3, place=right)
    st.markdown(texts("windows")["photo"])
    with st.spinner(f"{zoo.spec(KEY).title} runs on every level, on the CPU …", show_time=True):
        found = _pyramid(chosen.identity, smallest, scales, chosen.picture)
    board(chosen, shown(chosen, found, f"{smallest} {scales}"))
    terms = [f"{likely.shape[1]} × {likely.shape[2]}" for likely in found.probabilities]
    many = " + ".join(terms)
    st.caption(
        f"The photo has {LONGEST} pixels on its longer side here. Windows of all levels: {many} = "
        f"**{found.windows:,}**, {STRIDE} pixels apart in their level. By convolution: {len(terms)} calls, "
        f"{found.milliseconds:.0f} ms (once)."
    )
    if widgets.toggle("photo-each", "Classify every window by itself too"):
        with st.spinner(f"{found.windows:,} windows, one by one, on the CPU …", show_time=True):
            took = _one_by_one(chosen.identity, smallest, scales, chosen.picture, found)
        st.markdown(
            f"Window by window: **{found.windows:,} calls, {took / 1000:.1f} s**, "
            f"{took / found.milliseconds:.0f} × the time of the convolutions."
        )
    detections(chosen, raw_photo_windows(found, chosen.picture), part="photo-", first=0.4)


def shown(chosen: Chosen, found: PhotoPyramid, search: str) -> ShownPyramid:
    """The classes with the highest probabilities; "no object" is what the best of all 1000 leaves."""
    kinds, names = found.common(CLASSES), zoo.labels("imagenet")
    likely = [np.concatenate([1 - p.max(0, keepdims=True), p[kinds]]) for p in found.probabilities]
    titles = [names[k] for k in kinds]
    return ShownPyramid(f"{chosen.identity} {search}", found.levels, likely, titles, WINDOW, STRIDE)
