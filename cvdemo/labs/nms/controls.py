"""Widgets of the NMS page: where the boxes come from, the sliders with their charts, the experiments."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, NamedTuple

import streamlit as st
import supervision as sv

from cvdemo import zoo
from cvdemo.data.chosen import Chosen
from cvdemo.data.detections_json import class_names
from cvdemo.errors import CvdemoError
from cvdemo.labs.nms import own_boxes
from cvdemo.labs.nms.experiment import (
    NMSSettings,
    NMSSweep,
    loses_and_doubles,
    sweep_thresholds,
    turning_points,
)
from cvdemo.labs.nms.own_boxes import OwnBoxes
from cvdemo.labs.nms.player import TITLES
from cvdemo.ops.replay import Method
from cvdemo.ui import state, widgets
from cvdemo.ui.boxes import score_histogram
from cvdemo.ui.cache import cached
from cvdemo.ui.component import component
from cvdemo.ui.models import choose_model, raw_detections, ready
from cvdemo.ui.source import scene_picture
from cvdemo.ui.try_this import try_this
from cvdemo.world.difficulty import PRESETS
from cvdemo.world.proposals import simulated_proposals
from cvdemo.world.reading import Truth

KINDS = ("detector", "simulated", "my own")
IOU, SCORE = 0.5, 0.3
STARTED = "nms-started"  # in the session: it opens the player at the experiment's frame
# Of some thirty thousand scenes, ones in which two objects stand so close that their boxes overlap by about
# a half, both well visible and large.
PRESET = "hard"
DUCKS, CAT_AND_DOG = 5362, 323

_chart = component("nms/sweep")


class RawBoxes(NamedTuple):
    """Raw boxes and where they are from; `identity` is the same for the same boxes."""

    kind: str
    identity: str
    raw: sv.Detections
    entry: zoo.ModelSpec | None = None

    @property
    def title(self) -> str:
        """Where the boxes are from."""
        if self.entry is not None:
            return f"raw boxes of {self.entry.title}"
        return "simulated proposals, no network" if self.kind == "simulated" else "boxes of your own"

    @property
    def of_the_world(self) -> bool:
        """Whether their classes are the drawn world's, so that they can be matched to its truth."""
        drawn_net = self.entry is not None and self.entry.source is zoo.Source.DRAWN
        return self.kind == "simulated" or drawn_net


def choose_boxes(chosen: Chosen | None) -> RawBoxes | None:
    """Draws the widget and returns the boxes, or None while there are none."""
    left, right = st.columns([1, 1.2], gap="medium", vertical_alignment="bottom")
    kind = widgets.segmented_control("boxes", "Boxes", KINDS, KINDS[0], place=left)
    entry = None
    with right:
        if kind == "detector":
            entry = choose_model(zoo.Task.DETECT, chosen)
        elif kind == "simulated":
            st.caption("Simulated proposals: the truth of a drawn scene, jittered at random. No network ran.")
        else:
            st.caption("Draw, drag and resize boxes on the picture: every change is computed anew.")
    if chosen is None:
        return None
    own = drawn_boxes(chosen)  # asked for in any case: from here the page knows how its address has them
    if kind == "my own":
        return own
    if kind == "simulated":
        if chosen.truth is None:
            st.info("Simulated proposals need a drawn scene: choose *scene* as the picture.")
            return None
        return RawBoxes(kind, f"simulated {chosen.identity}", _simulated(chosen.identity, chosen.truth))
    if entry is None or not ready(entry):
        return None
    return RawBoxes(kind, f"{entry.key} {chosen.identity}", raw_detections(entry, chosen), entry)


@cached
def _simulated(identity: str, _truth: Truth) -> sv.Detections:
    return simulated_proposals(_truth)


def drawn_boxes(chosen: Chosen) -> RawBoxes:
    """The visitor's own boxes as they are now."""
    own = current_own(chosen)
    return RawBoxes("my own", repr(own), own_boxes.as_detections(own))


def current_own(chosen: Chosen) -> OwnBoxes:
    """The visitor's boxes on this picture, five to begin with."""
    height, width = chosen.picture.shape[:2]

    def read(texts: Sequence[str]) -> OwnBoxes:
        if found := own_boxes.from_text(texts[-1], width, height):
            return found
        raise ValueError("no usable boxes")

    kept: OwnBoxes | None = state.value("own", read=read, write=own_boxes.to_text, of=chosen.identity)
    return own_boxes.first_boxes(width, height) if kept is None else kept


def keep_own(chosen: Chosen, sent: Any) -> None:
    """Keep the boxes that the browser sent. To be called in a callback."""
    if isinstance(sent, list):
        height, width = chosen.picture.shape[:2]
        state.keep({"own": own_boxes.check_boxes(sent, width, height)}, of=chosen.identity)


class NMSChoice(NamedTuple):
    """What the sliders say; `classes` are names, all where it is empty."""

    settings: NMSSettings
    methods: tuple[Method, ...]
    sigma: float
    classes: tuple[str, ...]


