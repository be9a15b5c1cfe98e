"""What a page says about pictures whose truth is not known."""

from __future__ import annotations

import streamlit as st

from cvdemo.world.truth import Truth
from cvdemo.world.vocabulary import THINGS


def say_what_it_knows(truth: Truth | None) -> None:
    """One sentence where a net of the drawn world is shown a picture of another world."""
    if truth is None:
        names = ", ".join(THINGS[:-1])
        st.info(
            f"This net has seen the drawn world only: {names} and {THINGS[-1]}, as drawings. On any other "
            "picture it guesses, and nothing is scored.",
            icon="🎨",
        )
