"""Scores of nets that segment a frame among its neighbours, on stacks of drawn frames."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from cvdemo import world
from cvdemo.errors import DataError
from cvdemo.metrics.segmentation import SegmentationScores
from cvdemo.world.difficulty import Difficulty
from cvdemo.zoo.evaluate import SIZE
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
    """mIoU, pixel accuracy, boundary F1 and IoU by class of the middle frames, n and milliseconds a frame."""
    names = world.SEMANTIC
    scores, times = SegmentationScores(len(names)), []
    for read in progress(data):
        stack = read().inner(model.frames)
        start = time.perf_counter()
        found = model(stack.frames)
        times.append(time.perf_counter() - start)
        scores.add(stack.semantic, found)
    ious = zip(names, scores.iou(), strict=True)
    return {
        "mIoU": scores.mean_iou(),
        "pixel_accuracy": scores.pixel_accuracy(),
        "boundary_F1": scores.mean_boundary_f1(),
        "per_class": {name: round(float(v), 4) for name, v in ious if not np.isnan(v)},
        "n": len(times),
        "ms_per_image": round(1000 * float(np.mean(times)), 2),
    }
