"""Detect objects (the lecture's goal): one picture, raw boxes, two thresholds."""

from __future__ import annotations

import json
import time

import streamlit as st
import supervision as sv

from cvdemo import zoo
from cvdemo.data.detections_json import to_coco, to_csv
from cvdemo.data.pictures import to_png
from cvdemo.draw.detections import draw_detections
from cvdemo.ops.detections import confidence, select
from cvdemo.ops.nms import nms
from cvdemo.views.boxes import boxes_and_table, score_histogram
from cvdemo.views.models import about, choose_model, raw_detections, ready
from cvdemo.views.page import code_fold, guarded, header, theory
from cvdemo.views.source import Chosen, choose_picture


def thresholds(first: zoo.ModelSpec, raw: sv.Detections) -> dict:
    """The sliders beside the picture, and what they say to `select`."""
    score = st.slider("Score threshold", 0.01, 1.0, 0.5, 0.01, key="score", bind="query-params")
    score_histogram(raw, score, key="histogram")
    iou = st.slider(
        "NMS threshold (IoU)", 0.0, 1.0, 0.5, 0.05, key="iou", bind="query-params", disabled=not first.nms
    )
    if not first.nms:
        st.caption("No NMS here: this model was trained to give each object one box (set prediction).")
    names = sorted(set(map(str, raw.data.get("class_name", []))))
    wanted = st.multiselect("Only these classes", names, placeholder="all classes")
    limit = st.number_input("Most detections", 1, 300, 100, key="most", bind="query-params")
    class_ids = confidence(raw) if raw.class_id is None else raw.class_id
    ids = {int(i) for i, n in zip(class_ids, raw.data["class_name"], strict=True) if n in wanted}
    return {"score": score, "iou": iou, "classes": ids or None, "max_detections": int(limit)}


def result(entry: zoo.ModelSpec, chosen: Chosen, raw: sv.Detections, options: dict, *, key: str) -> None:
    """One model's answer: picture, table, times, files."""
    start = time.perf_counter()
    found = select(raw, **{**options, "iou": options["iou"] if entry.nms else 1.0})
    selected = time.perf_counter()
    annotated = draw_detections(chosen.picture, found)
    drawn = time.perf_counter()
    boxes_and_table(annotated, found, key=f"boxes-{key}", name=chosen.name)
    st.caption(
        f"**{entry.title}** on {zoo.default_device().upper()} · decode {chosen.decode_ms:.1f} ms · "
        f"network {raw.metadata['milliseconds']:.0f} ms (once) · "
        f"post-processing {1000 * (selected - start):.1f} ms · drawing {1000 * (drawn - selected):.1f} ms"
    )
    stem = chosen.name.rsplit(".", 1)[0]
    png, coco, csv = st.columns(3)
    png.download_button("PNG", lambda: to_png(annotated), f"{stem}.png", "image/png", key=f"png-{key}")
    coco.download_button(
        "COCO JSON", lambda: to_coco_text(found), f"{stem}.json", "application/json", key=f"coco-{key}"
    )
    csv.download_button("CSV", lambda: to_csv(found), f"{stem}.csv", "text/csv", key=f"csv-{key}")


def to_coco_text(found: sv.Detections) -> str:
    """COCO's results format, with the picture as image 1."""
    return json.dumps(to_coco(found, image_id=1), indent=1)


@st.fragment
@guarded
def lab() -> None:
    """Picture and models on top; thresholds and results under them, in a fragment of their own."""
    source, model, more = st.columns([1, 1, 1], gap="medium")
    with source:
        chosen = choose_picture()
    with model:
        first = choose_model(zoo.Task.DETECT)
        about(first)
        prompt = _prompt(first, "prompt")
    second, prompt2 = None, ""
    with more:
        if st.toggle("Compare with a second model", key="compare", bind="query-params"):
            second = choose_model(zoo.Task.DETECT, key="model2", label="Second model")
            about(second)
            prompt2 = _prompt(second, "prompt2")
    if chosen is None or not ready(first):
        return
    answers = [(first, raw_detections(first, chosen, prompt))]
    if second is not None and ready(second):
        answers.append((second, raw_detections(second, chosen, prompt2)))
    results(chosen, answers)


@st.fragment
@guarded
def results(chosen: Chosen, answers: list[tuple[zoo.ModelSpec, sv.Detections]]) -> None:
    """Thresholds left, pictures right: all that runs when a slider moves."""
    left, *sides = st.columns([1, *[2.6 / len(answers)] * len(answers)], gap="medium")
    with left:
        options = thresholds(*answers[0])
    for i, (side, (entry, raw)) in enumerate(zip(sides, answers, strict=True)):
        with side:
            result(entry, chosen, raw, options, key=str(i))


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
