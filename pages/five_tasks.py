"""Five tasks, one picture: classification, localization, detection, semantic and instance segmentation."""

from __future__ import annotations

from typing import Any

import streamlit as st

from cvdemo.labs.five_tasks.board import board, found_by
from cvdemo.labs.five_tasks.experiment import cam_box, five_tasks, models_of
from cvdemo.ui import widgets
from cvdemo.ui.page import code_fold, differs_from_paper, guarded, header, picture_first, theory
from cvdemo.ui.source import choose_picture
from cvdemo.ui.truth import say_what_it_knows
from cvdemo.ui.try_this import try_this

PAGE = "five_tasks"
SCENE = {"source": "scene", "preset": "normal"}
EXPERIMENTS: dict[str, dict[str, Any]] = {
    "One object": {**SCENE, "seed": 7, "scene-objects": 1},
    "Two cats that touch": {**SCENE, "seed": 38},
    "A crowd": {**SCENE, "seed": 36, "preset": "hard"},
    "A photo": {"source": "sample", "sample": "cat"},
    "Several things": {"source": "sample", "sample": "coffee", "score": 0.3},
}


@st.fragment
@guarded
def lab() -> None:
    """Picture and threshold on top, six cells under them."""
    try_this(PAGE, EXPERIMENTS)
    left, right = st.columns([1.6, 1], gap="medium", vertical_alignment="bottom")
    with left:
        chosen = choose_picture("scene")
    score = widgets.slider("score", "Score threshold of boxes and masks", 0.05, 0.95, 0.5, 0.05, place=right)
    if chosen is None:
        return
    models = models_of(chosen.domain)
    each = {entry.key: entry for entry in models.values()}
    say_what_it_knows(chosen, *each.values())
    found = found_by(models, chosen)
    if found is not None:
        with picture_first():
            board(chosen, models, found, score)
    differs_from_paper(*each)


def main() -> None:
    """The page from top to bottom."""
    header(PAGE)
    lab()
    theory(PAGE)
    code_fold(
        five_tasks,
        models_of,
        cam_box,
        paper="https://arxiv.org/abs/1405.0312",
        ready_made="`torchvision.models` has models of all five tasks",
    )


main()
