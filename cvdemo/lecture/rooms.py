"""Rooms: one leads, others see the page and state that the leader sees, and answer questions.

Rooms live in memory, hold no names, and expire. A code lets anybody join; the secret, which is in no address,
lets lead. Thread-safe.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from cvdemo.errors import CvdemoError
from cvdemo.lecture.questions import Question

LETTERS = "ACDEFGHJKMNPRTWXY"
"""Of codes: capitals that nobody takes for another one or for a digit."""

LENGTH, SECRET = 4, 12
MOST_ROOMS, MOST_MEMBERS = 40, 500
IDLE = 3 * 3600.0  # seconds after which a room that its leader left alone is gone
MOST_PARAMETERS, LONGEST_ADDRESS = 60, 8000

Address = tuple[tuple[str, tuple[str, ...]], ...]


class RoomError(CvdemoError):
    """A room is not there, is full, or is not one's own."""


class Place(NamedTuple):
    """A page and the parameters of its address."""

    page: str
    address: Address = ()

    @classmethod
    def of(cls, page: str, address: Mapping[str, list[str]]) -> Place:
        """The place of a page's address."""
        return cls(page, tuple((name, tuple(texts)) for name, texts in sorted(address.items())))

    def parameters(self) -> dict[str, list[str]]:
        """The address, as a mapping."""
        return {name: list(texts) for name, texts in self.address}


@dataclass(frozen=True)
class Poll:
    """A question that was asked in a room, the number of answers so far, and whether the answer is shown.

    `number` is another one for every question of the room; `version` is that of the place it was asked at.
    """

    question: Question
    number: int
    version: int
    revealed: bool = False


@dataclass(frozen=True)
class View:
    """A room as it stands: `version` grows with its place, `poll_version` with its question.

    `votes` are the answers without who gave them, `members` how many follow or could.
    """

    code: str
    place: Place | None
    version: int
    members: int
    poll: Poll | None
    poll_version: int
    votes: tuple[float, ...]


@dataclass
class _Room:
    code: str
    secret: str
    used: float
    place: Place | None = None
    version: int = 0
    members: dict[str, float] = field(default_factory=dict)
    poll: Poll | None = None
    poll_version: int = 0
    votes: dict[str, float] = field(default_factory=dict)


