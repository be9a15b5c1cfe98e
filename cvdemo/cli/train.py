"""`cvdemo train`: train a net on the drawn world, or all of them."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import click
from tqdm import tqdm

from cvdemo.assets import asset
from cvdemo.errors import CvdemoError
from cvdemo.train.recipes import CURVE, CURVE_ITEMS, Recipe, recipe, recipes
from cvdemo.train.signals import handled_by
from cvdemo.zoo.device import check_device, default_device, settled
from cvdemo.zoo.fetch import cache_folder
from cvdemo.zoo.weights import weights_folder

if TYPE_CHECKING:
    from cvdemo.train.kept import KeptSamples
    from cvdemo.train.loop import Run


@click.command("train")
@click.argument("key")
@click.option("--minutes", type=click.FloatRange(0, min_open=True), help="Length of the whole schedule.")
@click.option("--steps", type=click.IntRange(1), help="Steps of KEY's schedule in place of its recipe's.")
@click.option("--device", help="cpu, cuda or mps; the best there is by default.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Folder for weights and card.")
@click.option(
    "--jobs", type=click.IntRange(1), help="How many at once where KEY is all; 2 on a CPU by default."
)
def command(
    key: str, minutes: float | None, steps: int | None, device: str | None, out: Path | None, jobs: int | None
) -> None:
    """Train the net KEY on the drawn world, score it on held-out scenes, and write weights and card.

    KEY is a recipe, or all, which rebuilds every net from nothing; MINUTES is then the time for each.
    With STEPS other than the recipe's, weights and card go to the folder OUT alone. Without it the shipped
    ones stay, since nets are compared at equal steps, and the card gets what the other schedule reached.
    A run that is stopped, killed or out of disk goes on from its last checkpoint when the same command is
    given again. While all are trained, samples that several nets learn from are kept in the cache folder,
    about 10 GB of them, as long as the disk has room.
    """
    device = settled(default_device() if device is None else check_device(device))
    folder = out or weights_folder()
    if steps is None:
        if key == "all":
            checkpoints = _train_all(minutes, device, folder, jobs)
        else:
            checkpoints = [_train(one, minutes, device, folder) for one in _with_start(recipe(key), folder)]
    else:
        checkpoints = [_train_other_steps(key, steps, minutes, device, out)]
    for path in checkpoints:
        path.unlink(missing_ok=True)


def _total(nets: list[Recipe]) -> str:
    """How long all of them take, as `cvdemo bench training` has measured it."""
    measured = json.loads(asset("benchmarks", "training.json").read_text())
    return f"{len(nets)} nets; all that there are take {measured['core-hours']:.1f} core-hours as timed"


def _train_other_steps(key: str, steps: int, minutes: float | None, device: str, out: Path | None) -> Path:
    """Train a net for other steps than its recipe's; where no folder is given, its card alone hears of it."""
    from cvdemo.train.finish import held_out_data, note_longer

    if key == "all" or minutes is not None:
        raise CvdemoError("the steps are those of one net's schedule, without minutes")
    own = recipe(key).with_steps(steps, alone=out is not None)
    if own.start and not _weights(own.start, weights_folder()).is_file():
        raise CvdemoError(f"{key} starts from {own.start}, which has no weights: train that first")
    with nullcontext(out) if out else TemporaryDirectory() as folder:
        checkpoint = _train(own, None, device, Path(folder))
        if out is None:
            note_longer(key, held_out_data(key), Path(folder))
    return checkpoint


def _with_start(last: Recipe, folder: Path) -> list[Recipe]:
    """The recipe, after those of the nets that it starts from and that have no weights yet."""
    if last.start and not _weights(last.start, folder).is_file():
        return [*_with_start(recipe(last.start), folder), last]
    return [last]


def _weights(key: str, folder: Path) -> Path:
    """The weights file of a net: in the output folder, else the shipped one."""
    mine = folder / f"{key}.safetensors"
    return mine if mine.is_file() else weights_folder() / f"{key}.safetensors"


