"""Encoded pictures of the Captions page, kept for all visitors: a CNN runs once for a picture."""

from __future__ import annotations

from typing import cast

import numpy as np
import streamlit as st
import supervision as sv
from numpy.typing import NDArray

from cvdemo import zoo
from cvdemo.data.chosen import Chosen
from cvdemo.ops.detections import select
from cvdemo.ui.cache import cached
from cvdemo.ui.models import opening_model, raw_detections
from cvdemo.zoo.captioner import Captioner, Encoded
from cvdemo.zoo.describe import describe_photo
from cvdemo.zoo.model import Segmenter
from cvdemo.zoo.spec import ModelSpec

SCORE, IOU = 0.5, 0.5  # of the boxes that rules put into words


def model_of(spec: ModelSpec) -> Captioner:
    """The loaded model."""
    return cast(Captioner, zoo.load(spec.key))


def encoded(chosen: Chosen, spec: ModelSpec) -> Encoded:
    """The picture as the model's decoder sees it; the CNN runs once for each (model, picture)."""
    with st.spinner(f"{spec.title} runs on {zoo.default_device().upper()} …", show_time=True):
        return _encoded(spec.key, chosen.identity, chosen.picture)


@cached
def _encoded(key: str, identity: str, _picture: NDArray[np.uint8]) -> Encoded:
    return cast(Captioner, zoo.load(key)).encoded(_picture)


def by_rules(chosen: Chosen) -> tuple[str, ...]:
    """A sentence that rules make of detected boxes and regions, and the titles of the nets behind it."""
    detector = zoo.spec(opening_model(zoo.Task.DETECT, chosen))
    best = zoo.spec(opening_model(zoo.Task.SEGMENT, chosen))
    segmenter = best if best.offline and best.domain is chosen.domain else None
    raw = raw_detections(detector, chosen)
    found = select(raw, score=SCORE, iou=IOU if detector.nms else 1.0, max_detections=100)
    nets = tuple(spec.title for spec in (detector, segmenter) if spec is not None)
    return (_described(chosen.identity, segmenter.key if segmenter else "", chosen.picture, found), *nets)


@cached
def _described(identity: str, segmenter: str, _picture: NDArray[np.uint8], _found: sv.Detections) -> str:
    model = cast(Segmenter, zoo.load(segmenter)) if segmenter else None
    return describe_photo(_picture, _found, model)
