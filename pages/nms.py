"""NMS (L15): every step of it on a model's raw boxes or on boxes that the visitor draws."""

from __future__ import annotations

import streamlit as st

from cvdemo.ops.fusion import weighted_boxes_fusion_steps
from cvdemo.ops.nms import diou_nms_steps, nms_steps, soft_nms_steps
from cvdemo.ops.replay import Method
from cvdemo.views.nms_boxes import Boxes, choose_boxes, counted, known, play
from cvdemo.views.nms_controls import Choice, controls
from cvdemo.views.nms_downloads import downloads
from cvdemo.views.nms_own import classes_of, from_detections, own_boxes, put_own
from cvdemo.views.nms_player import nms_player, sent_by
from cvdemo.views.nms_try import START, current, look, try_this
from cvdemo.views.page import code_fold, guarded, header, theory
from cvdemo.views.source import Chosen, choose_picture


def result(chosen: Chosen, boxes: Boxes, choice: Choice, method: Method, *, key: str) -> None:
    """One method's player, what it found of the truth, and its files."""
    played = play(boxes.identity, boxes.raw, choice.classes, choice.setting, method, choice.sigma)
    truth = known(chosen, boxes, played)
    own = boxes.kind == "my own"

    def take() -> None:
        put_own(chosen, sent_by(key))

    nms_player(
        chosen.picture,
        played.detections,
        played.replay,
        choice.setting,
        key=key,
        topic=f"{chosen.identity} {boxes.kind} {boxes.entry.key if boxes.entry else ''} {current()}",
        rows=played.rows,
        known=truth,
        look=look(played, truth, st.session_state.get(START, "")),
        own=own_boxes(chosen) if own else None,
        classes=classes_of(own_boxes(chosen)) if own else None,
        on_own=take if own else None,
    )
    if truth is not None:
        st.markdown(counted(truth.tally))
    downloads(chosen, played, key=key)


@st.fragment
@guarded
def players(chosen: Chosen, boxes: Boxes) -> None:
    """Sliders left, one or two players right: all that runs when a slider moves."""
    left, right = st.columns([1, 3.3], gap="medium")
    with left:
        choice = controls(chosen, boxes)
        if boxes.kind != "my own":
            st.button(
                "✎ Edit these boxes",
                on_click=_edit,
                args=(chosen, boxes, choice),
                key="edit",
                width="stretch",
                help="Copies the 60 best that pass to boxes of your own",
            )
    with right:
        if len(choice.methods) == 1:
            result(chosen, boxes, choice, choice.methods[0], key="nms-0")
            return
        for i, (side, method) in enumerate(zip(st.columns(2, gap="medium"), choice.methods, strict=True)):
            with side:
                result(chosen, boxes, choice, method, key=f"nms-{i}")


def _edit(chosen: Chosen, boxes: Boxes, choice: Choice) -> None:
    played = play(boxes.identity, boxes.raw, choice.classes, choice.setting, Method.GREEDY, choice.sigma)
    put_own(chosen, from_detections(played.detections))
    st.session_state["boxes"] = "my own"


@st.fragment
@guarded
def lab() -> None:
    """Experiments, picture and boxes on top; under them what they give."""
    try_this()
    left, right = st.columns(2, gap="large")
    with left:
        chosen = choose_picture()
    with right:
        boxes = choose_boxes(chosen)
    if chosen is not None and boxes is not None:
        players(chosen, boxes)


def main() -> None:
    """The page from top to bottom."""
    header("nms")
    lab()
    theory("nms")
    code_fold(
        nms_steps,
        soft_nms_steps,
        diou_nms_steps,
        weighted_boxes_fusion_steps,
        paper="https://arxiv.org/abs/1704.04503",
        ready_made="`torchvision.ops.nms`, `torchvision.ops.batched_nms`",
    )


main()
