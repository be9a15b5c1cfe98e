"""Turns: never more at once than there is room for, in the order of coming, and nobody is left behind."""

from __future__ import annotations

import threading
import time

import pytest

from cvdemo.zoo.turns import Place, Turns


def _start(work) -> threading.Thread:
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


def _until(says) -> None:
    end = time.monotonic() + 20
    while not says():
        assert time.monotonic() < end
        time.sleep(0.005)


@pytest.mark.parametrize("slots", [1, 2, 3])
def test_at_most_so_many_run_at_once_and_all_do(slots: int) -> None:
    turns, lock, now, most, done = Turns(slots), threading.Lock(), [0], [0], []

    def work(name: int) -> None:
        with turns.turn(f"net {name}"):
            with lock:
                now[0] += 1
                most[0] = max(most[0], now[0])
            time.sleep(0.02)
            with lock:
                now[0] -= 1
                done.append(name)

    threads = [_start(lambda name=name: work(name)) for name in range(12)]
    for thread in threads:
        thread.join(20)
    assert sorted(done) == list(range(12)) and most[0] == slots and turns.waiting == 0


def test_a_model_runs_once_at_a_time_and_others_pass_who_waits_for_it() -> None:
    turns, order, leave = Turns(2), [], threading.Event()

    def work(key: str, name: str) -> None:
        with turns.turn(key):
            order.append(name)
            if name == "first":
                leave.wait(20)

    threads = [_start(lambda: work("long", "first"))]
    _until(lambda: order == ["first"])
    threads.append(_start(lambda: work("long", "second")))
    _until(lambda: turns.waiting == 1)
    threads.append(_start(lambda: work("short", "other")))
    _until(lambda: order == ["first", "other"])
    assert turns.waiting == 1
    leave.set()
    for thread in threads:
        thread.join(20)
    assert order == ["first", "other", "second"] and not turns.running


def test_who_came_first_runs_first_and_hears_the_place() -> None:
    turns, order, heard, leave = Turns(1), [], [], threading.Event()

    def first() -> None:
        with turns.turn("long"):
            leave.wait(20)

    def later(name: int) -> None:
        with turns.watched(heard.append if name == 2 else lambda place: None), turns.turn("net"):
            order.append(name)

    threads = [_start(first)]
    _until(lambda: turns._running)
    for name in range(3):
        threads.append(_start(lambda name=name: later(name)))
        _until(lambda name=name: turns.waiting == name + 1)
    _until(lambda: heard)
    leave.set()
    for thread in threads:
        thread.join(20)
    assert order == [0, 1, 2]
    assert heard[0].ahead == 3 and heard[0].seconds > 0 and heard[-1] is None


def test_a_run_within_a_run_does_not_wait() -> None:
    turns = Turns(1)
    with turns.turn("crossing"), turns.turn("captioner"):
        assert turns.waiting == 0
    with turns.turn("again"):
        pass


def test_who_goes_away_leaves_the_queue() -> None:
    turns, gone, leave = Turns(1), [], threading.Event()

    class Gone(BaseException):
        pass

    def first() -> None:
        with turns.turn("long"):
            leave.wait(20)

    def leaves(place: Place | None) -> None:
        raise Gone

    def second() -> None:
        try:
            with turns.watched(leaves), turns.turn("net"):
                gone.append("ran")
        except Gone:
            gone.append("left")

    running = _start(first)
    _until(lambda: turns._running)
    _start(second).join(20)
    assert gone == ["left"] and turns.waiting == 0
    leave.set()
    running.join(20)
    with turns.turn("net"):
        pass


def test_an_error_ends_the_turn() -> None:
    turns = Turns(1)
    with pytest.raises(RuntimeError), turns.turn("net"):
        raise RuntimeError
    with turns.turn("net"):
        pass
