"""Several nets trained at once, each in a process of its own, behind the one that it starts from."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from graphlib import TopologicalSorter
from multiprocessing.queues import SimpleQueue
from typing import Any, TypeVar

import cv2
import torch
from tqdm import tqdm

from cvdemo.errors import CvdemoError
from cvdemo.train.kept import drawing
from cvdemo.train.recipes import Recipe

T = TypeVar("T")
STOPPED = "stopped: the same command goes on from there"

place = 0
"""Which of the processes this is, from 0 on: the line of its progress bar."""


class Waiting:
    """Nets that wait for their turn, in the order given."""

    def __init__(self, nets: Sequence[Recipe]) -> None:
        keys = {one.key for one in nets}
        self._order = {one.key: one for one in nets}
        self._sorter = TopologicalSorter({one.key: {one.start} & keys for one in nets})
        self._sorter.prepare()
        self._ready: list[str] = []
        self._running: list[Recipe] = []

    def next(self) -> Recipe | None:
        """The next net whose start is trained; None where there is none, for now or for good.

        One that learns from other samples than those in training comes first: of two at once with the same
        samples both would have them drawn.
        """
        self._ready += self._sorter.get_ready()
        self._ready.sort(key=list(self._order).index)
        busy = {drawing(one.data) for one in self._running}
        fresh = [key for key in self._ready if drawing(self._order[key].data) not in busy]
        if not self._ready:
            return None
        one = self._order[(fresh or self._ready)[0]]
        self._ready.remove(one.key)
        self._running.append(one)
        return one

    def done(self, one: Recipe) -> None:
        """Say that a net is trained."""
        self._running.remove(one)
        self._sorter.done(one.key)


def train_at_once(
    nets: Sequence[Recipe], work: Callable[[Recipe], T], jobs: int
) -> Iterator[tuple[Recipe, T]]:
    """What `work` gives for each net, as they end, with so many processes at work and the cores shared.

    Ctrl-C, SIGTERM and the first error stop them all: each gets a SIGTERM, which is how a training is told to
    write its checkpoint. A stop is a `CvdemoError`.
    """
    context = multiprocessing.get_context("spawn")  # forked threads of torch would hang
    places = context.SimpleQueue()
    for k in range(jobs):
        places.put(k)
    waiting = Waiting(nets)
    running: dict[Future[T], Recipe] = {}
    threads = max(1, (os.cpu_count() or 1) // jobs)
    setup = (context.RLock(), places, threads)
    with ProcessPoolExecutor(jobs, context, _begin, setup) as pool, _stopping():
        while True:
            while len(running) < jobs and (one := waiting.next()):
                running[pool.submit(work, one)] = one
            if not running:
                return
            for ended in wait(running, return_when=FIRST_COMPLETED).done:
                one = running.pop(ended)
                yield one, _result(ended)
                waiting.done(one)


def _begin(lock: Any, places: SimpleQueue[int], threads: int) -> None:
    """Before a process trains: its share of the cores, its line on the screen."""
    global place
    place = places.get()
    tqdm.set_lock(lock)
    torch.set_num_threads(threads)
    cv2.setNumThreads(threads)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the first process, which then stops all


def _result(ended: Future[T]) -> T:
    try:
        return ended.result()
    except BrokenProcessPool as error:
        raise CvdemoError(
            "a training has ended, perhaps for want of memory: the same command goes on from there"
        ) from error


@contextmanager
def _stopping() -> Iterator[None]:
    """A context that stops the processes when it is left by an error, Ctrl-C or SIGTERM."""

    def stop(number: int, frame: Any) -> None:
        raise CvdemoError(STOPPED)

    before = [(s, signal.signal(s, stop)) for s in (signal.SIGINT, signal.SIGTERM)]
    try:
        yield
    except BaseException:
        for process in multiprocessing.active_children():
            process.terminate()
        raise
    finally:
        for number, handler in before:
            signal.signal(number, handler)
