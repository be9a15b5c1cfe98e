"""Detect objects (the lecture's goal): one picture, raw boxes, two thresholds."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import streamlit as st
import supervision as sv

from cvdemo import zoo
from cvdemo.data.chosen import Chosen
from cvdemo.data.detections_json import class_names
from cvdemo.draw.detections import draw_detections
from cvdemo.ops.detections import confidence, select
from cvdemo.ops.nms import nms
from cvdemo.ui import state, widgets
from cvdemo.ui.boxes import Cut, boxes_and_table, raw_boxes, score_histogram
from cvdemo.ui.downloads import coco, offer, png, table
from cvdemo.ui.live.camera import choose_width, live_camera
from cvdemo.ui.live.predictors import DetectionPredictor
from cvdemo.ui.models import about, choose_model, offer_better, raw_detections, ready
from cvdemo.ui.page import code_fold, guarded, header, picture_beside, theory
from cvdemo.ui.source import choose_picture, is_live
from cvdemo.ui.truth import say_score, say_what_it_knows, true_boxes
from cvdemo.ui.try_this import try_this

SCORE, IOU = "Score threshold", "NMS threshold (IoU)"
PHOTO = {"source": "sample", "model": "ssd-mobilenet-v2"}
EXPERIMENTS = {
    "All raw boxes": {**PHOTO, "sample": "cat", "score": 0.02, "iou": 1.0},
    "One box each": {**PHOTO, "sample": "cat", "score": 0.4, "iou": 0.5},
    "A low threshold": {**PHOTO, "sample": "coffee", "score": 0.1, "iou": 0.5},
    "Another world": {**PHOTO, "source": "scene", "seed": 7, "preset": "normal", "score": 0.3, "truth": True},
}


class Answer:
    """A model's raw detections, and what of them the page shows now."""

    def __init__(self, entry: zoo.ModelSpec, chosen: Chosen, prompt: str) -> None:
        self.entry, self.chosen = entry, chosen
        self.identity = f"{entry.key} {chosen.identity} {prompt}"
        self.raw = raw_detections(entry, chosen, prompt)

    def show(self, options: dict[str, Any]) -> None:
        """Detections that stay, and the milliseconds that it took to find out."""
        self.cuts = {"score": Cut(SCORE, options["score"]), "iou": Cut(IOU, options["iou"])}
        start = time.perf_counter()
        self.found = select(self.raw, **{**options, "iou": options["iou"] if self.entry.nms else 1.0})
        self.times = f"post-processing {1000 * (time.perf_counter() - start):.1f} ms"


def thresholds(first: zoo.ModelSpec) -> tuple[dict[str, float], Any]:
    """The two sliders beside the picture, by the names that `select` has for them; a place between them."""
    score = widgets.slider("score", SCORE, 0.01, 1.0, 0.5, 0.01)
    place = st.container()
    iou = widgets.slider("iou", IOU, 0.0, 1.0, 0.5, 0.05, disabled=not first.nms)
    if not first.nms:
        st.caption("No NMS here: this model was trained to give each object one box (set prediction).")
    return {"score": score, "iou": iou}, place


def choose_classes(raw: sv.Detections) -> dict[str, Any]:
    """Which classes are shown and how many boxes, by the names that `select` has for them."""
    with st.popover("Classes and limit", width="stretch"):
        names = class_names(raw)
        wanted = widgets.multiselect(
            "only", "Only these classes", sorted(set(names)), placeholder="all classes"
        )
        limit = widgets.number_input("most", "Most detections", 1, 300, 100)
    class_ids = np.zeros(0, int) if raw.class_id is None else raw.class_id
    ids = {int(i) for i, n in zip(class_ids, names, strict=True) if n in wanted}
    return {"classes": ids or None, "max_detections": limit}


def result(answer: Answer, *, key: str) -> None:
    """One model's answer: picture, table, and the score where the truth is known."""
    say_score(answer.chosen, answer.found)
    asked = true_boxes(answer.chosen) if st.session_state.get(state.key("truth")) else None
    boxes_and_table(
        answer.found,
        answer.chosen.picture.shape[:2],
        key=f"boxes-{key}",
        name=answer.chosen.name,
        raw=answer.identity,
        cuts=answer.cuts,
        truth=asked,
        note=answer.times,
    )


