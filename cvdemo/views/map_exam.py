"""What the mAP page looks at: a set of truth and results with its pictures, judged once per set of rules."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import streamlit as st

from cvdemo import world
from cvdemo.data.annotations import EvalSet
from cvdemo.data.coco import read_coco
from cvdemo.data.pictures import to_jpeg
from cvdemo.metrics.coco import Scores, score
from cvdemo.metrics.contest import Contest
from cvdemo.metrics.conventions import COCO_KEYPOINTS, COCO_THRESHOLDS, Conventions
from cvdemo.metrics.curve import Curve, curves
from cvdemo.metrics.simulated import simulated
from cvdemo.metrics.switchboard import TOOLS
from cvdemo.metrics.walk import Walk
from cvdemo.metrics.what_if import after_nms, with_false_alarms
from cvdemo.world.export import Book

SCENES = 40
WIDTH, HEIGHT = 640, 480
CROWDED = replace(world.PRESETS["normal"], objects=10, occlusion=0.6)
NMS_IOU = 0.6  # what `cvdemo evaluate` uses, too


@dataclass(frozen=True, eq=False)
class Exam:
    """Truth and results with their pictures; `identity` is the same for the same set."""

    identity: str
    about: str  # one sentence: where the detections come from
    data: EvalSet
    jpeg: Callable[[int], bytes | None]  # of the image at a position, None where there is no picture
    nms: float = 1.0  # threshold that such detections usually go through; 1 for results that did already
    rules: str = "COCO"


@dataclass(frozen=True)
class Drawn:
    """Scenes of the drawn world as COCO truth and JPEG files."""

    truth: dict
    pictures: tuple[np.ndarray, ...]


@st.cache_resource(max_entries=1, show_spinner="Drawing 40 scenes …")
def drawn_scenes() -> Drawn:
    """The bundled example's scenes: split "val", seeds 0 to 39."""
    book, pictures = Book("val", CROWDED), []
    for seed in range(SCENES):
        picture, truth = world.draw(world.scene(seed, split="val", difficulty=CROWDED), WIDTH, HEIGHT)
        book.add(truth, f"val scene {seed}", seed)
        pictures.append(picture)
    truth_file = dict(book.files())["instances"]
    names = [c["name"] for c in truth_file["categories"]]
    truth_file = {**truth_file, "categories": [{"id": i, "name": n} for i, n in enumerate(names, 1)]}
    return Drawn(truth_file, tuple(pictures))


@st.cache_resource(max_entries=128, show_spinner=False)
def _scene_jpeg(seed: int) -> bytes:
    return to_jpeg(drawn_scenes().pictures[seed])


@st.cache_resource(max_entries=1, show_spinner=False)
def simulated_exam() -> Exam:
    """The scenes with simulated detections, before NMS."""
    truth = drawn_scenes().truth
    about = (
        f"{SCENES} scenes of the drawn world, exact truth; the detections are **simulated** "
        "(seeded: jittered, missed, doubled, confused and made up), no network ran."
    )
    data = read_coco(truth, simulated(truth))
    return Exam("simulated", about, data, _scene_jpeg, nms=NMS_IOU)


@st.cache_resource(max_entries=8, show_spinner=False)
def changed(identity: str, nms: float, alarms: int, category: int, _exam: Exam) -> EvalSet:
    """The exam's set after NMS and with so many false alarms of a class on top."""
    data = after_nms(_exam.data, nms)
    return with_false_alarms(data, category, alarms) if alarms else data


def rules_of(name: str, data: EvalSet) -> Conventions:
    """A tool's conventions with COCO's ten thresholds; keypoints go by COCO's alone."""
    if data.iou_type == "keypoints":
        return COCO_KEYPOINTS
    return replace(TOOLS[name], iou_thresholds=COCO_THRESHOLDS)


@st.cache_resource(max_entries=8, show_spinner=False)
def contest_of(identity: str, rules: str, _data: EvalSet) -> Contest:
    """The set under a tool's rules; overlaps are worked out once."""
    return Contest(_data, rules_of(rules, _data))


@st.cache_resource(max_entries=8, show_spinner=False)
def scores_of(identity: str, rules: str, _field: Contest) -> Scores:
    """AP of every class at the ten thresholds."""
    return score(_field.data, _field.conventions)


@st.cache_resource(max_entries=16, show_spinner=False)
def curves_of(identity: str, rules: str, iou: float, _field: Contest) -> dict[int, Curve]:
    """The curves of all classes at one threshold."""
    return curves(_field, iou)


@st.cache_resource(max_entries=16, show_spinner=False)
def walk_of(identity: str, rules: str, iou: float, category: int, _curve: Curve) -> Walk:
    """The walk along one class's curve."""
    return Walk(_curve)
