"""Speed against accuracy (L18): every detector as a measured point, bigger pictures and fewer proposals."""

from __future__ import annotations

import streamlit as st

from cvdemo.labs.tradeoffs.board import show_knob, show_points
from cvdemo.labs.tradeoffs.conclusions import best_within
from cvdemo.labs.tradeoffs.controls import EXPERIMENTS, FINALLY, KNOBS, NETS, choose_show, choose_world
from cvdemo.labs.tradeoffs.finally_board import show_finally
from cvdemo.ui.page import code_fold, guarded, header, picture_first, theory
from cvdemo.ui.pages import nets_of
from cvdemo.ui.published import voc_table
from cvdemo.ui.source import choose_picture
from cvdemo.ui.try_this import try_this
from cvdemo.zoo.tradeoffs import front, in_turn, measure, read_curves, with_setting


@st.fragment
@guarded
def lab() -> None:
    """What to look at on top, then points or curves."""
    try_this("tradeoffs", EXPERIMENTS)
    row = st.container(horizontal=True, gap="medium", vertical_alignment="bottom")
    with row:
        show = choose_show()
    curves = read_curves()
    if show == FINALLY:
        with picture_first():
            show_finally(curves)
        return
    if show != NETS:
        with picture_first():
            show_knob(curves, KNOBS[show])
        return
    place = row.container(width="content")
    with row.popover(":material/image: Timed on"):
        chosen = choose_picture("scene")
    with place:
        world = choose_world(chosen)
    if chosen is not None:
        with picture_first():
            show_points(chosen, curves, world)


def main() -> None:
    """The page from top to bottom."""
    header("tradeoffs")
    lab()
    voc_table(nets_of("tradeoffs"))
    theory("tradeoffs")
    code_fold(
        in_turn,
        front,
        best_within,
        with_setting,
        measure,
        paper="https://arxiv.org/abs/1611.10012",
        ready_made="`pycocotools`",
    )


main()
