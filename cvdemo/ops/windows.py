"""Sliding windows: how many there are, pyramids, a classifier run on each, the dense way to the same scores.

Sizes are (height, width) in pixels; windows lie wholly inside the picture.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from cvdemo.errors import DataError
from cvdemo.ops.upsampling import check_whole

Floats: TypeAlias = NDArray[np.floating[Any]]
Size: TypeAlias = tuple[int, int]


class DenseScores(NamedTuple):
    """Scores [K, rows, columns] of every window, and how often the network was called for them."""

    scores: Floats
    calls: int


def window_counts(size: Size, window: int, stride: int) -> Size:
    """Rows and columns of windows: floor((side - window) / stride) + 1 each.

    A `DataError` where not even one window fits.
    """
    window, stride = check_whole(window, "window", 1), check_whole(stride, "stride", 1)
    height, width = size
    if min(size) < window:
        raise DataError(
            f"a window of {window} x {window} pixels does not fit into a picture of {width} x {height}"
        )
    return (height - window) // stride + 1, (width - window) // stride + 1


class Level(NamedTuple):
    """One resized picture of a pyramid.

    In `size` (height, width) pixels it shows the picture of `original` (height, width); `side` and `ratio`
    are those of its windows in the picture, as asked for.
    """

    size: Size
    original: Size
    side: float
    ratio: float


def pyramid(size: Size, window: int, sides: Sequence[float], ratios: Sequence[float] = (1.0,)) -> list[Level]:
    """Resized pictures in which windows of `window` pixels are larger or smaller, wide or upright ones.

    For every side s and ratio r, windows of s sqrt(r) x s / sqrt(r) pixels of the picture: its width becomes
    round(width * window / (s sqrt(r))), its height likewise. A level into which no window fits is left out.
    """
    levels = []
    for side in sides:
        for ratio in ratios:
            across, down = side * ratio**0.5, side / ratio**0.5
            small = round(size[0] * window / down), round(size[1] * window / across)
            if min(small) >= window:
                levels.append(Level(small, size, side, ratio))
    return levels


def pyramid_count(levels: Iterable[Level], window: int, stride: int) -> int:
    """How many windows a pyramid has: rows times columns of every level, added."""
    return sum(math.prod(window_counts(level.size, window, stride)) for level in levels)


def window_boxes(level: Level, window: int, stride: int) -> NDArray[np.float32]:
    """The windows of a level, [rows * columns, 4] x1 y1 x2 y2 in pixels of the picture, row by row."""
    rows, columns = window_counts(level.size, window, stride)
    y, x = np.meshgrid(stride * np.arange(rows), stride * np.arange(columns), indexing="ij")
    corner = np.stack([x, y], axis=-1).reshape(-1, 2)
    scale = np.array(level.original[::-1]) / level.size[::-1]
    return np.concatenate([corner * scale, (corner + window) * scale], axis=1).astype(np.float32)


def slide(
    picture: Floats, classify: Callable[[Floats], Floats], *, window: int, stride: int, batch: int = 256
) -> DenseScores:
    """Cut out every stride-th window and classify it; a call for each.

    picture [C, H, W]; `classify` takes cut-outs [N, C, window, window] to scores [N, K], at most `batch`
    at once for speed: every cut-out still costs a whole classification.
    """
    rows, columns = window_counts((picture.shape[-2], picture.shape[-1]), window, stride)
    views = np.lib.stride_tricks.sliding_window_view(picture, (window, window), axis=(-2, -1))
    views = views[:, ::stride, ::stride].transpose(1, 2, 0, 3, 4)  # [rows, columns, C, window, window]
    calls, scores = 0, []
    for start in range(0, rows * columns, batch):
        at = np.arange(start, min(start + batch, rows * columns))
        scores.append(classify(np.ascontiguousarray(views[at // columns, at % columns])))
        calls += len(at)
    return DenseScores(np.concatenate(scores).T.reshape(-1, rows, columns), calls)


def shift_and_stitch(
    picture: Floats, network: Callable[[Floats], Floats], *, window: int, own_stride: int, stride: int
) -> DenseScores:
    """The scores of `slide` from a network that answers for all windows of a picture at once.

    picture [C, H, W]; `network` takes a picture to scores [K, h, w] at every `own_stride`-th window. A finer
    `stride`, a divisor of `own_stride`, asks it about shifted pictures and interlaces the answers
    (arXiv:1411.4038, sec. 3.2); of a coarser one, a multiple, only every so manieth score is kept.
    """
    height, width = picture.shape[-2:]
    rows, columns = window_counts((height, width), window, stride)
    if stride % own_stride and own_stride % stride:
        raise DataError(f"a stride of {stride} neither divides the network's {own_stride} nor is a multiple")
    every, thin = max(own_stride // stride, 1), max(stride // own_stride, 1)
    found: Floats | None = None
    calls = 0
    for down in range(min(every, rows)):
        for right in range(min(every, columns)):
            part = network(picture[:, down * stride :, right * stride :])[:, ::thin, ::thin]
            calls += 1
            if found is None:
                found = np.empty((len(part), rows, columns), part.dtype)
            found[:, down::every, right::every] = part
    assert found is not None  # there is at least one window
    return DenseScores(found, calls)
