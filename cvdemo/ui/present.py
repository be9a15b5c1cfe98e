"""Presenter mode and the running lecture script: what stands on every page, and where keys lead.

The mode and the station are parameters of the app in the address (`?present=1&station=7`). The browser
switches the mode by itself, so that nothing flashes, and tells Python, which puts it into the address. Next
and previous lead through the stations of the script that runs, else through the table of pages.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import streamlit as st

from cvdemo.errors import DataError
from cvdemo.lecture.script import Station, begins, read_script, shipped, write_script
from cvdemo.ui import state, try_this
from cvdemo.ui.component import component, text
from cvdemo.ui.language import translate
from cvdemo.ui.pages import HOME, PAGES

COMPONENT = "cvdemo-present"
LECTURE = "cvdemo-lecture"
GOING = "cvdemo-going"
TABLE = {page.key: page for page in PAGES}
KEYS = (HOME, *TABLE)
"""The pages that a station may name."""

_component = component("present")


@dataclass
class Lecture:
    """One visitor's script.

    `own` is its YAML, "" for the one that comes with the project; `place` the station that is shown, None
    while no script runs. `run` is another text whenever the clock starts anew, "" where the address alone
    started it.
    """

    stations: tuple[Station, ...]
    own: str = ""
    place: int | None = None
    run: str = ""


def lecture() -> Lecture:
    """The visitor's script, running where the address says so."""
    if LECTURE not in st.session_state:
        found = Lecture(shipped(KEYS))
        found.place = _station_of_address(found.stations)
        st.session_state[LECTURE] = found
    found = st.session_state[LECTURE]
    assert isinstance(found, Lecture)
    return found


def use(stations: Sequence[Station], *, own: bool) -> None:
    """Take another script; one that runs goes on at its station."""
    now = lecture()
    now.stations = tuple(stations)
    now.own = write_script(stations) if own else ""
    if now.place is not None:
        now.place = min(now.place, len(now.stations) - 1)


def start(place: int) -> None:
    """Present from a station on, the clock at the minute at which it begins. To be called in a callback."""
    lecture().place = place
    lecture().run = secrets.token_hex(4)
    state.set_app({"present": "1"})
    _go(place)


def stop() -> None:
    """Let no script run any more. To be called in a callback."""
    lecture().place = None
    state.set_app({"station": ""})
    state.write_address()


@contextmanager
def frame(page: str) -> Iterator[None]:
    """What presenter mode has around every page; opens another one where a key asked for it."""
    going = st.session_state.get(GOING, "")
    if going and _is_there(going, page):
        del st.session_state[GOING]
        going = ""
    st.html(f"<style>{text('present_page', '.css')}</style>")
    _component(data=_data(page, arrived=not going), key=COMPONENT, on_said_change=_said)
    if going:  # a click in the meantime may undo it: then the next run tries again
        st.switch_page(f"pages/{going}.py", query_params=state.query(going))
    place = st.empty()
    yield
    if names := refused(page):
        place.warning(
            f"This page has no use for what the script says of {', '.join(names)}.", icon=":material/warning:"
        )


def _is_there(going: str, page: str) -> bool:
    """Whether the page that is drawn is the one that was asked for, in the state that was asked for."""
    runs = lecture().place is not None
    return page == going and (not runs or st.query_params.get("station") == state.app_value("station"))


def refused(page: str) -> list[str]:
    """Parameters of the station that is shown which its page, once drawn, had no use for."""
    now = lecture()
    if now.place is None or now.stations[now.place].page != page:
        return []
    return sorted(state.refused(page) & set(now.stations[now.place].state))


def _data(page: str, *, arrived: bool) -> dict[str, Any]:
    now, row = lecture(), TABLE.get(page)
    data: dict[str, Any] = {
        "on": state.app_value("present") == "1",
        "page": page,
        "arrived": arrived,
        "title": translate(row.title) if row else "",
        "question": translate(row.question) if row else "",
        "station": None,
        "run": now.run,
        "script": now.own,
    }
    if now.place is None:
        keys = list(TABLE)
        return {**data, "place": keys.index(page) if row else -1, "count": len(keys)}
    station, minutes = now.stations[now.place], begins(now.stations)
    shown = {"say": translate(station.say), "begin": minutes[now.place], "end": minutes[now.place + 1]}
    return {**data, "place": now.place, "count": len(now.stations), "station": shown}


def _said() -> None:
    """The browser's word: the mode was switched, another place is asked for, a reload goes on."""
    said = st.session_state[COMPONENT].said
    if not isinstance(said, dict):
        return
    match said:
        case {"on": bool(on)}:
            state.set_app({"present": "1" if on else ""})
            state.write_address()
        case {"to": int(place)}:
            _go(place)
        case {"resume": str(script), "run": str(run)}:
            _resume(script, run)


def _resume(script: str, run: str) -> None:
    """Go on with a visitor's own script after the page was loaded anew; the browser has kept its text."""
    try:
        use(read_script(script, KEYS), own=True)
    except DataError:
        return  # nobody's doing: the shipped script goes on
    lecture().run = run[:16]
    lecture().place = _station_of_address(lecture().stations)


def _go(place: int) -> None:
    """Have the next run open a station of the script that runs, else a page of the table."""
    now = lecture()
    count = len(TABLE) if now.place is None else len(now.stations)
    place = max(0, min(place, count - 1))
    if now.place is None:
        st.session_state[GOING] = list(TABLE)[place]
        return
    now.place = place
    state.set_app({"station": str(place + 1)})
    station = now.stations[place]
    state.arrive(station.page, station.state)
    try_this.forget(station.page)
    st.session_state[GOING] = station.page


def _station_of_address(stations: Sequence[Station]) -> int | None:
    number = state.app_value("station")
    if not (number.isascii() and number.isdigit() and int(number[:9])):
        return None
    return min(int(number[:9]), len(stations)) - 1
