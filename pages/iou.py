"""IoU (L16): two boxes to drag, the four measures, and what a pixel of error costs."""

from __future__ import annotations

import math

import streamlit as st

from cvdemo.data.pictures import to_png
from cvdemo.draw.iou import draw_overlap, shift_curves
from cvdemo.labs.iou.boxes import Pair, beside, board, current, experiment, experiments, measures, place
from cvdemo.labs.iou.hits import hits
from cvdemo.ops.iou import (
    box_iou,
    centre_distance,
    complete_box_iou,
    distance_box_iou,
    generalized_box_iou,
    iou_under_shift,
    overlap,
)
from cvdemo.ui.page import code_fold, guarded, header, texts, theory
from cvdemo.ui.source import Chosen, choose_picture

PLAIN = {"displayModeBar": False}


def try_this(chosen: Chosen) -> None:
    """One click each: boxes that show what a measure sees and what it does not."""
    st.markdown("**Try this**")
    height, width = chosen.picture.shape[:2]
    row = st.container(horizontal=True, gap="small")
    for name, pair in experiments(width, height).items():
        row.button(name, key=f"try-{name}", on_click=place, args=(pair, chosen.identity, name))
    if experiment():
        st.info(texts("iou")[experiment()])


def choose_truth(chosen: Chosen, pair: Pair) -> None:
    """On a drawn scene: which of its objects the truth box is put on."""
    if chosen.truth is None or not len(chosen.truth):
        return
    truth = chosen.truth
    names = [f"{name} {k + 1}" for k, name in enumerate(truth.names())]
    boxes = [tuple(map(float, box)) for box in truth.boxes.tolist()]
    index = boxes.index(pair.truth) if pair.truth in boxes else None

    def put() -> None:
        row = st.session_state.get("object")
        if row is not None:
            place(Pair(boxes[row], beside(boxes[row], truth.width, truth.height)), chosen.identity)

    st.session_state["object"] = index
    st.selectbox(
        "Truth box around", range(len(names)), key="object", on_change=put, placeholder="your own",
        format_func=lambda k: names[k],
    )  # fmt: skip


def curves(pair: Pair) -> None:
    """What a shift costs boxes of several sizes, the present one among them."""
    st.markdown("#### One pixel costs small boxes more")
    a, b = pair.truth, pair.prediction
    side = math.sqrt((a[2] - a[0]) * (a[3] - a[1]))
    shift = math.hypot(a[0] + a[2] - b[0] - b[2], a[1] + a[3] - b[1] - b[3]) / 2
    st.plotly_chart(
        shift_curves(side, shift, measures(a, b)["iou"]), config=PLAIN, key="shift-curves", width="stretch"
    )
    costs = iou_under_shift([16, 64, 256], [1])[:, 0]
    st.caption(
        f"A square box against itself moved sideways. One pixel leaves a 16 px box an IoU of {costs[0]:.2f}, "
        f"a 64 px box {costs[1]:.2f}, a 256 px box {costs[2]:.3f}. Bold: a square as large as your truth box."
    )


@st.fragment
@guarded
def lab() -> None:
    """Picture and experiments left, the boxes right, the curves under them."""
    left, right = st.columns([1, 2.6], gap="medium")
    with left:
        chosen = choose_picture("scene")
        if chosen is None:
            return
        pair = current(chosen)
        choose_truth(chosen, pair)
        try_this(chosen)
    with right:
        board(chosen, pair)
        st.download_button(
            "PNG",
            lambda: to_png(draw_overlap(chosen.picture, pair.truth, pair.prediction)),
            f"{chosen.name.rsplit('.', 1)[0]}-iou.png",
            "image/png",
        )
    shift, found = st.columns(2, gap="large")
    with shift:
        curves(pair)
    with found:
        hits(chosen, pair)


def main() -> None:
    """The page from top to bottom."""
    header("iou")
    lab()
    theory("iou")
    code_fold(
        box_iou,
        overlap,
        generalized_box_iou,
        distance_box_iou,
        centre_distance,
        complete_box_iou,
        iou_under_shift,
        paper="https://arxiv.org/abs/1911.08287",
        ready_made="`torchvision.ops.box_iou`, `generalized_box_iou`, `distance_box_iou`, `complete_box_iou`",
    )


main()
