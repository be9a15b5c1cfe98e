"""The visitor's language: from the address (`lang=ru`), else the browser's, kept for the visit.

Whatever the app sends to the browser passes `translate_message`; an English visitor's passes untouched.
"""

from __future__ import annotations

from typing import Any

import streamlit as st

from cvdemo.ui.internals import change_messages, kept_without_waiting
from cvdemo.ui.messages import translate_message
from cvdemo.ui.translation import LANGUAGES, translated

ENGLISH = LANGUAGES[0]
PARAMETER = "lang"
KEPT = "cvdemo-language"


def browsers() -> str:
    """The language of ours that the browser asks for, English where it asks for none of them."""
    asked = (st.context.locale or "").partition("-")[0].lower()
    return asked if asked in LANGUAGES else ENGLISH


def language() -> str:
    """The language that the visitor reads: "en" or "ru"."""
    return kept_without_waiting(KEPT) or look_again()


def look_again() -> str:
    """The same, asked of the address anew: before a page is drawn."""
    known = st.session_state.get("cvdemo-app", {})  # `state.app_value`, which needs components and so this
    asked = st.query_params.get(PARAMETER) or known.get(PARAMETER)
    found = asked if asked in LANGUAGES else browsers()
    st.session_state[KEPT] = found
    return str(found)


def translate(text: str) -> str:
    """A text of the app in the visitor's language."""
    now = language()
    return text if now == ENGLISH else translated(text, now)


def _translate(message: Any) -> None:
    now = kept_without_waiting(KEPT)  # never `language()`: this runs in a spinner's thread too
    if now not in (None, ENGLISH):
        translate_message(message, lambda text: translated(text, now))


change_messages(_translate)
