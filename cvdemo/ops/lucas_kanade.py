"""Lucas and Kanade's optical flow: one motion for a window, by least squares, from coarse to fine.

B. Lucas, T. Kanade, "An iterative image registration technique with an application to stereo vision", 1981;
coarse to fine as in J.-Y. Bouguet, "Pyramidal implementation of the Lucas Kanade feature tracker", 2000.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from cvdemo.errors import DataError
from cvdemo.ops.flow import Floats, Flow, Grey, enlarge, gradients, median_filter, pyramid, sample, warp

LEAST = 0.1024
"""The smaller eigenvalue below which a window says too little: OpenCV's default, 1e-4, in its own unit."""


class Matrix(NamedTuple):
    """The 2 x 2 matrices [[xx, xy], [xy, yy]] of windows: means of Ix², Ix Iy and Iy² over each."""

    xx: Floats
    xy: Floats
    yy: Floats

    def smaller_eigenvalue(self) -> Floats:
        """The smaller eigenvalue of each, in squared grey levels a pixel."""
        apart = np.sqrt(np.square(self.xx - self.yy) + 4 * np.square(self.xy))
        return np.asarray((self.xx + self.yy - apart) / 2)

    def solve(self, bx: Floats, by: Floats) -> Floats:
        """The (u, v) of each, [..., 2], with matrix (u, v) = (bx, by); 0 where the matrix is singular."""
        det = self.xx * self.yy - np.square(self.xy)
        u, v = self.yy * bx - self.xy * by, self.xx * by - self.xy * bx
        regular = det > 1e-9 * np.square(self.xx + self.yy)
        return np.stack([np.divide(w, det, out=np.zeros_like(det), where=regular) for w in (u, v)], axis=-1)


class PointStep(NamedTuple):
    """After an `iteration` (from 1) on a `level` (0 is the finest): where N points are in the second picture.

    `points` [N, 2] are x and y in pixels of the finest level, `moving` [N] those not settled on this level.
    `eigenvalues` [N] are the smaller ones of this level's windows: near 0 on a plain wall and along a
    straight edge. `found` [N]: the window says enough here, and the point has not left the picture.
    """

    level: int
    iteration: int
    points: Floats
    moving: NDArray[np.bool_]
    eigenvalues: Floats
    found: NDArray[np.bool_]


class DenseStep(NamedTuple):
    """After an `iteration` (from 1) on a `level` (0 is the finest): the flow of that level's every pixel.

    `flow` [h, w, 2] has the level's size and is in its pixels, `eigenvalues` [h, w] are the smaller ones.
    """

    level: int
    iteration: int
    flow: Flow
    eigenvalues: Floats


def track_points(first: Grey, second: Grey, points: Floats, **settings: float) -> PointStep:
    """Where the points [N, 2] of one grey picture [H, W] are in another: the last of `track_steps`."""
    return deque(track_steps(first, second, points, **settings), maxlen=1)[0]  # type: ignore[arg-type]


def track_steps(
    first: Grey, second: Grey, points: Floats, *, window: int = 21, levels: int = 4, iterations: int = 30,
    epsilon: float = 0.01, least: float = LEAST,
) -> Iterator[PointStep]:  # fmt: skip
    """The iterations that find where the points [N, 2] of one grey picture [H, W] are in another.

    Level by level from the coarsest, a window of `window` x `window` pixels (odd) round each point is moved
    until it fits: Ix u + Iy v = -It of all its pixels is solved by least squares, up to `iterations` times,
    and no more once a step is at most `epsilon` pixels. DataError for pictures and windows that do not fit.
    """
    check(first, second, window, levels, iterations)
    points = np.asarray(points, np.float32).reshape(-1, 2)
    ones, twos = (pyramid(grey, levels, least=window + 1) for grey in (first, second))
    there = points / 2 ** (len(ones) - 1)
    for level in reversed(range(len(ones))):
        windows = _Windows(ones[level], twos[level], points / 2**level, window)
        certain = windows.matrix.smaller_eigenvalue() >= least
        moving = certain & windows.holds(there)
        for iteration in range(1, iterations + 1):
            rows = np.flatnonzero(moving)
            step = windows.step(there, rows)
            there[rows] += step
            moving[rows] = (np.hypot(*step.T) > epsilon) & windows.holds(there[rows])
            yield PointStep(
                level, iteration, there * 2**level, moving.copy(), windows.matrix.smaller_eigenvalue(),
                certain & windows.holds(there),
            )  # fmt: skip
            if not moving.any():
                break
        there = there * (2 if level else 1)


