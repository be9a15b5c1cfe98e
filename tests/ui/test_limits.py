"""A visitor's share of the networks: it is used up, comes back, and is one's own."""

from __future__ import annotations

import math
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cvdemo.ui.limits import MOST_KNOWN, Shares, _given
from cvdemo.zoo.turns import Place, Turns


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_who_has_used_their_share_waits_and_others_do_not() -> None:
    clock = Clock()
    shares = Shares(20, clock)
    shares.spend("one", 15)
    assert shares.wait("one") == 0
    shares.spend("one", 15)  # 10 too many: at 20 a minute they are back in half a minute
    assert shares.wait("one") == pytest.approx(30) and shares.wait("two") == 0
    clock.now += 29
    assert shares.wait("one") == pytest.approx(1)
    clock.now += 2
    assert shares.wait("one") == 0


def test_nobody_saves_up_more_than_a_minute_and_what_is_nobodys_is_free() -> None:
    clock = Clock()
    shares = Shares(20, clock)
    shares.spend("one", 1)
    clock.now += 3600
    shares.spend("one", 21)
    assert shares.wait("one") == pytest.approx(3)
    shares.spend("", 1000)
    assert shares.wait("") == 0 and Shares(math.inf).wait("one") == 0


@given(st.lists(st.tuples(st.floats(0, 30), st.floats(0.01, 5)), max_size=30))
def test_in_the_long_run_nobody_has_more_than_their_share(runs: list[tuple[float, float]]) -> None:
    clock = Clock()
    shares = Shares(6, clock)
    spent = 0.0
    for pause, seconds in runs:
        clock.now += pause
        clock.now += shares.wait("one") + 1e-9
        shares.spend("one", seconds)
        spent += seconds
    assert spent <= 6 + clock.now / 10 + 5 + 1e-6  # a whole share, what came back, and the last run


def test_those_who_have_all_of_it_again_are_forgotten() -> None:
    clock = Clock()
    shares = Shares(20, clock)
    for k in range(MOST_KNOWN):
        shares.spend(str(k), 1)
    clock.now += 60
    shares.spend("late", 1)
    assert len(shares._left) == 1


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("20", 20), ("1.5", 1.5), ("", math.inf), ("many", math.inf), ("0", math.inf), ("-3", math.inf)],
)
def test_the_setting(text: str, seconds: float, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CVDEMO_VISITOR_SECONDS", text)
    assert _given() == seconds


def test_a_run_waits_for_its_share_and_whoever_watches_is_told() -> None:
    turns, told, left = Turns(1), list[Place | None](), [1.0, 0.6, 0.01]
    turns.pause = lambda: left.pop(0) if left else 0.0
    spent: list[tuple[str, float]] = []
    turns.ended = lambda key, seconds: spent.append((key, seconds))
    with turns.watched(told.append), turns.turn("net"):
        assert not spent
    assert told == [Place(0, 1.0, True), Place(0, 0.6, True), Place(0, 0.01, True), None]
    assert [key for key, _ in spent] == ["net"] and spent[0][1] >= 0


def test_the_app_counts_the_networks_of_a_visitor() -> None:
    script = (
        "import cvdemo.ui.limits as limits\n"
        "from cvdemo.zoo.turns import TURNS\n"
        "limits.session_id = lambda: 'me'\n"
        "with TURNS.turn('net'): pass\n"
        "print(limits.SHARES.seconds, list(limits.SHARES._left))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True,
        env={**os.environ, "CVDEMO_VISITOR_SECONDS": "7"},
    )  # fmt: skip
    assert done.stdout.split() == ["7.0", "['me']"]


def test_a_run_elsewhere_takes_no_slot_but_counts() -> None:
    turns, told, left = Turns(1), list[Place | None](), [0.5, 0.01]
    spent: list[str] = []
    turns.ended = lambda key, seconds: spent.append(key)
    within: list[str] = []

    @contextmanager
    def meanwhile() -> Iterator[None]:
        within.append("in")
        yield
        within.append("out")

    turns.meanwhile = meanwhile

    def ask_there() -> None:
        with turns.elsewhere("there"):
            pass

    with turns.turn("here"):
        other = threading.Thread(target=ask_there)
        other.start()
        other.join(10)
        assert not other.is_alive()  # though the only slot is taken
    turns.pause = lambda: left.pop(0) if left else 0.0
    with turns.watched(told.append), turns.elsewhere("there"), turns.turn("part of it"):
        assert turns.running == 0
    assert told == [Place(0, 0.5, True), Place(0, 0.01, True), None]
    assert spent == ["there", "here", "there"] and within[-2:] == ["in", "out"]
