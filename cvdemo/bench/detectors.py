"""Speed against accuracy of the drawn world's detectors: times against SSD+'s in one run, and curves."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from cvdemo import world, zoo
from cvdemo.errors import DataError, ModelNotAvailableError
from cvdemo.zoo.catalogue import compared
from cvdemo.zoo.evaluate import SIZE
from cvdemo.zoo.model import Detector
from cvdemo.zoo.tradeoffs import (
    PEER,
    VALUES,
    Knob,
    Progress,
    has_knob,
    in_turn,
    measure,
)
from cvdemo.zoo.weights import weights_folder

SCENE = 7  # seed of the scene on which all detectors are timed
REPEATS = 9

Figures = dict[str, Any]


def run(
    keys: Sequence[str] = (),
    *,
    n: int = 50,
    before: Figures | None = None,
    again: bool = False,
    values: dict[Knob, tuple[int, ...]] | None = None,
    device: str | None = None,
    keep: Callable[[Figures], None] = lambda _: None,
    bar: Callable[[Iterable[Any], str], Iterable[Any]] = lambda items, _: items,
) -> Figures:
    """Score and time detectors at every value of their knobs, then time all, alternating, on one scene.

    `before` are the figures of an earlier run: nets measured with the same weights, machine, scenes and
    values are not measured again, unless `again`. `keep` is called with the figures after each net; `bar`
    wraps iterables with a title. Without `keys`, all detectors of the lecture with weights are measured.
    """
    keys, device = list(keys) or compared(), device or zoo.default_device()
    if strange := [key for key in keys if not zoo.spec(key).chart.place]:
        raise DataError(f"'{strange[0]}' is not a detector of the drawn world: use {', '.join(compared())}")
    about = {
        "machine": machine(device),
        "n": n,
        "values": {k: list(v) for k, v in (values or VALUES).items()},
    }
    same = before is not None and all(before.get(name) == said for name, said in about.items())
    nets: Figures = dict(before["nets"]) if before is not None and same else {}
    times = {name: before[name] if before and same else {} for name in ("ms", "ratio")}  # until the end
    figures = {"command": "", **about, "peer": PEER, **times, "nets": nets}
    for key in keys:
        weights = digest(key)
        if again or nets.get(key, {}).get("weights") != weights:
            model = zoo.load(key, device)
            assert isinstance(model, Detector)
            nets[key] = {"weights": weights} | curves(model, n, values or VALUES, bar)
            keep(figures)
    timed = [key for key in compared() if key in nets]
    figures |= speeds(timed, device, lambda calls: bar(calls, "one scene, all in turn"))
    keep(figures)
    return figures


def curves(
    model: Detector,
    n: int,
    values: dict[Knob, tuple[int, ...]],
    bar: Callable[[Iterable[Any], str], Iterable[Any]],
) -> Figures:
    """The measured points of every knob of a detector, each as a list in the order of `Point`'s fields."""
    found: Figures = {}
    for knob in (k for k in values if has_knob(model, k)):
        found[knob] = []
        for value in values[knob]:
            title = f"{model.spec.key}, {knob} {value}"
            found[knob].append(
                list(measure(model, knob, value, n=n, progress=lambda items, t=title: bar(items, t)))  # type: ignore[misc]
            )
    return found


def speeds(keys: Sequence[str], device: str, progress: Progress) -> Figures:
    """Median milliseconds of detectors called alternately on one scene, and the ratios to the peer's."""
    models: dict[str, Detector] = {key: zoo.load(key, device) for key in keys}  # type: ignore[misc]
    picture = world.render(world.scene(SCENE, split="test"), *SIZE)
    ms = in_turn(models, picture, repeats=REPEATS, progress=progress)
    ratio = {key: round(value / ms[PEER], 2) for key, value in ms.items()} if PEER in ms else {}
    return {"ms": {key: round(value, 2) for key, value in ms.items()}, "ratio": ratio}


def digest(key: str) -> str:
    """The first 12 hex digits of the SHA-256 of a net's weights; `ModelNotAvailableError` without weights."""
    path = weights_folder() / f"{key}.safetensors"
    if not path.is_file():
        raise ModelNotAvailableError(f"'{path.name}' is not there: `cvdemo train {key}` makes it")
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


def machine(device: str) -> str:
    """The machine of the figures: device, its name or number of threads, torch's version."""
    import torch

    from cvdemo.train.finish import chip

    return f"{device}, {chip(torch.device(device))}, torch {torch.__version__}"
