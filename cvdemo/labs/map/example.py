"""The mAP page's example: drawn scenes, with a detector trained on them or simulated detections."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import streamlit as st

from cvdemo import world, zoo
from cvdemo.data.coco import read_coco
from cvdemo.data.pictures import to_jpeg
from cvdemo.labs.map.exam import Exam
from cvdemo.labs.map.run import NMS_IOU, Shown, run_detector
from cvdemo.metrics.simulated import simulated
from cvdemo.world.export import Book
from cvdemo.zoo.weights import weights_folder

SCENES = 40
WIDTH, HEIGHT = 640, 480
CROWDED = replace(world.PRESETS["normal"], objects=10, occlusion=0.6)


@dataclass(frozen=True)
class Drawn:
    """Scenes of the drawn world as COCO truth and JPEG files."""

    truth: dict[str, Any]
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
        f"{SCENES} scenes of the drawn world with their exact truth. The detections are **simulated** "
        "(jittered, missed, doubled, confused and made up by a seed): no network ran."
    )
    return Exam("simulated", about, read_coco(truth, simulated(truth)), _scene_jpeg, nms=NMS_IOU)


def example() -> Exam:
    """The scenes with the detections of the chosen detector: those trained on the drawn world come first."""
    of_world = (m.key for m in zoo.models(zoo.Task.DETECT) if m.source == zoo.Source.DRAWN)
    drawn = [key for key in of_world if (weights_folder() / f"{key}.safetensors").is_file()]
    if not drawn:
        return simulated_exam()
    options = [*drawn, "simulated"]
    key = st.pills(
        "Detections of", options, default=drawn[0], required=True, key="detector", bind="query-params"
    )
    return simulated_exam() if key == "simulated" else _detected(str(key))


def _detected(key: str) -> Exam:
    scenes, entry = drawn_scenes(), zoo.spec(key)
    pictures = [
        Shown(image["id"], image["file_name"], partial(scenes.pictures.__getitem__, k))
        for k, image in enumerate(scenes.truth["images"])
    ]
    rows = run_detector(entry, "drawn", pictures, scenes.truth["categories"])
    about = (
        f"{SCENES} scenes of the drawn world with their exact truth, and what **{entry.title}** says of them."
    )
    return _read(key, about, rows)


@st.cache_resource(max_entries=4, show_spinner=False)
def _read(key: str, about: str, _rows: list[dict[str, Any]]) -> Exam:
    return Exam(f"drawn:{key}", about, read_coco(drawn_scenes().truth, _rows), _scene_jpeg, nms=NMS_IOU)
