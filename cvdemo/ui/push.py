"""Who follows a lecturer sees what changes: runs are sent on, and where that is not enough, pages run again.

One task of the app's event loop serves all rooms, and only while there is something to do. A run of the
leader's fragment goes to everybody whose page stood as the leader's before it. Others' pages run again, two
at a time and none while the leader's own page runs, so that the leader's slider answers as ever. Nothing is
polled. Where the app is several processes, each serves its own visitors and is told what the leader's one
has: the runs, and that a room has changed.
"""

from __future__ import annotations

import asyncio
import logging
import pickle
import time
from collections.abc import Callable, Sequence
from itertools import product
from typing import NamedTuple

from cvdemo.lecture.hub import CHANGED, Line, Message
from cvdemo.lecture.rooms import RoomError, Rooms, View
from cvdemo.ui import sessions
from cvdemo.ui.members import LINE, NEVER, ROOMS, Membership, PageValues, is_asking_for_slider, page_values

AT_ONCE, BATCH = 2, 8
PATIENCE, STEP = 10.0, 0.004  # seconds
AT_MOST = 0.1  # seconds that a slow connection may hold up the others
VOTES_EVERY = 0.4  # seconds between two histograms
RUN = "run"
"""The kind of message that brings a leader's run to the other processes."""

_log = logging.getLogger(__name__)


class Sent(NamedTuple):
    """A run of the leader's that brings who has seen a version from `base` on to `version`.

    `query` is the page's address, `values` what the page keeps.
    """

    base: int
    version: int
    run: sessions.Run
    query: str
    values: PageValues


