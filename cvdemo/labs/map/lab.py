"""The mAP page's experiments, controls and results."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import streamlit as st

from cvdemo.labs.map.exam import Exam, changed, contest_of, curves_of, walk_of
from cvdemo.labs.map.player import curve_player
from cvdemo.labs.map.tabs import tabs
from cvdemo.metrics.ap import average_precision
from cvdemo.metrics.contest import Contest
from cvdemo.metrics.curve import Curve, unique_names
from cvdemo.metrics.switchboard import TOOLS
from cvdemo.ui.page import texts

IOU, SCORE = 0.5, 0.3  # where the sliders start

EXPERIMENTS = {
    "duplicates": ("NMS off: duplicates", {"nms": 1.0}),
    "strict": ("IoU .9", {"iou": 0.9}),
    "alarm": ("A confident false alarm", {"alarms": 1}),
    "cut": ("Only scores ≥ .7", {"score": 0.7}),
}


class Knobs(NamedTuple):
    """What the controls say."""

    category: int  # position of the class
    iou: float
    score: float
    nms: float
    alarms: int
    rules: str


def experiments() -> None:
    """One-click experiments; each starts from the untouched example."""
    row = st.container(horizontal=True, vertical_alignment="center", gap="small")
    row.markdown("**Try this**", width="content")
    for name, (label, values) in EXPERIMENTS.items():
        row.button(label, key=f"try-{name}", on_click=_try, args=(name, values))
    row.button("↺ Back", key="try-none", on_click=_try, args=("", {}))
    if said := texts("map").get(st.session_state.get("map-tried", "")):
        st.info(said, icon="🔎")


def _try(name: str, values: dict[str, float]) -> None:
    start = {"iou": IOU, "score": SCORE, "alarms": 0}
    kind = "nms-again" if st.session_state.get("data") == "my results" else "nms"
    nms = values.get("nms", 1.0 if kind == "nms-again" else 0.6)
    st.session_state.update({**start, **{k: v for k, v in values.items() if k != "nms"}, kind: nms})
    st.session_state["map-tried"] = name


def controls(exam: Exam) -> Knobs:
    """Class, thresholds, NMS, false alarms and rules, in one row over the player."""
    field = contest_of(exam.identity, exam.rules, exam.data)
    names, there = unique_names(field), field.positives(field.need_not)
    listed = [k for k in np.argsort(-there, kind="stable").tolist() if there[k]] or [0]
    listed.sort(key=lambda k: names[k] != "duck")  # the lecture's favourite first
    kind, iou, score, nms, more = st.columns([1, 1.2, 1.2, 1.2, 0.7], gap="medium", vertical_alignment="top")
    name = kind.selectbox("Class", [names[k] for k in listed], key="class", bind="query-params")
    at = iou.slider("IoU threshold", 0.05, 0.95, IOU, 0.05, key="iou", bind="query-params")
    low, high = _score_range(exam)
    cut = score.slider(
        "Score threshold", low, high, min(max(SCORE, low), high), 0.01, key="score", bind="query-params"
    )
    again = exam.nms >= 1
    suppress = nms.slider(
        "NMS again (IoU; 1: off)" if again else "NMS (IoU; 1: off)",
        0.1,
        1.0,
        exam.nms,
        0.05,
        key="nms-again" if again else "nms",
        bind="query-params",
        disabled=exam.data.iou_type != "bbox",
    )
    with more.popover("More", width="stretch"):
        rules = st.selectbox(
            "Rules of",
            list(TOOLS),
            key="rules",
            bind="query-params",
            disabled=exam.data.iou_type == "keypoints",
            help="Matching, pixels, crowds and difficult objects as this tool handles them.",
        )
        alarms = st.number_input(
            "False alarms on top", 0, 10, 0, key="alarms", bind="query-params",
            disabled=exam.data.iou_type != "bbox",
            help="Detections of this class on nothing, surer than all others.",
        )  # fmt: skip
    if exam.data.iou_type != "bbox":
        suppress, alarms = 1.0, 0
    category = names.index(str(name)) if name in names else listed[0]
    return Knobs(category, at, cut, suppress, int(alarms), _usable(str(rules), exam))


def _usable(rules: str, exam: Exam) -> str:
    """The rules, or COCO's where boxes are fractions, which the +1 pixel does not know."""
    if exam.data.sized or TOOLS[rules].pixel == "continuous":
        return rules
    st.caption(f"{rules} adds a pixel to every box, but these boxes are fractions: COCO's rules are used.")
    return "COCO"


