"""One-click experiments of the NMS page: each sets the sliders and says what to look for."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

from cvdemo import zoo
from cvdemo.ops.iou import box_iou
from cvdemo.ops.replay import Method
from cvdemo.views.models import raw_detections, ready
from cvdemo.views.nms_boxes import Played, simulated
from cvdemo.views.nms_player import Known
from cvdemo.views.nms_sweep import THRESHOLDS, Sweep, sweep
from cvdemo.views.page import texts
from cvdemo.views.scene import drawn
from cvdemo.views.source import Chosen
from cvdemo.world.difficulty import PRESETS

STATE, START = "nms-try", "nms-start"
# Of some thirty thousand scenes, ones in which two things stand so close that their boxes overlap by about
# a half, both well seen and large.
PRESET = "hard"
DUCKS, CAT_AND_DOG = 21403, 323
LAST, LOST = "last", "lost"

BUTTONS = {
    "lost": "🦆 The threshold that loses a duck",
    "duplicates": "👯 The threshold that brings duplicates",
    "across": "🐈 Per class or across classes",
    "soft": "🛟 Soft-NMS saves the hidden one",
    "fusion": "🧲 Fusion instead of choice",
    "real": "🌪 All boxes of a real network",
}


def try_this() -> None:
    """The buttons, and the sentence of the one that was pressed last."""
    row = st.container(horizontal=True, gap="small")
    for name, label in BUTTONS.items():
        row.button(label, key=f"try-{name}", on_click=start, args=(name,), type=_type(name))
    if current():
        st.info(texts("nms")[current()])


def current() -> str:
    """The experiment that was started last, "" if none was."""
    return str(st.session_state.get(STATE, ""))


def _type(name: str) -> Any:
    return "primary" if current() == name else "secondary"


def start(name: str) -> None:
    """Set everything that the experiment needs."""
    settings = _SETTINGS[name]()
    plain = {"compare": False, "across": False, "only": [], "method": Method.GREEDY.value, "score": 0.3}
    for key, value in {**plain, **settings}.items():
        st.session_state[key] = value
    st.session_state[STATE] = name
    st.session_state[START] = LAST if name == "duplicates" else LOST if name in ("lost", "across") else ""


def _ducks() -> dict[str, Any]:
    return {"source": "scene", "preset": PRESET, "seed": DUCKS, **_boxes()}


def _boxes() -> dict[str, Any]:
    """A detector of the drawn world where there is one, else simulated proposals."""
    models = _drawn_models()
    return {"boxes": "detector", "model": models[0].key} if models else {"boxes": "simulated"}


def _drawn_models() -> list[zoo.ModelSpec]:
    return [m for m in zoo.models(zoo.Task.DETECT) if m.source is zoo.Source.DRAWN]


def _duck_sweep() -> Sweep:
    picture, truth = drawn(DUCKS, PRESETS[PRESET])
    chosen = Chosen(f"scene:{DUCKS}:{PRESETS[PRESET]}", f"scene-{DUCKS}", picture, 0.0, truth)
    models = _drawn_models()
    raw = raw_detections(models[0], chosen) if models and ready(models[0]) else simulated(chosen)
    return sweep(raw, 0.3, True, (), truth)


def turning_points(swept: Sweep) -> tuple[float, float]:
    """The highest threshold that loses an object, and the lowest that gives one a duplicate.

    Where no threshold does, the lowest and the highest of all.
    """
    losing = np.flatnonzero(np.array(swept.found) < max(swept.found, default=0))
    doubling = np.flatnonzero(np.array(swept.duplicates) > 0)
    lost = THRESHOLDS[losing[-1]] if len(losing) else THRESHOLDS[0]
    double = THRESHOLDS[doubling[0]] if len(doubling) else THRESHOLDS[-1]
    return float(lost), float(double)


def _lost() -> dict[str, Any]:
    return {**_ducks(), "iou": turning_points(_duck_sweep())[0]}


def _duplicates() -> dict[str, Any]:
    return {**_ducks(), "iou": turning_points(_duck_sweep())[1]}


def _across() -> dict[str, Any]:
    return {**_ducks(), "seed": CAT_AND_DOG, "across": True, "iou": 0.5}


def _soft() -> dict[str, Any]:
    return {**_lost(), "compare": True, "method2": Method.GAUSSIAN.value, "sigma": 0.5}


def _fusion() -> dict[str, Any]:
    return {**_ducks(), "iou": 0.55, "compare": True, "method2": Method.FUSION.value}


def _real() -> dict[str, Any]:
    return {"source": "sample", "sample": "cat", "boxes": "detector", "score": 0.01, "iou": 0.5}


_SETTINGS = {
    "lost": _lost,
    "duplicates": _duplicates,
    "across": _across,
    "soft": _soft,
    "fusion": _fusion,
    "real": _real,
}


def look(played: Played, known: Known | None, where: str) -> int:
    """The box in whose frame a player opens: -1 for the first step, -2 for the result.

    "lost" asks for the best box of a truth that is lost: the frame in which it falls.
    """
    if where == LAST:
        return -2
    if where != LOST or known is None or known.tally.found.all():
        return -1
    t = int(np.flatnonzero(~known.tally.found)[0])
    names = np.asarray(played.detections.data.get("class_name", []))
    ious = box_iou(played.detections.xyxy, known.boxes[[t]])[:, 0] * (names == known.names[t])
    good = np.flatnonzero(ious >= 0.5)
    if not len(good):
        return -1
    scores = played.detections.confidence
    assert scores is not None
    return int(good[np.argmax(scores[good])])
