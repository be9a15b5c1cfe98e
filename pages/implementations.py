"""By hand or ready-made (L42): every architecture's own file beside what a library has."""

from __future__ import annotations

import streamlit as st

from cvdemo.labs.implementations.board import show
from cvdemo.labs.implementations.controls import EXPERIMENTS, choose_view
from cvdemo.labs.implementations.experiment import build_theirs, compare, our_state
from cvdemo.ui.page import code_fold, guarded, header, theory
from cvdemo.ui.try_this import try_this
from cvdemo.zoo.plain_code import plain_code

PAGE = "implementations"


@st.fragment
@guarded
def lab() -> None:
    """Experiments on top, then one of the page's views."""
    try_this(PAGE, EXPERIMENTS)
    show(choose_view())


def main() -> None:
    """The page from top to bottom."""
    header(PAGE)
    lab()
    theory(PAGE)
    code_fold(compare, build_theirs, our_state, plain_code)


main()
