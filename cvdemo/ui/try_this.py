"""One-click experiments: a button sets everything that the page keeps, a sentence says what to look for.

    EXPERIMENTS = {
        "All raw boxes": {"source": "sample", "sample": "cat", "score": 0.02},  # names as in the address
        "Lose a duck": lose_a_duck,  # or a function that gives such settings
    }
    try_this("detect", EXPERIMENTS)  # before the widgets that it sets

Every widget and value of the page that an experiment does not name goes back to where it stood at first, the
source included, so that its sentence is true of what is seen. "As it was" brings back what stood before the
first experiment. The sentence is a section of the page's texts, by the experiment's name in small letters;
where there is a section "ask: NAME" too, who wants to is asked first (`cvdemo.ui.guess`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any, NamedTuple

import streamlit as st

from cvdemo.errors import CvdemoError
from cvdemo.ui import guess, state
from cvdemo.ui.page import sentence, texts

Settings = Mapping[str, Any]
Experiments = Mapping[str, Settings | Callable[[], Settings]]

BACK = "↩ As it was"


class Started(NamedTuple):
    """The experiment that was started last, what it set, and what stood before the first one."""

    name: str
    settings: Settings
    before: Mapping[str, Any]
    error: str = ""


def try_this(
    page: str,
    experiments: Experiments,
    *,
    labels: Mapping[str, str] | None = None,
    then: Callable[[str], None] | None = None,
) -> None:
    """A row of buttons and the sentence of the experiment that was started last.

    `labels` are what buttons show where it is not the name; `then` is called with the name after the values
    are set, in the button's callback. Once something was changed, the sentence is marked as an earlier one.
    """
    place = st.container()  # what stands below keeps its place when the sentence comes
    row = place.container(horizontal=True, gap="small", vertical_alignment="center")
    row.markdown("**Try this**", width="content")
    last = _last(page)
    for name, settings in experiments.items():
        kind: Any = "primary" if last is not None and last.name == name else "secondary"
        label = (labels or {}).get(name, name)
        row.button(label, key=f"try-{name}", on_click=_start, args=(page, name, settings, then), type=kind)
    if last is not None:
        row.button(BACK, key="try-back", on_click=_back, args=(page,), type="tertiary")
    guess.toggle(page, row)
    if (name := guess.waiting(page)) in experiments:
        guess.ask(page, name, place, lambda name: _begin(page, name, experiments[name], then))
        return
    if last is None:
        return
    if last.error:
        place.warning(last.error, icon=":material/warning:")
    elif state.stands(last.settings):
        if said := guess.outcome(page, last.name):
            place.markdown(said)
        place.markdown(f":material/visibility: {texts(page)[last.name.lower()]}")
    else:
        place.caption(f"Changed since *{(labels or {}).get(last.name, last.name)}* was started.")


def on_top(settings: Settings, *, replacing: Collection[str]) -> Settings:
    """Settings and what the visitor set, without `replacing`: for experiments that work on any picture."""
    return {**{name: v for name, v in state.snapshot().items() if name not in replacing}, **settings}


def started(page: str) -> str:
    """The name of the experiment that the page shows, "" where there is none or something was changed."""
    last = _last(page)
    return last.name if last is not None and state.stands(last.settings) else ""


def forget(page: str) -> None:
    """Let a page stand as if no experiment had been started on it."""
    st.session_state.pop(f"{page}-try", None)


def _last(page: str) -> Started | None:
    last = st.session_state.get(f"{page}-try")
    assert last is None or isinstance(last, Started)
    return last


def _start(
    page: str, name: str, settings: Settings | Callable[[], Settings], then: Callable[[str], None] | None
) -> None:
    if not guess.asks(page, name):
        _begin(page, name, settings, then)


def _begin(
    page: str, name: str, settings: Settings | Callable[[], Settings], then: Callable[[str], None] | None
) -> None:
    last = _last(page)
    before = state.snapshot() if last is None else last.before
    try:
        found = settings() if callable(settings) else settings
    except CvdemoError as error:
        st.session_state[f"{page}-try"] = Started(name, {}, before, sentence(error))
        return
    state.reset()
    state.put(found)
    st.session_state[f"{page}-try"] = Started(name, found, before)
    if then is not None:
        then(name)


def _back(page: str) -> None:
    last = _last(page)
    state.reset()
    if last is not None:
        state.put(last.before)
    st.session_state.pop(f"{page}-try", None)
