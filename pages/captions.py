"""Captions (L19): a picture in words, one after another, with what each looked at and what it beat."""

from __future__ import annotations

import streamlit as st

from cvdemo.data.chosen import Chosen
from cvdemo.labs.captions import board, results, search
from cvdemo.labs.captions.controls import (
    EXPERIMENTS,
    choose_begins,
    choose_decoding,
    choose_source,
    within_limit,
)
from cvdemo.labs.captions.experiment import Method
from cvdemo.metrics.captions import bleu, cider_d
from cvdemo.ops.decoding import beam_search, normalised, reshaped, sample
from cvdemo.ui.models import offer_better, ready
from cvdemo.ui.page import code_fold, guarded, header, picture_first, texts, theory
from cvdemo.ui.truth import say_what_it_knows
from cvdemo.ui.try_this import try_this
from cvdemo.zoo.catalogue import models
from cvdemo.zoo.spec import ModelSpec, Task

PAGE = "captions"


@st.fragment
@guarded
def lab() -> None:
    """Picture and models on top; under them the caption, then how its words were chosen."""
    try_this(PAGE, EXPERIMENTS)
    if not models(Task.CAPTION):
        st.info(texts(PAGE)["untrained"])
        return
    chosen, specs = choose_source()
    if chosen is None:
        st.info("Choose a picture to begin.")
        return
    here = [spec for spec in specs if ready(spec)]
    if not here:
        return
    say_what_it_knows(chosen, *here)
    captions(chosen, here)
    offer_better(here[0], chosen, lambda key: {"model": key})


@st.fragment
@guarded
def captions(chosen: Chosen, specs: list[ModelSpec]) -> None:
    """What runs when a slider moves: the decoders, not the CNNs."""
    loaded = [results.model_of(spec) for spec in specs]
    encoded = [results.encoded(chosen, spec) for spec in specs]
    top, rules = picture_first(), st.container()
    begins = choose_begins(loaded)
    st.markdown("#### How the words are chosen")
    left, right = st.columns([1, 2.6], gap="medium")
    with left:
        decoding = choose_decoding(loaded[0])
    with top:
        begins = [within_limit(begin, decoding.longest) for begin in begins]
    each = zip(specs, loaded, encoded, begins, strict=True)
    answers = [board.answer(spec, model, code, decoding, begin) for spec, model, code, begin in each]
    with top:
        for k, (column, shown) in enumerate(
            zip(st.columns(len(answers), gap="medium"), answers, strict=True)
        ):
            with column:
                board.board(chosen, shown, decoding, part=str(k))
    with right:
        if len(answers) > 1:
            st.markdown(f"**{answers[0].spec.title}**")
        if decoding.method is Method.BEAM:
            search.tree(answers[0])
        else:
            search.draws(chosen, answers[0])
    with rules:
        board.peer(chosen)


def main() -> None:
    """The page from top to bottom."""
    header(PAGE)
    lab()
    board.held_out_figures()
    theory(PAGE)

    from cvdemo.nets.show_and_tell import ShowAndTell  # late: torch
    from cvdemo.nets.show_attend_tell import ShowAttendTell
    from cvdemo.train.captions import caption_loss

    code_fold(
        ShowAttendTell,
        ShowAndTell,
        caption_loss,
        beam_search,
        normalised,
        reshaped,
        sample,
        bleu,
        cider_d,
        paper="https://arxiv.org/abs/1502.03044",
        ready_made="`transformers.pipeline('image-to-text')`, `pycocoevalcap`",
    )


main()
