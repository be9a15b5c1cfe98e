"""The picture with the two boxes: its component, and where the boxes stand in a session and in the URL."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

from cvdemo.data.pictures import fit
from cvdemo.labs.iou.experiment import MEASURES, Box, BoxPair, initial_pair, is_inside, overlap_measures
from cvdemo.ui.component import component, with_picture
from cvdemo.ui.source import Chosen

LONGEST = 1280
STATE = "iou-state"  # not a widget's key: it outlives a switch of pages
COMPONENT = "iou-boxes"

_board = component("iou/lab")


def board(chosen: Chosen, pair: BoxPair) -> None:
    """The picture with both boxes, all measures live, and Python's own numbers for where they stand."""
    height, width = chosen.picture.shape[:2]
    state = st.session_state[STATE]
    fields = {
        "width": width,
        "height": height,
        "alt": f"{chosen.name} with a truth box and a predicted box",
        "truth": pair.truth,
        "prediction": pair.prediction,
        "measure": pair.measure,
        "stamp": f"{state['stamp']}-{chosen.identity}",
        "same": chosen.identity,
        "python": {
            "truth": pair.truth,
            "prediction": pair.prediction,
            **overlap_measures(pair.truth, pair.prediction),
        },
    }
    _board(
        data=with_picture(fields, fit(chosen.picture, LONGEST)), key=COMPONENT, on_moved_change=_keep_moved
    )


def current_pair(chosen: Chosen) -> BoxPair:
    """The pair that stands on the picture: from the session, else from the URL, else the initial one."""
    state = st.session_state.get(STATE)
    if state is None or state["identity"] != chosen.identity:
        height, width = chosen.picture.shape[:2]
        pair = _from_url(width, height) if state is None else None
        place(pair or initial_pair(width, height, chosen.truth), chosen.identity)
    pair = st.session_state[STATE]["pair"]
    for name, value in _to_url(pair).items():
        if st.query_params.get(name) != value:
            st.query_params[name] = value
    return pair


def place(pair: BoxPair, identity: str, experiment: str = "") -> None:
    """Put other boxes on the picture of an identity; the new stamp tells the component to take them over."""
    stamp = st.session_state.get(STATE, {"stamp": 0})["stamp"] + 1
    st.session_state[STATE] = {"identity": identity, "pair": pair, "stamp": stamp, "experiment": experiment}


def current_experiment() -> str:
    """The name of the experiment that was started last, "" if none was."""
    return str(st.session_state[STATE]["experiment"])


def _keep_moved() -> None:
    """Keep where the boxes stand when the visitor lets go of one."""
    moved: dict[str, Any] | None = st.session_state[COMPONENT].get("moved")
    if moved and STATE in st.session_state:
        measure = moved["measure"] if moved["measure"] in MEASURES else "iou"
        truth, prediction = (tuple(map(float, moved[name])) for name in ("truth", "prediction"))
        st.session_state[STATE]["pair"] = BoxPair(truth, prediction, measure)


def _to_url(pair: BoxPair) -> dict[str, str]:
    return {
        "truth": ",".join(f"{v:g}" for v in pair.truth),
        "prediction": ",".join(f"{v:g}" for v in pair.prediction),
        "measure": pair.measure,
    }


def _from_url(width: int, height: int) -> BoxPair | None:
    """The pair of the URL, None where it names none or one that does not fit a picture of this size."""
    boxes: list[Box] = []
    for name in ("truth", "prediction"):
        try:
            box = tuple(float(v) for v in st.query_params.get(name, "").split(","))
        except ValueError:
            return None
        if len(box) != 4 or not np.isfinite(box).all() or not is_inside(box, width, height):
            return None
        boxes.append(box)
    measure = st.query_params.get("measure", "iou")
    return BoxPair(boxes[0], boxes[1], measure if measure in MEASURES else "iou")