class _Windows:
    """The windows round N points on one level, cut from the first picture, and their matrices."""

    def __init__(self, first: Grey, second: Grey, points: Floats, side: int) -> None:
        self.size, self.side = first.shape, side
        self.second = np.pad(second, side, mode="reflect")
        self.cut = self._at(np.pad(first, side, mode="reflect"), points)  # [N, side, side]
        # Beyond the border the picture is mirrored, and says nothing of the motion.
        self.gx, self.gy = (self._at(np.pad(part, side), points) for part in gradients(first))
        pairs = ((self.gx, self.gx), (self.gx, self.gy), (self.gy, self.gy))
        self.matrix = Matrix(*((a * b).mean(axis=(1, 2)) for a, b in pairs))

    def _at(self, padded: Grey, points: Floats) -> Grey:
        dy, dx = np.indices((self.side, self.side), dtype=np.float32) - (self.side - 1) / 2 + self.side
        return sample(padded, points[:, 0, None, None] + dx, points[:, 1, None, None] + dy)

    def step(self, there: Floats, rows: NDArray[np.intp]) -> Floats:
        """How much further the windows of some rows have to go, [R, 2]."""
        change = self._at(self.second, there[rows]) - self.cut[rows]
        bx, by = (-(part[rows] * change).mean(axis=(1, 2)) for part in (self.gx, self.gy))
        return Matrix(*(part[rows] for part in self.matrix)).solve(bx, by)

    def holds(self, points: Floats) -> NDArray[np.bool_]:
        """Which points are in the picture, [N]."""
        height, width = self.size
        return np.asarray(((points > -0.5) & (points < (width - 0.5, height - 0.5))).all(axis=1))


def dense_flow(first: Grey, second: Grey, **settings: float) -> Flow:
    """The flow [H, W, 2] from one grey picture [H, W] to another: the last of `dense_steps`."""
    return deque(dense_steps(first, second, **settings), maxlen=1)[0].flow  # type: ignore[arg-type]


def dense_steps(
    first: Grey, second: Grey, *, window: int = 15, levels: int = 5, iterations: int = 3,
    least: float = LEAST, median: int = 5,
) -> Iterator[DenseStep]:  # fmt: skip
    """The iterations of Lucas and Kanade's flow for every pixel of two grey pictures [H, W].

    As `track_steps`, but the second picture is warped by the flow of every pixel, and sums over windows are
    one box filter for all. Where a window says too little the coarser level's flow stays. Each level ends
    with a median of `median` x `median` pixels (3 or 5; 0 for none). No level is thinner than two windows.
    """
    check(first, second, window, levels, iterations)
    ones, twos = (pyramid(grey, levels, least=2 * window) for grey in (first, second))
    flow = np.zeros((*ones[-1].shape, 2), np.float32)
    for level in reversed(range(len(ones))):
        one, two = ones[level], twos[level]
        flow = enlarge(flow, one.shape) if flow.shape[:2] != one.shape else flow
        gx, gy = gradients(one)
        matrix = window_matrix(one, window)
        eigenvalues = matrix.smaller_eigenvalue()
        certain = (eigenvalues >= least)[..., None]
        for iteration in range(1, iterations + 1):
            # What every pixel of a window would have changed by if it stood still, seen from where it is now.
            change = warp(two, flow) - one - gx * flow[..., 0] - gy * flow[..., 1]
            found = matrix.solve(*(_means(-part * change, window) for part in (gx, gy)))
            flow = np.where(certain, found, flow).astype(np.float32)
            if iteration == iterations:
                flow = median_filter(flow, median)
            yield DenseStep(level, iteration, flow, eigenvalues)


def window_matrix(grey: Grey, window: int) -> Matrix:
    """The matrix of the window round each pixel of a grey picture [H, W]."""
    gx, gy = gradients(grey)
    return Matrix(*(_means(part, window) for part in (gx * gx, gx * gy, gy * gy)))


def best_points(eigenvalues: Floats, count: int, *, apart: int = 8, least: float = LEAST) -> Floats:
    """The `count` best points [N, 2] to follow, best first: x and y of the largest smaller eigenvalues.

    `eigenvalues` [H, W] are those of windows. No point is within `apart` pixels of a better one, across or
    down, or has less than `least` (J. Shi, C. Tomasi, "Good features to track", CVPR 1994).
    """
    values = np.asarray(eigenvalues, np.float32)
    highest = cv2.dilate(values, np.ones((2 * apart + 1, 2 * apart + 1), np.uint8))
    y, x = np.nonzero((values >= highest) & (values >= least))
    best = np.argsort(-values[y, x], kind="stable")[:count]
    return np.stack([x[best], y[best]], axis=-1).astype(np.float32)


def _means(values: Grey, window: int) -> Grey:
    return np.asarray(cv2.blur(values, (window, window), borderType=cv2.BORDER_REFLECT_101), np.float32)


def check(first: Grey, second: Grey, window: int, levels: int, iterations: int) -> None:
    """A DataError where two grey pictures or a window cannot be used."""
    if first.ndim != 2 or first.shape != second.shape:
        raise DataError(
            f"flow needs two grey pictures [H, W] of one size, these are {first.shape} and {second.shape}"
        )
    if window < 3 or window % 2 == 0:
        raise DataError(f"a window has an odd side of 3 pixels or more, not {window}")
    if levels < 1 or iterations < 1:
        raise DataError(f"there has to be a level and an iteration, not {levels} and {iterations}")
