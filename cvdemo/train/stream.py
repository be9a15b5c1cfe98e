"""Training samples as batches: each a function of the step alone, drawn ahead by processes.

No torch here: the drawing processes import this module.
"""

from __future__ import annotations

import multiprocessing
import signal
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np

from cvdemo.errors import CvdemoError
from cvdemo.train.kept import draw
from cvdemo.train.recipes import TrainingData

CHUNK = 64  # samples that a process draws before it hands them over


def _draw_for(pipe: Connection, kept: Path | None) -> None:
    """Draw the samples that are requested until the other end is closed, as it is when its process dies."""
    import cv2

    cv2.setNumThreads(1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the loop, which then closes its end
    try:
        while True:
            data, seeds = pipe.recv()
            pipe.send([draw(data, seed, kept) for seed in seeds])
    except (EOFError, OSError):
        return


@contextmanager
def _pipe_errors() -> Iterator[None]:
    """Turns a closed pipe into one sentence."""
    try:
        yield
    except (EOFError, OSError) as error:
        raise CvdemoError(
            "a process that draws samples has ended, perhaps for want of memory: the same command goes on"
        ) from error


class DataWorkers:
    """Processes that draw training samples ahead; with 0 of them, they are drawn when collected.

    Samples are `kept` in a folder where one is given, and taken from there.
    """

    def __init__(self, count: int, kept: Path | None = None) -> None:
        context = multiprocessing.get_context("spawn")  # forked threads of torch would hang
        self._kept = kept
        self._ends: list[Connection] = []
        self._requested: deque[tuple[int, TrainingData, list[int]]] = deque()
        self._turn = 0
        for _ in range(count):
            here, there = context.Pipe()
            context.Process(target=_draw_for, args=(there, kept), daemon=True).start()
            there.close()
            self._ends.append(here)

    def request(self, data: TrainingData, seeds: list[int]) -> None:
        """Request the samples of some seeds."""
        for k in range(0, len(seeds), CHUNK):
            chunk = seeds[k : k + CHUNK]
            if self._ends:
                with _pipe_errors():
                    self._ends[self._turn].send((data, chunk))
            self._requested.append((self._turn, data, chunk))
            self._turn = (self._turn + 1) % max(len(self._ends), 1)

    def requested(self) -> set[int]:
        """The seeds that were requested and not collected yet."""
        return {seed for _, _, chunk in self._requested for seed in chunk}

    def collect(self) -> Iterator[tuple[int, Any]]:
        """All that was requested and not collected yet, as (seed, sample), in the order of the requests."""
        while self._requested:
            turn, data, chunk = self._requested.popleft()
            drawn = self._receive(turn) if self._ends else [draw(data, s, self._kept) for s in chunk]
            yield from zip(chunk, drawn, strict=True)

    def _receive(self, turn: int) -> list[Any]:
        with _pipe_errors():
            drawn: list[Any] = self._ends[turn].recv()
        return drawn

    def close(self) -> None:
        """Let the processes end."""
        for end in self._ends:
            end.close()
        self._ends.clear()
        self._requested.clear()


class Stream:
    """Batches of training samples, from any step on.

    Epoch e goes through the samples of the seeds from e * fresh to e * fresh + pool in an order of its own;
    while it does, those of the next are drawn.
    """

    def __init__(self, data: TrainingData, *, batch: int, seed: int, workers: DataWorkers) -> None:
        self.data = data
        self.batch = batch
        self.seed = seed
        self.workers = workers
        self.epoch_steps = data.pool // batch
        self._drawn: dict[int, Any] = {}
        if not 0 <= data.fresh <= data.pool or not self.epoch_steps:
            raise ValueError(f"{data} cannot feed batches of {batch}")

    def batches(self, step: int = 0) -> Iterator[list[Any]]:
        """The batches of `step`, `step + 1`, ... without end."""
        epoch, skip = divmod(step, self.epoch_steps)
        while True:
            self._request(epoch)
            self._drawn |= dict(self.workers.collect())
            window = self._window(epoch)
            self._drawn = {seed: self._drawn[seed] for seed in window}
            self._request(epoch + 1)
            order = np.random.default_rng((self.seed, epoch)).permutation(window)
            for k in range(skip, self.epoch_steps):
                yield [self._drawn[int(s)] for s in order[k * self.batch : (k + 1) * self.batch]]
            epoch, skip = epoch + 1, 0

    def distinct(self, steps: int) -> int:
        """How many different samples so many steps from the first on go through."""
        return self.data.pool + self.data.fresh * (-(-steps // self.epoch_steps) - 1) if steps else 0

    def _window(self, epoch: int) -> range:
        first = epoch * self.data.fresh
        return range(first, first + self.data.pool)

    def _request(self, epoch: int) -> None:
        requested = self.workers.requested()
        missing = [s for s in self._window(epoch) if s not in self._drawn and s not in requested]
        self.workers.request(self.data, missing)
