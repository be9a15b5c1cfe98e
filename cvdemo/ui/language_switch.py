"""The switch of the language, in the sidebar."""

from __future__ import annotations

import streamlit as st

from cvdemo.ui import state
from cvdemo.ui.language import PARAMETER, browsers, language, look_again
from cvdemo.ui.translation import LANGUAGES

NAMES = {"en": "English", "ru": "Русский"}


def switch() -> None:
    """A button for each other language: it shows the same page in the same state."""
    for other in LANGUAGES:
        if other != language():
            st.sidebar.button(
                NAMES[other], key=f"cvdemo-{PARAMETER}-{other}", icon="🌐", on_click=_choose, args=(other,),
                type="tertiary",
            )  # fmt: skip


def _choose(other: str) -> None:
    state.set_app({PARAMETER: "" if other == browsers() else other})
    state.redraw()  # the browser has options by the names that they had in the other language
    state.write_address()
    look_again()
