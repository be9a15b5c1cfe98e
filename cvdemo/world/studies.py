"""Small drawn clips that show what the motion of pixels can and cannot say, with their exact motion.

A study has a still background and one object: `study_picture` paints it at a time, `study_motion` says where
every surface goes. Times are whole frames from 0; any size can be drawn.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from cvdemo.errors import DataError
from cvdemo.world.film.motion import Motion
from cvdemo.world.raster import Picture

FRAMES = 8
FINE = 2  # samples across and down of each pixel
GRAIN = 96  # cells of the finer noise in a picture's height

Points = NDArray[np.float64]  # [..., 2]: x to the right and y down, in heights of the picture from its middle
Affine = NDArray[np.float64]  # [2, 3]: from an object's own points to those of the picture


class Study(NamedTuple):
    """A still background and one object before it.

    `place(time)` maps the object's own points into the picture, `covers` says which of them it covers, and
    `paint` gives their colours [..., 3] in 0..1. A shade is no surface: it darkens the background by the
    colours that `paint` gives, and its motion is none. `ground` is the background's colour, `roughness` how
    much it varies.
    """

    place: Callable[[float], Affine]
    covers: Callable[[Points], NDArray[np.bool_]]
    paint: Callable[[Points], NDArray[np.float64]]
    shade: bool = False
    ground: tuple[float, float, float] = (0.42, 0.55, 0.34)
    roughness: float = 0.10


@cache
def _grain() -> NDArray[np.float32]:
    """Noise of two scales around 0, [192, 192], that continues at its opposite side."""
    rng = np.random.default_rng(7)
    found = np.zeros((2 * GRAIN, 2 * GRAIN))
    for cells, blur in ((GRAIN, 1.2), (GRAIN // 4, 4.0)):
        rough = np.tile(np.kron(rng.normal(size=(cells, cells)), np.ones((2 * GRAIN // cells,) * 2)), (3, 3))
        smooth = cv2.GaussianBlur(rough, (0, 0), blur)[2 * GRAIN : 4 * GRAIN, 2 * GRAIN : 4 * GRAIN]
        found += smooth / smooth.std()
    return found.astype(np.float32)


def textured(points: Points, colour: tuple[float, float, float], strength: float) -> NDArray[np.float64]:
    """The colours of a rough surface at its points, [..., 3]."""
    grain = _grain()
    x, y = (np.mod(points[..., k] * len(grain), len(grain)).astype(np.float32) for k in (0, 1))
    found = cv2.remap(grain, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP)
    return np.clip(np.array(colour) * (1 + strength * found[..., None]), 0, 1)


def _moved(x: float, y: float, angle: float = 0.0) -> Affine:
    c, s = math.cos(angle), math.sin(angle)
    return np.array([[c, -s, x], [s, c, y]])


def _ball(points: Points) -> NDArray[np.float64]:
    """A beach ball's six sectors, with some grain."""
    sector = np.floor((np.arctan2(points[..., 1], points[..., 0]) / np.pi + 1) * 3).astype(int) % 6
    paints = np.array([(0.86, 0.22, 0.15), (0.95, 0.9, 0.8), (0.15, 0.35, 0.75)] * 2)
    rough = textured(points * 2.5, (1.0, 1.0, 1.0), 0.10)
    return np.clip(paints[sector] * rough, 0, 1)


def _spokes(points: Points) -> NDArray[np.float64]:
    """Eight equal spokes and a rim: the wheel looks the same after an eighth of a turn."""
    radius, angle = np.hypot(points[..., 0], points[..., 1]), np.arctan2(points[..., 1], points[..., 0])
    spoke = np.abs(np.sin(4 * angle)) * radius < 0.045
    rim = (radius > 0.30) | (radius < 0.06)
    wood, air = np.array((0.50, 0.27, 0.10)), np.array((0.93, 0.90, 0.80))
    return np.where((spoke | rim)[..., None], wood, air)


STUDIES: dict[str, Study] = {
    "fast ball": Study(
        lambda t: _moved(-0.30 + 0.09 * t, 0.06 - 0.015 * t),
        lambda p: np.hypot(p[..., 0], p[..., 1]) < 0.2,
        _ball,
    ),
    "plain wall": Study(
        lambda t: _moved(-0.12 + 0.02 * t, 0.02 + 0.012 * t),
        lambda p: (np.abs(p[..., 0]) < 0.40) & (np.abs(p[..., 1]) < 0.30),
        lambda p: np.broadcast_to(np.array((0.80, 0.62, 0.42)), (*p.shape[:-1], 3)),
    ),
    "shadow": Study(
        lambda t: _moved(-0.25 + 0.035 * t, 0.08),
        lambda p: np.hypot(p[..., 0] / 0.34, p[..., 1] / 0.2) < 1,
        lambda p: np.clip(
            0.45 + 0.55 * np.hypot(p[..., 0] / 0.34, p[..., 1] / 0.2)[..., None] ** 4, 0, 1
        ) * np.ones(3),
        shade=True, ground=(0.56, 0.54, 0.52), roughness=0.02,
    ),
    "spinning wheel": Study(
        lambda t: _moved(0.0, 0.0, math.radians(36) * t),
        lambda p: np.hypot(p[..., 0], p[..., 1]) < 0.36,
        _spokes,
    ),
}  # fmt: skip
"""Too fast for one level; nothing to hold on to; a change of light; a turn that looks like another one."""


def study(name: str) -> Study:
    """The study of a name; DataError for another one."""
    if name not in STUDIES:
        raise DataError(f"there is no study '{name[:60]}': choose {', '.join(STUDIES)}")
    return STUDIES[name]


def study_picture(name: str, time: float, width: int = 320, height: int = 240) -> Picture:
    """The picture of a study at a time, uint8 RGB [height, width, 3]."""
    one = study(name)
    points = _points(width * FINE, height * FINE)
    own = _own(one, points, time)
    ground = textured(points, one.ground, one.roughness)
    painted = one.paint(own) * (ground if one.shade else 1)
    colours = np.where(one.covers(own)[..., None], painted, ground)
    small = cv2.resize(colours.astype(np.float32), (width, height), interpolation=cv2.INTER_AREA)
    return np.asarray((255 * small).round(), np.uint8)


def study_motion(name: str, time: float, to: float, width: int = 320, height: int = 240) -> Motion:
    """Where every surface goes between two times, and what is hidden then or outside."""
    one = study(name)
    points = _points(width, height)
    own = _own(one, points, time)
    on_object = one.covers(own) & (not one.shade)
    there = np.where(on_object[..., None], _placed(one.place(to), own), points)
    flow = ((there - points) * height).astype(np.float32)
    covered = one.covers(_own(one, there, to)) & ~on_object & (not one.shade)
    outside = (np.abs(there) > (width / height / 2, 0.5)).any(axis=-1)
    return Motion(flow, covered | outside)


def _points(width: int, height: int) -> Points:
    x, y = (np.arange(n) + 0.5 - n / 2 for n in (width, height))
    return np.stack(np.meshgrid(x, y), axis=-1) / height


def _placed(place: Affine, points: Points) -> Points:
    return points @ place[:, :2].T + place[:, 2]


def _own(one: Study, points: Points, time: float) -> Points:
    """The object's own points at points of the picture."""
    place = one.place(time)
    return (points - place[:, 2]) @ np.linalg.inv(place[:, :2]).T
