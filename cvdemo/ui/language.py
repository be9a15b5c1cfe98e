"""The visitor's language: from the address (`lang=ru`), else the browser's, kept for the visit."""

from __future__ import annotations

from typing import Any

import streamlit as st

from cvdemo.ui import state
from cvdemo.ui.internals import change_messages, forget_of_run, of_this_run
from cvdemo.ui.messages import translate_message
from cvdemo.ui.translation import LANGUAGES, translated

PARAMETER = "lang"
RUN = "cvdemo_language"
NAMES = {"en": "English", "ru": "Русский"}


def browsers() -> str:
    """The language of ours that the browser asks for, English where it asks for none of them."""
    asked = (st.context.locale or "").partition("-")[0].lower()
    return asked if asked in LANGUAGES else LANGUAGES[0]


def language() -> str:
    """The language that the visitor reads: "en" or "ru"."""
    return of_this_run(RUN, _asked)


def _asked() -> str:
    asked = state.app_parameter(PARAMETER)
    return asked if asked in LANGUAGES else browsers()


def enter() -> None:
    """Look anew at the address, before a page is drawn; from now on all that is sent is in its language."""
    forget_of_run(RUN)
    language()


def translate(text: str) -> str:
    """A text of the app in the visitor's language."""
    now = language()
    return text if now == LANGUAGES[0] else translated(text, now)


def switch() -> None:
    """The other languages, in the sidebar: each opens the same page in the same state."""
    now = language()
    for other in LANGUAGES:
        if other != now:
            st.sidebar.button(
                NAMES[other], key=f"cvdemo-{PARAMETER}-{other}", on_click=_choose, args=(other,),
                type="tertiary",
            )  # fmt: skip


def _choose(other: str) -> None:
    """Read the page's widgets anew: what the browser sent is what their options were called before."""
    state.set_app_parameter(PARAMETER, "" if other == browsers() else other)
    forget_of_run(RUN)
    state.redraw()


def _translate(message: Any) -> None:
    now = language()
    if now != LANGUAGES[0]:
        translate_message(message, lambda text: translated(text, now))


change_messages(_translate)
