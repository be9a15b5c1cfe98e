"""Masks as polygons along the edges of their pixels, which give the same mask when they are filled."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Corner = tuple[int, int]


def outlines(mask: NDArray[np.bool_]) -> list[list[float]]:
    """A polygon x1 y1 x2 y2 ... in pixels for each part of a mask [H, W], along pixel edges.

    Holes are joined to the outline by a line there and back, which encloses nothing. pycocotools fills the
    polygons to exactly the mask again.
    """
    count, parts = cv2.connectedComponents(mask.astype(np.uint8), connectivity=4)
    return [_polygon(parts == k) for k in range(1, count)]


def _polygon(part: NDArray[np.bool_]) -> list[float]:
    ys, xs = (np.flatnonzero(part.any(axis=axis)) for axis in (1, 0))
    inside = part[ys[0] : ys[-1] + 1, xs[0] : xs[-1] + 1]
    outer, *holes = (_corners(loop) for loop in _loops(inside))
    points = list(outer)
    for hole in holes:
        points += [outer[0], *hole, hole[0]]
    if holes:
        points.append(outer[0])
    return [float(v) for x, y in points for v in (x + xs[0], y + ys[0])]


def _loops(part: NDArray[np.bool_]) -> list[list[Corner]]:
    """The closed ways around a part that touches all sides of [H, W], its outline first."""
    ways = _edges(part)
    found = []
    while ways:
        start = at = min(ways)
        loop: list[Corner] = []
        while not loop or at != start:
            loop.append(at)
            onward = ways[at].pop()
            if not ways[at]:
                del ways[at]
            at = onward
        found.append(loop)
    return found


def _edges(part: NDArray[np.bool_]) -> dict[Corner, list[Corner]]:
    """From each corner of pixels the ways to the next, with the mask on one side."""
    padded = np.pad(part, 1).astype(np.int8)
    ways: dict[Corner, list[Corner]] = {}
    down, right = np.diff(padded, axis=0), np.diff(padded, axis=1)
    steps = (
        (down == 1, (-1, 0), (0, 0)), (down == -1, (0, 0), (-1, 0)),
        (right == 1, (0, 0), (0, -1)), (right == -1, (0, -1), (0, 0)),
    )  # fmt: skip
    for edge, (x1, y1), (x2, y2) in steps:
        for y, x in np.argwhere(edge).tolist():
            ways.setdefault((x + x1, y + y1), []).append((x + x2, y + y2))
    return ways


def _corners(loop: list[Corner]) -> list[Corner]:
    """A loop without the points between two ends of a straight line."""
    around = zip(loop[-1:] + loop[:-1], loop, loop[1:] + loop[:1], strict=True)
    return [b for a, b, c in around if not (a[0] == b[0] == c[0] or a[1] == b[1] == c[1])]
