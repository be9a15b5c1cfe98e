"""Training: how long each net takes, from a few steps and what is drawn and scored around them."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import torch

from cvdemo.train.finish import ROUNDED, chip
from cvdemo.train.kept import draw, drawing
from cvdemo.train.loop import Run, begin_from, start, take_step
from cvdemo.train.memory import keep_freed_memory
from cvdemo.train.recipes import CURVE, CURVE_ITEMS, Recipe, TrainingData, recipe, recipes
from cvdemo.train.stream import DataWorkers, Stream
from cvdemo.train.task import TrainingTask, task_of
from cvdemo.zoo.weights import has_weights, load_weights, weights_folder

SAMPLES = 9  # drawn
BATCHES = 6  # in an epoch of the small pool
EPOCHS = 3  # the last of them counts: by then a net that remembers what it saw does
FEW, MORE = 4, 20  # items that are scored: what counts is the difference

PARTS = ("drawing", "learning", "scoring")
NETS = "core-minutes by net"


@dataclass(frozen=True)
class Cost:
    """Core-seconds of a net's training: of a sample drawn, a step, an item scored, and how many of each.

    Where several nets learn from samples of one `kind`, one has them drawn and `kept`, and the others
    `read` them.
    """

    key: str
    kind: TrainingData
    sample: float
    kept: float
    read: float
    samples: int
    step: float
    steps: int
    item: float
    items: int

    @property
    def drawing(self) -> float:
        """Core-minutes that the processes draw, for this net alone."""
        return self.sample * self.samples / 60

    @property
    def learning(self) -> float:
        """Core-minutes of all steps."""
        return self.step * self.steps / 60

    @property
    def scoring(self) -> float:
        """Core-minutes of the curve on the val split, and of the test, before and after rounding."""
        return self.item * self.items / 60

    @property
    def minutes(self) -> float:
        """Core-minutes in all."""
        return self.drawing + self.learning + self.scoring


def run(keys: Sequence[str] = (), *, report: Callable[[Cost], None] = lambda cost: None) -> dict[str, Any]:
    """The core-minutes of some nets' trainings, by default of all, extrapolated from a few steps of each.

    Processor time is counted, of one thread. Beside other work the same step takes more of it: up to twice as
    much was seen.
    """
    before, costs = torch.get_num_threads(), []
    torch.set_num_threads(1)
    keep_freed_memory()
    device = chip(torch.device("cpu"))
    try:
        for key in keys or recipes():
            costs.append(cost(recipe(key)))
            report(costs[-1])
    finally:
        torch.set_num_threads(before)
    return {
        "device": device,
        **summed(costs),
        NETS: {one.key: _parts(one) for one in costs},
    }


def summed(costs: Sequence[Cost]) -> dict[str, float]:
    """The hours of all of them, what they share drawn once, and what is drawing, learning and scoring."""
    parts = {
        "drawing": sum(_drawn_once(group) for group in _kinds(costs)) / 3600,
        "learning": sum(one.learning for one in costs) / 60,
        "scoring": sum(one.scoring for one in costs) / 60,
    }
    total = sum(parts.values())
    return {
        "core-hours": round(total, 2),
        **{f"of them {name}": round(hours, 2) for name, hours in parts.items()},
        "hours on 2 cores, both busy": round(total / 2, 2),
    }


def _kinds(costs: Sequence[Cost]) -> list[list[Cost]]:
    """The nets of each kind of samples."""
    return [[one for one in costs if one.kind == kind] for kind in dict.fromkeys(one.kind for one in costs)]


def _drawn_once(group: list[Cost]) -> float:
    """Core-seconds for the samples of nets that share them: those of each seed are drawn once."""
    if len(group) == 1:
        return group[0].sample * group[0].samples
    most = max(group, key=lambda one: one.samples)
    read = sum(one.samples for one in group) - most.samples
    return most.kept * most.samples + most.read * read


def _parts(one: Cost) -> dict[str, float]:
    return {name: round(getattr(one, name), 2) for name in PARTS}


def cost(one: Recipe) -> Cost:
    """What one net's training costs, from a run with a pool of a few batches, renewed as the real one."""
    task = task_of(one)
    whole = Stream(one.data, batch=one.batch, seed=one.seed, workers=DataWorkers(0)).distinct(one.steps)
    drawn, kept, read = _sample(one.data)
    running = start(one, task)
    if one.start and has_weights(one.start):
        begin_from(running, weights_folder() / f"{one.start}.safetensors")
    steps = _steps(running, one)
    if has_weights(one.key):  # what a net that has learnt finds is scored sooner, since it is less
        load_weights(running.average, one.key)
    return Cost(
        one.key, drawing(one.data), drawn, kept, read, whole, median(steps), one.steps,
        _item(running, task), CURVE * CURVE_ITEMS + task.held_out.n + 2 * ROUNDED,
    )  # fmt: skip


def _sample(data: TrainingData) -> tuple[float, float, float]:
    """Core-seconds of a sample: drawn, drawn and kept, and read."""
    with TemporaryDirectory() as folder:
        keeping = partial(draw, data, folder=Path(folder))
        ways: tuple[Callable[[int], Any], ...] = (data.draw, keeping, keeping)
        drawn, kept, read = (
            median([_core_seconds(partial(way, seed)) for seed in range(SAMPLES)]) for way in ways
        )
    return drawn, kept, read


def _steps(running: Run, one: Recipe) -> list[float]:
    """Core-seconds of the last epoch's steps."""
    pool = BATCHES * one.batch
    data = replace(one.data, pool=pool, fresh=max(1, round(pool * one.data.fresh / one.data.pool)))
    stream = Stream(data, batch=one.batch, seed=one.seed, workers=DataWorkers(0))
    batches = list(islice(stream.batches(), BATCHES * EPOCHS))
    return [_core_seconds(partial(take_step, running, batch)) for batch in batches][-BATCHES:]


def _item(running: Run, task: TrainingTask) -> float:
    """Core-seconds of scoring one more item; the first time nothing is ready yet, and does not count."""
    _, few, more = (
        _core_seconds(partial(task.measure, running.average, split="val", n=n, device="cpu"))
        for n in (FEW, FEW, MORE)
    )
    return max(0.0, more - few) / (MORE - FEW)


def _core_seconds(work: Callable[[], object]) -> float:
    begun = time.process_time()
    work()
    return time.process_time() - begun
