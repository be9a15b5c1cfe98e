"""The RoI lab's experiments and widgets, and where the RoI stands for this visitor."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import streamlit as st

from cvdemo.data.chosen import Chosen
from cvdemo.labs.roi.experiment import CLASSES, LIKELIEST, STRIDES, Box, FeatureLevels, PoolingKnobs
from cvdemo.labs.roi.places import (
    CHANNELS,
    experiment_roi,
    first_roi,
    most_varied_channel,
    target_boxes,
    within,
)
from cvdemo.labs.roi.results import levels
from cvdemo.ui import state, widgets
from cvdemo.ui.source import scene_picture
from cvdemo.world.difficulty import named

SEED, PRESET = 7, "normal"  # the scene of the experiments
AUTO = "as cells"
RATIOS = (AUTO, "1", "2", "3", "4")
WIDTH = 152  # pixels of a widget


def _settings(name: str, stride: int, **more: Any) -> Mapping[str, Any]:
    """An experiment's RoI on its scene, a channel that varies there, and the other knobs."""
    chosen = scene_picture(SEED, named(PRESET))
    features = levels(chosen)
    roi = experiment_roi(name, features, chosen.truth, stride)
    channel = 1 + most_varied_channel(features.levels[stride], roi, stride)
    scene = {"source": "scene", "seed": SEED, "preset": PRESET}
    return {**scene, "stride": stride, "channel": channel, "roi": roi, **more}


EXPERIMENTS = {
    name: partial(_settings, name, stride, **more)
    for name, stride, more in (
        ("before a rounding", 16, {"size": 2}),
        ("a small object", 16, {}),
        ("not aligned", 16, {"aligned": False}),
        ("7 × 7", 16, {"size": 7}),
        ("no size", 8, {"ratio": AUTO}),
        ("half outside", 8, {}),
        ("outside", 8, {}),
    )
}


def choose_knobs() -> PoolingKnobs:
    """Level, channel and grid."""
    row = st.container(horizontal=True, vertical_alignment="bottom", gap="small")
    place: dict[str, Any] = {"place": row, "width": WIDTH}
    stride = widgets.select_slider("stride", "Stride of the map", STRIDES, 8, **place)
    channel = widgets.slider("channel", "Channel, by variance", 1, CHANNELS, 1, **place)
    size = widgets.slider("size", "Bins along a side", 1, 7, 3, **place)
    ratio = widgets.select_slider("ratio", "Samples along a bin", RATIOS, "2", **place)
    aligned = widgets.toggle("aligned", "Aligned", True, **place)
    return PoolingKnobs(stride, channel - 1, size, -1 if ratio == AUTO else int(ratio), aligned)


def choose_class() -> str:
    """The class of `CLASSES` whose position-sensitive maps are shown, or `LIKELIEST`."""
    options = (LIKELIEST, *CLASSES)
    return str(widgets.selectbox("class", "Maps of the class", options, width=WIDTH))


def choose_object(chosen: Chosen, features: FeatureLevels, roi: Box) -> None:
    """On a drawn scene: an object, around which the RoI is placed."""
    boxes = target_boxes(features, chosen.truth)
    if not boxes:
        return
    key = state.key("object")

    def place() -> None:
        if (name := st.session_state.get(key)) in boxes:
            state.put({"roi": boxes[name]})

    st.session_state[key] = next((name for name, box in boxes.items() if box == roi), None)
    st.selectbox("RoI around", list(boxes), key=key, on_change=place, placeholder="your own", width=WIDTH)


def current_roi(chosen: Chosen, features: FeatureLevels) -> Box:
    """The RoI of this picture as the visitor or the address has put it, else the first one."""

    def read(texts: state.Texts) -> Box:
        roi = within(texts[-1].split(","), features.width, features.height)
        if roi is None:
            raise ValueError(f"{texts[-1]!r} is no RoI of this picture")
        return roi

    found: Box | None = state.value("roi", read=read, write=_as_text, of=chosen.identity)
    return found or first_roi(features, chosen.truth)


def _as_text(roi: Box) -> str:
    return ",".join(f"{v:g}" for v in roi)


def stamp(chosen: Chosen) -> str:
    """Another text whenever the RoI was set from Python, or is that of another picture."""
    return f"{state.stamp()} {chosen.identity}"


def keep_dropped(component: str, chosen: Chosen) -> None:
    """Keep the RoI where the visitor has let go of it, in a component of this key."""
    moved: dict[str, Any] | None = st.session_state[component].get("moved")
    if moved and moved.get("stamp") == stamp(chosen):
        roi = within(moved.get("roi") or (), moved["width"], moved["height"])
        if roi is not None:
            state.keep({"roi": roi}, of=chosen.identity)
