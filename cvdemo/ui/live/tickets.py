"""Tickets: who may send frames, how often, and what is done with them."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import streamlit as st

from cvdemo.ui.internals import session_is_active
from cvdemo.ui.live.predictors import Predictor

MOST_PLACES = 4  # cameras of one session at a time


def frame_path() -> str:
    """The path that frames are sent to, below the app's own."""
    base = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{base}/cvdemo/frame" if base else "/cvdemo/frame"


@dataclass
class Ticket:
    """One camera of one session: what is done with its frames now, and how many it may still send.

    `place` is the page that the camera is on. `budget` frames may be sent at once; it grows with time. One
    frame at a time is answered, while `busy`.
    """

    session: str
    place: str
    predictor: Predictor
    budget: float
    seen: float
    busy: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock, repr=False)


class Tickets:
    """The tickets of all sessions that are here, by their secret tokens.

    A camera may send `rate` frames a second in the long run and `burst` at once.
    """

    def __init__(
        self,
        *,
        rate: float = 60.0,
        burst: float = 30.0,
        active: Callable[[str], bool] = session_is_active,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.rate, self.burst, self._active, self._clock = rate, burst, active, clock
        self._tickets: dict[str, Ticket] = {}
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._tickets)

    def issue(self, session: str, place: str, predictor: Predictor) -> str:
        """The token of a session's camera on a page; `predictor` answers the frames that come from now on."""
        with self._lock:
            self._prune()
            own = {token: t for token, t in self._tickets.items() if t.session == session}
            for token, ticket in own.items():
                if ticket.place == place:
                    ticket.predictor = predictor
                    return token
            for token in list(own)[: max(0, len(own) + 1 - MOST_PLACES)]:
                del self._tickets[token]
            token = secrets.token_urlsafe(24)
            self._tickets[token] = Ticket(session, place, predictor, self.burst, self._clock())
            return token

    def find(self, token: str) -> Ticket | None:
        """The ticket of a token; None for an unknown one and for one whose session has ended."""
        ticket = self._tickets.get(token)
        if ticket is None or self._active(ticket.session):
            return ticket
        with self._lock:
            self._tickets.pop(token, None)
        return None

    def begin(self, ticket: Ticket) -> bool:
        """Begin a frame; False while another one is answered, or where too many came. Ends with `end`."""
        with ticket.lock:
            now = self._clock()
            ticket.budget = min(self.burst, ticket.budget + self.rate * (now - ticket.seen))
            ticket.seen = now
            if ticket.busy or ticket.budget < 1:
                return False
            ticket.budget -= 1
            ticket.busy = True
            return True

    def end(self, ticket: Ticket) -> None:
        """The frame is answered, or given up."""
        ticket.busy = False

    def _prune(self) -> None:
        for token in [token for token, t in self._tickets.items() if not self._active(t.session)]:
            del self._tickets[token]


TICKETS = Tickets()
"""Those of the running app."""
