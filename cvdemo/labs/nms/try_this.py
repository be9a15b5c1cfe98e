"""One-click experiments of the NMS page: each sets the sliders and says what to look for."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

from cvdemo import zoo
from cvdemo.errors import CvdemoError
from cvdemo.labs.nms.boxes import simulated
from cvdemo.labs.nms.sweep import Sweep, sweep
from cvdemo.ops.replay import Method
from cvdemo.ui.models import raw_detections
from cvdemo.ui.page import texts
from cvdemo.ui.scene import drawn
from cvdemo.ui.source import Chosen
from cvdemo.world.difficulty import PRESETS

STATE, START = "nms-try", "nms-start"
# Of some thirty thousand scenes, ones in which two things stand so close that their boxes overlap by about
# a half, both well seen and large.
PRESET = "hard"
DUCKS, CAT_AND_DOG = 5362, 323
LAST, LOST = "last", "lost"
SCORE = 0.3

BUTTONS = {
    "lost": "🦆 Lose a duck",
    "duplicates": "👯 Duplicates",
    "across": "🐈 Across",
    "soft": "🛟 Soft-NMS",
    "fusion": "🧲 Fusion",
    "real": "🌪️ Flood",
}


def try_this() -> None:
    """The buttons, and the sentence of the one that was pressed last."""
    row = st.container(horizontal=True, gap="small", vertical_alignment="center")
    row.markdown("**Try this**", width="content")
    for name, label in BUTTONS.items():
        row.button(label, key=f"try-{name}", on_click=start, args=(name,), type=_type(name))
    if current():
        st.markdown(f"👀 {texts('nms')[current()]}")


def current() -> str:
    """The experiment that was started last, "" if none was."""
    return str(st.session_state.get(STATE, ""))


def _type(name: str) -> Any:
    return "primary" if current() == name else "secondary"


def start(name: str) -> None:
    """Set everything that the experiment needs."""
    settings = _SETTINGS[name]()
    plain = {"compare": False, "across": False, "only": [], "method": Method.GREEDY.value, "score": SCORE}
    for key, value in {**plain, **settings}.items():
        st.session_state[key] = value
    st.session_state[STATE] = name
    st.session_state[START] = LAST if name == "duplicates" else LOST if name in ("lost", "across") else ""


def _ducks() -> dict[str, Any]:
    return {"source": "scene", "preset": PRESET, "seed": DUCKS, **_boxes(DUCKS)[0]}


def _boxes(seed: int) -> tuple[dict[str, Any], Sweep]:
    """Whose boxes show the experiments on a scene, and their sweep.

    A detector of the drawn world, where there is one whose boxes do lose an object at one threshold and
    double one at a higher; else simulated proposals.
    """
    picture, truth = drawn(seed, PRESETS[PRESET])
    chosen = Chosen(f"scene:{seed}:{PRESETS[PRESET]}", f"scene-{seed}", picture, 0.0, truth)
    for entry in zoo.models(zoo.Task.DETECT):
        if entry.source is not zoo.Source.DRAWN or not entry.nms:
            continue
        try:
            swept = sweep(raw_detections(entry, chosen), SCORE, True, (), truth)
        except CvdemoError:  # its weights are not there
            continue
        lost, double = turning_points(swept)
        if max(swept.found) == len(truth) and 0 < lost < double < 1:
            return {"boxes": "detector", "model": entry.key}, swept
    return {"boxes": "simulated"}, sweep(simulated(chosen), SCORE, True, (), truth)


def turning_points(swept: Sweep) -> tuple[float, float]:
    """The highest threshold that loses an object, and the lowest that gives one a duplicate.

    Where no threshold does, the lowest and the highest of all.
    """
    losing = np.flatnonzero(np.array(swept.found) < max(swept.found, default=0))
    doubling = np.flatnonzero(np.array(swept.duplicates) > 0)
    lost = swept.thresholds[losing[-1] if len(losing) else 0]
    return lost, swept.thresholds[doubling[0] if len(doubling) else -1]


def _lost() -> dict[str, Any]:
    return {**_ducks(), "iou": turning_points(_boxes(DUCKS)[1])[0]}


def _duplicates() -> dict[str, Any]:
    return {**_ducks(), "iou": turning_points(_boxes(DUCKS)[1])[1]}


def _across() -> dict[str, Any]:
    scene = {"source": "scene", "preset": PRESET, "seed": CAT_AND_DOG, "boxes": "simulated"}
    return {**scene, "across": True, "iou": 0.5}


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


def look(losers: list[int], where: str) -> int:
    """The box in whose frame a player opens: -1 for the first step, -2 for the result.

    "lost" asks for the frame in which the best box of a lost truth falls.
    """
    if where == LAST:
        return -2
    return losers[0] if where == LOST and losers else -1
