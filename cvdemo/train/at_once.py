"""Several nets trained at once, each in a process of its own, behind the one that it starts from."""

from __future__ import annotations

import multiprocessing
import os
import signal
import traceback
from collections.abc import Callable, Iterator, Sequence
from graphlib import TopologicalSorter
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, NamedTuple, TypeVar

import cv2
import torch
from tqdm import tqdm

from cvdemo.errors import CvdemoError
from cvdemo.train.kept import drawing
from cvdemo.train.recipes import Recipe
from cvdemo.train.signals import SIGNALS, handled_by

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


class _Job(NamedTuple):
    """A process that trains `one`, and its `line` on the screen."""

    process: BaseProcess
    one: Recipe
    line: int


class _Failed(NamedTuple):
    """What stopped a process: one `said` sentence, or the trace of an error that nobody foresaw."""

    said: bool
    text: str


def train_at_once(
    nets: Sequence[Recipe], work: Callable[[Recipe], T], jobs: int
) -> Iterator[tuple[Recipe, T]]:
    """What `work` gives for each net, as they end, with so many processes at work and the cores shared.

    Ctrl-C, SIGTERM and the first error stop them all: each gets a SIGTERM, which is how a training is told to
    write its checkpoint, and is waited for. A stop is a `CvdemoError`.
    """
    context = multiprocessing.get_context("spawn")  # forked threads of torch would hang
    lock, threads = context.RLock(), max(1, (os.cpu_count() or 1) // jobs)
    waiting, lines = Waiting(nets), list(range(jobs))
    running: dict[Connection, _Job] = {}
    with handled_by(_stop):
        try:
            while True:
                while lines and (one := waiting.next()):
                    here, there = context.Pipe(duplex=False)
                    job = _Job(
                        context.Process(target=_do, args=(there, work, one, lines[0], threads, lock)),
                        one,
                        lines.pop(0),
                    )
                    running[here] = job
                    job.process.start()
                    there.close()
                if not running:
                    return
                ended = wait(list(running))
                for here in [pipe for pipe in running if pipe in ended]:
                    result = _result(here)
                    job = running.pop(here)
                    job.process.join()
                    lines.append(job.line)
                    yield job.one, result
                    waiting.done(job.one)
        finally:
            _end([job.process for job in running.values()])


def _do(
    pipe: Connection, work: Callable[[Recipe], Any], one: Recipe, line: int, threads: int, lock: Any
) -> None:
    """One net's work, in a process of its own: with its share of the cores, and its line on the screen."""
    global place
    place = line
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the first process, which then stops all
    signal.signal(signal.SIGTERM, _stop)  # and not an end in the middle of writing, with a lock in hand
    try:
        tqdm.set_lock(lock)
        torch.set_num_threads(threads)
        cv2.setNumThreads(threads)
        pipe.send(work(one))
    except CvdemoError as error:
        pipe.send(_Failed(said=True, text=str(error)))
    except Exception:
        pipe.send(_Failed(said=False, text=traceback.format_exc()))


def _result(pipe: Connection) -> Any:
    """What a process gave; what stopped it is raised."""
    try:
        found = pipe.recv()
    except EOFError as error:
        raise CvdemoError(
            "a training has ended, perhaps for want of memory: the same command goes on from there"
        ) from error
    if isinstance(found, _Failed):
        raise CvdemoError(found.text) if found.said else RuntimeError(found.text)
    return found


def _end(processes: Sequence[BaseProcess]) -> None:
    for process in processes:
        if process.pid is not None:
            process.terminate()
    for process in processes:
        if process.pid is not None:
            process.join()


def _stop(number: int, frame: Any) -> None:
    """Raise an error, once: a second Ctrl-C does not disturb what is put in order after the first."""
    for each in SIGNALS:
        signal.signal(each, signal.SIG_IGN)
    raise CvdemoError(STOPPED)
