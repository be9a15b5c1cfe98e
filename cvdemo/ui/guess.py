"""Predictions before answers: an experiment may ask what will happen before it is shown.

The question is a section of the page's texts, "## ask: lost" for the experiment "Lost": a sentence, and two
to four choices of which one is right:

    What becomes of the hidden duck?

    - [ ] It is found twice
    - [x] It is lost
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NamedTuple

import streamlit as st

from cvdemo.ui.page import texts

FIRST = "cvdemo-ask-first"
"""Whether this visitor is asked, on every page."""

WAITING = "cvdemo-ask-waiting"


class Guess(NamedTuple):
    """A question before an experiment, its choices, and which of them is right."""

    text: str
    choices: tuple[str, ...]
    right: int


class Guessed(NamedTuple):
    """What a visitor said before an experiment, None for nothing."""

    name: str
    choice: int | None


def guess_of(page: str, name: str) -> Guess | None:
    """What is asked before an experiment, None where nothing is."""
    section = texts(page).get(f"ask: {name.lower()}")
    if section is None:
        return None
    marks = re.findall(r"^- \[([ x])\] (.+)$", section, re.MULTILINE)
    text = section.split("\n- [", 1)[0].strip()
    return Guess(text, tuple(choice.strip() for _, choice in marks), [mark for mark, _ in marks].index("x"))


def toggle(page: str, place: Any) -> None:
    """The switch beside the experiments, on pages that have something to ask."""
    if any(heading.startswith("ask: ") for heading in texts(page)):
        place.toggle(
            "Ask me first", value=bool(st.session_state.get(FIRST)), key="ask-first", on_change=_keep,
            help="Say what you expect before an experiment is shown.",
        )  # fmt: skip


def _keep() -> None:
    st.session_state[FIRST] = st.session_state["ask-first"]
    if not st.session_state[FIRST]:
        st.session_state.pop(WAITING, None)


def asks(page: str, name: str) -> bool:
    """Have an experiment wait for a guess, if there is one to make; whether it waits. In a callback."""
    st.session_state.pop(f"{page}-guess", None)
    if not st.session_state.get(FIRST) or guess_of(page, name) is None:
        st.session_state.pop(WAITING, None)
        return False
    st.session_state[WAITING] = (page, name)
    return True


def waiting(page: str) -> str:
    """The experiment of a page that waits for a guess, "" for none."""
    where, name = st.session_state.get(WAITING, ("", ""))
    return str(name) if where == page else ""


def ask(page: str, name: str, place: Any, go_on: Callable[[str], None]) -> None:
    """The question, a button for each choice and one to go on without; `go_on` starts the experiment."""
    guess = guess_of(page, name)
    if guess is None:
        return
    box = place.container(border=True, key="guess")
    box.markdown(f":material/psychology_alt: {guess.text}")
    row = box.container(horizontal=True, gap="small", vertical_alignment="center")

    def said(choice: int | None) -> None:
        st.session_state.pop(WAITING, None)
        st.session_state[f"{page}-guess"] = Guessed(name, choice)
        go_on(name)

    for k, choice in enumerate(guess.choices):
        row.button(choice, key=f"guess-{k}", on_click=said, args=(k,))
    row.button("Just show me", key="guess-skip", on_click=said, args=(None,), type="tertiary")


def outcome(page: str, name: str) -> str:
    """A line on what the visitor said before an experiment and what was right, "" where they said nothing."""
    said, guess = st.session_state.get(f"{page}-guess"), guess_of(page, name)
    if not isinstance(said, Guessed) or said.name != name or said.choice is None or guess is None:
        return ""
    yours = guess.choices[said.choice]
    if said.choice == guess.right:
        return f":material/check_circle: You said: *{yours}*. That is right."
    return f":material/cancel: You said: *{yours}*. Right is: *{guess.choices[guess.right]}*."
