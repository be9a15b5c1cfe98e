"""A classifier of windows run in both ways: on every window alone, and as convolutions on whole pictures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray

from cvdemo.errors import DataError
from cvdemo.ops.windows import DenseScores, shift_and_stitch, slide
from cvdemo.zoo.model import Model, Timed

Floats: TypeAlias = NDArray[np.floating[Any]]

MOST_WINDOWS = 20_000
"""Windows that are classified one by one while somebody waits."""


class TwoWays(NamedTuple):
    """A classifier and the same weights as convolutions.

    `classifier` takes windows [N, 3, window, window] and `convolutions` pictures [1, 3, H, W] to a trace
    with `logits` [N, K] and [1, K, h, w], of a window at every `stride`-th pixel.
    """

    classifier: Callable[[torch.Tensor], Any]
    convolutions: Callable[[torch.Tensor], Any]
    window: int
    stride: int
    batch: int = 256  # windows that are classified at a time


class BothWays(NamedTuple):
    """Scores [K, rows, columns] and calls for each picture, window by window and as convolutions."""

    slid: Timed[list[DenseScores]]
    convolved: Timed[list[DenseScores]]

    @property
    def apart(self) -> float:
        """The largest difference of any two scores."""
        pairs = zip(self.slid.value, self.convolved.value, strict=True)
        return max(float(np.abs(a.scores - b.scores).max()) for a, b in pairs)


def check_window_count(count: int, remedy: str) -> None:
    """A `DataError` where there are more windows than `MOST_WINDOWS`; `remedy` says what to do."""
    if count > MOST_WINDOWS:
        raise DataError(f"{count:,} windows are too many to wait for, at most {MOST_WINDOWS:,}: {remedy}")


def run_both_ways(model: Model, ways: TwoWays, pictures: Sequence[Floats], stride: int) -> BothWays:
    """Scores of every stride-th window of pictures [3, H, W] in 0..1, in both ways; `model` is on the CPU."""
    window, own = ways.window, ways.stride

    def classify(windows: Floats) -> Floats:
        return ways.classifier(torch.from_numpy(windows)).logits.numpy()

    def convolve(shifted: Floats) -> Floats:
        return ways.convolutions(torch.from_numpy(np.ascontiguousarray(shifted))[None]).logits[0].numpy()

    convolved = model.run(
        lambda: [
            shift_and_stitch(p, convolve, window=window, own_stride=own, stride=stride) for p in pictures
        ],
        warm=(stride, *(p.shape for p in pictures)),
    )
    slid = model.run(
        lambda: [slide(p, classify, window=window, stride=stride, batch=ways.batch) for p in pictures]
    )
    return BothWays(slid, convolved)