def _score_range(exam: Exam) -> tuple[float, float]:
    """0 to 1, or further where results score beyond."""
    scores = exam.data.results.score
    low, high = min(0.0, float(scores.min(initial=0))), max(1.0, float(scores.max(initial=1)))
    return float(np.floor(low)), float(np.ceil(high - 1e-6))


def results(exam: Exam, knobs: Knobs) -> None:
    """Numbers, player and tables for the set as the knobs change it."""
    data = changed(exam.identity, knobs.nms, knobs.alarms, knobs.category if knobs.alarms else -1, exam)
    run = f"{exam.identity}|{knobs.nms:g}|{knobs.alarms}|{knobs.category if knobs.alarms else -1}"
    field = contest_of(run, knobs.rules, data)
    curves = curves_of(run, knobs.rules, knobs.iou, field)
    if knobs.category not in curves:
        st.info(f"No {unique_names(field)[knobs.category]} has to be found under these rules.")
        return
    curve = curves[knobs.category]
    numbers(exam, knobs, curves)
    walk = walk_of(run, knobs.rules, knobs.iou, knobs.category, curve)
    curve_player(
        walk, exam.jpeg, run=f"{run}|{knobs.rules}|{knobs.category}", threshold=knobs.score, key="map"
    )
    uncounted(field)
    tabs(exam, run, knobs.rules, field, curves, curve, knobs.score)


def numbers(exam: Exam, knobs: Knobs, curves: dict[int, Curve]) -> None:
    """AP of the class and its mean, and of what the score threshold keeps, against the untouched set."""
    data = changed(exam.identity, exam.nms, 0, -1, exam)
    base_field: Contest = contest_of(f"{exam.identity}|{exam.nms:g}|0|-1", "COCO", data)
    base = curves_of(f"{exam.identity}|{exam.nms:g}|0|-1", "COCO", IOU, base_field)
    curve = curves[knobs.category]
    point = curve.at_score(knobs.score)
    kept = int((curve.scores >= knobs.score).sum())
    cut = average_precision(curve.recall[:kept], curve.precision[:kept], "101-point")
    mean, base_mean = (float(np.mean([c.ap("101-point") for c in x.values()])) for x in (curves, base))
    own = curve.ap("101-point")
    before = base[knobs.category].ap("101-point") if knobs.category in base else own
    parts = (
        f"**AP {curve.name} {own:.3f}**{_delta(own - before)} at IoU {knobs.iou:.2f}",
        f"**mAP {mean:.3f}**{_delta(mean - base_mean)} over {len(curves)} classes",
        f"only scores ≥ {knobs.score:.2f}: **AP {cut:.3f}**{_delta(cut - own)}, "
        f"◊ precision {point.precision:.3f}, recall {point.recall:.3f}",
    )
    st.markdown(" &emsp; ".join(parts))


def _delta(change: float) -> str:
    """A change as coloured text, nothing where there is none."""
    if abs(change) < 5e-4:
        return ""
    return f" :red[▼ {-change:.3f}]" if change < 0 else f" :green[▲ {change:.3f}]"


def uncounted(field: Contest) -> None:
    """Say how many detections are beyond the limit of their image and class."""
    if field.uncounted:
        most = field.conventions.max_detections
        st.caption(
            f"{field.uncounted} detections beyond the best {most} of their image and class do not count."
        )
