"""Window by window and all at once: both runs of the patch classifier, once per picture, size and stride."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias

import cv2
import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cvdemo.data.pictures import to_jpeg
from cvdemo.draw.segmentation import class_colours
from cvdemo.errors import DataError
from cvdemo.nets.patch_classifier import STRIDE, WINDOW, EveryPatch, PatchClassifier, multiply_adds
from cvdemo.ops.windows import Dense, shift_and_stitch, slide, window_counts
from cvdemo.ui.component import Parts, component, packed
from cvdemo.ui.source import Chosen
from cvdemo.world.vocabulary import SEMANTIC
from cvdemo.zoo.weights import load_weights

Floats: TypeAlias = NDArray[np.floating[Any]]

KEY = "patches"
MOST_WINDOWS = 20_000  # that are classified one by one while a visitor waits
STRIDES = (32, 16, 8, 4, 2, 1)
SLIDING, CONVOLVED = "Window by window", "As convolutions"

_lab = component("fcn/lab")


class Cost(NamedTuple):
    """What scores of every stride-th window cost: calls of the network and multiply-adds, by formula."""

    stride: int
    calls: int
    multiply_adds: int


class Timed(NamedTuple):
    """Scores and calls as measured, and the seconds that they took."""

    dense: Dense
    seconds: float


class Both(NamedTuple):
    """The picture as the nets saw it [H, W, 3], and its scores from both."""

    picture: NDArray[np.uint8]
    windows: Timed
    convolved: Timed

    @property
    def apart(self) -> float:
        """The largest difference of any two scores."""
        return float(np.abs(self.windows.dense.scores - self.convolved.dense.scores).max())


@st.cache_resource(show_spinner=False)
def nets() -> tuple[PatchClassifier, EveryPatch]:
    """The patch classifier with its shipped weights, and the same weights as convolutions."""
    net = PatchClassifier()
    load_weights(net, KEY)
    net.eval().requires_grad_(False)
    return net, EveryPatch(net).eval().requires_grad_(False)


def at_size(picture: NDArray[np.uint8], longest: int) -> NDArray[np.uint8]:
    """The picture with its longer side at so many pixels, smaller or larger than it is."""
    height, width = picture.shape[:2]
    scale = longest / max(height, width)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(picture, size, interpolation=method), np.uint8)


def both(picture: NDArray[np.uint8], stride: int) -> Both:
    """Run the classifier on every stride-th window, then its convolutions on the whole picture.

    picture [H, W, 3]; a `DataError` where not even one window fits, or more than `MOST_WINDOWS` do.
    """
    import torch

    rows, columns = window_counts((picture.shape[0], picture.shape[1]), WINDOW, stride)
    if rows * columns > MOST_WINDOWS:
        raise DataError(
            f"{rows * columns:,} windows are too many to wait for, at most {MOST_WINDOWS:,}: make the stride "
            "coarser or the picture smaller"
        )

    classifier, everywhere = nets()
    x = np.ascontiguousarray(picture.transpose(2, 0, 1), dtype=np.float32) / 255

    def classify(windows: Floats) -> Floats:
        return classifier(torch.from_numpy(windows)).logits.numpy()

    def convolve(shifted: Floats) -> Floats:
        return everywhere(torch.from_numpy(np.ascontiguousarray(shifted))[None]).logits[0].numpy()

    with torch.inference_mode():
        convolve(x)  # the first call of a new size prepares: that is no part of what is compared
        convolved = _timed(
            lambda: shift_and_stitch(x, convolve, window=WINDOW, own_stride=STRIDE, stride=stride)
        )
        windows = _timed(lambda: slide(x, classify, window=WINDOW, stride=stride))
    return Both(picture, windows, convolved)


def _timed(run: Callable[[], Dense]) -> Timed:
    start = time.perf_counter()
    dense = run()
    return Timed(dense, time.perf_counter() - start)


@st.cache_resource(max_entries=12, show_spinner=False)
def _cached(identity: str, longest: int, stride: int, _picture: NDArray[np.uint8]) -> Both:
    return both(at_size(_picture, longest), stride)


def answers(chosen: Chosen, longest: int, stride: int) -> Both:
    """Both runs, once for each picture, size and stride."""
    with st.spinner(f"Classifying every window, {stride} px apart, on the CPU …", show_time=True):
        return _cached(chosen.identity, longest, stride, chosen.picture)


def window_cost(height: int, width: int, stride: int) -> Cost:
    """The sliding window's: a whole classification for every window."""
    rows, columns = window_counts((height, width), WINDOW, stride)
    net, _ = nets()
    once = multiply_adds([*net.features, *net.fc], WINDOW, WINDOW)
    return Cost(stride, rows * columns, rows * columns * once)


def convolved_cost(height: int, width: int, stride: int) -> Cost:
    """The convolutions': one run over the picture, and for a stride below 4 one for each shift."""
    rows, columns = window_counts((height, width), WINDOW, stride)
    _, net = nets()
    layers, every = [*net.features, *net.fc], max(STRIDE // stride, 1)
    shifts = [(r * stride, c * stride) for r in range(min(every, rows)) for c in range(min(every, columns))]
    total = sum(multiply_adds(layers, height - down, width - right) for down, right in shifts)
    return Cost(stride, len(shifts), total)


def middles(truth: NDArray[np.uint8], size: tuple[int, int], stride: int) -> NDArray[np.uint8]:
    """The true classes of the windows' middle pixels [rows, columns], for a picture scaled to (H, W)."""
    height, width = size
    small = cv2.resize(truth, (width, height), interpolation=cv2.INTER_NEAREST)
    rows, columns = window_counts(size, WINDOW, stride)
    at = WINDOW // 2
    return np.asarray(small[at::stride, at::stride][:rows, :columns], np.uint8)


def race(chosen: Chosen, found: Both, stride: int) -> None:
    """Both heat maps over the picture, their counters, and the window under the pointer."""
    height, width = found.picture.shape[:2]
    _, rows, columns = found.windows.dense.scores.shape
    sides = []
    for title, note, timed, cost in (
        (SLIDING, "a classification for each", found.windows, window_cost(height, width, stride)),
        (CONVOLVED, "all windows at once", found.convolved, convolved_cost(height, width, stride)),
    ):
        counts = {"calls": timed.dense.calls, "adds": cost.multiply_adds, "seconds": timed.seconds}
        sides.append({"title": title, "note": note, "gradual": title == SLIDING, **counts})
    fields = {
        "identity": f"{chosen.identity} {width} {stride}",
        "width": width,
        "height": height,
        "window": WINDOW,
        "stride": stride,
        "rows": rows,
        "columns": columns,
        "names": SEMANTIC,
        "colours": class_colours(SEMANTIC).tolist(),
        "sides": sides,
        "apart": found.apart,
        "alt": f"{chosen.name}, {width} x {height} pixels",
    }
    parts: Parts = {
        "picture": to_jpeg(found.picture, 95),
        "windows": found.windows.dense.scores.astype("<f4"),
        "convolved": found.convolved.dense.scores.astype("<f4"),
    }
    _lab(data=packed(fields, parts), key="race")
