"""Encoded pictures of the Captions page, kept for all visitors: a CNN runs once for a picture."""

from __future__ import annotations

from typing import NamedTuple, cast

import numpy as np
import streamlit as st
import supervision as sv
from numpy.typing import NDArray

from cvdemo import zoo
from cvdemo.data.chosen import Chosen
from cvdemo.data.pictures import fit, to_jpeg
from cvdemo.labs.captions.experiment import Caption
from cvdemo.labs.captions.judged import Judged, judge, nouns_found
from cvdemo.ops.decoding import Words
from cvdemo.ops.detections import select
from cvdemo.ui.cache import cached
from cvdemo.ui.models import opening_model, raw_detections
from cvdemo.world.reading import Truth
from cvdemo.zoo.captioner import Captioner, Encoded
from cvdemo.zoo.describe import describe_photo
from cvdemo.zoo.model import Segmenter
from cvdemo.zoo.spec import ModelSpec

LONGEST = 1280  # pixels of a picture's longer side
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


@cached
def jpeg(identity: str, _picture: NDArray[np.uint8]) -> bytes:
    """The picture as the board shows it."""
    return to_jpeg(fit(_picture, LONGEST))


class Known(NamedTuple):
    """A caption against a scene's truth, and by place whether the net looks at what a noun names."""

    judged: Judged
    found: dict[int, bool]


def against_truth(chosen: Chosen, spec: ModelSpec, encoded: Encoded, caption: Caption) -> Known | None:
    """What the truth of the picture says of a model's caption; None where there is none."""
    if chosen.truth is None:
        return None
    return _known(spec.key, chosen.identity, caption.words, caption, encoded, chosen.truth)


@cached
def _known(
    key: str, identity: str, words: Words, _caption: Caption, _encoded: Encoded, _truth: Truth
) -> Known:
    found = nouns_found(cast(Captioner, zoo.load(key)), _encoded, _caption, _truth)
    return Known(judge(_caption.text, _truth), found)


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
