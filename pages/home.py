"""Home: the lecture as a path of pages, the visitor's own photo, what runs here."""

from __future__ import annotations

import streamlit as st

from cvdemo.labs.home.board import machine, own_photo, path
from cvdemo.ui.page import guarded, header
from cvdemo.ui.pages import PAGES


def main() -> None:
    """The page from top to bottom."""
    left, right = st.columns([1.25, 1], gap="large", vertical_alignment="center")
    with left:
        header("home")
        with st.container(key="begin"):
            st.page_link(PAGES[0].file, label="Begin the lecture →")
    with right:
        guarded(own_photo)()
    path()
    machine()


main()
