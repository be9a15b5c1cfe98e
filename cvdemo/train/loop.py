"""The one training loop: AdamW, one cycle, averaged weights, seeded, resumable, on a step or time budget."""

from __future__ import annotations

import copy
import io
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from cvdemo.data.atomic import write_whole
from cvdemo.errors import CheckpointError, CvdemoError
from cvdemo.train.recipes import Recipe, recipe
from cvdemo.train.stream import DataWorkers, Stream
from cvdemo.train.task import TrainingTask
from cvdemo.zoo.weights import read_weights

CLIP = 5.0  # largest norm of a step's gradient
LAST_RATE = 0.01  # of the recipe's, at the end


@dataclass
class Run:
    """A training run as it stands: the net, its averaged copy, the optimizer, and how far it is."""

    recipe: Recipe
    task: TrainingTask
    device: torch.device
    net: nn.Module
    average: nn.Module
    optimizer: torch.optim.Optimizer
    minutes: float | None = None
    step: int = 0
    seconds: float = 0.0
    core_seconds: float = 0.0  # of this process, all its threads together: less than `seconds` where it waits
    history: list[dict[str, Any]] = field(default_factory=list)
    stop: bool = False  # set it to end the run behind the step that it is at

    @property
    def share(self) -> float:
        """How much of the schedule is done, 0..1: by the clock where minutes are given, else by steps."""
        if self.minutes is not None:
            return min(self.seconds / (60 * self.minutes), 1.0)
        return min(self.step / self.recipe.steps, 1.0)


