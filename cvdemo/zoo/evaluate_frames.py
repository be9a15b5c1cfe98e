"""Scores of nets that segment a frame among its neighbours, on stacks of drawn frames."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import numpy as np

from cvdemo import world
from cvdemo.errors import DataError
from cvdemo.world.difficulty import Difficulty
from cvdemo.zoo.evaluate import SIZE
from cvdemo.zoo.evaluate_maps import MapData, evaluate_maps
from cvdemo.zoo.frame_stack import FrameSegmenter

DRAWN = 5  # frames that are drawn for each: the most that a net here sees

FrameData = list[Callable[[], world.FrameStack]]


def drawn_stacks(
    split: str, n: int, difficulty: Difficulty | None = None, *, size: tuple[int, int] = SIZE
) -> FrameData:
    """The stacks of the seeds 0 to n - 1 of a split at a size (width, height)."""
    world.scene(0, split=split)  # says at once that there is no such split

    def draw(seed: int) -> world.FrameStack:
        return world.frame_stack(seed, frames=DRAWN, split=split, difficulty=difficulty, size=size)

    return [lambda seed=seed: draw(seed) for seed in range(n)]  # type: ignore[misc]


def no_stacks(data: str, n: int | None) -> FrameData:
    """There are no stacks but drawn ones."""
    raise DataError(f"cannot use '{data[:80]}' for a net of several frames: write it as world-frames:SPLIT")


def evaluate_frames(
    model: FrameSegmenter, data: FrameData, *, progress: Callable[[Iterable[Any]], Iterable[Any]] = iter
) -> dict[str, Any]:
    """The scores of a segmenter on the middle frames, shown the stacks around them."""

    def read(stack: Callable[[], world.FrameStack]) -> tuple[np.ndarray, np.ndarray]:
        seen = stack().inner(model.frames)
        return seen.frames, seen.semantic

    stacks = MapData(world.SEMANTIC, [partial(read, stack) for stack in data])
    return evaluate_maps(model, stacks, progress=progress)
