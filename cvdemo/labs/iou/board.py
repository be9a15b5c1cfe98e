"""The picture with the two boxes: its component, and where the boxes stand for the visitor."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
import streamlit as st

from cvdemo.data.chosen import Chosen
from cvdemo.data.pictures import fit
from cvdemo.labs.iou.experiment import MEASURES, Box, BoxPair, initial_pair, is_inside, overlap_measures
from cvdemo.ui import state
from cvdemo.ui.component import component, with_picture

LONGEST = 1280
COMPONENT = "iou-boxes"

_board = component("iou/lab")


def board(chosen: Chosen, pair: BoxPair) -> None:
    """The picture with both boxes, all measures live, and Python's own numbers for where they stand."""
    height, width = chosen.picture.shape[:2]
    fields = {
        "width": width,
        "height": height,
        "alt": f"{chosen.name} with a truth box and a predicted box",
        "truth": pair.truth,
        "prediction": pair.prediction,
        "measure": pair.measure,
        "stamp": f"{state.stamp()}-{chosen.identity}",
        "same": chosen.identity,
        "python": {
            "truth": pair.truth,
            "prediction": pair.prediction,
            **overlap_measures(pair.truth, pair.prediction),
        },
    }
    data = with_picture(fields, fit(chosen.picture, LONGEST))
    _board(data=data, key=COMPONENT, on_moved_change=partial(_keep_moved, chosen.identity))


def current_pair(chosen: Chosen) -> BoxPair:
    """The pair that stands on the picture: the visitor's, else the initial one."""
    height, width = chosen.picture.shape[:2]

    def read(texts: Sequence[str]) -> Box:
        return _box_of(texts[-1], width, height)

    of = chosen.identity
    truth = state.value("truth", read=read, write=_text_of, of=of)
    prediction = state.value("prediction", read=read, write=_text_of, of=of)
    measure = state.value("measure", read=_measure_of, of=of) or "iou"
    if truth is None or prediction is None:
        return initial_pair(width, height, chosen.truth)._replace(measure=measure)
    return BoxPair(truth, prediction, measure)


def place(pair: BoxPair) -> None:
    """Put other boxes on the picture; the component takes them over. To be called in a callback."""
    state.put(pair._asdict())


def _keep_moved(identity: str) -> None:
    """Keep where the boxes stand when the visitor lets go of one."""
    moved: dict[str, Any] | None = st.session_state[COMPONENT].get("moved")
    if moved:
        measure = moved["measure"] if moved["measure"] in MEASURES else "iou"
        truth, prediction = (tuple(map(float, moved[name])) for name in ("truth", "prediction"))
        state.keep(BoxPair(truth, prediction, measure)._asdict(), of=identity)


def _text_of(box: Box) -> str:
    return ",".join(f"{v:g}" for v in box)


def _box_of(text: str, width: int, height: int) -> Box:
    """The box of an address, a ValueError for one that does not fit a picture of this size."""
    box = tuple(float(v) for v in text.split(","))
    if len(box) != 4 or not np.isfinite(box).all() or not is_inside(box, width, height):
        raise ValueError(f"{text} is no box of this picture")
    return box


def _measure_of(texts: Sequence[str]) -> str:
    if texts[-1] not in MEASURES:
        raise ValueError(f"{texts[-1]} is no measure")
    return texts[-1]
