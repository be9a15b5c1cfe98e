"""The stations of a script as a list, each to start at, and what edits them."""

from __future__ import annotations

from typing import Any

import streamlit as st

from cvdemo.errors import DataError
from cvdemo.labs.lecture.experiment import COLUMNS, Row, edited, rows_of, stations_of
from cvdemo.lecture.script import LONGEST, begins, read_script, shipped, write_script
from cvdemo.ui import present
from cvdemo.ui.language import translate
from cvdemo.ui.page import sentence, texts

BASE, VERSION, ERROR = "lecture-base", "lecture-version", "lecture-error"
FILE = "lecture-file"
PAGE = "lecture"


def summary() -> None:
    """How long the script is, and what starts and stops it."""
    now = present.lecture()
    total = begins(now.stations)[-1]
    whose = "Your own script" if now.own else "The script of this project"
    running = "" if now.place is None else f" Station {now.place + 1} is shown."
    st.markdown(f"**{whose}:** {len(now.stations)} stations, {total:g} minutes.{running}")
    row = st.container(horizontal=True, gap="small")
    row.button("▶ Present from the first station", type="primary", on_click=present.start, args=(0,))
    if now.place is not None:
        row.button(f"▶ Present from station {now.place + 1} again", on_click=present.start, args=(now.place,))
        row.button("■ Stop the script", on_click=present.stop)


def stations() -> None:
    """Every station: a button that presents from there, its page, when it begins, minutes and sentence."""
    now = present.lecture()
    for k, (station, begin) in enumerate(zip(now.stations, begins(now.stations), strict=False)):
        left, right = st.columns([1, 9], gap="small", vertical_alignment="center")
        left.button(
            f"▶ {k + 1}", key=f"{PAGE}-start-{k}", on_click=present.start, args=(k,), width="content",
            help=f"Present from station {k + 1}", type="primary" if now.place == k else "secondary",
        )  # fmt: skip
        title = present.TABLE[station.page].title if station.page in present.TABLE else "Home"
        right.markdown(
            f"**{title}** · at {begin:g} min, for {station.minutes:g}  \n{_plain(translate(station.say))}"
        )


def _plain(text: str) -> str:
    """A text as Markdown that shows it as it stands."""
    return "".join(f"\\{c}" if c in "\\`*_{}[]<>#+-.!|$~:&" else c for c in text)


def edit() -> None:
    """A table to edit, a file to upload and one to take away."""
    now = present.lecture()
    st.markdown(texts(PAGE)["edit"])
    key = _editor_key()
    if key not in st.session_state:  # new, or the visitor comes back to the page
        st.session_state[BASE] = rows_of(now.stations)
    _editor(key)
    if error := st.session_state.get(ERROR):
        st.error(f"{error} The script stays as it was.", icon=":material/warning:")
    left, right = st.columns(2, gap="medium", vertical_alignment="bottom")
    left.file_uploader("A script of your own", ["yaml", "yml"], key=FILE, on_change=_uploaded)
    with right.container(horizontal=True, gap="small"):
        st.download_button(
            "Download as YAML", lambda: write_script(now.stations), "lecture.yaml", "application/yaml"
        )
        if now.own:
            st.button("Back to the script of this project", on_click=_back)


def _editor(key: str) -> None:
    columns = st.column_config
    st.data_editor(
        _table(st.session_state[BASE]), key=key, num_rows="dynamic", hide_index=True, width="stretch",
        on_change=_edited, args=(key,),
        column_config={
            "page": columns.SelectboxColumn("Page", options=present.KEYS, required=True, width="small"),
            "address": columns.TextColumn("State, as in the address", width="medium"),
            "say": columns.TextColumn("Sentence", required=True, width="large", max_chars=LONGEST),
            "minutes": columns.NumberColumn("Minutes", min_value=0, max_value=LONGEST, step=0.5),
        },
    )  # fmt: skip


def _table(rows: list[Row]) -> Any:
    import pandas as pd  # late: Streamlit needs it for tables alone

    return pd.DataFrame(rows, columns=list(COLUMNS))


def _editor_key() -> str:
    return f"{PAGE}-editor-{st.session_state.setdefault(VERSION, 0)}"


def _edited(key: str) -> None:
    """The table was changed: a script that is right is taken, what is wrong in another one is said."""
    try:
        rows = edited(st.session_state[BASE], st.session_state[key])
        present.use(stations_of(rows, present.KEYS), own=True)
        st.session_state[ERROR] = ""
    except DataError as error:
        st.session_state[ERROR] = sentence(error)


def _uploaded() -> None:
    file = st.session_state.get(FILE)
    if file is None:
        return
    try:
        present.use(read_script(file.getvalue(), present.KEYS), own=True)
    except DataError as error:
        st.session_state[ERROR] = sentence(error)
        return
    _renew()


def _back() -> None:
    present.use(shipped(present.KEYS), own=False)
    _renew()


def _renew() -> None:
    """Let the table begin with the script as it is now."""
    st.session_state[ERROR] = ""
    st.session_state[VERSION] += 1
