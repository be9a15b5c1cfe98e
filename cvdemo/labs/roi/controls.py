"""The RoI lab's experiments and widgets, and where the RoI stands for this visitor."""

from __future__ import annotations

from typing import Any

import streamlit as st

from cvdemo.labs.roi.experiment import CLASSES, LIKELIEST, STRIDES, Box, FeatureLevels, PoolingKnobs
from cvdemo.labs.roi.places import (
    CHANNELS,
    experiment_roi,
    first_roi,
    most_varied_channel,
    target_boxes,
    within,
)
from cvdemo.ui.source import Chosen

STATE = "roi-state"  # not a widget's key: it outlives a switch of pages
STARTED = "roi-started"  # an experiment's name, until its RoI is placed
AUTO = "as cells"
RATIOS = (AUTO, "1", "2", "3", "4")
WIDTH = 152  # pixels of a widget


def _settings(
    name: str, stride: int, *, size: int = 3, ratio: str = "2", aligned: bool = True
) -> dict[str, Any]:
    return {STARTED: name, "stride": stride, "size": size, "ratio": ratio, "aligned": aligned}


EXPERIMENTS: dict[str, dict[str, Any]] = {
    name: _settings(name, stride, **more)
    for name, stride, more in (
        ("on the brink", 16, {"size": 2}),
        ("a small object", 16, {}),
        ("not aligned", 16, {"aligned": False}),
        ("7 × 7", 16, {"size": 7}),
        ("no size", 8, {"ratio": AUTO}),
        ("half outside", 8, {}),
        ("outside", 8, {}),
    )
}


def choose_knobs() -> PoolingKnobs:
    """Level, channel and grid; all of them stand in the URL."""
    row = st.container(horizontal=True, vertical_alignment="bottom", gap="small")
    bound: dict[str, Any] = {"bind": "query-params", "width": WIDTH}
    stride = int(row.select_slider("Stride of the map", STRIDES, 8, key="stride", **bound))
    channel = row.slider("Channel, by variance", 1, CHANNELS, 1, key="channel", **bound)
    size = row.slider("Bins along a side", 1, 7, 3, key="size", **bound)
    ratio = row.select_slider("Samples along a bin", RATIOS, "2", key="ratio", **bound)
    aligned = row.toggle("Aligned", True, key="aligned", **bound)
    count = -1 if ratio == AUTO else int(str(ratio))
    return PoolingKnobs(stride, int(channel) - 1, int(size), count, bool(aligned))


def choose_class() -> str:
    """The class of `CLASSES` whose position-sensitive maps are shown, or `LIKELIEST`."""
    options = [LIKELIEST, *CLASSES]
    return str(st.selectbox("Maps of the class", options, key="class", bind="query-params", width=WIDTH))


def choose_object(chosen: Chosen, features: FeatureLevels, roi: Box) -> None:
    """On a drawn scene: an object, around which the RoI is placed."""
    boxes = target_boxes(features, chosen.truth)
    if not boxes:
        return
    names = list(boxes)

    def put() -> None:
        name = st.session_state.get("thing")
        if name in boxes:
            place(boxes[name], chosen.identity)

    st.session_state["thing"] = next((name for name in names if boxes[name] == roi), None)
    st.selectbox("RoI around", names, key="thing", on_change=put, placeholder="your own", width=WIDTH)


def place_of_experiment(chosen: Chosen, features: FeatureLevels) -> None:
    """Place the RoI of the experiment that was just started, and show a channel that varies there.

    To be called before the channel's widget is drawn.
    """
    started = st.session_state.pop(STARTED, None)
    if started is not None:
        stride = int(st.session_state["stride"])
        roi = experiment_roi(started, features, chosen.truth, stride)
        place(roi, chosen.identity)
        st.session_state["channel"] = 1 + most_varied_channel(features.levels[stride], roi, stride)


def current_roi(chosen: Chosen, features: FeatureLevels) -> Box:
    """The RoI as it stands: the session's, else the URL's, else the default."""
    state = st.session_state.get(STATE)
    if state is None or state["identity"] != chosen.identity:
        from_url = _from_url(features) if state is None else None
        place(from_url or first_roi(features, chosen.truth), chosen.identity)
    roi: Box = st.session_state[STATE]["roi"]
    text = ",".join(f"{v:g}" for v in roi)
    if st.query_params.get("roi") != text:
        st.query_params["roi"] = text
    return roi


def _from_url(features: FeatureLevels) -> Box | None:
    return within(st.query_params.get("roi", "").split(","), features.width, features.height)


def place(roi: Box, identity: str) -> None:
    """Put another RoI on the map; the component follows because the stamp is another one."""
    stamp = st.session_state.get(STATE, {"stamp": 0})["stamp"] + 1
    st.session_state[STATE] = {"identity": identity, "roi": roi, "stamp": stamp}


def stamp() -> int:
    """The number of the RoI that `place` has put on the map."""
    return int(st.session_state[STATE]["stamp"])


def drop(component: str) -> None:
    """Keep the RoI where the visitor has let go of it in a component of this key."""
    moved: dict[str, Any] | None = st.session_state[component].get("moved")
    state = st.session_state.get(STATE)
    if moved and state is not None and moved.get("stamp", "").startswith(f"{state['stamp']} "):
        roi = within(moved.get("roi") or (), moved["width"], moved["height"])
        if roi is not None:
            state["roi"] = roi
