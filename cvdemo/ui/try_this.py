"""One-click experiments: a button sets the page's state, a sentence says what to look for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from cvdemo.ui.page import texts

Settings = Mapping[str, Any]


def try_this(page: str, experiments: Mapping[str, Settings]) -> None:
    """A row of buttons; each sets the values of the page's widgets by their keys.

    The page's texts have a section for each name, which is shown while the experiment is the last started.
    """
    place = st.container()  # what stands below keeps its place when the sentence comes
    row = place.container(horizontal=True, gap="small", vertical_alignment="center")
    row.markdown("**Try this**", width="content")
    state = f"{page}-try"
    for name, settings in experiments.items():
        kind: Any = "primary" if st.session_state.get(state) == name else "secondary"
        row.button(name, key=f"try-{name}", on_click=_start, args=(state, name, settings), type=kind)
    if started := st.session_state.get(state):
        place.markdown(f"👀 {texts(page)[started.lower()]}")


def _start(state: str, name: str, settings: Settings) -> None:
    st.session_state.update(settings)
    st.session_state[state] = name
