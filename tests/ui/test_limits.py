"""A visitor's share of the networks: it is used up, comes back, and is one's own."""

from __future__ import annotations

import math
import os
import subprocess
import sys
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cvdemo.ui.cache import ResultCache
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


def test_who_rests_is_told_for_how_long() -> None:
    turns, told, left = Turns(1), list[Place | None](), [1.0, 1.0, 0.6, 0.01]
    turns.pause = lambda: left.pop(0) if left else 0.0
    with turns.watched(told.append):
        turns.rest()
        assert told == [Place(0, 1.0, True), Place(0, 0.6, True), Place(0, 0.01, True), None]
        turns.rest()
    assert len(told) == 4


def test_who_rests_keeps_nobody_from_the_same_result() -> None:
    results, resting, go_on = ResultCache(1000), threading.Event(), threading.Event()
    slow = threading.local()

    def before() -> None:
        if getattr(slow, "rests", False):
            resting.set()
            assert go_on.wait(10)

    results.before = before

    def rester() -> None:
        slow.rests = True
        assert results.get("key", lambda: results.get("part", lambda: 1)) == 2

    thread = threading.Thread(target=rester)
    thread.start()
    assert resting.wait(10)
    assert results.get("key", lambda: 2) == 2  # at once
    go_on.set()
    thread.join(10)
    assert not thread.is_alive()


def test_only_one_who_computes_nothing_yet_rests() -> None:
    results, rests = ResultCache(1000), list[int]()
    results.before = lambda: rests.append(1)
    assert results.get("whole", lambda: results.get("part", lambda: 3)) == 3
    assert len(rests) == 1 and results.get("whole", lambda: 4) == 3 and len(rests) == 1


def test_the_app_counts_the_networks_of_a_visitor() -> None:
    script = (
        "import cvdemo.ui.limits as limits\n"
        "from cvdemo.zoo.turns import TURNS\n"
        "limits.session_id = lambda: 'me'\n"
        "from cvdemo import zoo\n"
        "zoo.load('ssd-plus', 'cpu').run(lambda: 3)\n"
        "print(limits.SHARES.seconds, list(limits.SHARES._left))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True,
        env={**os.environ, "CVDEMO_VISITOR_SECONDS": "7"},
    )  # fmt: skip
    assert done.stdout.split() == ["7.0", "['me']"]
