"""What every page has at its end: its state as a notebook, and the link that opens it again."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit, urlunsplit

import streamlit as st

from cvdemo.ui import state
from cvdemo.ui.component import component

if TYPE_CHECKING:
    from cvdemo.notebook import PageState

LOCAL = "http://localhost:8501"

_link = component("copy_link")


def take_home(page: str, title: str, question: str) -> None:
    """The row with both; made when a button is pressed, so that sliders moved since then count."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.download_button(
            "Notebook (.ipynb)", writer(page, title, question), f"cvdemo-{page.replace('_', '-')}.ipynb",
            "application/x-ipynb+json", key=f"{page}-notebook", on_click="ignore",
            help="What you see as short cells of Python. They run where `cvdemo` and Jupyter are installed.",
        )  # fmt: skip
        _link(data={"page": page}, key="copy-link", width="content")


def writer(page: str, title: str, question: str) -> Callable[[], str]:
    """What writes the notebook of the page as it stands when it is called, in any thread."""
    kept, place = state.kept(page), address(page, st.context.url)

    def write_now() -> str:
        from cvdemo.notebook import write  # late: the first page does not need it

        return write(page_state(page, title, question, place, kept))

    return write_now


def page_state(page: str, title: str, question: str, place: str, kept: state.Kept) -> PageState:
    """What a page shows, from what it keeps; `place` is its address without parameters."""
    from cvdemo.notebook import PageState

    query = urlencode(kept.address(), doseq=True)
    opens = f"{place}?{query}" if query else place
    return PageState(page, title, question, opens, {**kept.first, **kept.values}, kept.own)


def address(page: str, url: str | None) -> str:
    """The page's address without parameters, where the app is served as the visitor's browser says."""
    parts = urlsplit(url or LOCAL)
    folder = parts.path.removesuffix("/").removesuffix(page).removesuffix("/")
    return urlunsplit((parts.scheme, parts.netloc, f"{folder}/{page}", "", ""))