class Rooms:
    """All rooms of a process, at most `most`, each of at most `members`; `idle` seconds of rest end one.

    `changed` is called with a room's code when its members, its question or the answers are others than
    before, or when it is closed; not when its place changes.
    """

    def __init__(
        self,
        *,
        most: int = MOST_ROOMS,
        members: int = MOST_MEMBERS,
        idle: float = IDLE,
        clock: Callable[[], float] = time.monotonic,
        changed: Callable[[str], None] = lambda code: None,
    ) -> None:
        self._changed = changed
        self._most, self._members, self._idle, self._clock = most, members, idle, clock
        self._rooms: dict[str, _Room] = {}
        self._lock = threading.RLock()

    def __len__(self) -> int:
        with self._lock:
            self._prune()
            return len(self._rooms)

    def start(self) -> tuple[str, str]:
        """A new room's code and the secret of who leads it."""
        with self._lock:
            self._prune()
            if len(self._rooms) >= self._most:
                raise RoomError(f"there are {self._most} rooms already: try again later")
            code = self._new_code()
            secret = _letters(SECRET)
            self._rooms[code] = _Room(code, secret, self._clock())
            return code, secret

    def join(self, code: str, member: str) -> View:
        """Enter a room, or stay in it; a member is a random text of the visitor's session."""
        with self._lock:
            room = self._find(code)
            if member not in room.members and len(room.members) >= self._members:
                raise RoomError(f"the room {room.code} is full: {self._members} are in it")
            if member not in room.members:
                self._changed(room.code)
            room.members[member] = self._clock()
            return _view(room)

    def leave(self, code: str, member: str) -> None:
        """Go out of a room; an answer to its question stays."""
        with self._lock:
            room = self._rooms.get(_written(code))
            if room is not None and room.members.pop(member, None) is not None:
                self._changed(room.code)

    def view(self, code: str) -> View:
        """A room as it stands; RoomError where it is gone."""
        with self._lock:
            return _view(self._find(code))

    def leads(self, code: str, secret: str) -> bool:
        """Whether this is the secret of who leads a room."""
        with self._lock:
            room = self._rooms.get(_written(code))
            return room is not None and secrets.compare_digest(room.secret.encode(), secret.encode())

    def publish(self, code: str, secret: str, place: Place) -> int:
        """Say where the leader is now; the room's version, which grew if that is elsewhere than before."""
        size = sum(len(name) + sum(map(len, texts)) for name, texts in place.address)
        if len(place.address) > MOST_PARAMETERS or size > LONGEST_ADDRESS:
            raise RoomError("this page's state is too long to be followed")
        with self._lock:
            room = self._own(code, secret)
            if room.place != place:
                room.place = place
                room.version += 1
            return room.version

    def ask(self, code: str, secret: str, question: Question) -> None:
        """Ask the room a question, in the place of the one before."""
        with self._lock:
            room = self._own(code, secret)
            room.poll = Poll(question, room.poll_version + 1, room.version)
            room.poll_version += 1
            room.votes.clear()
            self._changed(room.code)

    def vote(self, code: str, member: str, value: float) -> bool:
        """Answer, or answer otherwise; False where the question is revealed, or is no longer asked."""
        with self._lock:
            room = self._find(code)
            if member not in room.members:
                raise RoomError(f"only who is in the room {room.code} may answer")
            if room.poll is None or room.poll.revealed:
                return False
            if not room.poll.question.allows(value):
                raise RoomError("that is no answer to this question")
            room.votes[member] = float(value)
            self._changed(room.code)
            return True

    def voted(self, code: str, member: str) -> float | None:
        """A member's own answer."""
        with self._lock:
            return self._find(code).votes.get(member)

    def reveal(self, code: str, secret: str) -> None:
        """Show the answer and all votes to everybody; nothing can be changed any more."""
        with self._lock:
            room = self._own(code, secret)
            if room.poll is not None and not room.poll.revealed:
                room.poll = replace(room.poll, revealed=True)
                room.poll_version += 1
                self._changed(room.code)

    def withdraw(self, code: str, secret: str) -> None:
        """Ask nothing any more."""
        with self._lock:
            room = self._own(code, secret)
            if room.poll is not None:
                room.poll = None
                room.poll_version += 1
                room.votes.clear()
                self._changed(room.code)

    def close(self, code: str, secret: str) -> None:
        """End a room."""
        with self._lock:
            room = self._own(code, secret)
            del self._rooms[room.code]
            self._changed(room.code)

    def _find(self, code: str) -> _Room:
        self._prune()
        room = self._rooms.get(_written(code))
        if room is None:
            raise RoomError(
                f"there is no room {_written(code)[:12] or 'without a code'}: look at the code again"
            )
        return room

    def _own(self, code: str, secret: str) -> _Room:
        room = self._find(code)
        if not self.leads(code, secret):
            raise RoomError(f"somebody else leads the room {room.code}")
        room.used = self._clock()
        return room

    def _prune(self) -> None:
        now = self._clock()
        for room in [room for room in self._rooms.values() if now - room.used > self._idle]:
            del self._rooms[room.code]

    def _new_code(self) -> str:
        while (code := _letters(LENGTH)) in self._rooms:
            pass
        return code


def _written(code: str) -> str:
    """A code as it is meant: capitals, without spaces."""
    return "".join(code.split()).upper()


def _letters(count: int) -> str:
    return "".join(secrets.choice(LETTERS) for _ in range(count))


def _view(room: _Room) -> View:
    return View(
        room.code, room.place, room.version, len(room.members), room.poll, room.poll_version,
        tuple(sorted(room.votes.values())),
    )  # fmt: skip
