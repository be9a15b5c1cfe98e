"""Detect objects (the lecture's goal): one picture, raw boxes, two thresholds."""

from __future__ import annotations

import json
import time
from typing import Any

import numpy as np
import streamlit as st
import supervision as sv

from cvdemo import zoo
from cvdemo.data.detections_json import class_names, to_coco, to_csv
from cvdemo.data.pictures import to_png
from cvdemo.draw.detections import draw_detections
from cvdemo.ops.detections import confidence, select
from cvdemo.ops.nms import nms
from cvdemo.views.boxes import boxes_and_table, score_histogram
from cvdemo.views.experiments import try_this
from cvdemo.views.models import about, choose_model, raw_detections, ready
from cvdemo.views.page import code_fold, guarded, header, theory
from cvdemo.views.source import Chosen, choose_picture
from cvdemo.views.truth import scene_score

PHOTO = {"source": "sample", "model": "ssd-mobilenet-v2"}
EXPERIMENTS = {
    "All it said": {**PHOTO, "sample": "cat", "score": 0.02, "iou": 1.0},
    "One box each": {**PHOTO, "sample": "cat", "score": 0.4, "iou": 0.5},
    "Unsure": {**PHOTO, "sample": "coffee", "score": 0.1, "iou": 0.5},
    "Another world": {**PHOTO, "source": "scene", "seed": 7, "preset": "normal", "score": 0.3, "truth": True},
}


class Shown:
    """What the page shows now, for the downloads: they are made when they are asked for."""

    def __init__(self) -> None:
        self.annotated = np.zeros((1, 1, 3), np.uint8)
        self.found = sv.Detections.empty()


def thresholds(first: zoo.ModelSpec, raw: sv.Detections) -> dict[str, float]:
    """The two sliders beside the picture, by the names that `select` has for them."""
    score = st.slider("Score threshold", 0.01, 1.0, 0.5, 0.01, key="score", bind="query-params")
    score_histogram(raw, score, key="histogram")
    iou = st.slider(
        "NMS threshold (IoU)", 0.0, 1.0, 0.5, 0.05, key="iou", bind="query-params", disabled=not first.nms
    )
    if not first.nms:
        st.caption("No NMS here: this model was trained to give each object one box (set prediction).")
    return {"score": score, "iou": iou}


def choose_classes(raw: sv.Detections) -> dict[str, Any]:
    """Which classes are shown and how many boxes, by the names that `select` has for them."""
    with st.popover("Classes and limit", width="stretch"):
        names = class_names(raw)
        wanted = st.multiselect("Only these classes", sorted(set(names)), placeholder="all classes")
        limit = st.number_input("Most detections", 1, 300, 100, key="most", bind="query-params")
    class_ids = np.zeros(0, int) if raw.class_id is None else raw.class_id
    ids = {int(i) for i, n in zip(class_ids, names, strict=True) if n in wanted}
    return {"classes": ids or None, "max_detections": int(limit)}


def result(
    entry: zoo.ModelSpec,
    chosen: Chosen,
    raw: sv.Detections,
    options: dict[str, Any],
    *,
    shown: Shown,
    key: str,
) -> None:
    """One model's answer: picture, table, times, and the score where the truth is known."""
    start = time.perf_counter()
    found = select(raw, **{**options, "iou": options["iou"] if entry.nms else 1.0})
    selected = time.perf_counter()
    annotated = draw_detections(chosen.picture, found)
    drawn = time.perf_counter()
    shown.annotated, shown.found = annotated, found
    asked = None if chosen.truth is None else chosen.truth.boxes[~chosen.truth.difficult]
    if chosen.truth is not None:
        st.markdown(scene_score(found, chosen.truth).text())
    truth = asked if st.session_state.get("truth") else None
    boxes_and_table(annotated, found, key=f"boxes-{key}", name=chosen.name, truth=truth)
    st.caption(
        f"**{entry.title}** on {zoo.default_device().upper()} · decode {chosen.decode_ms:.1f} ms · "
        f"network {raw.metadata['milliseconds']:.0f} ms (once) · "
        f"post-processing {1000 * (selected - start):.1f} ms · drawing {1000 * (drawn - selected):.1f} ms"
    )


def downloads(chosen: Chosen, shown: Shown, *, key: str) -> None:
    """Picture and detections as they stand when a button is pressed."""
    stem = chosen.name.rsplit(".", 1)[0]
    png, coco, csv = st.columns(3)
    png.download_button("PNG", lambda: to_png(shown.annotated), f"{stem}.png", "image/png", key=f"png-{key}")
    coco.download_button(
        "COCO JSON", lambda: to_coco_text(shown.found), f"{stem}.json", "application/json", key=f"coco-{key}"
    )
    csv.download_button("CSV", lambda: to_csv(shown.found), f"{stem}.csv", "text/csv", key=f"csv-{key}")


def to_coco_text(found: sv.Detections) -> str:
    """COCO's results format, with the picture as image 1."""
    return json.dumps(to_coco(found, image_id=1), indent=1)


@st.fragment
@guarded
def lab() -> None:
    """Picture and models on top; thresholds and results under them, in a fragment of their own."""
    try_this("detect", EXPERIMENTS)
    source, model, more = st.columns([1.35, 1, 0.9], gap="medium")
    with source:
        chosen = choose_picture()
    with model:
        first = choose_model(zoo.Task.DETECT)
        about(first)
        prompt = _prompt(first, "prompt")
    second, prompt2 = None, ""
    with more:
        if st.toggle("Second model", key="compare", bind="query-params"):
            second = choose_model(zoo.Task.DETECT, key="model2", label="Second model")
            about(second)
            prompt2 = _prompt(second, "prompt2")
    if chosen is None or not ready(first):
        return
    answers = [(first, raw_detections(first, chosen, prompt))]
    if second is not None and ready(second):
        answers.append((second, raw_detections(second, chosen, prompt2)))
    with more:
        options = choose_classes(answers[0][1])
        if chosen.truth is not None:
            st.toggle("Show the truth", key="truth", bind="query-params")
    shown = [Shown() for _ in answers]
    results(chosen, answers, options, shown)
    for i, (side, one) in enumerate(zip(_columns(len(answers))[1:], shown, strict=True)):
        with side:
            downloads(chosen, one, key=str(i))


@st.fragment
@guarded
def results(
    chosen: Chosen,
    answers: list[tuple[zoo.ModelSpec, sv.Detections]],
    options: dict[str, Any],
    shown: list[Shown],
) -> None:
    """Thresholds left, pictures right: all that runs when a slider moves."""
    left, *sides = _columns(len(answers))
    with left:
        options = {**options, **thresholds(*answers[0])}
    for i, (side, (entry, raw)) in enumerate(zip(sides, answers, strict=True)):
        with side:
            result(entry, chosen, raw, options, shown=shown[i], key=str(i))


def _columns(answers: int) -> list[Any]:
    return st.columns([1, *[2.6 / answers] * answers], gap="medium")


def _prompt(entry: zoo.ModelSpec, key: str) -> str:
    if not entry.prompt:
        return ""
    return st.text_input("Look for", "a cat, a person, a cup", key=key, bind="query-params")


def main() -> None:
    """The page from top to bottom."""
    header("detect")
    lab()
    theory("detect")
    code_fold(
        select,
        nms,
        confidence,
        paper="https://arxiv.org/abs/1512.02325",
        ready_made="`torchvision.models.detection`, `transformers.pipeline('object-detection')`",
    )


main()
