"""Curves and outlines in the plane, all as float arrays of shape [N, 2]."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
Point = tuple[float, float]


def _shared(points: Points) -> Points:
    """The same array, which nobody can write to from now on."""
    points.setflags(write=False)
    return points


@cache
def circle(n: int) -> Points:
    """Corners of the regular n-gon in the unit circle, [n, 2]; do not write to it."""
    t = np.linspace(0, 2 * math.pi, n, endpoint=False) + math.pi / n
    return _shared(np.stack([np.cos(t), np.sin(t)], axis=1))


@cache
def shares(n: int) -> Points:
    """n numbers from 0 to 1 in equal steps, [n]; do not write to it."""
    return _shared(np.linspace(0, 1, n))


@cache
def _half_circle(n: int) -> Points:
    t = np.linspace(-math.pi / 2, math.pi / 2, n)
    return np.stack([np.cos(t), np.sin(t)], axis=1)


def rotation(angle: float) -> Points:
    """The matrix R for which `points @ R` are turned by `angle` radians, anticlockwise if y is up."""
    c, s = math.cos(angle), math.sin(angle)
    return np.array([[c, s], [-s, c]])


def ellipse(cx: float, cy: float, rx: float, ry: float, turn: float = 0.0, n: int = 16) -> Points:
    """An ellipse round (cx, cy) with half axes rx, ry, turned by `turn` radians: [n, 2]."""
    points = circle(n) * (rx, ry)
    if turn:
        points = points @ rotation(turn)
    points += (cx, cy)
    return points


@cache
def _capsule_basis(n: int) -> Points:
    half, zero, one = _half_circle(n), np.zeros((n, 1)), np.ones((n, 1))
    head = np.concatenate([one, zero, half, zero, zero], axis=1)
    tail = np.concatenate([zero, one, zero, zero, -half], axis=1)
    return np.concatenate([head, tail])


def capsule(a: Point, b: Point, ra: float, rb: float, n: int = 6) -> Points:
    """Two half circles round a and b and the lines between them, convex where ra is near rb: [2 n, 2]."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    length = math.hypot(dx, dy) or 1e-9
    ux, uy = dx / length, dy / length
    frame = np.array([b, a, (ux * rb, uy * rb), (-uy * rb, ux * rb), (ux * ra, uy * ra), (-uy * ra, ux * ra)])
    return _capsule_basis(n) @ frame


@cache
def _spline_basis(n: int) -> Points:
    t = np.arange(n) / n
    return np.stack(
        [
            -0.5 * t + t**2 - 0.5 * t**3,
            1 - 2.5 * t**2 + 1.5 * t**3,
            0.5 * t + 2 * t**2 - 1.5 * t**3,
            -0.5 * t**2 + 0.5 * t**3,
        ],
        axis=1,
    )


@cache
def _spline_neighbours(m: int) -> NDArray[np.intp]:
    return (np.arange(m)[:, None] + np.arange(-1, 3)[None]) % m


@lru_cache(maxsize=512)
def fixed(points: tuple[Point, ...], n: int = 4) -> Points:
    """`smooth` for an outline that is always the same, worked out once: [M n, 2]; do not write to it."""
    return _shared(smooth(points, n))


def smooth(points: Sequence[Point] | Points, n: int = 4) -> Points:
    """The closed Catmull-Rom curve through M points, n samples per piece: [M n, 2]."""
    corners = np.asarray(points, dtype=float)
    pieces = corners[_spline_neighbours(len(corners))]  # [M, 4, 2]
    return np.matmul(_spline_basis(n), pieces).reshape(-1, 2)


@cache
def _bezier_basis(n: int) -> Points:
    t = np.linspace(0, 1, n)
    return np.stack([(1 - t) ** 2, 2 * t * (1 - t), t * t], axis=1)


def bezier(a: Point, b: Point, c: Point, n: int = 8) -> Points:
    """The quadratic Bezier curve from a to c, drawn towards b: [n, 2]."""
    return _bezier_basis(n) @ np.array([a, b, c])


@cache
def _slopes(n: int) -> Points:
    """The matrix that takes n points of a line to central differences."""
    matrix = (np.eye(n, k=1) - np.eye(n, k=-1)) / 2
    matrix[0, :2], matrix[-1, -2:] = (-1, 1), (-1, 1)
    return matrix


@lru_cache(maxsize=512)
def _ramp(n: int, w0: float, w1: float) -> Points:
    return np.linspace(w0, w1, n)[:, None]


def ribbon(spine: Points, w0: float, w1: float) -> Points:
    """The outline of a line [N, 2] whose half width goes from w0 to w1, with a pointed end: [2 N + 1, 2]."""
    along = _slopes(len(spine)) @ spine
    along /= np.hypot(along[:, 0], along[:, 1])[:, None] + 1e-9
    across = np.empty_like(along)
    across[:, 0], across[:, 1] = -along[:, 1], along[:, 0]
    across *= w0 if w0 == w1 else _ramp(len(spine), w0, w1)
    return np.concatenate([spine + across, spine[-1:] + along[-1:] * w1, (spine - across)[::-1]])


def sphere_cap(centre: NDArray[np.float64], angle: float, n: int = 20) -> Points | None:
    """The part of a cap on the unit sphere that a viewer at +z sees: its outline [M, 2], or None if hidden.

    `centre` is the unit vector [3] to the middle of the cap, `angle` its radius in radians, under pi / 2.
    """
    side = np.cross(centre, (0.0, 1.0, 0.0))
    side /= np.linalg.norm(side) + 1e-9
    up = np.cross(side, centre)
    t = np.linspace(0, 2 * math.pi, n, endpoint=False)[:, None]
    rim = math.cos(angle) * centre + math.sin(angle) * (np.cos(t) * side + np.sin(t) * up)
    seen = rim[:, 2] > 0
    if seen.all():
        return rim[:, :2]
    if not seen.any():
        return None
    start = int(np.flatnonzero(seen & ~np.roll(seen, 1))[0])
    arc = np.roll(rim, -start, axis=0)[: int(seen.sum()), :2]
    a0, a1 = math.atan2(arc[-1, 1], arc[-1, 0]), math.atan2(arc[0, 1], arc[0, 0])
    middle = math.atan2(centre[1], centre[0])
    first, second = _towards(a0, middle), _towards(middle, a1)
    limb = np.linspace(0, 1, n // 2)[:, None]
    angles = np.concatenate([a0 + first * limb, a0 + first + second * limb])[:, 0]
    return np.concatenate([arc, np.stack([np.cos(angles), np.sin(angles)], axis=1)])


def _towards(a: float, b: float) -> float:
    """The turn from angle a to angle b the short way round, in -pi..pi."""
    return (b - a + math.pi) % (2 * math.pi) - math.pi
