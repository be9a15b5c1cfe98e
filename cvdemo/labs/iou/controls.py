"""Widgets of the IoU page: the true object, the experiments, the curves of a shift, a detector."""

from __future__ import annotations

from functools import partial

import streamlit as st

from cvdemo import zoo
from cvdemo.data.chosen import Chosen
from cvdemo.labs.iou.board import place
from cvdemo.labs.iou.draw import correct_boxes_chart, shift_curves
from cvdemo.labs.iou.experiment import (
    BoxPair,
    centre_shift,
    count_correct,
    example_pairs,
    nearest_box,
    offset_prediction,
    overlap_measures,
    square_side,
)
from cvdemo.metrics.conventions import COCO_THRESHOLDS
from cvdemo.ops.detections import select
from cvdemo.ops.iou import iou_under_shift
from cvdemo.ui import state, widgets
from cvdemo.ui.models import choose_model, raw_detections, ready
from cvdemo.ui.try_this import on_top, try_this
from cvdemo.world.reading import Truth

PLAIN = {"displayModeBar": False}


def experiments(chosen: Chosen) -> None:
    """One click each: pairs that tell the measures apart, on the picture that is chosen."""
    height, width = chosen.picture.shape[:2]
    pairs = {
        name: partial(on_top, pair._asdict(), replacing=BoxPair._fields)
        for name, pair in example_pairs(width, height).items()
    }
    try_this("iou", pairs)


def choose_object(chosen: Chosen, pair: BoxPair) -> None:
    """On a drawn scene: which of its objects the truth box is put on."""
    truth = chosen.truth
    if truth is None or not len(truth):
        return
    names = [f"{name} {k + 1}" for k, name in enumerate(truth.names())]
    boxes = [tuple(map(float, box)) for box in truth.boxes.tolist()]

    key = state.key("object")

    def put() -> None:
        row = st.session_state.get(key)
        if row is not None:
            place(BoxPair(boxes[row], offset_prediction(boxes[row], truth.width, truth.height)))

    # Not a value of the page: it says which object the truth box is around, wherever that came from.
    st.session_state[key] = boxes.index(pair.truth) if pair.truth in boxes else None
    st.selectbox(
        "Truth box around", range(len(names)), key=key, on_change=put, placeholder="your own",
        format_func=lambda k: names[k],
    )  # fmt: skip


def show_shift(pair: BoxPair) -> None:
    """What a shift costs boxes of several sizes, one as large as the truth box among them."""
    st.markdown("#### One pixel costs small boxes more")
    iou = overlap_measures(pair.truth, pair.prediction)["iou"]
    figure = shift_curves(square_side(pair.truth), centre_shift(pair), iou)
    st.plotly_chart(figure, config=PLAIN, key="shift-curves", width="stretch")
    costs = iou_under_shift([16, 64, 256], [1])[:, 0]
    st.caption(
        f"A square box against itself moved sideways. One pixel leaves a 16 px box an IoU of {costs[0]:.2f}, "
        f"a 64 px box {costs[1]:.2f}, a 256 px box {costs[2]:.3f}. Bold: a square as large as your truth box."
    )


def show_detector(chosen: Chosen, pair: BoxPair) -> None:
    """A detector's boxes against the scene's truth, once the visitor asks for it."""
    st.markdown("#### A detector against the thresholds")
    truth = chosen.truth
    if truth is None or not len(truth):
        st.caption("Choose a drawn scene: there the truth is known, and a detector's boxes can be counted.")
        return
    if not widgets.toggle("detector", "Run a detector on this scene"):
        st.caption("It shows how many of its boxes count as correct as the IoU threshold rises.")
        return
    entry = choose_model(zoo.Task.DETECT, chosen)
    if ready(entry):
        _count(entry, chosen, truth, pair)


def _count(entry: zoo.ModelSpec, chosen: Chosen, truth: Truth, pair: BoxPair) -> None:
    raw = raw_detections(entry, chosen)
    score = widgets.slider("score", "Score threshold", 0.01, 1.0, 0.3, 0.01)
    found = select(raw, score=score, iou=0.5 if entry.nms else 1.0)
    if len(found):
        best = nearest_box(pair.truth, found.xyxy)
        st.button(
            "Its box nearest to the truth as the prediction", key="nearest", on_click=place,
            args=(pair._replace(prediction=best),),
        )  # fmt: skip
    boxes = truth.boxes[~truth.difficult]
    counts = count_correct(boxes, found, width=truth.width, height=truth.height)
    figure = correct_boxes_chart(COCO_THRESHOLDS, counts, len(boxes), len(found))
    st.plotly_chart(figure, config=PLAIN, key="hits", width="stretch")
    st.caption(
        f"**{entry.title}**, network {raw.metadata['milliseconds']:.0f} ms (once). Classes are ignored: "
        "only the boxes count. Difficult objects, too small or too covered, are not counted."
    )
