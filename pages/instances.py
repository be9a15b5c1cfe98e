"""Instances (L34): a mask for every object, one model or two, thresholds answered in the browser."""

from __future__ import annotations

from typing import Any

import streamlit as st

from cvdemo import zoo
from cvdemo.data.chosen import Chosen
from cvdemo.labs.instances.board import InstanceBoard
from cvdemo.labs.instances.controls import EXPERIMENTS, choose_knobs
from cvdemo.labs.instances.experiment import DRAWN, cut_out, semantic_map
from cvdemo.ops.detections import select
from cvdemo.ops.masks import paste_patch
from cvdemo.ui import widgets
from cvdemo.ui.live.camera import choose_width, live_camera
from cvdemo.ui.live.predictors import DetectionPredictor
from cvdemo.ui.models import about, choose_model, offer_better, ready
from cvdemo.ui.page import code_fold, guarded, header, picture_beside, texts, theory
from cvdemo.ui.source import choose_picture, is_live
from cvdemo.ui.truth import say_what_it_knows
from cvdemo.ui.try_this import try_this
from cvdemo.zoo.weights import has_weights

PAGE = "instances"


def choose_models(chosen: Chosen | None, places: list[Any]) -> list[zoo.ModelSpec]:
    """One model or two, each in its place; only those that can run now."""
    entries = []
    with places[0]:
        entries.append(choose_model(zoo.Task.INSTANCES, chosen))
        about(entries[0])
    with places[1]:
        if widgets.toggle("compare", "Second model"):
            entries.append(choose_model(zoo.Task.INSTANCES, chosen, key="model2", label="Second model"))
            about(entries[1])
    return [entry for entry in entries if ready(entry)]


@st.fragment
@guarded
def lab() -> None:
    """Picture and models on top; sliders and boards under them, in a fragment of their own."""
    try_this(PAGE, EXPERIMENTS)
    source, *places = st.columns([1.35, 1, 0.9], gap="medium")
    with source:
        chosen = choose_picture("scene", live=True)
    entries = choose_models(chosen, places)
    if is_live():
        if entries:
            live(entries[0])
        return
    if not has_weights(DRAWN):
        st.info(texts(PAGE)["untrained"])
    if chosen is None or not entries:
        return
    say_what_it_knows(chosen, *entries)
    boards = [
        InstanceBoard(entry, chosen, name)
        for entry, name in zip(entries, ("first", "second"), strict=False)
    ]  # fmt: skip
    results(boards)
    for board in boards:
        board.send()
    offer_better(entries[0], chosen, lambda key: {"model": key})


@st.fragment
@guarded
def live(entry: zoo.ModelSpec) -> None:
    """Sliders left, the visitor's camera right; of two models the first answers."""
    left, right = picture_beside([1, 3], gap="medium")
    with left:
        knobs = choose_knobs(nms=entry.nms, truth=False)
        width = choose_width()
    with right:
        predictor = DetectionPredictor(entry.key, knobs.score, knobs.iou, knobs.mask)
        live_camera(entry, predictor, width, opacity=knobs.opacity)


@st.fragment
@guarded
def results(boards: list[InstanceBoard]) -> None:
    """Sliders left, boards right: all that runs when a slider moves."""
    left, *sides = picture_beside([1, *[3 / len(boards)] * len(boards)], gap="medium")
    with left:
        needs_nms = any(board.entry.nms for board in boards)
        knobs = choose_knobs(nms=needs_nms, truth=boards[0].chosen.truth is not None)
        if not needs_nms:
            st.caption("No NMS here: this model was trained to give each object one mask (set prediction).")
    for side, board in zip(sides, boards, strict=True):
        with side:
            board.show(knobs)
            board.downloads(second=board is not boards[0])


def main() -> None:
    """The page from top to bottom."""
    header(PAGE)
    lab()
    theory(PAGE)

    from cvdemo.nets.mask_rcnn import MaskHead  # late: torch

    code_fold(
        select,
        paste_patch,
        MaskHead,
        semantic_map,
        cut_out,
        paper="https://arxiv.org/abs/1703.06870",
        ready_made="`torchvision.models.detection.maskrcnn_resnet50_fpn`, "
        "`transformers.pipeline('image-segmentation')`",
    )


main()