def start(
    recipe: Recipe,
    task: TrainingTask,
    *,
    device: str = "cpu",
    minutes: float | None = None,
) -> Run:
    """A run that has not taken a step."""
    torch.manual_seed(recipe.seed)
    net = task.build()
    place = torch.device(device)
    net.to(place)
    if recipe.channels_last:
        net.to(memory_format=torch.channels_last)
    decayed = [p for p in net.parameters() if p.ndim > 1]
    plain = [p for p in net.parameters() if p.ndim <= 1]
    groups: list[dict[str, Any]] = [{"params": decayed}, {"params": plain, "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, lr=recipe.rate, weight_decay=recipe.weight_decay, foreach=True)
    average = copy.deepcopy(net).eval().requires_grad_(False)
    return Run(recipe, task, place, net, average, optimizer, minutes)


def begin_with(run: Run, state: dict[str, torch.Tensor], *, whole: bool) -> None:
    """Take another net's backbone, or where `whole` all its weights of the same name and shape.

    A net whose pictures are not those of the other says with `from_start` what of its weights it takes.
    Weights without the whole backbone in them are a `CheckpointError`.
    """
    adapt: Callable[[dict[str, torch.Tensor]], dict[str, torch.Tensor]] = getattr(run.net, "from_start", dict)
    own, state = run.net.state_dict(), adapt(state)
    taken = {
        name: value
        for name, value in state.items()
        if (whole or name.startswith("backbone.")) and name in own and value.shape == own[name].shape
    }
    needed = {n for n in own if n.startswith("backbone.") and not n.endswith("num_batches_tracked")}
    if lacking := sorted(needed - set(taken)):
        raise CheckpointError(f"{run.recipe.start}'s weights do not fit {run.recipe.key}'s: {lacking[0]}")
    for net in (run.net, run.average):
        net.load_state_dict(taken, strict=False)


def begin_from(run: Run, path: Path) -> None:
    """Take the weights in a file of the net that the run's recipe starts from."""
    one = run.recipe
    begin_with(run, read_weights(one.start, path), whole=one.trained_like(recipe(one.start)))


def one_cycle(share: float, warmup: float) -> float:
    """Factor of the learning rate: linear up over `warmup`, then half a cosine down (arXiv:1708.07120)."""
    if share < warmup:
        return LAST_RATE + (1 - LAST_RATE) * share / warmup
    return LAST_RATE + (1 - LAST_RATE) * (1 + math.cos(math.pi * (share - warmup) / (1 - warmup))) / 2


def train(
    run: Run,
    *,
    checkpoint: Path | None = None,
    every: float = 60.0,
    workers: int | None = None,
    kept: Path | None = None,
    after_step: Callable[[Run, float], None] = lambda run, loss: None,
) -> nn.Module:
    """Go on with a run to the end of its schedule; gives the averaged net.

    A checkpoint is written every so many seconds and when the run ends or is stopped. Drawn samples are
    `kept` in a folder where one is given, and taken from there if another net had them drawn. `after_step`
    hears of every step and its loss. All chance comes from the recipe's seed and the number of the step:
    with a budget of steps, a run that was stopped and resumed gives the same weights as one that was not.
    """
    drawing = DataWorkers(min(2, torch.get_num_threads()) if workers is None else workers, kept)
    stream = Stream(run.recipe.data, batch=run.recipe.batch, seed=run.recipe.seed, workers=drawing)
    try:
        batches = stream.batches(run.step)
        saved = last = time.perf_counter()
        core = time.process_time()
        while run.share < 1 and not run.stop:
            loss = take_step(run, next(batches))
            run.seconds += time.perf_counter() - last
            run.core_seconds += time.process_time() - core
            last = time.perf_counter()
            if checkpoint is not None and last - saved >= every:
                save(run, checkpoint)
                saved = time.perf_counter()
            after_step(run, loss)
            last, core = time.perf_counter(), time.process_time()  # what is measured is not training
    finally:
        drawing.close()
    if checkpoint is not None:
        save(run, checkpoint)
    return run.average


def take_step(run: Run, batch: list[Any]) -> float:
    """One step of the optimizer; gives its loss."""
    rate = run.recipe.rate * one_cycle(run.share, run.recipe.warmup)
    for group in run.optimizer.param_groups:
        group["lr"] = rate
    torch.manual_seed(hash((run.recipe.seed, run.step)) % 2**31)
    run.net.train()
    rng = np.random.default_rng((run.recipe.seed, run.step))
    loss = run.task.loss(run.net, batch, rng, run.device)
    if not torch.isfinite(loss):
        raise CvdemoError(
            f"the loss of step {run.step} is {float(loss.detach())}: the learning rate is too high"
        )
    run.optimizer.zero_grad(set_to_none=True)
    loss.backward()
    nn.utils.clip_grad_norm_(run.net.parameters(), CLIP)
    run.optimizer.step()
    run.step += 1
    _follow(run)
    return float(loss.detach())


@torch.no_grad()
def _follow(run: Run) -> None:
    """Move the averaged weights and statistics a little towards the net's."""
    keep = min(run.recipe.ema, run.step / (run.step + 10))
    mine, theirs = run.average.state_dict(), run.net.state_dict()
    names = [k for k, v in mine.items() if v.is_floating_point()]
    torch._foreach_lerp_([mine[k] for k in names], [theirs[k] for k in names], 1 - keep)


def save(run: Run, path: Path) -> None:
    """Write a run's checkpoint at once; a full disk is a `DataError`, and the checkpoint before it stays."""
    buffer = io.BytesIO()
    content = {
        "fingerprint": run.recipe.fingerprint(run.minutes),
        "net": run.net.state_dict(),
        "average": run.average.state_dict(),
        "optimizer": run.optimizer.state_dict(),
        "step": run.step,
        "seconds": run.seconds,
        "core_seconds": run.core_seconds,
        "history": run.history,
    }
    torch.save(content, buffer)
    write_whole(path, buffer.getvalue())


def resume(run: Run, path: Path) -> bool:
    """Bring a run to where its checkpoint stands; False where there is none.

    A checkpoint that is damaged or another recipe's is a `CheckpointError`.
    """
    if not path.is_file():
        return False
    try:
        content = torch.load(path, map_location=run.device, weights_only=True)
        if content["fingerprint"] != run.recipe.fingerprint(run.minutes):
            raise CheckpointError(
                f"'{path.name}' is the checkpoint of another recipe: delete it to start anew"
            )
        run.net.load_state_dict(content["net"])
        run.average.load_state_dict(content["average"])
        run.optimizer.load_state_dict(content["optimizer"])
        run.step, run.seconds = content["step"], content["seconds"]
        run.core_seconds, run.history = content["core_seconds"], content["history"]
    except CheckpointError:
        raise
    except Exception as error:  # whatever torch makes of a damaged file
        raise CheckpointError(f"'{path.name}' is damaged: delete it to start anew") from error
    return True
