"""CRF (L30): mean field one iteration at a time, and the pixels that influence each pixel."""

from __future__ import annotations

import streamlit as st

from cvdemo import zoo
from cvdemo.labs.crf.board import crf_player, gains_table, msrc_table
from cvdemo.labs.crf.controls import EXPERIMENTS, choose_degradation, choose_network, choose_settings
from cvdemo.ops.crf import dense_crf, dense_crf_steps
from cvdemo.ops.crf_kernels import bilateral_filter, gaussian_filter, kernel_weights
from cvdemo.ops.lattice import Lattice
from cvdemo.ui.models import about, offer_better, ready
from cvdemo.ui.page import code_fold, guarded, header, picture_beside, theory
from cvdemo.ui.source import choose_picture
from cvdemo.ui.truth import say_what_it_knows
from cvdemo.ui.try_this import try_this


@st.fragment
@guarded
def lab() -> None:
    """Source and network left, the player right, the kernels' sliders under both."""
    left, right = picture_beside([1, 2.9], gap="medium")
    with left:
        chosen = choose_picture("scene")
        entry = choose_network(chosen)
        about(entry)
        degradation = choose_degradation()
    settings = choose_settings()._replace(degradation=degradation)
    try_this("crf", EXPERIMENTS)
    if chosen is None:
        return
    with right:
        say_what_it_knows(chosen, entry)
        if ready(entry):
            crf_player(entry, chosen, settings, key="player")
            if chosen.truth is None or entry.source is not zoo.Source.DRAWN:
                st.caption(
                    "No truth is known of this picture in the network's classes, so there is no score."
                )
            offer_better(entry, chosen, lambda key: {"network": key})


def main() -> None:
    """The page from top to bottom."""
    header("crf")
    lab()
    gains_table()
    msrc_table()
    theory("crf")
    code_fold(
        dense_crf,
        dense_crf_steps,
        gaussian_filter,
        bilateral_filter,
        kernel_weights,
        Lattice,
        paper="https://arxiv.org/abs/1210.5644",
        ready_made="`pydensecrf2` (the authors' C++)",
    )


main()
