"""A queue that one can see: while a page's network waits for its turn, its place stands above the page."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from cvdemo.ui import limits  # noqa: F401 - it has a share of the networks for each visitor
from cvdemo.zoo.turns import TURNS, Place


@contextmanager
def frame(page: str) -> Iterator[None]:
    """Have who waits for a network told how many come first and how long that is expected to take."""
    line = st.empty()

    def say(place: Place | None) -> None:
        if place is None:
            line.empty()
        elif place.paused:
            line.info(
                f"You have used your share of this minute: it goes on in about {place.seconds:.0f} s.",
                icon=":material/hourglass_top:",
            )
        else:
            line.info(
                f"Waiting for a turn: {place.ahead} before you, about {max(1.0, place.seconds):.0f} s.",
                icon=":material/hourglass_top:",
            )

    with TURNS.watched(say):
        yield
