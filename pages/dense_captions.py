"""Dense captions (L20): every region of a picture gets its own sentence, and words find regions."""

from __future__ import annotations

import streamlit as st

from cvdemo import zoo
from cvdemo.labs.dense_captions.board import DenseBoard, held_out_figures
from cvdemo.labs.dense_captions.controls import (
    EXPERIMENTS,
    choose_beside,
    choose_knobs,
    choose_query,
    offer_for_photos,
)
from cvdemo.ui.models import about, choose_model, ready
from cvdemo.ui.page import code_fold, guarded, header, picture_first, theory
from cvdemo.ui.source import choose_picture
from cvdemo.ui.truth import say_what_it_knows
from cvdemo.ui.try_this import try_this

PAGE = "dense_captions"


@st.fragment
@guarded
def lab() -> None:
    """Picture, models and sliders on top; under them the regions in words."""
    try_this(PAGE, EXPERIMENTS)
    source, model, sliders = st.columns([1.2, 1.2, 1.2], gap="medium")
    with source:
        chosen = choose_picture("scene")
    with model:
        spec = choose_model(zoo.Task.DENSE_CAPTION, chosen)
        about(spec)
        beside = choose_beside(spec)
    with sliders:
        knobs = choose_knobs(truth=chosen is not None and chosen.truth is not None)
        query = choose_query()
    if chosen is None or not ready(spec):
        return
    others = [] if beside is None or not ready(beside) else [beside]
    say_what_it_knows(chosen, spec, *others)
    offer_for_photos(spec, chosen)
    places = picture_first().columns(1 + len(others), gap="medium")
    for place, name, one in zip(places, ("first", "second"), (spec, *others), strict=False):
        with place:
            if others:
                st.markdown(f"**{one.title}**")
            board = DenseBoard(one, chosen, name, knobs, query)
            board.show()
            board.downloads()


def main() -> None:
    """The page from top to bottom."""
    header(PAGE)
    lab()
    held_out_figures()
    theory(PAGE)

    from cvdemo.metrics.dense_captions import matched
    from cvdemo.nets import densecap as net  # late: torch
    from cvdemo.nets.region_words import LanguageModel

    code_fold(
        net.RegionEncoder,
        net.Glimpse,
        LanguageModel,
        net.densecap_loss,
        matched,
        paper="https://arxiv.org/abs/1511.07571",
        ready_made="`microsoft/Florence-2-base` with the task `<DENSE_REGION_CAPTION>`",
    )


main()
