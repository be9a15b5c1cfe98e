"""Whose page is drawn next: one run of the script at a time, in the order in which they came.

Python runs one thread at a time. A hundred runs that share it are all over at the end, and much of it is lost
on handing it round; one after another half of them are over in half of the time. While a network runs, or
waits for its turn, other pages are drawn; and whoever takes long shares after `SLICE` seconds.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

from cvdemo.zoo.turns import TURNS

SLICE = 0.5  # seconds


class Passed(NamedTuple):
    """A run that is over: what ran, the seconds that it waited and that it took, what ended it too early."""

    what: str
    waited: float
    took: float
    ended_by: BaseException | None


class Gate:
    """One run at a time, each counted for `seconds` at most."""

    def __init__(self, seconds: float = SLICE) -> None:
        self.seconds = seconds
        self._lock = threading.Lock()
        self._waiting: deque[threading.Event] = deque()
        self._until: dict[threading.Event, float] = {}  # of those within: when they are counted no more
        self._here = threading.local()
        self.hearers: list[Callable[[Passed], None]] = []
        """Called at the end of every run, in its thread."""

    @property
    def waiting(self) -> int:
        """How many wait now."""
        return len(self._waiting)

    @property
    def is_within(self) -> bool:
        """Whether this thread's run is one that has passed."""
        return getattr(self._here, "own", None) is not None

    @contextmanager
    def passed(self, what: str = "") -> Iterator[None]:
        """Wait for one's turn to run `what`; a thread that is within already goes on at once."""
        if self.is_within:
            yield
            return
        self._here.own = own = threading.Event()
        ended_by: BaseException | None = None
        came = began = time.perf_counter()
        try:
            self._enter(own)
            began = time.perf_counter()
            yield
        except BaseException as error:
            ended_by = error
            raise
        finally:
            self._here.own = None
            self._leave(own)
            over = Passed(what, began - came, time.perf_counter() - began, ended_by)
            for hear in self.hearers:
                hear(over)

    @contextmanager
    def left(self) -> Iterator[None]:
        """Let others in meanwhile; whoever comes back is next. Nothing for a thread that is not within."""
        own = getattr(self._here, "own", None)
        if own is None or getattr(self._here, "is_out", False):
            yield
            return
        self._here.is_out = True
        self._leave(own)
        try:
            yield
        finally:
            self._enter(own, first=True)
            self._here.is_out = False

    def _enter(self, own: threading.Event, *, first: bool = False) -> None:
        own.clear()
        with self._lock:
            (self._waiting.appendleft if first else self._waiting.append)(own)
            self._admit()
        while not own.wait(self.seconds):
            with self._lock:
                self._admit()

    def _leave(self, own: threading.Event) -> None:
        with self._lock:
            self._until.pop(own, None)
            if own in self._waiting:
                self._waiting.remove(own)
            self._admit()

    def _admit(self) -> None:
        now = time.monotonic()
        if self._waiting and all(until <= now for until in self._until.values()):
            first = self._waiting.popleft()
            self._until[first] = now + self.seconds
            first.set()


GATE = Gate()
"""That of this process."""

TURNS.meanwhile = GATE.left
