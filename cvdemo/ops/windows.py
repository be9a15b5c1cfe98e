"""Sliding windows: how many there are, a classifier run on each, and the dense way to the same scores.

Sizes are (height, width) in pixels; windows lie wholly inside the picture.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from cvdemo.errors import DataError
from cvdemo.ops.upsampling import check_whole

Floats: TypeAlias = NDArray[np.floating[Any]]
Size: TypeAlias = tuple[int, int]


class Dense(NamedTuple):
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


def slide(
    picture: Floats, classify: Callable[[Floats], Floats], *, window: int, stride: int, batch: int = 256
) -> Dense:
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
    return Dense(np.concatenate(scores).T.reshape(-1, rows, columns), calls)


def shift_and_stitch(
    picture: Floats, network: Callable[[Floats], Floats], *, window: int, own_stride: int, stride: int
) -> Dense:
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
    return Dense(found, calls)
