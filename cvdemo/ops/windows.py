"""Sliding windows: counts, image pyramids, a classifier on each window, and the same scores convolutionally.

Sizes are (height, width) in pixels; windows lie completely inside the picture.
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
    """Scores [K, rows, columns] of all windows, and the number of network calls that they took."""

    scores: Floats
    calls: int


def window_counts(size: Size, window: int, stride: int) -> Size:
    """Rows and columns of windows, floor((side - window) / stride) + 1 each.

    Raises DataError if no window fits.
    """
    window, stride = check_whole(window, "window", 1), check_whole(stride, "stride", 1)
    height, width = size
    if min(size) < window:
        raise DataError(
            f"a window of {window} x {window} pixels does not fit into a picture of {width} x {height}"
        )
    return (height - window) // stride + 1, (width - window) // stride + 1


class Level(NamedTuple):
    """One level of an image pyramid: the picture of size `original` (height, width) resized to `size`.

    `side` and `ratio` (width / height) describe its windows in pixels of the original picture.
    """

    size: Size
    original: Size
    side: float
    ratio: float


def pyramid(size: Size, window: int, sides: Sequence[float], ratios: Sequence[float] = (1.0,)) -> list[Level]:
    """The levels of an image pyramid on which `window` x `window` windows have the given sides and ratios.

    For side s and ratio r the windows have s sqrt(r) x s / sqrt(r) pixels of the picture: its width becomes
    round(width * window / (s sqrt(r))), its height likewise. Levels smaller than a window are left out.
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
    """The number of windows of a pyramid: the sum of rows times columns over its levels."""
    return sum(math.prod(window_counts(level.size, window, stride)) for level in levels)


def window_boxes(level: Level, window: int, stride: int) -> NDArray[np.float32]:
    """The windows of a level, [rows * columns, 4] x1 y1 x2 y2 in pixels of the original, row-major."""
    rows, columns = window_counts(level.size, window, stride)
    y, x = np.meshgrid(stride * np.arange(rows), stride * np.arange(columns), indexing="ij")
    corner = np.stack([x, y], axis=-1).reshape(-1, 2)
    scale = np.array(level.original[::-1]) / level.size[::-1]
    return np.concatenate([corner * scale, (corner + window) * scale], axis=1).astype(np.float32)


def slide(
    picture: Floats, classify: Callable[[Floats], Floats], *, window: int, stride: int, batch: int = 256
) -> DenseScores:
    """Classify every `stride`-th window by itself; each counts as one call.

    picture [C, H, W]; `classify` maps crops [N, C, window, window] to scores [N, K] and gets at most `batch`
    crops at a time.
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
    """The scores of `slide` from a fully convolutional network, which scores all windows in one call.

    picture [C, H, W]; `network` maps a picture to scores [K, h, w] at every `own_stride`-th window. For a
    finer `stride`, a divisor of `own_stride`, it runs on shifted pictures and the outputs are interlaced
    (arXiv:1411.4038, sec. 3.2); for a coarser one, a multiple, only every n-th score is kept.
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
