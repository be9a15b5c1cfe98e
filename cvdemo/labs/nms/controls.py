"""Widgets of the NMS page: where the boxes come from, the sliders with their charts, the experiments."""

from __future__ import annotations

from typing import Any, NamedTuple

import streamlit as st
import supervision as sv

from cvdemo import zoo
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
from cvdemo.ui.boxes import score_histogram
from cvdemo.ui.cache import cached
from cvdemo.ui.component import component
from cvdemo.ui.models import choose_model, raw_detections, ready
from cvdemo.ui.page import texts
from cvdemo.ui.scene import drawn
from cvdemo.ui.source import Chosen
from cvdemo.world.difficulty import PRESETS
from cvdemo.world.proposals import simulated_proposals
from cvdemo.world.truth import Truth

KINDS = ("detector", "simulated", "my own")
IOU, SCORE = 0.5, 0.3
OWN, TRIED, START = "nms-own", "nms-try", "nms-start"  # keys of the session's state
LAST, LOST = "last", "lost"
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
    kind = str(
        left.segmented_control(
            "Boxes", KINDS, default=KINDS[0], required=True, key="boxes", bind="query-params"
        )
    )
    entry = None
    with right:
        if kind == "detector":
            entry = choose_model(zoo.Task.DETECT)
        elif kind == "simulated":
            st.caption("Simulated proposals: the truth of a drawn scene, jittered at random. No network ran.")
        else:
            st.caption("Draw, drag and resize boxes on the picture: every change is computed anew.")
    if chosen is None:
        return None
    if kind == "my own":
        return drawn_boxes(chosen)
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
    """The visitor's boxes on this picture: from the session, else from the URL, else five to begin with."""
    height, width = chosen.picture.shape[:2]
    boxes: dict[str, OwnBoxes] = st.session_state.setdefault(OWN, {})
    if chosen.identity not in boxes:
        asked = st.query_params.get("own", "") if not boxes else ""
        boxes[chosen.identity] = own_boxes.from_text(asked, width, height) or own_boxes.first_boxes(
            width, height
        )
    st.query_params["own"] = own_boxes.to_text(boxes[chosen.identity])
    return boxes[chosen.identity]


def put_own(chosen: Chosen, sent: Any) -> None:
    """Take what the browser sent, or boxes of another source, as the visitor's own."""
    if isinstance(sent, list):
        height, width = chosen.picture.shape[:2]
        boxes = own_boxes.check_boxes(sent, width, height)
        st.session_state.setdefault(OWN, {})[chosen.identity] = boxes


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
        iou = st.slider("IoU threshold", 0.0, 1.0, IOU, 0.01, key="iou", bind="query-params")
        chart = st.container()
    with middle:
        score = st.slider("Score threshold", 0.0, 1.0, SCORE, 0.01, key="score", bind="query-params")
        score_histogram(boxes.raw, score, key="histogram")
    with right:
        methods = _methods()
        sigma = 0.5
        if Method.GAUSSIAN in methods:
            sigma = st.slider(
                "σ of Gaussian Soft-NMS", 0.05, 2.0, 0.5, 0.05, key="sigma", bind="query-params"
            )
        across = st.toggle(
            "Across classes",
            key="across",
            bind="query-params",
            help="Off: a box suppresses boxes of its own class only. On: boxes of any class.",
        )
        names = sorted(set(class_names(boxes.raw)))
        with st.popover("Only these classes", width="stretch"):
            some = st.multiselect("Only these classes", names, placeholder="all classes", key="only")
    choice = NMSChoice(NMSSettings(iou, score, not across), methods, sigma, tuple(some))
    with chart:
        _sweep_chart(chosen.truth if boxes.of_the_world else None, boxes, choice)
    return choice


def _methods() -> tuple[Method, ...]:
    first = _method("Method", "method", Method.GREEDY)
    if not st.toggle("Second method beside it", key="compare", bind="query-params"):
        return (first,)
    return (first, _method("Second method", "method2", Method.GAUSSIAN))


def _method(label: str, key: str, first: Method) -> Method:
    """A select box whose choice stands in the URL by the method's short name, not by its title."""
    names = [m.value for m in Method]
    asked = st.query_params.get(key, first.value)
    index = names.index(asked if asked in names else first.value)
    chosen = Method(st.selectbox(label, names, index, key=key, format_func=lambda m: TITLES[Method(m)]))
    if chosen != st.query_params.get(key, first.value):
        st.query_params[key] = chosen.value
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
        kind: Any = "primary" if current_experiment() == name else "secondary"
        row.button(label, key=f"try-{name}", on_click=_start, args=(name,), type=kind)
    if current_experiment():
        st.markdown(f"👀 {texts('nms')[current_experiment()]}")


def current_experiment() -> str:
    """The experiment that was started last, "" if none was."""
    return str(st.session_state.get(TRIED, ""))


def opening_box(lost: list[int]) -> int:
    """The box at whose frame a player opens: -1 for the first step, -2 for the result.

    `lost` are the best boxes of lost objects; an experiment may ask for the frame that suppresses the first.
    """
    where = st.session_state.get(START, "")
    if where == LAST:
        return -2
    return lost[0] if where == LOST and lost else -1


def _start(name: str) -> None:
    """Set everything that the experiment needs."""
    plain = {"compare": False, "across": False, "only": [], "method": Method.GREEDY.value, "score": SCORE}
    st.session_state.update({**plain, **_settings(name)})
    st.session_state[TRIED] = name
    st.session_state[START] = LAST if name == "duplicates" else LOST if name in ("lost", "across") else ""


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
        "soft": {**scene, "iou": lost, "compare": True, "method2": Method.GAUSSIAN.value, "sigma": 0.5},
        "fusion": {**scene, "iou": 0.55, "compare": True, "method2": Method.FUSION.value},
    }[name]


def _boxes_of_scene(seed: int) -> tuple[dict[str, Any], NMSSweep]:
    """Whose boxes show the experiments on a scene, and their sweep.

    A detector of the drawn world whose boxes lose an object at one threshold and double one at a higher;
    where there is none, simulated proposals.
    """
    picture, truth = drawn(seed, PRESETS[PRESET])
    chosen = Chosen(f"scene:{seed}:{PRESETS[PRESET]}", f"scene-{seed}", picture, 0.0, truth)
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
