"""Several nets trained at once."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from cvdemo.errors import CvdemoError
from cvdemo.train.at_once import Waiting, train_at_once
from cvdemo.train.recipes import Recipe, Scenes

ONE, OTHER = Scenes(), Scenes(objects=(1,))
FINGERPRINT = partial(Recipe.fingerprint, minutes=None)


def net(key: str, start: str = "", data: Scenes = ONE) -> Recipe:
    return Recipe(key, "", steps=1, start=start, data=data)


def last_long(one: Recipe) -> None:
    """Work that a test does not wait for; a file says that it has begun."""
    Path(one.key).touch()
    time.sleep(600)


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
    assert found == {one.key: one.fingerprint(None) for one in nets} and list(found).index("a") < 2
    assert not multiprocessing.active_children()


@pytest.mark.usefixtures("handlers")
def test_an_error_in_one_ends_all() -> None:
    broken = net("a")
    object.__setattr__(broken, "steps", {1})  # which no JSON holds
    with pytest.raises(TypeError, match="JSON"):
        list(train_at_once([broken, net("b", "a")], FINGERPRINT, jobs=2))
    assert not multiprocessing.active_children()


@pytest.mark.usefixtures("handlers")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_all(number: signal.Signals, tmp_path: Path) -> None:
    begun = [tmp_path / "a", tmp_path / "b"]

    def interrupt() -> None:
        while not all(path.exists() for path in begun):
            time.sleep(0.05)
        os.kill(os.getpid(), number)

    threading.Thread(target=interrupt).start()
    nets = [net(str(path)) for path in begun]
    with pytest.raises(CvdemoError, match="the same command goes on"):
        list(train_at_once(nets, last_long, jobs=2))
    assert not multiprocessing.active_children()
