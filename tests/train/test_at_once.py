"""Several nets trained at once."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from cvdemo.errors import CvdemoError
from cvdemo.train.at_once import Waiting, train_at_once
from cvdemo.train.recipes import Recipe, Scenes, recipes

ONE, OTHER = Scenes(), Scenes(objects=(1,))
FINGERPRINT = partial(Recipe.fingerprint, minutes=None)


def net(key: str, start: str = "", data: Scenes = ONE) -> Recipe:
    return Recipe(key, "", steps=1, start=start, data=data)


def train_long(one: Recipe) -> None:
    """Work that goes on till SIGTERM, as a training does: then it writes what it has and says so."""
    stopped = []
    signal.signal(signal.SIGTERM, lambda number, frame: stopped.append(number))
    Path(one.key).touch()
    while not stopped:
        time.sleep(0.05)
    Path(f"{one.key}.checkpoint").touch()
    raise CvdemoError(f"{one.key}: stopped")


def fail_beside(one: Recipe) -> None:
    """One net trains long; the other, whose task names the first, fails as soon as that one trains."""
    if not one.task:
        train_long(one)
    while not Path(one.task).exists():
        time.sleep(0.05)
    raise TypeError("nobody foresaw this")


def test_a_net_waits_for_the_one_that_it_starts_from() -> None:
    waiting = Waiting([net("a"), net("b", "a"), net("c", "b"), net("d", "elsewhere")])
    a, d = waiting.next(), waiting.next()
    assert a is not None and a.key == "a" and d is not None and d.key == "d"
    assert waiting.next() is None
    waiting.done(a)
    b = waiting.next()
    assert b is not None and b.key == "b" and waiting.next() is None
    waiting.done(b)
    last = waiting.next()
    assert last is not None and last.key == "c" and waiting.next() is None


def test_all_nets_come_behind_their_starts() -> None:
    every = recipes()
    waiting, trained = Waiting(list(every.values())), []
    running: list[Recipe] = []
    while True:
        while len(running) < 2 and (one := waiting.next()):
            assert not one.start or one.start in trained
            running.append(one)
        if not running:
            break
        trained.append(running.pop(0).key)
        waiting.done(every[trained[-1]])
    assert sorted(trained) == sorted(every)


def test_nets_of_other_samples_come_first() -> None:
    waiting = Waiting([net("a"), net("b"), net("c", data=OTHER), net("d")])
    taken = [waiting.next() for _ in range(3)]
    assert [one.key for one in taken if one] == ["a", "c", "b"]
    assert taken[1] is not None
    waiting.done(taken[1])
    last = waiting.next()
    assert last is not None and last.key == "d"


def test_the_order_is_kept_where_nothing_else_matters() -> None:
    nets = [net(key, data=Scenes(objects=(k,))) for k, key in enumerate("zyxwv", 1)]
    waiting = Waiting(nets)
    assert [waiting.next() for _ in nets] == nets


@pytest.fixture
def handlers() -> Iterator[None]:
    """What signals do is the same afterwards."""
    before = [signal.getsignal(s) for s in (signal.SIGINT, signal.SIGTERM)]
    yield
    assert [signal.getsignal(s) for s in (signal.SIGINT, signal.SIGTERM)] == before


@pytest.mark.usefixtures("handlers")
def test_processes_do_the_work() -> None:
    nets = [net("a"), net("b", "a"), net("c", data=OTHER)]
    found = {one.key: result for one, result in train_at_once(nets, FINGERPRINT, jobs=2)}
    assert found == {one.key: one.fingerprint(None) for one in nets}
    assert list(found).index("a") < list(found).index("b")
    assert not multiprocessing.active_children()


@pytest.mark.usefixtures("handlers")
def test_an_error_in_one_lets_the_other_write_its_checkpoint(tmp_path: Path) -> None:
    path = tmp_path / "long"
    nets = [net(str(path)), replace(net("fails", data=OTHER), task=str(path))]
    with pytest.raises(RuntimeError, match="nobody foresaw this"):
        list(train_at_once(nets, fail_beside, jobs=2))
    assert (tmp_path / "long.checkpoint").exists()
    assert not multiprocessing.active_children()


@pytest.mark.usefixtures("handlers")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("starts", ["", "a"])  # with "a", the other net waits, and one place is free
def test_a_signal_stops_all(number: signal.Signals, starts: str, tmp_path: Path) -> None:
    first = tmp_path / "a"
    nets = [net(str(first)), net(str(tmp_path / "b"), str(first) if starts else "")]
    begun = [first] if starts else [first, tmp_path / "b"]

    def interrupt() -> None:
        while not all(path.exists() for path in begun):
            time.sleep(0.05)
        os.kill(os.getpid(), number)
        os.kill(os.getpid(), number)  # as whoever is impatient does

    threading.Thread(target=interrupt).start()
    with pytest.raises(CvdemoError, match="the same command goes on"):
        list(train_at_once(nets, train_long, jobs=2))
    assert [Path(f"{path}.checkpoint").exists() for path in begun] == [True] * len(begun)
    assert not multiprocessing.active_children()


@pytest.mark.usefixtures("handlers")
def test_a_process_that_is_killed_is_said(tmp_path: Path) -> None:
    path = tmp_path / "a"

    def kill() -> None:
        while not path.exists():
            time.sleep(0.05)
        for process in multiprocessing.active_children():
            process.kill()

    threading.Thread(target=kill).start()
    with pytest.raises(CvdemoError, match="for want of memory"):
        list(train_at_once([net(str(path))], train_long, jobs=2))
    assert not multiprocessing.active_children()
