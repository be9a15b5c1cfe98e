"""The switch of the language, in the sidebar: the page of the same address in another language."""

from __future__ import annotations

import streamlit as st

from cvdemo.ui.component import component
from cvdemo.ui.language import PARAMETER, language

NAMES = {"en": "English", "ru": "Русский"}

_switch = component("language")


def switch() -> None:
    """A button for each other language.

    The browser loads the page anew: a component that stands keeps the script that it has.
    """
    others = {code: name for code, name in NAMES.items() if code != language()}
    with st.sidebar:
        _switch(data={"parameter": PARAMETER, "languages": others}, key="cvdemo-languages")
