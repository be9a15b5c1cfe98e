"""People and maps of the pose page, kept for all visitors: a network runs once for a picture or a person."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import streamlit as st
import supervision as sv

from cvdemo import zoo
from cvdemo.data.chosen import Chosen
from cvdemo.labs.pose import experiment
from cvdemo.labs.pose.experiment import Person, Picture, PoseTrace
from cvdemo.ops.detections import select
from cvdemo.ui.cache import cached
from cvdemo.ui.models import raw_detections
from cvdemo.zoo.labels import labels
from cvdemo.zoo.spec import ModelSpec

PERSON = "person"
NMS_IOU = 0.5
MOST = 100  # people


class Found(NamedTuple):
    """The people that a model finds on a picture: as detections, and with whom they are in a scene."""

    detections: sv.Detections
    people: list[Person]


def found(chosen: Chosen, spec: ModelSpec, score: float) -> Found:
    """People of at least a score, after NMS where the model needs it."""
    raw = raw_detections(spec, chosen)
    person = [i for i, name in labels(spec.labels).items() if name == PERSON]
    kept = select(raw, score=score, iou=NMS_IOU if spec.nms else 1.0, classes=person, max_detections=MOST)
    return Found(kept, experiment.people(kept, chosen.truth))


def found_people(chosen: Chosen, spec: ModelSpec, score: float) -> list[Person]:
    """The people alone."""
    return found(chosen, spec, score).people


def trace(chosen: Chosen, spec: ModelSpec, person: Person) -> PoseTrace:
    """How the keypoints of a person come about."""
    box = tuple(round(float(v), 2) for v in person.box)
    with st.spinner(f"The heat maps are computed on {zoo.default_device().upper()} …", show_time=True):
        return _trace(chosen.identity, spec.key, box, chosen.picture)


@cached
def _trace(identity: str, key: str, box: tuple[float, ...], _picture: Picture) -> PoseTrace:
    return experiment.pose_trace(zoo.spec(key), _picture, np.array(box))
