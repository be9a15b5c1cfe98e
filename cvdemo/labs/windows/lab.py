"""A window over a pyramid: both runs of the classifier, what they cost, and the detections that come out."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import streamlit as st
import supervision as sv
from numpy.typing import NDArray

from cvdemo.data.pictures import fit, to_jpeg
from cvdemo.draw.colours import colour
from cvdemo.errors import DataError
from cvdemo.nets.sliding_window import STRIDE, WINDOW, EveryWindow, WindowClassifier, resized
from cvdemo.ops.windows import (
    Dense,
    Level,
    Size,
    pyramid,
    pyramid_count,
    shift_and_stitch,
    slide,
    window_boxes,
)
from cvdemo.ui.component import Parts, component, packed
from cvdemo.ui.source import Chosen
from cvdemo.world.vocabulary import THINGS
from cvdemo.zoo.drawn import at_working_size
from cvdemo.zoo.model import FLOOR
from cvdemo.zoo.weights import load_weights

Floats = NDArray[np.floating[Any]]

KEY = "sliding-window"
FACTOR = 1.5  # from one scale's windows to the next
SMALLEST = (12, 16, 24, 36, 54)
STRIDES = (32, 16, 8, 4)
MOST_SCALES = 6
MOST_WINDOWS = 20_000  # that are classified one by one while a visitor waits

_board = component("windows/lab")


class Search(NamedTuple):
    """Which windows are asked: side of the smallest in pixels, scales, stride, ratios of width to height."""

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


class Found(NamedTuple):
    """Probabilities [1 + K, rows, columns] of every level, and calls and seconds of both ways.

    `size` is the height and width that the picture was searched at, `apart` the largest difference of any
    two scores of both ways.
    """

    search: Search
    size: Size
    levels: list[Level]
    probabilities: list[Floats]
    windows: tuple[int, float]
    convolved: tuple[int, float]
    apart: float


@st.cache_resource(show_spinner=False)
def nets() -> tuple[WindowClassifier, EveryWindow]:
    """The window classifier with its shipped weights, and the same weights as convolutions."""
    net = WindowClassifier()
    load_weights(net, KEY)
    net.eval().requires_grad_(False)
    return net, EveryWindow(net).eval().requires_grad_(False)


def search_both_ways(picture: NDArray[np.uint8], search: Search) -> Found:
    """Ask every window of the pyramid of a picture [H, W, 3], one by one and as convolutions.

    A `DataError` where no window fits, or more than `MOST_WINDOWS` do.
    """
    import torch

    x = at_working_size(picture, "cpu")
    size = (x.shape[2], x.shape[3])
    levels, count = search.levels(size), search.windows(size)
    if not levels:
        raise DataError(
            f"no window of {search.smallest} pixels or more fits into a picture that is {size[1]} x "
            f"{size[0]} to the net: take a smaller window or another picture"
        )
    if count > MOST_WINDOWS:
        raise DataError(
            f"{count:,} windows are too many to wait for, at most {MOST_WINDOWS:,}: take larger windows, a "
            "coarser stride or fewer scales"
        )
    classifier, everywhere = nets()

    def classify(windows: Floats) -> Floats:
        return classifier(torch.from_numpy(windows)).logits.numpy()

    def convolve(shifted: Floats) -> Floats:
        return everywhere(torch.from_numpy(np.ascontiguousarray(shifted))[None]).logits[0].numpy()

    with torch.inference_mode():
        pictures = [resized(x, level.size)[0].numpy() for level in levels]
        for small in pictures:
            convolve(small)  # the first call of a new size prepares: that is no part of what is compared
        dense, fast = _timed(
            lambda p: shift_and_stitch(p, convolve, window=WINDOW, own_stride=STRIDE, stride=search.stride),
            pictures,
        )
        slid, slow = _timed(lambda p: slide(p, classify, window=WINDOW, stride=search.stride), pictures)
    apart = max(float(np.abs(a.scores - b.scores).max()) for a, b in zip(dense, slid, strict=True))
    return Found(
        search,
        size,
        levels,
        [_softmax(d.scores) for d in dense],
        (sum(d.calls for d in slid), slow),
        (sum(d.calls for d in dense), fast),
        apart,
    )


def _timed(run: Callable[[Floats], Dense], pictures: Sequence[Floats]) -> tuple[list[Dense], float]:
    start = time.perf_counter()
    found = [run(picture) for picture in pictures]
    return found, time.perf_counter() - start


def _softmax(logits: Floats) -> Floats:
    likely = np.exp(logits - logits.max(0))
    return np.asarray(likely / likely.sum(0), np.float32)


@st.cache_resource(max_entries=12, show_spinner=False)
def _cached(identity: str, search: Search, _picture: NDArray[np.uint8]) -> Found:
    return search_both_ways(_picture, search)


def found_in(chosen: Chosen, search: Search) -> Found:
    """Both runs, once for each picture and search."""
    with st.spinner("Classifying every window of the pyramid, one by one, on the CPU …", show_time=True):
        return _cached(chosen.identity, search, chosen.picture)


def raw_windows(found: Found, width: int, height: int) -> sv.Detections:
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


def board(chosen: Chosen, found: Found) -> None:
    """The window running over the pyramid, with a player, the heat maps and the window under it."""
    stride = found.search.stride
    levels = [
        {
            "height": level.size[0],
            "width": level.size[1],
            "rows": likely.shape[1],
            "columns": likely.shape[2],
            "side": [level.side * level.ratio**0.5, level.side / level.ratio**0.5],
        }
        for level, likely in zip(found.levels, found.probabilities, strict=True)
    ]
    fields = {
        "identity": f"{chosen.identity} {found.search}",
        "window": WINDOW,
        "stride": stride,
        "levels": levels,
        "names": ["any thing", *THINGS],
        "colours": ["#888888", *(colour(name) for name in THINGS)],
        "alt": chosen.name,
    }
    likely = np.concatenate([p.reshape(-1) for p in found.probabilities])
    parts: Parts = {
        "picture": to_jpeg(fit(chosen.picture, 800)),
        "probabilities": likely.astype("<f4"),
    }
    _board(data=packed(fields, parts), key="board")
