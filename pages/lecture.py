"""The lecture script: its stations with their minutes, to start at, to edit and to take away."""

from __future__ import annotations

import streamlit as st

from cvdemo.labs.lecture.board import edit, stations, summary
from cvdemo.lecture.script import begins, read_script
from cvdemo.ui.page import code_fold, guarded, header, theory


@guarded
def lab() -> None:
    """What starts it on top, the stations, what edits them folded under them."""
    summary()
    stations()
    with st.expander("Edit the script"):
        edit()


def main() -> None:
    """The page from top to bottom."""
    header("lecture")
    lab()
    theory("lecture")
    code_fold(read_script, begins)


main()