class Push:
    """This process's members of all rooms, and what is still to be sent to them."""

    def __init__(self, rooms: Rooms = ROOMS, line: Line | None = LINE) -> None:
        self._rooms, self._line = rooms, line
        self._members: dict[str, dict[str, Membership]] = {}
        self._runs: dict[str, list[Sent]] = {}
        self._task: asyncio.Task[None] | None = None
        self._counted: dict[str, tuple[float, int, int]] = {}
        self._told: dict[str, int] = {}  # versions that the other processes know of
        if line is not None:
            line.hear = self._hear

    def add(self, member: Membership) -> None:
        """Serve a member from now on; the runs of one who leads are recorded."""
        self._members.setdefault(member.code, {})[member.member] = member
        sessions.on_the_loop(lambda: self._record(member))

    def remove(self, member: Membership) -> None:
        """Serve a member no more."""
        self._members.get(member.code, {}).pop(member.member, None)
        self.wake()

    def wake(self) -> None:
        """See soon whether there is something to do; may be called in any thread."""
        sessions.on_the_loop(self._start)

    def _start(self) -> None:
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._serve())

    def _record(self, member: Membership) -> None:
        if (session := sessions.find(member.session)) is not None:
            sessions.record(session, (lambda run: self._heard(member, run)) if member.leads else None)

    def _heard(self, leader: Membership, run: sessions.Run) -> None:
        """A run of the leader's is over: to be sent, instead of one of the same fragments not sent yet."""
        session, known = sessions.find(leader.session), leader.versions.get(run.query or "")
        if not run.fragments:
            known = next(reversed(leader.versions.values()), None)  # published at the end of this run
        if session is None or known is None or (known[0] <= leader.shown and not run.fragments):
            return
        version, query = known
        leader.shown = max(leader.shown, version)
        base = version - 1 if run.fragments else NEVER
        sent = Sent(base, version, run, query, page_values(session.session_state))
        self._tell_others(leader.code, sent)
        self._add(leader.code, sent)

    def _add(self, code: str, sent: Sent) -> None:
        """Send a run soon, instead of one of the same fragments, or of any where the whole page ran."""
        waiting = self._runs.setdefault(code, [])
        if not sent.run.fragments:
            waiting.clear()
        elif waiting and waiting[-1].run.fragments == sent.run.fragments:
            sent = sent._replace(base=waiting.pop().base)
        waiting.append(sent)
        self._start()

    def _tell_others(self, code: str, sent: Sent) -> None:
        """Have the other processes send a run on too."""
        if self._line is not None:
            try:
                self._line.tell((RUN, code, pickle.dumps(sent)))
            except Exception:  # what a page keeps need not be such
                _log.exception("a run could not be passed on")
                return
            self._told[code] = sent.version

    def _hear(self, message: Message) -> None:
        """What another process tells; not in the event loop's thread."""
        kind, code, more = message
        if kind == RUN:
            sent = pickle.loads(more)
            sessions.on_the_loop(lambda: self._add(code, sent) if code in self._members else None)
        else:
            self.wake()

    def _tell_place(self, view: View) -> None:
        """Have the other processes look where the leader, who is here, is now."""
        if self._line is not None and self._told.get(view.code, NEVER) < view.version:
            self._told[view.code] = view.version
            self._line.tell((CHANGED, view.code, b""))

    async def _serve(self) -> None:
        while True:
            busy = False
            for code in list(self._members):
                try:
                    busy |= await self._round(code)
                except RoomError:
                    self._forget(code)
                except Exception:
                    _log.exception("a room could not be served")
                    self._forget(code)
            if not busy:
                return

    def _forget(self, code: str) -> None:
        for table in (self._members, self._runs, self._counted, self._told):
            table.pop(code, None)

    async def _round(self, code: str) -> bool:
        """Do the first of what is to be done in a room; whether there may be more."""
        await self._leader_first(code)
        view = self._rooms.view(code)
        members = self._here(view.code)
        followers = self._followers(view, members)
        if waiting := self._runs.pop(view.code, []):
            await self._send(waiting, followers)
            return True
        if any(member.leads for member in members):
            self._tell_place(view)
        panels = [m for m in members if m.poll_seen != view.poll_version and not m.leads]
        panels = self._leaders(view, members) + panels
        if panels:
            return await self._run(panels, lambda m: self._panel(m, view))
        behind = [m for m in followers if m.seen != view.version and m.asked != view.version]
        return bool(behind) and await self._run(behind, lambda m: self._page(m, view))

    def _followers(self, view: View, members: Sequence[Membership]) -> list[Membership]:
        """Who is to see where the leader is. While a slider is asked for, it is everybody's own."""
        found = [member for member in members if member.following and not member.leads]
        if is_asking_for_slider(view):
            return [m for m in found if view.poll is not None and 0 <= m.seen < view.poll.version]
        for member in found:
            if member.astray:
                member.astray = False
                member.seen = member.shown = member.asked = NEVER
        return found

    def _here(self, code: str) -> list[Membership]:
        """The members whose browsers are connected; others leave the room, but for its leader."""
        here = []
        for member in list(self._members.get(code, {}).values()):
            if sessions.find(member.session) is not None:
                here.append(member)
            elif not member.leads:
                self._members[code].pop(member.member, None)
                self._rooms.leave(code, member.member)
        return here

    def _leaders(self, view: View, members: Sequence[Membership]) -> list[Membership]:
        """The leader, where the numbers on their page are no longer true and were not renewed just now."""
        before, votes, count = self._counted.get(view.code, (0.0, -1, -1))
        leaders = [m for m in members if m.leads]
        if not leaders or (votes, count) == (len(view.votes), view.members):
            return [m for m in leaders if m.poll_seen != view.poll_version]
        now = time.monotonic()
        if now - before < VOTES_EVERY:
            asyncio.get_running_loop().call_later(VOTES_EVERY - (now - before), self._start)
            return []
        self._counted[view.code] = (now, len(view.votes), view.members)
        return leaders

    async def _send(self, waiting: Sequence[Sent], followers: Sequence[Membership]) -> None:
        """Send runs on, to a few at a time: what the leader's browser waits for comes between them."""
        for start in range(0, len(followers), BATCH):
            few = followers[start : start + BATCH]
            for member, sent in product(few, waiting):
                self._send_to(member, sent)
            await _until(lambda few=few: all(map(_is_delivered, few)), AT_MOST)  # type: ignore[misc]

    def _send_to(self, member: Membership, sent: Sent) -> None:
        session, query = sessions.find(member.session), _with_room(sent.query, member.code)
        if session is None or not sent.base <= member.shown < sent.version:
            return
        if sessions.send(sent.run, session, query):
            member.shown = sent.version
            stood = sent.base <= member.seen
            if stood and sessions.take_over(sent.run, session, query, sent.values.copied()):
                member.seen = sent.version

    async def _run(self, members: Sequence[Membership], begin: Callable[[Membership], bool]) -> bool:
        """Begin runs of the first few members, a few at a time, and wait for them; whether any began."""
        began = False
        for start in range(0, min(len(members), BATCH), AT_ONCE):
            few = members[start : start + AT_ONCE]
            await self._leader_first(few[0].code)
            if self._runs.get(few[0].code):
                return True  # sending it on is cheaper
            started = [member for member in few if begin(member)]
            began |= bool(started)
            await _until(lambda started=started: all(map(_is_idle, started)))  # type: ignore[misc]
        if not began:  # their own runs are not over yet
            await asyncio.sleep(10 * STEP)
        return True

    async def _leader_first(self, code: str) -> None:
        """Wait while the page of who leads is running, and until their browser has it."""
        leaders = [member for member in self._members.get(code, {}).values() if member.leads]
        await _until(lambda: all(_is_idle(leader) and _is_delivered(leader) for leader in leaders))

    def _panel(self, member: Membership, view: View) -> bool:
        session = sessions.find(member.session)
        if session is None or not sessions.is_idle(session):
            return False
        member.poll_seen = view.poll_version
        if session.has_fragment(member.panel):
            sessions.rerun(session, member.panel)
        return True

    def _page(self, member: Membership, view: View) -> bool:
        session = sessions.find(member.session)
        if session is None or not sessions.is_idle(session):
            return False
        member.asked = view.version
        sessions.rerun(session)
        return True


def _is_idle(member: Membership) -> bool:
    session = sessions.find(member.session)
    return session is None or sessions.is_idle(session)


def _is_delivered(member: Membership) -> bool:
    session = sessions.find(member.session)
    return session is None or sessions.is_delivered(session)


async def _until(done: Callable[[], bool], patience: float = PATIENCE) -> None:
    end = time.monotonic() + patience
    while not done() and time.monotonic() < end:
        await asyncio.sleep(STEP)


def _with_room(query: str, code: str) -> str:
    return f"room={code}&{query}" if query else f"room={code}"


PUSH = Push()
"""That of the running app."""
