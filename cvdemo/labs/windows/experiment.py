"""Sliding windows over a pyramid: scores in both ways, what they cost, the detections that come out."""

from __future__ import annotations

from typing import Any, NamedTuple, TypeAlias, cast

import numpy as np
import supervision as sv
from numpy.typing import NDArray

from cvdemo import zoo
from cvdemo.errors import DataError
from cvdemo.nets.sliding_window import STRIDE, WINDOW, SlidingWindow, resized
from cvdemo.ops.windows import Level, Size, pyramid, pyramid_count, window_boxes
from cvdemo.world.vocabulary import THINGS
from cvdemo.zoo.drawn import DrawnDetector, at_working_size
from cvdemo.zoo.model import FLOOR
from cvdemo.zoo.windowed import TwoWays, check_window_count, run_both_ways

Floats: TypeAlias = NDArray[np.floating[Any]]

KEY = "sliding-window"
FACTOR = 1.5  # from one scale's windows to the next
SMALLEST = (12, 16, 24, 36, 54)
STRIDES = (32, 16, 8, 4)
MOST_SCALES = 6


class Search(NamedTuple):
    """Which windows: side of the smallest in pixels, scales, stride, ratios of width to height."""

    smallest: int
    scales: int
    stride: int
    ratios: tuple[float, ...]

    def levels(self, size: Size) -> list[Level]:
        """The pyramid of a picture of this height and width."""
        sides = [self.smallest * FACTOR**k for k in range(self.scales)]
        return pyramid(size, WINDOW, sides, self.ratios)

    def windows(self, size: Size) -> int:
        """How many windows there are, by formula."""
        return pyramid_count(self.levels(size), WINDOW, self.stride)


class WindowCost(NamedTuple):
    """Calls of the classifier and the seconds that they took."""

    calls: int
    seconds: float


class PyramidScores(NamedTuple):
    """Probabilities [1 + K, rows, columns] of every level's windows, and the cost of both ways.

    `size` is the height and width that the picture was searched at, `apart` the largest difference of any
    two scores of both ways.
    """

    search: Search
    size: Size
    levels: list[Level]
    probabilities: list[Floats]
    windows: WindowCost
    convolved: WindowCost
    apart: float


def model() -> DrawnDetector:
    """The window classifier with its shipped weights and the same weights as convolutions, on the CPU."""
    return cast(DrawnDetector, zoo.load(KEY, "cpu"))


def search_both_ways(picture: NDArray[np.uint8], search: Search) -> PyramidScores:
    """Classify every window of the pyramid of a picture [H, W, 3] uint8 RGB, one by one and as convolutions.

    A `DataError` where no window fits, or more than `MOST_WINDOWS` do.
    """
    x = at_working_size(picture, "cpu")  # [1, 3, h, w]
    size = (x.shape[2], x.shape[3])
    levels, count = search.levels(size), search.windows(size)
    if not levels:
        raise DataError(
            f"no window of {search.smallest} pixels or more fits into a picture that is {size[1]} x "
            f"{size[0]} to the net: take a smaller window or another picture"
        )
    check_window_count(count, "take larger windows, a coarser stride or fewer scales")
    loaded = model()
    net = cast(SlidingWindow, loaded.net)
    pictures = [resized(x, level.size)[0].numpy() for level in levels]
    found = run_both_ways(loaded, TwoWays(net.classifier, net.every, WINDOW, STRIDE), pictures, search.stride)
    slid, convolved = (WindowCost(sum(d.calls for d in way.value), way.milliseconds / 1000) for way in found)
    likely = [_softmax(d.scores) for d in found.convolved.value]
    return PyramidScores(search, size, levels, likely, slid, convolved, found.apart)


def _softmax(logits: Floats) -> Floats:
    likely = np.exp(logits - logits.max(0))
    return np.asarray(likely / likely.sum(0), np.float32)


def raw_windows(found: PyramidScores, width: int, height: int) -> sv.Detections:
    """Every class of every window above the floor, in pixels of a picture of this size, the best first."""
    boxes, scores, class_ids = [], [], []
    for level, likely in zip(found.levels, found.probabilities, strict=True):
        kind, cell = np.nonzero(likely[1:].reshape(len(THINGS), -1) > FLOOR)
        boxes.append(window_boxes(level, WINDOW, found.search.stride)[cell])
        scores.append(likely[1:].reshape(len(THINGS), -1)[kind, cell])
        class_ids.append(kind)
    score = np.concatenate(scores)
    order = np.argsort(-score, kind="stable")
    kinds = np.concatenate(class_ids)[order]
    back = np.array([width / found.size[1], height / found.size[0]] * 2)
    return sv.Detections(
        xyxy=(np.concatenate(boxes)[order] * back).astype(np.float32),
        confidence=score[order].astype(np.float32),
        class_id=kinds.astype(int),
        data={"class_name": np.array([THINGS[k] for k in kinds], dtype=str)},
    )
