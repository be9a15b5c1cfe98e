"""A line that says how far a long computation is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

import streamlit as st

T = TypeVar("T")


def with_bar(items: Iterable[T], text: str) -> Iterator[T]:
    """The items, with a bar and "text: 3 of 40 …" above what follows; it goes when all are through."""
    every = list(items)
    bar = st.progress(0.0, f"{text} …")
    try:
        for done, item in enumerate(every):
            bar.progress(done / len(every), f"{text}: {done + 1} of {len(every)} …")
            yield item
    finally:
        bar.empty()
