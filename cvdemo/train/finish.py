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
from cvdemo.train.recipes import SIZE, Scenes
from cvdemo.train.scenes import SceneWorkers, Stream
from cvdemo.train.task import Progress
from cvdemo.world.vocabulary import WORLD_VERSION
from cvdemo.zoo.entries import ENTRIES
from cvdemo.zoo.weights import load_weights, write_weights

TEST_SCENES = 500


def finish(run: Run, folder: Path, *, n: int = TEST_SCENES, progress: Progress = iter) -> dict[str, Any]:
    """Write weights and card of a finished run into a folder; gives the card.

    The net is scored twice on the same test scenes: as trained, and as read back from the file.
    """
    key = run.recipe.key
    path = folder / f"{key}.safetensors"
    device = run.device.type
    exact = _score(run, run.average, n, device, progress)
    write_weights(run.average, key, path, eight_bits=_eight_bits(key))
    shipped = run.task.build()
    load_weights(shipped, key, path)
    numbers = _score(run, shipped.to(run.device), n, device, progress)
    card = _card(run, path, n, numbers, exact)
    write_whole(folder / f"{key}.json", (json.dumps(card, indent=2) + "\n").encode())
    return card


def _score(run: Run, net: nn.Module, n: int, device: str, progress: Progress) -> dict[str, Any]:
    return run.task.measure(net, split="test", n=n, device=device, progress=progress)


def _card(run: Run, path: Path, n: int, numbers: dict[str, Any], exact: dict[str, Any]) -> dict[str, Any]:
    recipe = run.recipe
    entry = ENTRIES.get(recipe.key)
    knobs = [f"{name}={value}" for name, value in entry.knobs.items()] if entry else []
    command = f"cvdemo train {recipe.key}" + (f" --minutes {run.minutes:g}" if run.minutes else "")
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
        "device": f"{run.device.type}, {chip(run.device)}, torch {torch.__version__}",
        "scored_on": ", ".join(("world:test", f"{n} scenes", "normal", *knobs, *_other_size(recipe.scenes))),
        "metric": run.task.metric,
        "metrics": numbers,
        f"before_rounding_to_{'int8' if _eight_bits(recipe.key) else 'fp16'}": {
            run.task.metric: exact[run.task.metric]
        },
        "validation": run.history,
        "differences": list(entry.differences) if entry else [],
        "command": command,
    }


def _eight_bits(key: str) -> bool:
    """Whether a net's weights are shipped in eight bits."""
    return key in ENTRIES and ENTRIES[key].eight_bits


def _other_size(scenes: Scenes) -> list[str]:
    """The size of the scenes that a net is trained and scored on, where it is not all nets'."""
    return [] if scenes.size == SIZE else [f"{scenes.size[0]} x {scenes.size[1]}"]


def _data(run: Run) -> str:
    recipe = run.recipe
    stream = Stream(recipe.scenes, batch=recipe.batch, seed=recipe.seed, workers=SceneWorkers(0))
    width, height = recipe.scenes.size
    scenes = f"{stream.distinct(run.step)} drawn scenes of split train at {width} x {height}"
    return f"{run.step * recipe.batch} views of {scenes}, half of them mirrored"


def chip(device: torch.device) -> str:
    """What a device is called, for a card: the GPU's name, or the CPU's threads and cores."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    return f"{torch.get_num_threads()} threads of {os.cpu_count()} {platform.machine()} cores"
