"""NMS (L15): every step of it on a model's raw boxes or on boxes that the visitor draws."""

from __future__ import annotations

import streamlit as st

from cvdemo.data.chosen import Chosen
from cvdemo.labs.nms.controls import (
    NMSChoice,
    RawBoxes,
    choose_boxes,
    controls,
    current_own,
    drawn_boxes,
    experiments,
    keep_own,
    last_experiment,
    opening_box,
)
from cvdemo.labs.nms.experiment import NMSRun, best_boxes_of_lost, match_kept
from cvdemo.labs.nms.own_boxes import from_detections
from cvdemo.labs.nms.player import downloads, match_text, nms_player, played, sent_by
from cvdemo.ops.fusion import weighted_boxes_fusion_steps
from cvdemo.ops.nms import diou_nms_steps, nms_steps, soft_nms_steps
from cvdemo.ops.replay import Method
from cvdemo.ui import state
from cvdemo.ui.models import about, offer_better
from cvdemo.ui.page import code_fold, guarded, header, picture_first, theory
from cvdemo.ui.source import choose_picture


def result(chosen: Chosen, boxes: RawBoxes, choice: NMSChoice, method: Method, *, key: str) -> NMSRun:
    """One method's player, and how its boxes match the truth."""
    run = played(boxes.identity, boxes.raw, choice.classes, choice.settings, method, choice.sigma)
    matches, lost = None, []
    if chosen.truth is not None and boxes.of_the_world:
        matches = match_kept(run, chosen.truth)
        lost = best_boxes_of_lost(run, matches)
    own = current_own(chosen) if boxes.kind == "my own" else None

    def take() -> None:
        keep_own(chosen, sent_by(key))

    nms_player(
        chosen.picture,
        run,
        choice.settings,
        key=key,
        topic=f"{chosen.identity} {boxes.title} {last_experiment()}",
        source=f"{boxes.title}, {chosen.name}",
        matches=matches,
        opening=opening_box(lost),
        lost=lost,
        own=own,
        on_own=None if own is None else take,
    )
    if matches is not None:
        st.markdown(match_text(matches))
    return run


@st.fragment
@guarded
def players(chosen: Chosen, boxes: RawBoxes) -> None:
    """One or two players above, their controls and files below: all that runs when a slider moves."""
    if boxes.kind == "my own":  # a moved box reruns this fragment alone, with the boxes of its first call
        boxes = drawn_boxes(chosen)
    stage = picture_first()
    choice = controls(chosen, boxes)
    sides = stage.columns(2, gap="medium") if len(choice.methods) == 2 else [stage]
    runs = []
    for i, (side, method) in enumerate(zip(sides, choice.methods, strict=True)):
        with side:
            runs.append(result(chosen, boxes, choice, method, key=f"nms-{i}"))
    row = st.container(horizontal=True, gap="small")
    for i, run in enumerate(runs):
        part = f"{run.replay.method}{'-2' if i else ''}"
        downloads(row, chosen.name, chosen.picture, run, part=part)
    if boxes.kind != "my own":
        row.button(
            ":material/edit: Edit these boxes",
            on_click=_edit,
            args=(boxes, choice),
            key="edit",
            help="Copies the 60 highest-scoring of those that pass to boxes of your own",
        )
    if boxes.entry is not None:
        about(boxes.entry)
        offer_better(boxes.entry, chosen, lambda key: {"model": key})


def _edit(boxes: RawBoxes, choice: NMSChoice) -> None:
    run = played(boxes.identity, boxes.raw, choice.classes, choice.settings, Method.GREEDY, choice.sigma)
    state.put({"own": from_detections(run.detections), "boxes": "my own"})


@st.fragment
@guarded
def lab() -> None:
    """Experiments, picture and boxes on top; the players under them."""
    experiments()
    left, right = st.columns([1, 4.4], gap="small", vertical_alignment="bottom")
    with left.popover(":material/image: Picture", width="stretch"):
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