def downloads(answer: Answer, *, part: str) -> None:
    """What ran, and picture and detections as they stand when a button is pressed."""
    st.caption(
        f"**{answer.entry.title}** on {zoo.default_device().upper()} · "
        f"decode {answer.chosen.decode_ms:.1f} ms · "
        f"network {answer.raw.metadata['milliseconds']:.0f} ms (once)"
    )
    offer(
        answer.chosen.name,
        png(lambda: draw_detections(answer.chosen.picture, answer.found)),
        coco(lambda: answer.found),
        table(lambda: answer.found),
        part=part,
    )


@st.fragment
@guarded
def lab() -> None:
    """Picture and models on top; thresholds and results under them, in a fragment of their own."""
    try_this("detect", EXPERIMENTS)
    source, model, more = st.columns([1.35, 1, 0.9], gap="medium")
    with source:
        chosen = choose_picture(live=True)
    with model:
        first = choose_model(zoo.Task.DETECT, chosen)
        about(first)
        prompt = _prompt(first, "prompt")
    if is_live():
        if ready(first):
            live(first, prompt)
        return
    second, prompt2 = None, ""
    with more:
        if widgets.toggle("compare", "Second model"):
            second = choose_model(zoo.Task.DETECT, chosen, key="model2", label="Second model")
            about(second)
            prompt2 = _prompt(second, "prompt2")
    if chosen is None or not ready(first):
        return
    answers = [Answer(first, chosen, prompt)]
    if second is not None and ready(second):
        answers.append(Answer(second, chosen, prompt2))
    say_what_it_knows(chosen, *(answer.entry for answer in answers))
    with more:
        options = choose_classes(answers[0].raw)
        if true_boxes(chosen) is not None:
            widgets.toggle("truth", "Show the truth")
    results(answers, options)
    _, *sides = st.columns(_widths(len(answers)), gap="medium")
    for i, (side, answer) in enumerate(zip(sides, answers, strict=True)):
        with side:
            downloads(answer, part=answer.entry.key + ("-second" if i else ""))
            raw_boxes(
                chosen.picture, answer.raw, key=f"boxes-{i}", identity=answer.identity,
                nms=answer.entry.nms, options=options,
            )  # fmt: skip
    offer_better(first, chosen, lambda key: {"model": key})


@st.fragment
@guarded
def live(entry: zoo.ModelSpec, prompt: str) -> None:
    """Thresholds left, the visitor's camera right."""
    left, right = picture_beside(_widths(1), gap="medium")
    with left:
        cuts, _ = thresholds(entry)
        width = choose_width()
    with right:
        live_camera(entry, DetectionPredictor(entry.key, cuts["score"], cuts["iou"], prompt=prompt), width)


@st.fragment
@guarded
def results(answers: list[Answer], options: dict[str, Any]) -> None:
    """Thresholds left, pictures right: all that runs when a slider moves.

    All is computed from the sliders' state before the first of them is drawn again, so that the browser
    gets everything at once and lays the page out once.
    """
    ahead = {name: st.session_state.get(state.key(name)) for name in ("score", "iou")}
    if None not in ahead.values():
        _show(answers, {**options, **ahead})
    left, *sides = picture_beside(_widths(len(answers)), gap="medium")
    with left:
        cuts, between = thresholds(answers[0].entry)
    if cuts != ahead:  # the first run: defaults or the URL decide
        _show(answers, {**options, **cuts})
    for i, (side, answer) in enumerate(zip(sides, answers, strict=True)):
        with side:
            result(answer, key=str(i))
    with between:
        score_histogram(answers[0].raw, cuts["score"], key="histogram")


def _show(answers: list[Answer], options: dict[str, Any]) -> None:
    for answer in answers:
        answer.show(options)


def _widths(answers: int) -> list[float]:
    return [1, *[2.6 / answers] * answers]


def _prompt(entry: zoo.ModelSpec, key: str) -> str:
    if not entry.prompt:
        return ""
    return widgets.text_input(key, "Predictor for", "a cat, a person, a cup")


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
