"""Smoothing of a clip's label maps over time: an average of probabilities, a vote over frames."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

Labels = NDArray[np.uint8]
Floats = NDArray[np.float32]


def average_probabilities(frames: Iterable[Floats], memory: float) -> Iterator[Floats]:
    """The exponential average of probabilities [C, H, W], frame by frame.

    average(t) = memory * average(t - 1) + (1 - memory) * probabilities(t), from the first frame's on; a
    `memory` of 0 leaves every frame as it is. Each result is an array of its own.
    """
    average: Floats | None = None
    for now in frames:
        average = now.copy() if average is None else memory * average + np.float32(1 - memory) * now
        yield average


def vote(frames: Iterable[Labels], classes: int, window: int) -> Iterator[Labels]:
    """The most frequent class of each pixel in an odd number of frames around each, label maps [H, W].

    At both ends of the clip the window has fewer frames. Of classes with equal votes it is the frame's own
    class where that is one of them, else the lowest.
    """
    reach = window // 2
    counts: NDArray[np.int16] | None = None
    inside: deque[Labels] = deque()  # frames that are counted
    waiting: deque[Labels] = deque()  # frames that have no result yet
    for labels in frames:
        if counts is None:
            counts = np.zeros((classes, *labels.shape), np.int16)
        _count(counts, labels, 1)
        inside.append(labels)
        waiting.append(labels)
        if len(waiting) > reach:
            yield _winner(counts, waiting.popleft())
            if len(inside) == window:
                _count(counts, inside.popleft(), -1)
    while waiting and counts is not None:
        yield _winner(counts, waiting.popleft())
        if len(inside) > reach + len(waiting):
            _count(counts, inside.popleft(), -1)


def _count(counts: NDArray[np.int16], labels: Labels, votes: int) -> None:
    rows, columns = np.ogrid[: labels.shape[0], : labels.shape[1]]
    counts[labels, rows, columns] += np.int16(votes)


def _winner(counts: NDArray[np.int16], own: Labels) -> Labels:
    rows, columns = np.ogrid[: own.shape[0], : own.shape[1]]
    best = counts.argmax(axis=0).astype(np.uint8)
    return np.where(counts[own, rows, columns] == counts.max(axis=0), own, best)
