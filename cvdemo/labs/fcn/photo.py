"""ImageNet's classifier as an FCN on a photo: in one run, 1000 probabilities for every cell."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from cvdemo.draw.heat import overlay_heat
from cvdemo.errors import DataError
from cvdemo.labs.fcn.experiment import at_size
from cvdemo.nets.lite_windows import STRIDE, WINDOW
from cvdemo.ops.upsampling import nearest
from cvdemo.ops.windows import window_counts
from cvdemo.zoo import imagenet_windows
from cvdemo.zoo.labels import labels
from cvdemo.zoo.windowed import run_both_ways

SIZES = (256, 320, 448, 640, 896)
POOLS = (1, 3, 5, 7)
TOP = 3  # classes that a cell's text names


class ClassMaps(NamedTuple):
    """Probabilities [1000, rows, columns] of a photo at a size, from averages over `pool` x `pool` cells.

    `picture` [H, W, 3] has the size that the net was given. Cell (0, 0) stands for the square of
    `pool` * 32 pixels in the upper left corner, its neighbour for the one 32 pixels further.
    """

    picture: NDArray[np.uint8]
    pool: int
    probabilities: NDArray[np.float32]
    milliseconds: float

    def best(self, most: int) -> list[tuple[int, float]]:
        """The classes with the highest probability anywhere, with that probability."""
        peaks = self.probabilities.max((1, 2))
        order = np.argsort(-peaks, kind="stable")[:most]
        return [(int(k), float(peaks[k])) for k in order]

    def cell_texts(self) -> list[list[str]]:
        """The most probable classes of every cell, as text."""
        names = labels("imagenet")
        order = np.argsort(-self.probabilities, axis=0)[:TOP]
        rows, columns = order.shape[1:]
        return [
            ["<br>".join(f"{names[k]} {self.probabilities[k, r, c]:.0%}" for k in order[:, r, c].tolist())
             for c in range(columns)] for r in range(rows)
        ]  # fmt: skip


class WindowRun(NamedTuple):
    """What the sliding window gives on a photo beside the convolutions: costs of both, and how they agree.

    `agree` is the share of windows whose most probable class is the same; `milliseconds`, `calls` and
    `multiply_adds` are those of windows and of convolutions.
    """

    agree: float
    milliseconds: tuple[float, float]
    calls: tuple[int, int]
    multiply_adds: tuple[int, int]


def class_maps(picture: NDArray[np.uint8], longest: int, pool: int) -> ClassMaps:
    """Run the net once on a photo [H, W, 3] uint8 RGB, whose longer side becomes `longest` pixels.

    A `DataError` where the shorter side has less than `pool` cells.
    """
    small = _whole_cells(at_size(picture, longest))
    if min(small.shape[:2]) < pool * STRIDE:
        raise DataError(
            f"{pool} x {pool} cells do not fit into a picture of {small.shape[1]} x {small.shape[0]}: take "
            "a larger picture or fewer cells"
        )
    loaded = imagenet_windows.model()
    x = _tensor(small)
    features, milliseconds = loaded.run(lambda: loaded.convolutions.map(x), warm=x.shape)
    averaged = torch.nn.functional.avg_pool2d(features, pool, stride=1)
    likely = loaded.convolutions.scores(averaged)[0].softmax(0).numpy()
    return ClassMaps(small, pool, likely, milliseconds)


def overlay(found: ClassMaps, class_id: int) -> NDArray[np.uint8]:
    """The photo with a class's cells laid over it."""
    heat = np.zeros(found.picture.shape[:2], np.float32)
    squares = nearest(found.probabilities[class_id], STRIDE)
    start = (found.pool - 1) * STRIDE // 2
    heat[start : start + squares.shape[0], start : start + squares.shape[1]] = squares
    return overlay_heat(found.picture, heat)


def _whole_cells(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The picture without what is left of its sides beyond whole cells; a thin one is kept."""
    height, width = (max(side // STRIDE, 1) * STRIDE for side in picture.shape[:2])
    return picture[:height, :width]


def _tensor(picture: NDArray[np.uint8]) -> torch.Tensor:
    return torch.from_numpy(np.ascontiguousarray(picture)).permute(2, 0, 1)[None].float() / 255


def run_windows(picture: NDArray[np.uint8], longest: int) -> WindowRun:
    """Classify every window of 224 x 224 pixels of a photo at a size by itself, and all by convolution.

    A `DataError` where no window fits.
    """
    small = _whole_cells(at_size(picture, longest))
    height, width = small.shape[:2]
    count = int(np.prod(window_counts((height, width), WINDOW, STRIDE)))
    loaded = imagenet_windows.model()
    found = run_both_ways(loaded, loaded.ways, [_tensor(small)[0].numpy()], STRIDE)
    slid, convolved = (way.value[0] for way in found)
    once = imagenet_windows.multiply_adds(WINDOW, WINDOW)
    return WindowRun(
        float(np.mean(slid.scores.argmax(0) == convolved.scores.argmax(0))),
        (found.slid.milliseconds, found.convolved.milliseconds),
        (slid.calls, convolved.calls),
        (count * once, imagenet_windows.multiply_adds(height, width)),
    )