def controls(chosen: Chosen, boxes: RawBoxes) -> NMSChoice:
    """Draws them, with the sweep under the IoU slider and the histogram under the score slider."""
    if boxes.entry is not None and not boxes.entry.nms:
        st.caption(
            f"{boxes.entry.title} needs no NMS: it was trained to give each object one box (set prediction). "
            "Play it all the same, and see how few boxes fall."
        )
    left, middle, right = st.columns(3, gap="medium")
    with left:
        iou = widgets.slider("iou", "IoU threshold", 0.0, 1.0, IOU, 0.01)
        chart = st.container()
    with middle:
        score = widgets.slider("score", "Score threshold", 0.0, 1.0, SCORE, 0.01)
        score_histogram(boxes.raw, score, key="histogram")
    with right:
        methods = _methods()
        sigma = 0.5
        if Method.GAUSSIAN in methods:
            sigma = widgets.slider("sigma", "σ of Gaussian Soft-NMS", 0.05, 2.0, 0.5, 0.05)
        across = widgets.toggle(
            "across",
            "Across classes",
            help="Off: a box suppresses boxes of its own class only. On: boxes of any class.",
        )
        names = sorted(set(class_names(boxes.raw)))
        with st.popover("Only these classes", width="stretch"):
            some = widgets.multiselect("only", "Only these classes", names, placeholder="all classes")
    choice = NMSChoice(NMSSettings(iou, score, not across), methods, sigma, tuple(some))
    with chart:
        _sweep_chart(chosen.truth if boxes.of_the_world else None, boxes, choice)
    return choice


def _methods() -> tuple[Method, ...]:
    first = _method("method", "Method", Method.GREEDY)
    if not widgets.toggle("compare", "Second method beside it"):
        return (first,)
    return (first, _method("method2", "Second method", Method.GAUSSIAN))


def _method(name: str, label: str, first: Method) -> Method:
    chosen: Method = widgets.selectbox(name, label, Method, first, format_func=TITLES.__getitem__)
    return chosen


def _sweep_chart(truth: Truth | None, boxes: RawBoxes, choice: NMSChoice) -> None:
    """What greedy NMS gives at every IoU threshold, with a line where the slider stands."""
    known, settings = truth is not None, choice.settings
    swept = _swept(
        boxes.identity, boxes.raw, settings.score, settings.per_class, choice.classes, known, truth
    )
    _chart(
        data={
            **swept._asdict(),
            "truths": 0 if truth is None else len(truth),
            "threshold": settings.iou,
            "alt": "Greedy NMS over the IoU threshold: boxes kept, objects found, duplicates",
        },
        key="sweep",
    )


@cached
def _swept(
    identity: str,
    _raw: sv.Detections,
    score: float,
    per_class: bool,
    classes: tuple[str, ...],
    known: bool,
    _truth: Truth | None,
) -> NMSSweep:
    return sweep_thresholds(_raw, score, per_class=per_class, classes=classes, truth=_truth)


BUTTONS = {
    "lost": "Lose a duck",
    "duplicates": "Duplicates",
    "across": "Across",
    "soft": "Soft-NMS",
    "fusion": "Fusion",
    "real": "Flood",
}


def experiments() -> None:
    """The experiments' buttons, and the sentence of the one that was started last."""
    settings = {name: partial(_settings, name) for name in BUTTONS}
    try_this("nms", settings, labels=BUTTONS, then=_remember)


def _remember(name: str) -> None:
    st.session_state[STARTED] = name


def last_experiment() -> str:
    """The experiment that was started last, "" if none was; moved sliders do not end it."""
    return str(st.session_state.get(STARTED, ""))


def opening_box(lost: list[int]) -> int:
    """The box at whose frame a player opens: -1 for the first step, -2 for the result.

    `lost` are the best boxes of lost objects; an experiment may ask for the frame that suppresses the first.
    """
    if last_experiment() == "duplicates":
        return -2
    return lost[0] if last_experiment() in ("lost", "across") and lost else -1


def _settings(name: str) -> dict[str, Any]:
    """The values of the widgets for an experiment."""
    if name == "real":
        return {"source": "sample", "sample": "cat", "boxes": "detector", "score": 0.01, "iou": 0.5}
    scene: dict[str, Any] = {"source": "scene", "preset": PRESET}
    if name == "across":
        return {**scene, "seed": CAT_AND_DOG, "boxes": "simulated", "across": True, "iou": 0.5}
    ducks, swept = _boxes_of_scene(DUCKS)
    scene |= {"seed": DUCKS, **ducks}
    lost, doubled = turning_points(swept)
    return {
        "lost": {**scene, "iou": lost},
        "duplicates": {**scene, "iou": doubled},
        "soft": {**scene, "iou": lost, "compare": True, "method2": Method.GAUSSIAN, "sigma": 0.5},
        "fusion": {**scene, "iou": 0.55, "compare": True, "method2": Method.FUSION},
    }[name]


def _boxes_of_scene(seed: int) -> tuple[dict[str, Any], NMSSweep]:
    """Whose boxes show the experiments on a scene, and their sweep.

    A detector of the drawn world whose boxes lose an object at one threshold and double one at a higher;
    where there is none, simulated proposals.
    """
    chosen = scene_picture(seed, PRESETS[PRESET])
    truth = chosen.truth
    assert truth is not None  # of a drawn scene
    for entry in zoo.models(zoo.Task.DETECT):
        if entry.source is not zoo.Source.DRAWN or not entry.nms:
            continue
        try:
            swept = sweep_thresholds(raw_detections(entry, chosen), SCORE, truth=truth)
        except CvdemoError:  # its weights are not there
            continue
        if loses_and_doubles(swept, len(truth)):
            return {"boxes": "detector", "model": entry.key}, swept
    return {"boxes": "simulated"}, sweep_thresholds(_simulated(chosen.identity, truth), SCORE, truth=truth)
