"""Whose network runs next: at most as many at once as the machine has room for, first come, first served.

    with TURNS.turn("mask-rcnn"):
        ...  # the network runs

Whoever waits for long can be told their place, by `watched`.
"""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import NamedTuple

PATIENCE = 0.4  # seconds of waiting before somebody is told, and between two words
NEWEST = 0.3  # share of the newest run in what a model's runs are expected to take
UNKNOWN = 0.5  # seconds that the first run of a model is expected to take


class Place(NamedTuple):
    """Where one stands: how many runs come first, and in how many seconds one's own is expected to begin.

    `paused` says that nobody else is waited for.
    """

    ahead: int
    seconds: float
    paused: bool = False


class _Ticket(NamedTuple):
    """A run that waits or goes on: its number, its model, and the seconds that it is expected to take."""

    number: int
    key: str
    expected: float


Watch = Callable[[Place | None], None]


class Turns:
    """`slots` runs at once, of different models; the others wait in the order in which they came.

    Runs of one key go one after another: who waits for one lets those behind pass who want another key.
    """

    def __init__(self, slots: int) -> None:
        self.slots = slots
        self._changed = threading.Condition()
        self._waiting: deque[_Ticket] = deque()
        self._running: dict[_Ticket, float] = {}  # when each began
        self._seconds: dict[str, float] = {}
        self._number = 0
        self._here = threading.local()
        self.meanwhile: Callable[[], AbstractContextManager[object]] = nullcontext
        """What waiting and running are done within: the app lets other pages be drawn meanwhile."""
        self.pause: Callable[[], float] = lambda: 0.0
        """For how many seconds whoever asks has to `rest` first."""
        self.ended: Callable[[str, float], None] = lambda key, seconds: None
        """Called in the thread of every run of a model with its key and the seconds that it took."""

    @property
    def waiting(self) -> int:
        """How many wait now."""
        return len(self._waiting)

    @property
    def running(self) -> int:
        """How many run now."""
        return len(self._running)

    @contextmanager
    def watched(self, watch: Watch) -> Iterator[None]:
        """Have `watch` called in this thread with its place while it waits, and with None when it is over."""
        before, self._here.watch = getattr(self._here, "watch", None), watch
        try:
            yield
        finally:
            self._here.watch = before

    @contextmanager
    def turn(self, key: str) -> Iterator[None]:
        """Wait until a run of the model `key` may begin; a thread that has its turn already goes on at once.

        What `watch` raises ends the waiting, and nothing runs.
        """
        if getattr(self._here, "running", False):
            yield
            return
        watch: Watch | None = getattr(self._here, "watch", None)
        with self.meanwhile():
            ticket, told = self._wait(key, watch)
            self._here.running = True
            try:
                if watch and told:
                    watch(None)
                yield
            finally:
                self._here.running = False
                self._leave(ticket)

    @contextmanager
    def held(self, lock: threading.Lock) -> Iterator[None]:
        """Hold a lock; while somebody else has it, what is done `meanwhile` is."""
        mine = lock.acquire(blocking=False)
        try:
            if not mine:
                with self.meanwhile():
                    mine = lock.acquire()
            yield
        finally:
            if mine:
                lock.release()

    def rest(self) -> None:
        """Wait as long as `pause` says, and tell whoever watches; to be called where nobody waits for it."""
        if self.pause() <= 0 or getattr(self._here, "running", False):
            return
        watch: Watch | None = getattr(self._here, "watch", None)
        with self.meanwhile():
            while (seconds := self.pause()) > 0:
                if watch:
                    watch(Place(0, seconds, paused=True))
                time.sleep(min(seconds, PATIENCE))
        if watch:
            watch(None)

    def _wait(self, key: str, watch: Watch | None) -> tuple[_Ticket, bool]:
        """The ticket of a run that may begin now, and whether `watch` was told of its place."""
        with self._changed:
            self._number += 1
            ticket = _Ticket(self._number, key, self._seconds.get(key, UNKNOWN))
            self._waiting.append(ticket)
        told = False
        try:
            while not self._may_begin(ticket, PATIENCE if watch else None):
                if watch:
                    told = True
                    watch(self._place(ticket))
        except BaseException:
            with self._changed:
                self._waiting.remove(ticket)
                self._changed.notify_all()
            raise
        return ticket, told

    def _may_begin(self, ticket: _Ticket, seconds: float | None) -> bool:
        """Begin if it is this one's turn, after waiting for so long at most; whether it began."""
        with self._changed:
            first = self._changed.wait_for(lambda: self._next() is ticket, seconds)
            if first:
                self._waiting.remove(ticket)
                self._running[ticket] = time.perf_counter()
                self._changed.notify_all()
            return first

    def _next(self) -> _Ticket | None:
        """Whose run may begin now, None for nobody's."""
        if len(self._running) >= self.slots:
            return None
        busy = {ticket.key for ticket in self._running}
        return next((ticket for ticket in self._waiting if ticket.key not in busy), None)

    def _place(self, ticket: _Ticket) -> Place:
        with self._changed:
            before = [other for other in self._waiting if other.number < ticket.number]
            now = time.perf_counter()
            left = {other: max(0.0, other.expected - (now - began)) for other, began in self._running.items()}
            all_before = {**left, **{other: other.expected for other in before}}
            own = sum(seconds for other, seconds in all_before.items() if other.key == ticket.key)
            return Place(len(all_before), max(own, sum(all_before.values()) / self.slots))

    def _leave(self, ticket: _Ticket) -> None:
        with self._changed:
            took = time.perf_counter() - self._running.pop(ticket)
            known = self._seconds.get(ticket.key, took)
            self._seconds[ticket.key] = known + NEWEST * (took - known)
            self._changed.notify_all()


def _slots() -> int:
    """`CVDEMO_RUNS`, else as many as the cores bear, each run having the threads of `OMP_NUM_THREADS`."""
    cores = os.cpu_count() or 1
    try:
        return max(1, int(os.environ["CVDEMO_RUNS"]))
    except (KeyError, ValueError):
        threads = os.environ.get("OMP_NUM_THREADS", "")
        return max(1, cores // int(threads)) if threads.isdigit() and int(threads) else 1


TURNS = Turns(_slots())
