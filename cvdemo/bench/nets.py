"""How long the drawn world's nets take, those of one task in turn, as `cvdemo evaluate` times them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from statistics import median
from typing import Any

from cvdemo import zoo
from cvdemo.errors import CvdemoError
from cvdemo.train.finish import held_out_data
from cvdemo.world.difficulty import named
from cvdemo.zoo.entries import ENTRIES, entries
from cvdemo.zoo.evaluators import open_data, score
from cvdemo.zoo.spec import Task
from cvdemo.zoo.weights import card_of, has_weights, read_card, renew_card

ROUNDS, ITEMS = 5, 4
TIMES = ("ms_per_image", "ms", "ms_per_second")
"""How evaluators call their time: of a picture, a pair of frames, a second of video."""
Bar = Callable[[Iterable[str]], Iterable[str]]


def timed(task: Task) -> list[str]:
    """The nets of a task that have weights and a card."""
    return [one.key for one in entries(task) if has_weights(one.key) and read_card(one.key)]


def run(
    keys: Sequence[str],
    *,
    rounds: int = ROUNDS,
    n: int = ITEMS,
    device: str | None = None,
    bar: Bar = iter,
) -> dict[str, float]:
    """Milliseconds of nets on the first n items of each one's own test: the median of so many rounds.

    All are called in turn, so that a busy machine is busy for all; a first round warms up.
    """
    if unknown := [key for key in keys if key not in ENTRIES or not has_weights(key)]:
        raise CvdemoError(f"no drawn-world net with weights is called '{unknown[0][:60]}'")
    taken: dict[str, list[float]] = {key: [] for key in keys}
    models = {key: zoo.load(key, device) for key in keys}
    tests = {key: held_out_data(key) for key in keys}
    for key in bar(list(keys) * (rounds + 1)):
        data = open_data(zoo.spec(key), tests[key], n, named("normal", **ENTRIES[key].knobs))
        numbers = score(models[key], data)
        taken[key].append(numbers[_time(numbers)])
    return {key: median(times[1:]) for key, times in taken.items()}


def put_on_card(key: str, milliseconds: float) -> None:
    """Write a net's time on its card, in place of the one there."""
    data = held_out_data(key)
    metrics = card_of(key, data)["metrics"]
    renew_card(key, data, {**metrics, _time(metrics): round(milliseconds, 2)})


def _time(numbers: dict[str, Any]) -> str:
    return next(name for name in TIMES if name in numbers)
