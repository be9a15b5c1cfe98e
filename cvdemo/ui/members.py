"""Who of this process is in a room: each visitor's membership, and what their browser has seen.

The rooms are this process's own, or those of the hub that its starter has named in the environment.
"""

from __future__ import annotations

import os
import secrets
import signal
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import streamlit as st

from cvdemo.lecture.hub import Line
from cvdemo.lecture.rooms import Rooms, View
from cvdemo.ui import state

KEY = "cvdemo-room"
NEVER = -1
"""A version that nobody has seen."""


@dataclass
class Membership:
    """One visitor in one room, who leads it where there is a `secret`.

    `shown` is the version of the place that the browser shows, `seen` the one that the session knows of,
    `asked` the one that a run was last asked for; `poll_seen` the version of the question; `session` and
    `panel` are the ids of the session and of the fragment with the question. Who explores has `following`
    False; who is `astray` has moved something to answer. `versions` are, by the whole query, version and
    query of the page alone of the leader's last addresses.
    """

    code: str
    member: str = field(default_factory=lambda: secrets.token_urlsafe(12))
    secret: str = ""
    following: bool = True
    astray: bool = False
    shown: int = NEVER
    seen: int = NEVER
    asked: int = NEVER
    poll_seen: int = NEVER
    session: str = ""
    panel: str = ""
    versions: dict[str, tuple[int, str]] = field(default_factory=dict)

    @property
    def leads(self) -> bool:
        """Whether this visitor leads the room."""
        return bool(self.secret)


def _line() -> Line | None:
    """The line to the hub of the processes of which this is one; without a hub there is nothing to serve."""
    if not (address := os.environ.get("CVDEMO_HUB", "")):
        return None
    key, number = bytes.fromhex(os.environ["CVDEMO_HUB_KEY"]), int(os.environ["CVDEMO_WORKER"])
    return Line(address, key, number, gone=lambda: os.kill(os.getpid(), signal.SIGTERM))


LINE = _line()
"""To the other processes of the running app, None where there are none."""

ROOMS = Rooms() if LINE is None else LINE.rooms
"""Those of the running app."""


def membership() -> Membership | None:
    """The visitor's membership, None where they are in no room."""
    found = st.session_state.get(KEY)
    assert found is None or isinstance(found, Membership)
    return found


def is_asking_for_slider(view: View) -> bool:
    """Whether a question is open that a page's slider answers: then everybody moves their own."""
    return view.poll is not None and not view.poll.revealed and view.poll.question.scale is not None


class PageValues(NamedTuple):
    """What a session holds for the page that is open in it."""

    page: str
    kept: state.Kept
    started: Any

    def copied(self) -> dict[str, Any]:
        """The entries of `st.session_state` that put them into another session."""
        return {f"cvdemo-kept-{self.page}": self.kept.copied(), f"{self.page}-try": self.started}


def page_values(session: Any) -> PageValues:
    """Those of a session, given what it has as `st.session_state`; a copy."""
    page = session[state.OPEN]
    started = f"{page}-try"
    last = session[started] if started in session else None  # noqa: SIM401 - a session's state has no get
    return PageValues(page, session[f"cvdemo-kept-{page}"].copied(), last)
