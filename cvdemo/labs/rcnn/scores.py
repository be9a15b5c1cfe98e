"""The last stages: all scores, and what threshold and NMS leave of them, judged where the truth is known."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

import numpy as np
import streamlit as st
import supervision as sv

from cvdemo.data.detections_json import class_names, to_coco, to_csv
from cvdemo.data.pictures import fit, to_png
from cvdemo.draw.regions import MarkedDetections, draw_marked_detections
from cvdemo.labs.rcnn.lab import Passed
from cvdemo.labs.rcnn.stages import columns, heading, row
from cvdemo.metrics.recall_counts import RecallCounts, recall_counts
from cvdemo.metrics.scene import scene_score
from cvdemo.ops.detections import confidence, select
from cvdemo.ui.source import Chosen
from cvdemo.world.truth import Truth
from cvdemo.world.vocabulary import THINGS

WIDTH = 400
LIMIT = 300  # boxes drawn before NMS


class Answer(NamedTuple):
    """What is left of a net's detections; `verdict` where the truth is known."""

    before: sv.Detections
    after: sv.Detections
    verdict: RecallCounts | None


def answer(chosen: Chosen, raw: sv.Detections, score: float, iou: float) -> Answer:
    """Raw detections with a threshold alone, and with NMS behind it."""
    before = select(raw, score=score, iou=1.0, max_detections=len(raw) or 1)
    after = select(raw, score=score, iou=iou)
    return Answer(before, after, verdict(chosen, after))


def verdict(chosen: Chosen, found: sv.Detections) -> RecallCounts | None:
    """Which things detections find, difficult ones left out; None where no truth is known."""
    if chosen.truth is None:
        return None
    wanted = things_of(chosen.identity, chosen.truth)
    ids = [THINGS.index(name) for name in class_names(found)]
    classes = np.asarray(wanted.class_id, int)
    return recall_counts(found.xyxy, confidence(found), np.array(ids, int), wanted.xyxy, classes)


@st.cache_resource(max_entries=16, show_spinner=False)
def things_of(identity: str, _truth: Truth) -> sv.Detections:
    """The things that have to be found; without their masks, which nobody looks at here."""
    known = _truth.detections()
    return sv.Detections(known.xyxy, class_id=known.class_id, data=dict(known.data))


@st.fragment
def results(chosen: Chosen, found: Sequence[Passed]) -> None:
    """Two sliders and two rows: all that runs when one of them moves."""
    with columns("rcnn-results"):
        heading("④ Scores before NMS")
        left, right = st.columns(2, gap="medium")
        score = left.slider("Score threshold", 0.01, 1.0, 0.3, 0.01, key="score", bind="query-params")
        iou = right.slider("NMS threshold (IoU)", 0.0, 1.0, 0.5, 0.05, key="iou", bind="query-params")
        answers = {one.key: answer(chosen, one.raw, score, iou) for one in found}
        small = fit(chosen.picture, WIDTH)
        row(found, lambda one: _before(one, answers[one.key], chosen, small))
        heading("⑤ Detections")
        row(found, lambda one: _after(one, answers[one.key], chosen, small))
        downloads(chosen, found, answers)


def _before(one: Passed, said: Answer, chosen: Chosen, small: np.ndarray) -> tuple[np.ndarray, str]:
    best = said.before[:LIMIT]
    assert isinstance(best, sv.Detections)
    picture = draw_marked_detections(small, MarkedDetections(_scaled(best, chosen, small)), labels=False)
    count = len(said.before)
    boxes = f"{count:,} box{'' if count == 1 else 'es'} of {len(one.raw):,} pass"
    return picture, f"**{one.milliseconds['head']:.1f} ms** · {boxes}"


def _after(one: Passed, said: Answer, chosen: Chosen, small: np.ndarray) -> tuple[np.ndarray, str]:
    picture = draw_marked_detections(small, judged(chosen, said, small))
    total = f"**{sum(one.milliseconds.values()):.0f} ms** in all"
    if chosen.truth is None:
        return picture, f"{total} · {len(said.after)} detections"
    return picture, f"{total} · {scene_score(said.after, chosen.truth).text()}"


def judged(chosen: Chosen, said: Answer, small: np.ndarray) -> MarkedDetections:
    """Detections in pixels of a smaller picture, with what is wrong and missed."""
    found = _scaled(said.after, chosen, small)
    if said.verdict is None or chosen.truth is None:
        return MarkedDetections(found)
    wanted = things_of(chosen.identity, chosen.truth).xyxy[~said.verdict.found]
    return MarkedDetections(
        found, ~said.verdict.true_positive, wanted * (small.shape[1] / chosen.picture.shape[1])
    )


def _scaled(found: sv.Detections, chosen: Chosen, small: np.ndarray) -> sv.Detections:
    return sv.Detections(
        xyxy=found.xyxy * (small.shape[1] / chosen.picture.shape[1]),
        confidence=found.confidence,
        class_id=found.class_id,
        data=dict(found.data),
    )


def downloads(chosen: Chosen, found: Sequence[Passed], answers: dict[str, Answer]) -> None:
    """All nets' detections as one picture, as COCO results and as tables; made when asked for."""
    stem = chosen.name.rsplit(".", 1)[0]
    place = st.container(horizontal=True, gap="small")
    place.download_button(
        "PNG", lambda: to_png(sheet(chosen, answers)), f"{stem}-rcnn.png", "image/png", key="png"
    )
    coco, table = place.popover("COCO JSON"), place.popover("CSV")
    for one in found:
        said, name = answers[one.key].after, f"{stem}-{one.key}"
        coco.download_button(
            one.title, partial(coco_text, said), f"{name}.json", "application/json", key=f"coco-{one.key}"
        )
        table.download_button(
            one.title, partial(to_csv, said), f"{name}.csv", "text/csv", key=f"csv-{one.key}"
        )


def coco_text(found: sv.Detections) -> str:
    """COCO's results format, with the picture as image 1."""
    return json.dumps(to_coco(found, image_id=1), indent=1)


def sheet(chosen: Chosen, answers: dict[str, Answer]) -> np.ndarray:
    """The detections of all nets, two by two, [H, W, 3]."""
    large = fit(chosen.picture, 960)
    drawn = [draw_marked_detections(large, judged(chosen, said, large)) for said in answers.values()]
    drawn += [np.full_like(large, 255)] * (len(drawn) % 2)
    return np.vstack([np.hstack(drawn[k : k + 2]) for k in range(0, len(drawn), 2)])
