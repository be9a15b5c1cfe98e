"""The rooms of several processes: asked over a line as if they were here, and everybody hears of changes."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from multiprocessing import AuthenticationError
from pathlib import Path

import pytest

from cvdemo.lecture.hub import ASKED, CHANGED, Hub, Line, Message, _hang_up
from cvdemo.lecture.questions import Question
from cvdemo.lecture.rooms import Place, RoomError

KEY = b"secret of the hub"
QUESTION = Question("Which?", ("One", "Two"), answer=0.0)


def soon(true: Callable[[], bool]) -> bool:
    end = time.monotonic() + 10
    while not true() and time.monotonic() < end:
        time.sleep(0.01)
    return true()


class Process:
    """One line, and what it has heard."""

    def __init__(self, address: str, number: int) -> None:
        self.heard: list[Message] = []
        self.gone = threading.Event()
        self.line = Line(address, KEY, number, self.gone.set)
        self.line.hear = self.heard.append
        self.rooms = self.line.rooms


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[tuple[Hub, str]]:
    address = str(tmp_path / "hub")
    made = Hub(address, KEY)
    yield made, address
    made.close()


def test_a_room_is_the_same_for_all_processes(hub: tuple[Hub, str]) -> None:
    one, two = (Process(hub[1], number) for number in range(2))
    code, secret = one.rooms.start()
    two.rooms.join(code.lower(), "a member")
    one.rooms.publish(code, secret, Place.of("iou", {"x": ["1"]}))
    one.rooms.ask(code, secret, QUESTION)
    assert two.rooms.vote(code, "a member", 1.0) and two.rooms.voted(code, "a member") == 1.0
    view = two.rooms.view(code)
    assert view == one.rooms.view(code) == hub[0].rooms.view(code)
    assert (view.members, view.votes, view.place) == (1, (1.0,), Place.of("iou", {"x": ["1"]}))


def test_what_is_wrong_is_said_by_the_process_that_asked(hub: tuple[Hub, str]) -> None:
    one = Process(hub[1], 0)
    with pytest.raises(RoomError, match="there is no room ACDE"):
        one.rooms.view("ACDE")
    code, _ = one.rooms.start()
    with pytest.raises(RoomError, match="somebody else leads"):
        one.rooms.close(code, "guessed")
    with pytest.raises(TypeError):
        one.rooms.view()  # type: ignore[call-arg]
    assert one.rooms.view(code).members == 0  # the line still works


def test_only_what_rooms_offer_may_be_asked(hub: tuple[Hub, str]) -> None:
    one = Process(hub[1], 0)
    with pytest.raises(RoomError):
        one.line._asked("_prune")
    with pytest.raises(RoomError):
        one.line._asked("__class__")
    assert {"join", "publish", "vote"} <= ASKED


def test_others_hear_of_changes_and_of_what_is_told_and_oneself_does_not(hub: tuple[Hub, str]) -> None:
    one, two, three = (Process(hub[1], number) for number in range(3))
    code, secret = one.rooms.start()
    two.rooms.join(code, "a member")
    assert soon(lambda: (CHANGED, code, b"") in one.heard and (CHANGED, code, b"") in three.heard)
    two.rooms.join(code, "a member")  # stays: no change
    one.rooms.publish(code, secret, Place("iou"))  # whose run is told by itself
    one.line.tell(("run", code, b"pickled"))
    assert soon(lambda: two.heard == [("run", code, b"pickled")])
    assert soon(lambda: three.heard == [(CHANGED, code, b""), ("run", code, b"pickled")])
    assert one.heard == [(CHANGED, code, b"")]


def test_the_members_of_a_process_that_ends_leave_their_rooms(hub: tuple[Hub, str]) -> None:
    one, two = (Process(hub[1], number) for number in range(2))
    code, _ = one.rooms.start()
    one.rooms.join(code, "stays")
    for member in ("goes", "has gone"):
        two.rooms.join(code, member)
    two.rooms.leave(code, "has gone")
    two.line._ask.close()
    assert soon(lambda: one.rooms.view(code).members == 1)


def test_who_listens_when_the_hub_ends_is_told(hub: tuple[Hub, str]) -> None:
    one = Process(hub[1], 0)
    assert soon(lambda: bool(hub[0]._hearers))
    hub[0].close()
    assert one.gone.wait(10)


def test_who_ends_in_the_middle_of_coming_keeps_nobody_out(hub: tuple[Hub, str]) -> None:
    for _ in range(5):
        with socket.socket(socket.AF_UNIX) as there:
            there.connect(hub[1])
    assert Process(hub[1], 1).rooms.start()


def test_lines_that_have_ended_leave_nothing(hub: tuple[Hub, str]) -> None:
    for _ in range(4):
        line = Process(hub[1], 1).line
        line._ask.close()
        _hang_up(line._hear)
    assert soon(lambda: not hub[0]._connections and not hub[0]._hearers)


def test_who_has_not_the_key_is_refused_and_others_are_served(hub: tuple[Hub, str]) -> None:
    with pytest.raises((AuthenticationError, OSError, EOFError)):
        Line(hub[1], b"guessed", 0)
    assert Process(hub[1], 1).rooms.start()
