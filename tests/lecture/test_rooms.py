"""Rooms: joining, leading, expiry, bounds, and questions with their votes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cvdemo.errors import DataError
from cvdemo.lecture.questions import BARS, Question, Scale, histogram
from cvdemo.lecture.rooms import LETTERS, Place, RoomError, Rooms

SCALE = Scale("score", "Score", 0.01, 1.0, 0.01)
CHOICE = Question("Which?", ("one", "two", "three"), answer=1)


class Clock:
    """Time that stands still until it is moved."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_who_joins_sees_where_the_leader_is() -> None:
    rooms = Rooms()
    code, secret = rooms.start()
    assert set(code) <= set(LETTERS)
    assert rooms.join(f" {code.lower()} ", "m").place is None
    place = Place.of("detect", {"score": ["0.3"], "only": ["cat", "dog"]})
    assert rooms.publish(code, secret, place) == 1
    assert rooms.publish(code, secret, place) == 1  # nothing is new
    view = rooms.view(code)
    assert view.place == place
    assert place.parameters() == {"only": ["cat", "dog"], "score": ["0.3"]}
    assert (view.version, view.members) == (1, 1)
    rooms.leave(code, "m")
    assert rooms.view(code).members == 0


def test_only_the_secret_leads() -> None:
    rooms = Rooms()
    code, secret = rooms.start()
    other, others = rooms.start()
    assert rooms.leads(code, secret)
    for wrong in ("", others, code, secret.lower(), "ü"):
        assert not rooms.leads(code, wrong)
        for act in (
            lambda w=wrong: rooms.publish(code, w, Place("nms")),
            lambda w=wrong: rooms.ask(code, w, CHOICE),
            lambda w=wrong: rooms.reveal(code, w),
            lambda w=wrong: rooms.withdraw(code, w),
            lambda w=wrong: rooms.close(code, w),
        ):
            with pytest.raises(RoomError, match="somebody else leads"):
                act()
    assert rooms.view(code).version == 0
    rooms.close(other, others)
    with pytest.raises(RoomError, match=f"there is no room {other}"):
        rooms.view(other)


def test_rooms_expire_and_are_bounded() -> None:
    clock = Clock()
    rooms = Rooms(most=2, members=2, idle=100, clock=clock)
    first, secret = rooms.start()
    rooms.start()
    with pytest.raises(RoomError, match="2 rooms already"):
        rooms.start()
    rooms.join(first, "a")
    rooms.join(first, "b")
    rooms.join(first, "a")  # is in it already
    with pytest.raises(RoomError, match="is full"):
        rooms.join(first, "c")
    clock.now = 90
    rooms.publish(first, secret, Place("iou"))
    clock.now = 150  # the other one was left alone for more than 100 s
    assert len(rooms) == 1
    assert rooms.view(first).place == Place("iou")
    clock.now = 191
    with pytest.raises(RoomError, match="there is no room"):
        rooms.join(first, "a")


def test_a_state_that_is_too_long_is_not_published() -> None:
    rooms = Rooms()
    code, secret = rooms.start()
    with pytest.raises(RoomError, match="too long"):
        rooms.publish(code, secret, Place.of("nms", {"own": ["1,2,3,4," * 2000]}))


def test_votes_are_one_each_and_change_until_they_are_revealed() -> None:
    rooms = Rooms()
    code, secret = rooms.start()
    for member in "abc":
        rooms.join(code, member)
    assert not rooms.vote(code, "a", 1)  # nothing is asked
    rooms.ask(code, secret, CHOICE)
    for member, value in (("a", 0), ("b", 1), ("a", 1), ("c", 2)):
        assert rooms.vote(code, member, value)
    for member, value in (("stranger", 1), ("a", 3), ("a", 0.5), ("a", float("nan"))):
        with pytest.raises(RoomError):
            rooms.vote(code, member, value)
    assert rooms.view(code).votes == (1, 1, 2)
    rooms.reveal(code, secret)
    assert not rooms.vote(code, "a", 0)
    assert rooms.voted(code, "a") == 1
    first = rooms.view(code)
    rooms.ask(code, secret, Question("Where?", scale=SCALE))
    again = rooms.view(code)
    assert again.votes == ()
    assert again.poll is not None and first.poll is not None
    assert again.poll.number != first.poll.number
    assert again.poll_version > first.poll_version
    assert rooms.vote(code, "b", 0.37)
    rooms.withdraw(code, secret)
    assert rooms.view(code).poll is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"text": ""}, {"text": "a" * 301}, {"choices": ("one",)}, {"choices": tuple("abcdefg")}, {"answer":
        3}, {"choices": ("a", " ")}, {"scale": SCALE}, {"choices": ()},
    ],
)  # fmt: skip
def test_a_question_that_cannot_be_asked(wrong: dict[str, object]) -> None:
    with pytest.raises(DataError):
        Question(**{"text": "Which?", "choices": ("a", "b"), **wrong})  # type: ignore[arg-type]


@given(
    st.tuples(st.integers(-50, 50), st.integers(1, 300), st.sampled_from([0.01, 0.05, 0.25, 1.0])),
    st.data(),
)
def test_every_vote_is_in_one_bar(grid: tuple[int, int, float], data: st.DataObject) -> None:
    low, steps, step = grid[0] * grid[2], grid[1], grid[2]
    scale = Scale("x", "X", low, low + steps * step, step)
    places = data.draw(st.lists(st.integers(0, steps), max_size=30))
    right = data.draw(st.integers(0, steps))
    question = Question("Where?", scale=scale, answer=low + right * step)
    bars = histogram(question, [low + place * step for place in places])
    assert len(bars) <= BARS
    assert sum(bar.count for bar in bars) == len(places)
    assert sum(bar.right for bar in bars) == 1
    alone = histogram(question, [low + right * step])
    assert [bar.count for bar in alone] == [int(bar.right) for bar in alone]
