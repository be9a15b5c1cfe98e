"""One run at a time in the order of coming, others while a network runs, and nobody for ever."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from cvdemo.ui.gate import Gate
from cvdemo.zoo.turns import Turns

PATIENCE = 10.0


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end
        time.sleep(0.002)


def begin(act: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=act, daemon=True)
    thread.start()
    return thread


def test_runs_go_one_after_another_in_the_order_in_which_they_came() -> None:
    gate, order, within = Gate(PATIENCE), [], []
    first = threading.Event()

    def run(number: int) -> None:
        with gate.passed():
            within.append(number)
            if number == 0:
                first.wait(PATIENCE)
            assert within[-1] == number
            order.append(number)

    threads = []
    for number in range(6):
        threads.append(begin(lambda number=number: run(number)))
        until(lambda number=number: gate.waiting == number if number else within == [0])
    first.set()
    for thread in threads:
        thread.join(PATIENCE)
    assert order == list(range(6)) and gate.waiting == 0


def test_a_run_within_a_run_goes_on_at_once() -> None:
    gate = Gate(PATIENCE)
    with gate.passed(), gate.passed():
        pass
    with gate.passed():
        assert gate.waiting == 0


def test_whoever_takes_long_shares() -> None:
    gate, over, late = Gate(0.05), threading.Event(), threading.Event()

    def long() -> None:
        with gate.passed():
            late.set()
            over.wait(PATIENCE)

    thread = begin(long)
    late.wait(PATIENCE)
    begun = time.monotonic()
    with gate.passed():
        assert 0.02 < time.monotonic() - begun < PATIENCE / 2
    over.set()
    thread.join(PATIENCE)


def test_others_go_on_while_a_network_runs_and_whoever_comes_back_is_next() -> None:
    gate, turns, order = Gate(PATIENCE), Turns(1), []
    turns.meanwhile = gate.left
    runs, ran, hold = threading.Event(), threading.Event(), threading.Event()

    def network() -> None:
        with gate.passed():
            with turns.turn("ssd-plus"):
                runs.set()
                ran.wait(PATIENCE)
            order.append("network")

    def page(name: str, wait: threading.Event | None = None) -> None:
        with gate.passed():
            order.append(name)
            if wait:
                wait.wait(PATIENCE)

    threads = [begin(network)]
    runs.wait(PATIENCE)
    threads.append(begin(lambda: page("beside", hold)))
    until(lambda: order == ["beside"])
    threads.append(begin(lambda: page("after")))
    until(lambda: gate.waiting == 1)
    ran.set()
    until(lambda: gate.waiting == 2)
    hold.set()
    for thread in threads:
        thread.join(PATIENCE)
    assert order == ["beside", "network", "after"]


def test_others_go_on_while_somebody_waits_for_what_another_computes() -> None:
    gate, turns, lock, order = Gate(PATIENCE), Turns(1), threading.Lock(), []
    turns.meanwhile = gate.left

    def waits() -> None:
        with gate.passed(), turns.held(lock):
            order.append("waited")

    lock.acquire()
    thread = begin(waits)
    until(lambda: not gate.waiting)
    begun = time.monotonic()
    with gate.passed():
        order.append("beside")
    assert time.monotonic() - begun < PATIENCE / 2
    lock.release()
    thread.join(PATIENCE)
    assert order == ["beside", "waited"]


def test_an_error_gives_the_place_back() -> None:
    gate = Gate(PATIENCE)
    with pytest.raises(ValueError, match="no"), gate.passed():
        raise ValueError("no")
    with pytest.raises(ValueError, match="no"), gate.passed(), gate.left():
        raise ValueError("no")
    with gate.passed():
        assert gate.waiting == 0
    with gate.left():  # by somebody who is not within
        pass
