"""Horn and Schunck's optical flow: brightness stays and neighbours move alike, for the whole picture at once.

B. Horn, B. Schunck, "Determining optical flow", Artificial Intelligence 17, 1981.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from cvdemo.errors import DataError
from cvdemo.ops.flow import Flow, Grey, enlarge, gradients, median_filter, pyramid, warp
from cvdemo.ops.lucas_kanade import check

NEIGHBOURS = np.array([[1, 2, 1], [2, 0, 2], [1, 2, 1]], np.float32) / 12
"""The weights of the mean over a pixel's neighbours (sec. 9)."""


class Linear(NamedTuple):
    """Brightness's equation at every pixel of a level: Ix u + Iy v + It = 0, [h, w] each."""

    ix: Grey
    iy: Grey
    it: Grey

    def residual(self, flow: Flow) -> Grey:
        """What is left of it where a flow [h, w, 2] is put in."""
        return np.asarray(self.ix * flow[..., 0] + self.iy * flow[..., 1] + self.it, np.float32)


class HornSchunckStep(NamedTuple):
    """After an `iteration` (from 1) of a `warp` (from 1) on a `level` (0 is the finest): the flow there.

    `flow` [h, w, 2] has the level's size and is in its pixels; `equation` and `alpha` are what it is to meet.
    """

    level: int
    warp: int
    iteration: int
    flow: Flow
    equation: Linear
    alpha: float

    @property
    def data(self) -> float:
        """The mean of (Ix u + Iy v + It)²: how badly brightness stays."""
        return float(np.square(self.equation.residual(self.flow)).mean())

    @property
    def smoothness(self) -> float:
        """alpha² times the mean of |∇u|² + |∇v|²: how unlike neighbours move."""
        return self.alpha**2 * roughness(self.flow)


def horn_schunck(first: Grey, second: Grey, **settings: float) -> Flow:
    """The flow [H, W, 2] from one grey picture [H, W] to another: the last of `horn_schunck_steps`."""
    return deque(horn_schunck_steps(first, second, **settings), maxlen=1)[0].flow  # type: ignore[arg-type]


def horn_schunck_steps(
    first: Grey,
    second: Grey,
    *,
    alpha: float = 15.0,
    iterations: int = 60,
    levels: int = 5,
    warps: int = 2,
    median: int = 5,
) -> Iterator[HornSchunckStep]:
    """The iterations that make both terms small: the data, and `alpha`² times the smoothness.

    With one level, one warp and no median these are those of the paper. More `levels` begin with small
    pictures, whose motions are short; each of their `warps` brings the second picture back by the flow so
    far, makes the equation anew (T. Brox et al., "High accuracy optical flow estimation", ECCV 2004), and
    ends with a median of `median` x `median` pixels (3 or 5; 0 for none).
    """
    check(first, second, 3, levels, min(iterations, warps))
    if not alpha > 0:
        raise DataError(f"the weight alpha of smoothness has to be above 0, not {alpha}")
    ones, twos = pyramid(first, levels), pyramid(second, levels)
    flow: Flow = np.zeros((*ones[-1].shape, 2), np.float32)
    for level in reversed(range(len(ones))):
        one, two = ones[level], twos[level]
        flow = enlarge(flow, one.shape) if flow.shape[:2] != one.shape else flow
        for turn in range(1, warps + 1):
            equation = linearize(one, two, flow)
            weight = alpha**2 + np.square(equation.ix) + np.square(equation.iy)
            gradient = np.stack([equation.ix, equation.iy], axis=-1)
            for iteration in range(1, iterations + 1):
                mean = neighbour_mean(flow)
                flow = (mean - gradient * (equation.residual(mean) / weight)[..., None]).astype(np.float32)
                if iteration == iterations:
                    flow = median_filter(flow, median)
                yield HornSchunckStep(level, turn, iteration, flow, equation, alpha)


def linearize(first: Grey, second: Grey, flow: Flow) -> Linear:
    """Brightness's equation round a flow: with the second picture brought back by it."""
    back = warp(second, flow)
    ix, iy = gradients(np.asarray((first + back) / 2, np.float32))
    it = back - first - ix * flow[..., 0] - iy * flow[..., 1]
    return Linear(ix, iy, np.asarray(it, np.float32))


def neighbour_mean(flow: Flow) -> Flow:
    """The weighted mean of each pixel's eight neighbours; those beyond the border are mirrored."""
    return np.asarray(cv2.filter2D(flow, -1, NEIGHBOURS, borderType=cv2.BORDER_REPLICATE), np.float32)


def roughness(flow: Flow) -> float:
    """The mean of |∇u|² + |∇v|², by differences of neighbouring pixels."""
    parts: list[NDArray[np.float32]] = [np.diff(flow, axis=axis) for axis in (0, 1)]
    return float(sum(np.square(part).sum() for part in parts)) / (flow.shape[0] * flow.shape[1])
