"""Two boxes that the visitor drags on a picture: their state, the experiments, the component."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import streamlit as st

from cvdemo.data.pictures import fit
from cvdemo.ops.iou import box_iou, complete_box_iou, distance_box_iou, generalized_box_iou
from cvdemo.ui.component import component, with_picture
from cvdemo.ui.source import Chosen

Box: TypeAlias = tuple[float, ...]

LONGEST = 1280
MEASURES = {
    "iou": box_iou,
    "giou": generalized_box_iou,
    "diou": distance_box_iou,
    "ciou": complete_box_iou,
}
STATE = "iou-state"  # not a widget's key: it outlives a switch of pages
COMPONENT = "iou-boxes"

_board = component("iou/lab")


class Pair(NamedTuple):
    """The two boxes, x1 y1 x2 y2 in pixels of the picture, and the measure that is looked at."""

    truth: Box
    prediction: Box
    measure: str = "iou"


def measures(truth: Box, prediction: Box) -> dict[str, float]:
    """IoU, GIoU, DIoU and CIoU of two boxes by their keys in `MEASURES`."""
    return {name: float(measure([truth], [prediction])[0, 0]) for name, measure in MEASURES.items()}


def first_pair(chosen: Chosen) -> Pair:
    """A sensible beginning: the largest true box that is neither hard to see nor the whole picture."""
    height, width = chosen.picture.shape[:2]
    truth = chosen.truth
    box: Box = (0.3 * width, 0.25 * height, 0.7 * width, 0.75 * height)
    if truth is not None and len(truth):
        sides = truth.boxes[:, 2:] - truth.boxes[:, :2]
        areas = sides.prod(axis=1) * ~truth.difficult
        areas[areas > 0.4 * width * height] *= 0.01
        box = tuple(truth.boxes[int(areas.argmax())].tolist())
    box = tuple(float(round(v)) for v in box)
    return Pair(box, beside(box, width, height))


def beside(truth: Box, width: int, height: int) -> Box:
    """A prediction as a detector may give it: a little aside and too large."""
    w, h = truth[2] - truth[0], truth[3] - truth[1]
    return within(
        (truth[0] + 0.14 * w, truth[1] - 0.1 * h, truth[2] + 0.2 * w, truth[3] - 0.06 * h), width, height
    )


def within(box: Sequence[float], width: int, height: int) -> Box:
    """The box in whole pixels, cut at the picture's edges, at least a pixel wide and high."""
    x1, x2 = sorted(min(max(float(round(v)), 0.0), float(width)) for v in (box[0], box[2]))
    y1, y2 = sorted(min(max(float(round(v)), 0.0), float(height)) for v in (box[1], box[3]))
    x1, y1 = min(x1, width - 1.0), min(y1, height - 1.0)
    return (x1, y1, max(x2, x1 + 1), max(y2, y1 + 1))


def experiments(width: int, height: int) -> dict[str, Pair]:
    """The page's experiments by name, for a picture of this size in pixels."""
    u = min(width, height) / 20
    left, middle = _around(0.3 * width, height / 2, 5 * u, 6 * u), (width / 2, height / 2)
    truth = _around(*middle, 10 * u, 12 * u)
    wide = _around(*middle, 16 * u, 8 * u)
    small, large = _around(*middle, 40, 40), _around(*middle, *[min(400, 0.9 * min(width, height))] * 2)
    pairs = {
        "identical": Pair(truth, truth),
        "near miss": Pair(left, _moved(left, 5.4 * u, 0), "giou"),
        "far miss": Pair(left, _moved(left, 0.4 * width, 4 * u), "giou"),
        "one inside": Pair(truth, _around(middle[0] + 2 * u, middle[1] + 2 * u, 5 * u, 6 * u), "diou"),
        "same shape": Pair(wide, _around(*middle, 8 * u, 4 * u), "ciou"),
        "other shape": Pair(wide, _around(*middle, 4 * u, 8 * u), "ciou"),
        "10 px, small": Pair(small, _moved(small, 10, 0)),
        "10 px, large": Pair(large, _moved(large, 10, 0)),
    }

    def tidy(box: Box) -> Box:
        # A small picture cannot hold every experiment: what does not fit is cut.
        return box if _fits(box, width, height) else within(box, width, height)

    return {name: Pair(tidy(p.truth), tidy(p.prediction), p.measure) for name, p in pairs.items()}


def _fits(box: Box, width: int, height: int) -> bool:
    x1, y1, x2, y2 = box
    return x1 >= 0 and y1 >= 0 and x2 <= width and y2 <= height and x2 - x1 >= 1 and y2 - y1 >= 1


def _around(x: float, y: float, w: float, h: float) -> Box:
    return tuple(round(v, 2) for v in (x - w / 2, y - h / 2, x + w / 2, y + h / 2))


def _moved(box: Box, dx: float, dy: float) -> Box:
    return tuple(round(v, 2) for v in (box[0] + dx, box[1] + dy, box[2] + dx, box[3] + dy))


def current(chosen: Chosen) -> Pair:
    """The pair that stands on the picture: from the session, else from the URL, else the default."""
    state = st.session_state.get(STATE)
    if state is None or state["identity"] != chosen.identity:
        pair = (_from_url(chosen) if state is None else None) or first_pair(chosen)
        place(pair, chosen.identity)
    pair = st.session_state[STATE]["pair"]
    for name, value in _to_url(pair).items():
        if st.query_params.get(name) != value:
            st.query_params[name] = value
    return pair


def place(pair: Pair, identity: str, experiment: str = "") -> None:
    """Put other boxes on the picture; the component follows because the stamp is another one."""
    stamp = st.session_state.get(STATE, {"stamp": 0})["stamp"] + 1
    st.session_state[STATE] = {"identity": identity, "pair": pair, "stamp": stamp, "experiment": experiment}


def experiment() -> str:
    """The name of the experiment that was started last, "" if none was."""
    return str(st.session_state[STATE]["experiment"])


def board(chosen: Chosen, pair: Pair) -> None:
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
            **measures(pair.truth, pair.prediction),
        },
    }
    _board(data=with_picture(fields, fit(chosen.picture, LONGEST)), key=COMPONENT, on_moved_change=_moved_by)


def _moved_by() -> None:
    """The visitor let go of a box: keep where it stands."""
    moved: dict[str, Any] | None = st.session_state[COMPONENT].get("moved")
    if moved and STATE in st.session_state:
        measure = moved["measure"] if moved["measure"] in MEASURES else "iou"
        truth, prediction = (tuple(map(float, moved[name])) for name in ("truth", "prediction"))
        st.session_state[STATE]["pair"] = Pair(truth, prediction, measure)


def _to_url(pair: Pair) -> dict[str, str]:
    return {
        "truth": ",".join(f"{v:g}" for v in pair.truth),
        "prediction": ",".join(f"{v:g}" for v in pair.prediction),
        "measure": pair.measure,
    }


def _from_url(chosen: Chosen) -> Pair | None:
    """The pair of the URL, None where it names none or one that does not fit the picture."""
    height, width = chosen.picture.shape[:2]
    boxes = []
    for name in ("truth", "prediction"):
        try:
            box = tuple(float(v) for v in st.query_params.get(name, "").split(","))
        except ValueError:
            return None
        if len(box) != 4 or not np.isfinite(box).all():
            return None
        if not _fits(box, width, height):
            return None
        boxes.append(box)
    measure = st.query_params.get("measure", "iou")
    return Pair(boxes[0], boxes[1], measure if measure in MEASURES else "iou")
