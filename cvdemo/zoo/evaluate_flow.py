"""Scores of optical flow on pairs of pictures whose motion is known: drawn ones, or a folder of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from cvdemo import world
from cvdemo.data.flow_pairs import PairFiles, flow_pairs
from cvdemo.errors import DataError
from cvdemo.metrics.flow import flow_numbers, score_flow
from cvdemo.world.difficulty import Difficulty
from cvdemo.zoo.evaluate import SIZE
from cvdemo.zoo.flow import FlowEstimator

PAIRS = 200  # drawn pairs that are scored where nothing else is said


class TruePair(NamedTuple):
    """Two pictures [H, W, 3], the flow [H, W, 2] between them, and, where known, what the second hides."""

    first: np.ndarray
    second: np.ndarray
    flow: np.ndarray
    occluded: np.ndarray | None = None


FlowData = list[Callable[[], TruePair]]


def drawn_pairs(
    split: str, n: int, difficulty: Difficulty | None = None, *, size: tuple[int, int] = SIZE
) -> FlowData:
    """The drawn pairs of the seeds 0 to n - 1 of a split at a size (width, height)."""
    world.scene(0, split=split)  # says at once that there is no such split

    def draw(seed: int) -> TruePair:
        pair = world.flow_pair(seed, split=split, size=size, difficulty=difficulty)
        return TruePair(pair.first, pair.second, pair.flow, pair.occluded)

    return [lambda seed=seed: draw(seed) for seed in range(n)]  # type: ignore[misc]


def open_pairs(data: str, n: int | None) -> FlowData:
    """The first n pairs of "flow:DIR", all where None."""
    kind, _, folder = data.partition(":")
    if kind != "flow" or not folder:
        raise DataError(
            f"cannot use '{data[:80]}' for optical flow: write it as world-flow:SPLIT or flow:DIR"
        )

    def read(files: PairFiles) -> TruePair:
        return TruePair(*files.read())

    return [lambda files=files: read(files) for files in flow_pairs(Path(folder))[:n]]  # type: ignore[misc]


def evaluate_flow(
    model: FlowEstimator, data: FlowData, *, progress: Callable[[Iterable[Any]], Iterable[Any]] = iter
) -> dict[str, Any]:
    """EPE, EPE_occluded and Fl_all of a model over all pixels of some pairs, n and milliseconds a pair."""
    scores, times = [], []
    for read in progress(data):
        pair = read()
        found = model.flow(pair.first, pair.second)
        scores.append(score_flow(found.flow, pair.flow, pair.occluded))
        times.append(found.milliseconds)
    return {**flow_numbers(scores), "n": len(scores), "ms": round(float(np.mean(times)), 2)}