def _train_all(minutes: float | None, device: str, folder: Path, jobs: int | None) -> list[Path]:
    """Train all nets, several at once, with the samples that they share drawn once; gives checkpoints.

    One at a time leaves a quarter of two cores without work: a step's threads wait for each other.
    """
    from cvdemo.train.at_once import train_at_once
    from cvdemo.train.kept import KeptSamples

    nets = list(recipes().values())
    if minutes is None:
        click.echo(_total(nets))
    jobs = jobs or (min(2, os.cpu_count() or 1) if device == "cpu" else 1)
    drawn = cache_folder() / "train" / "drawn"
    shutil.rmtree(drawn, ignore_errors=True)  # of a run that was killed
    try:
        kept = KeptSamples(drawn, nets)
        work = partial(_train, minutes=minutes, device=device, folder=folder, kept=kept)
        done = train_at_once(nets, work, jobs) if jobs > 1 else ((one, work(one)) for one in nets)
        checkpoints = []
        for one, checkpoint in done:
            checkpoints.append(checkpoint)
            kept.done(one.data)
    finally:
        shutil.rmtree(drawn, ignore_errors=True)
    return checkpoints


def _train(
    one: Recipe, minutes: float | None, device: str, folder: Path, kept: KeptSamples | None = None
) -> Path:
    """Train one net to the end, or go on where it was left; gives its checkpoint."""
    from cvdemo.train import at_once
    from cvdemo.train.finish import finish
    from cvdemo.train.loop import begin_from, resume, start, train
    from cvdemo.train.memory import keep_freed_memory
    from cvdemo.train.task import task_of

    keep_freed_memory()
    checkpoint = cache_folder() / "train" / _name(one, minutes, whole=kept is not None)
    where = None if kept is None else kept.folder(one.data)
    run = start(one, task_of(one), device=device, minutes=minutes)
    if resume(run, checkpoint):
        if run.share == 1 and _is_newer(folder / f"{one.key}.json", checkpoint):
            return checkpoint
        tqdm.write(f"{one.key}: goes on from step {run.step}")
    elif one.start:
        begin_from(run, _weights(one.start, folder))
    with _bar(run, at_once.place) as bar, _polite(run):
        train(run, checkpoint=checkpoint, kept=where, after_step=lambda r, loss: _report(bar, r, loss))
    if run.stop:
        raise CvdemoError(f"{one.key}: stopped at step {run.step}; the same command goes on from there")
    look = partial(tqdm, desc=f"{one.key} test", disable=None, leave=False, position=at_once.place)
    card = finish(run, folder, progress=look)
    tqdm.write(f"{one.key}: {card['metric']} {card['metrics'][card['metric']]:.4f} on {card['scored_on']}")
    return checkpoint


def _is_newer(path: Path, other: Path) -> bool:
    return path.is_file() and path.stat().st_mtime > other.stat().st_mtime


def _name(one: Recipe, minutes: float | None, *, whole: bool) -> str:
    return f"{'all-' if whole else ''}{one.key}-{one.fingerprint(minutes)}.pt"


@contextmanager
def _polite(run: Run) -> Iterator[None]:
    """A context in which Ctrl-C or SIGTERM ends the run after its current step."""

    def stop(number: int, frame: Any) -> None:
        run.stop = True

    with handled_by(stop):
        yield


def _bar(run: Run, line: int) -> tqdm:
    """A progress bar over steps, or over seconds for a schedule in minutes, on a line of the screen."""
    bar = partial(tqdm, desc=run.recipe.key, mininterval=1, position=line, leave=not line)
    if run.minutes is None:
        return bar(total=run.recipe.steps, initial=run.step, unit="step")
    layout = "{desc}: {percentage:3.0f}%|{bar}| {n:.0f}/{total:.0f} s{postfix}"
    return bar(total=round(60 * run.minutes), initial=run.seconds, bar_format=layout)


def _report(bar: tqdm, run: Run, loss: float) -> None:
    """Update the bar, and score the averaged net on the val split at regular intervals."""
    done = run.step if run.minutes is None else run.seconds
    bar.set_postfix(loss=f"{loss:.3f}", refresh=False)
    bar.update(min(done, bar.total) - bar.n)
    if run.share >= (len(run.history) + 1) / CURVE:
        metric = run.task.metric
        numbers = run.task.measure(run.average, split="val", n=CURVE_ITEMS, device=run.device.type)
        run.history.append({"step": run.step, metric: round(float(numbers[metric]), 4)})
        bar.write(
            f"{run.recipe.key}: step {run.step}, {metric} {numbers[metric]:.4f} on "
            f"{CURVE_ITEMS} val {run.task.held_out.unit}"
        )
