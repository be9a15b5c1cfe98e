"""From a trained net to shipped weights and the card that their evaluation writes."""

from __future__ import annotations

import json
import os
import platform
from pathlib import Path
from typing import Any

import torch
from torch import nn

from cvdemo.data.atomic import write_whole
from cvdemo.train.loop import Run
from cvdemo.train.recipes import SIZE, recipe
from cvdemo.train.stream import DataWorkers, Stream
from cvdemo.train.task import Progress, task_of
from cvdemo.world.vocabulary import WORLD_VERSION
from cvdemo.zoo.convergence import converged
from cvdemo.zoo.entries import ENTRIES
from cvdemo.zoo.weights import LONGER, card_of, load_weights, renew_card, write_weights

ROUNDED = 100
"""Items of the test data on which a net is scored before and after its weights are rounded."""


def finish(run: Run, folder: Path, *, n: int | None = None, progress: Progress = iter) -> dict[str, Any]:
    """Write weights and card of a finished run into a folder; gives the card.

    The net is scored as it is read back from the file, on the first `n` items of the test data, by default
    all that the task holds out. What rounding the weights costs is seen on `ROUNDED` of them.
    """
    key, n = run.recipe.key, n or run.task.held_out.n
    path = folder / f"{key}.safetensors"
    device = run.device.type
    few = min(n, ROUNDED)
    exact = _score(run, run.average, few, device, progress)
    write_weights(run.average, key, path, eight_bits=run.recipe.eight_bits)
    shipped = run.task.build()
    load_weights(shipped, key, path)
    shipped.to(run.device)
    numbers = _score(run, shipped, n, device, progress)
    rounded = numbers if few == n else _score(run, shipped, few, device, progress)
    card = _card(run, path, n, numbers, _rounding(run, few, exact, rounded))
    write_whole(folder / f"{key}.json", (json.dumps(card, indent=2) + "\n").encode())
    return card


def note_longer(key: str, data: str, folder: Path) -> None:
    """Put on a net's shipped card what a training for other steps reached, as the card in a folder says.

    Both have figures of the same `data` ("world:test", "MSRC test"); others raise as `card_of` does.
    """
    card = card_of(key, data, folder)
    kept = ("steps", "minutes", "core_minutes", "metrics", "validation", "converged", "command")
    renew_card(key, data, {name: card[name] for name in kept if name in card}, part=LONGER)


def held_out_data(key: str) -> str:
    """What a net of the drawn world is scored on, as its card names it: "world:test"."""
    return f"{task_of(recipe(key)).held_out.data}:test"


def _score(run: Run, net: nn.Module, n: int, device: str, progress: Progress) -> dict[str, Any]:
    return run.task.measure(net, split="test", n=n, device=device, progress=progress)


def _rounding(run: Run, n: int, exact: dict[str, Any], rounded: dict[str, Any]) -> dict[str, Any]:
    """The net's figure on n items of the test data, with its weights as trained and as they are shipped."""
    metric, to = run.task.metric, "int8" if run.recipe.eight_bits else "fp16"
    return {"to": to, "n": n, "before": exact[metric], "after": rounded[metric]}


def _card(run: Run, path: Path, n: int, numbers: dict[str, Any], rounding: dict[str, Any]) -> dict[str, Any]:
    recipe, held_out = run.recipe, run.task.held_out
    entry = ENTRIES.get(recipe.key)
    knobs = [f"{name}={value}" for name, value in entry.knobs.items()] if entry else []
    command = f"cvdemo train {recipe.key}" + (f" --minutes {run.minutes:g}" if run.minutes else "")
    if entry and recipe.steps != entry.recipe.steps:
        command += f" --steps {recipe.steps}"
    return {
        "net": recipe.key,
        "params": sum(p.numel() for p in run.net.parameters()),
        "size": path.stat().st_size,
        "seed": recipe.seed,
        "world": WORLD_VERSION,
        "data": _data(run),
        "start": recipe.start or None,
        "steps": run.step,
        "minutes": round(run.seconds / 60, 1),
        "core_minutes": round(run.core_seconds / 60, 1),
        "device": f"{run.device.type}, {chip(run.device)}, torch {torch.__version__}",
        "scored_on": ", ".join(
            (
                f"{held_out.data}:test",
                f"{n} {held_out.unit}",
                "normal",
                *knobs,
                *_other_size(recipe.data.size),
            )
        ),
        "metric": run.task.metric,
        "metrics": numbers,
        "rounding": rounding,
        "validation": run.history,
        "converged": converged(run.history, run.task.metric),
        "differences": list(entry.differs) if entry else [],
        "command": command,
    }


def _other_size(size: tuple[int, int]) -> list[str]:
    """The size of the pictures that a net is trained and scored on, where it is not all nets'."""
    return [] if size == SIZE else [f"{size[0]} x {size[1]}"]


def _data(run: Run) -> str:
    recipe = run.recipe
    data = recipe.data
    stream = Stream(data, batch=recipe.batch, seed=recipe.seed, workers=DataWorkers(0))
    width, height = data.size
    samples = f"{stream.distinct(run.step)} drawn {data.unit} of split train at {width} x {height}"
    return f"{run.step * recipe.batch} views of {samples}, {data.views}"


def chip(device: torch.device) -> str:
    """What a device is called, for a card: the GPU's name, or the CPU's threads and cores."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    return f"{torch.get_num_threads()} threads of {os.cpu_count()} {platform.machine()} cores"
