"""NMS (L15): every step of it on a model's raw boxes or on boxes that the visitor draws."""

from __future__ import annotations

import streamlit as st

from cvdemo.labs.nms.boxes import Boxes, Played, choose_boxes, counted, drawn_boxes, known, losers, play
from cvdemo.labs.nms.controls import Choice, controls
from cvdemo.labs.nms.downloads import downloads
from cvdemo.labs.nms.own import classes_of, from_detections, own_boxes, put_own
from cvdemo.labs.nms.player import nms_player, sent_by
from cvdemo.labs.nms.try_this import START, current, look, try_this
from cvdemo.ops.fusion import weighted_boxes_fusion_steps
from cvdemo.ops.nms import diou_nms_steps, nms_steps, soft_nms_steps
from cvdemo.ops.replay import Method
from cvdemo.ui.models import about
from cvdemo.ui.page import code_fold, guarded, header, theory
from cvdemo.ui.source import Chosen, choose_picture


def result(chosen: Chosen, boxes: Boxes, choice: Choice, method: Method, *, key: str) -> Played:
    """One method's player, and what it found of the truth."""
    played = play(boxes.identity, boxes.raw, choice.classes, choice.setting, method, choice.sigma)
    truth = known(chosen, boxes, played)
    lost = losers(played, truth)
    own = own_boxes(chosen) if boxes.kind == "my own" else None

    def take() -> None:
        put_own(chosen, sent_by(key))

    nms_player(
        chosen.picture,
        played.detections,
        played.replay,
        choice.setting,
        key=key,
        topic=f"{chosen.identity} {boxes.title} {current()}",
        source=f"{boxes.title}, {chosen.name}",
        rows=played.rows,
        known=truth,
        look=look(lost, st.session_state.get(START, "")),
        losers=lost,
        own=own,
        classes=None if own is None else classes_of(own),
        on_own=None if own is None else take,
    )
    if truth is not None:
        st.markdown(counted(truth.tally))
    return played


@st.fragment
@guarded
def players(chosen: Chosen, boxes: Boxes) -> None:
    """One or two players above, what they obey and their files below: all that runs when a slider moves."""
    if (
        boxes.kind == "my own"
    ):  # a box that was moved reruns this fragment alone, with what it was called with
        boxes = drawn_boxes(chosen)
    stage = st.container()
    choice = controls(chosen, boxes)
    sides = stage.columns(2, gap="medium") if len(choice.methods) == 2 else [stage]
    answers = []
    for i, (side, method) in enumerate(zip(sides, choice.methods, strict=True)):
        with side:
            answers.append(result(chosen, boxes, choice, method, key=f"nms-{i}"))
    row = st.container(horizontal=True, gap="small")
    for i, played in enumerate(answers):
        downloads(row, chosen, played, key=f"nms-{i}")
    if boxes.kind != "my own":
        row.button(
            "✎ Edit these boxes",
            on_click=_edit,
            args=(chosen, boxes, choice),
            key="edit",
            help="Copies the 60 best of those that pass to boxes of your own",
        )
    if boxes.entry is not None:
        about(boxes.entry)


def _edit(chosen: Chosen, boxes: Boxes, choice: Choice) -> None:
    played = play(boxes.identity, boxes.raw, choice.classes, choice.setting, Method.GREEDY, choice.sigma)
    put_own(chosen, from_detections(played.detections))
    st.session_state["boxes"] = "my own"


@st.fragment
@guarded
def lab() -> None:
    """Experiments, picture and boxes on top; under them what they give."""
    try_this()
    left, right = st.columns([1, 4.4], gap="small", vertical_alignment="bottom")
    with left.popover("🖼️ Picture", width="stretch"):
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
