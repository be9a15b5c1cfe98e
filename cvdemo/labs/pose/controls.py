"""The pose page's experiments and widgets, and where the visitor has dragged keypoints to."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

import streamlit as st

from cvdemo import zoo
from cvdemo.labs.pose.experiment import Person
from cvdemo.labs.pose.results import found_people
from cvdemo.ops.keypoints import KEYPOINT_NAMES
from cvdemo.ui import state, widgets
from cvdemo.ui.models import opening_model
from cvdemo.ui.source import scene_picture
from cvdemo.world.difficulty import named

Dragged: TypeAlias = Mapping[int, tuple[float, float]]

COMPONENT = "pose-lab"
SCORE = 0.3  # of people, at first
SEED, PRESET = 7, "normal"  # the scene of most experiments
SCENE = {"source": "scene", "seed": SEED, "preset": PRESET}
OFF = 0.03  # of a person's longer side, that an experiment moves every keypoint by


def all_off() -> Mapping[str, Any]:
    """Every keypoint of the first person of a scene the same distance right of its true place."""
    chosen = scene_picture(SEED, named(PRESET))
    person = found_people(chosen, zoo.spec(opening_model(zoo.Task.POSE, chosen)), SCORE)[0]
    reference = person.reference
    shift = round(OFF * person.size)
    at = {k: (float(x) + shift, float(y)) for k, (x, y, seen) in enumerate(reference) if seen > 0}
    return {**SCENE, "moved": at, "keypoint": "left_eye"}


EXPERIMENTS: dict[str, Mapping[str, Any] | Callable[[], Mapping[str, Any]]] = {
    "all off alike": all_off,
    "seen from behind": {**SCENE, "keypoint": "left_shoulder"},
    "two left ankles?": {"source": "scene", "seed": 12, "preset": "hard", "keypoint": "left_ankle"},
    "a real photo": {"source": "sample", "sample": "astronaut", "keypoint": "left_wrist"},
    "nobody there": {"source": "sample", "sample": "coffee"},
    "a crowd": {"source": "scene", "seed": 241, "preset": "hard"},
}


class PoseKnobs(NamedTuple):
    """Least score of a person, least score of a keypoint that is drawn, and PCK's share of the box."""

    score: float
    least: float
    alpha: float


def choose_knobs() -> PoseKnobs:
    """Draws the sliders."""
    return PoseKnobs(
        widgets.slider("score", "People: minimum score", 0.01, 1.0, SCORE, 0.01),
        widgets.slider("least", "Keypoints: minimum score", 0.0, 1.0, 0.2, 0.05),
        widgets.slider(
            "alpha", "PCK: correct within", 0.02, 0.5, 0.1, 0.02,
            help="As a share of the longer side of the person's box",
        ),
    )  # fmt: skip


def choose_person(people: Sequence[Person]) -> int:
    """The number of the person who is looked at closely."""
    return int(
        widgets.selectbox(
            "person", "Person", range(len(people)), format_func=lambda k: people[k].title(k + 1)
        )
    )


def choose_keypoint() -> int:
    """The number of the keypoint whose heat map lies over the person."""
    names = list(KEYPOINT_NAMES)
    shown = widgets.selectbox(
        "keypoint", "Keypoint", names, "left_ankle", format_func=lambda name: name.replace("_", " ")
    )
    return names.index(shown)


def dragged(of: str = "") -> Dragged:
    """Where the visitor has dragged keypoints of the person `of`, by the keypoint's number; of any if ""."""
    return state.value("moved", read=_read, write=_write, of=of) or {}


def keep_moved(of: str, people: int) -> None:
    """Keep what the visitor did in the component: another person, another keypoint, or one dragged."""
    moved: dict[str, Any] | None = st.session_state[COMPONENT].get("moved")
    if not moved or moved.get("stamp") != stamp(of):
        return
    person, keypoint = moved.get("person"), moved.get("keypoint")
    if isinstance(person, int) and 0 <= person < people:
        state.put({"person": person})
        return
    if isinstance(keypoint, int) and 0 <= keypoint < len(KEYPOINT_NAMES):
        state.put({"keypoint": KEYPOINT_NAMES[keypoint]})
    points = _points((int(k), *at) for k, at in (moved.get("points") or {}).items())
    if points:
        state.keep({"moved": points}, of=of)
    else:
        state.drop("moved")
        state.write_address()


def stamp(of: str) -> str:
    """Another text whenever keypoints were set from Python, or are those of another person."""
    return f"{state.stamp()} {of}"


def _points(parts: Any) -> dict[int, tuple[float, float]]:
    """Keypoints by number, without what is no number of one or no place."""
    return {
        k: (float(x), float(y))
        for k, x, y in parts
        if 0 <= k < len(KEYPOINT_NAMES) and math.isfinite(float(x)) and math.isfinite(float(y))
    }


def _read(texts: state.Texts) -> Dragged:
    """ "15:301.5,422;3:10,20": number of a keypoint, x, y."""
    parts = []
    for text in filter(None, texts[-1].split(";")):
        number, _, place = text.partition(":")
        x, y = place.split(",")
        parts.append((int(number), float(x), float(y)))
    return _points(parts)


def _write(points: Dragged) -> str:
    return ";".join(f"{k}:{x:.6g},{y:.6g}" for k, (x, y) in sorted(points.items()))
