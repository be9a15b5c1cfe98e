"""Sampling of the land: hills, road, water, growth and trees."""

from __future__ import annotations

import math
from functools import cached_property

import cv2
import numpy as np

from cvdemo.world.difficulty import Difficulty
from cvdemo.world.geometry import smooth
from cvdemo.world.graph import Hill, Land, Mark, Place, Road, Tree, Water
from cvdemo.world.rng import RandomStream
from cvdemo.world.vocabulary import Colour

GRASS: tuple[Colour, ...] = (
    (142, 194, 102),
    (124, 184, 100),
    (158, 198, 96),
    (134, 188, 118),
    (190, 188, 98),
)
SNOW: Colour = (246, 249, 253)


class Ground:
    """Queries on a land: what is at a point, and the distance to borders."""

    def __init__(self, land: Land) -> None:
        self.land = land

    @cached_property
    def _bounds(self) -> dict[str, tuple[float, float]]:
        """The ranges of y of road and water."""
        found = {}
        for kind, outline in (("road", self._road), ("water", self._water)):
            if outline is not None:
                found[kind] = (float(outline[:, 1].min()) - 0.15, float(outline[:, 1].max()) + 0.15)
        return found

    @cached_property
    def _road(self) -> np.ndarray | None:
        road = self.land.road
        return None if road is None else np.array([*road.left, *reversed(road.right)], dtype=np.float32)

    @cached_property
    def _water(self) -> np.ndarray | None:
        water = self.land.water
        return None if water is None else np.array(water.outline, dtype=np.float32)

    def inside(self, kind: str, x: float, y: float) -> float:
        """Signed distance to the border of road or water, picture heights; negative outside, -9 far away."""
        low, high = self._bounds.get(kind, (9.0, 9.0))
        if not low < y < high:
            return -9.0
        outline = self._road if kind == "road" else self._water
        return -9.0 if outline is None else float(cv2.pointPolygonTest(outline, (x, y), True))

    def place(self, x: float, y: float, margin: float) -> Place | None:
        """The kind of ground at (x, y), or None if a border is nearer than `margin`."""
        for kind in ("road", "water"):
            depth = self.inside(kind, x, y)
            if abs(depth) < margin:
                return None
            if depth > 0:
                return "road" if kind == "road" else "water"
        return self.land.cover


def sample_land(rng: RandomStream) -> Land:
    """A land with its horizon, hills, and perhaps a road, a lake or the sea."""
    horizon = rng.uniform(0.36, 0.50)
    snow = rng.chance(0.32)
    hills = tuple(_hill(rng, horizon, k) for k in range(rng.integer(0, 3)))
    layout = rng.weighted_choice(
        [("plain", 0.20), ("across", 0.21), ("away", 0.20), ("lake", 0.20), ("sea", 0.13), ("coast", 0.06)]
    )
    road = (
        _road(rng, horizon, "away" if layout == "away" else "across")
        if layout in ("across", "away", "coast")
        else None
    )
    water = (
        _water(rng, horizon, "lake" if layout == "lake" else "sea")
        if layout in ("lake", "sea", "coast")
        else None
    )
    colour = SNOW if snow else rng.choice(GRASS)
    land = Land(horizon, "snow" if snow else "grass", colour, hills, road, water, ())
    return Land(horizon, land.cover, colour, hills, road, water, _marks(rng, Ground(land)))


def _hill(rng: RandomStream, horizon: float, k: int) -> Hill:
    waves = (rng.uniform(1.5, 4.5), rng.uniform(0, 6.28), rng.uniform(5, 11), rng.uniform(0, 6.28))
    return Hill(
        horizon + 0.01, rng.uniform(0.06, 0.16) * (1.15 - 0.32 * k), waves, k > 0 and rng.chance(0.35)
    )


def _road(rng: RandomStream, horizon: float, kind: str) -> Road:
    depth = 1 - horizon
    left, right = [], []
    if kind == "across":
        top = horizon + depth * rng.uniform(0.22, 0.42)
        height, slope, bend = (
            depth * rng.uniform(0.26, 0.34),
            rng.uniform(-0.04, 0.04),
            rng.uniform(-0.02, 0.02),
        )
        for k in range(21):
            x = -1.7 + 3.4 * k / 20
            y = top + slope * x + bend * math.cos(2 * x)
            left.append((x, y))
            right.append((x, y + height))
        return Road("across", tuple(left), tuple(right), rng.chance(0.85))
    near, far = rng.uniform(-0.42, 0.42), rng.uniform(-0.32, 0.32)
    wide, bend = rng.uniform(0.40, 0.54), rng.uniform(-0.22, 0.22)
    for k in range(29):
        t = k / 28
        y = horizon + 0.006 + (1.08 - horizon) * t * t
        s = (y - horizon) / (1.08 - horizon)
        x = far + (near - far) * s + bend * math.sin(math.pi * min(1.0, s * 1.1)) * (1 - s)
        half = 0.006 + wide * s
        left.append((x - half, y))
        right.append((x + half, y))
    return Road("away", tuple(left), tuple(right), rng.chance(0.85))


def _water(rng: RandomStream, horizon: float, kind: str) -> Water:
    depth = 1 - horizon
    if kind == "lake":
        cx, cy = rng.uniform(-0.34, 0.34), horizon + depth * rng.uniform(0.34, 0.58)
        rx, ry = rng.uniform(0.34, 0.56), depth * rng.uniform(0.17, 0.25)
        corners = []
        for k in range(11):
            a, r = 2 * math.pi * k / 11, rng.uniform(0.88, 1.10)
            corners.append((cx + rx * r * math.cos(a), cy + ry * r * math.sin(a)))
        outline = smooth(corners, 4)
        marks = _lake_marks(rng, outline, cx, cy, rx, ry)
    else:
        low = horizon + depth * rng.uniform(0.24, 0.38)
        x = np.linspace(-1.7, 1.7, 41)
        a, b = rng.uniform(2.0, 5.0), rng.uniform(0, 6.28)
        shore = low + 0.016 * np.sin(a * x + b) + 0.006 * np.sin(9 * x + 2 * b)
        outline = np.concatenate(
            [np.stack([x, shore], axis=1), [(1.7, horizon + 0.002), (-1.7, horizon + 0.002)]]
        )
        marks = tuple(
            Mark(
                "ripple",
                rng.uniform(-0.8, 0.8),
                horizon + (low - horizon) * (0.15 + 0.62 * (k + rng.random()) / 14),
                0.012 + 0.0022 * k,
                rng.random(),
            )
            for k in range(14)
        )
    return Water("lake" if kind == "lake" else "sea", tuple((float(x), float(y)) for x, y in outline), marks)


def _lake_marks(
    rng: RandomStream, outline: np.ndarray, cx: float, cy: float, rx: float, ry: float
) -> tuple[Mark, ...]:
    marks = []
    for _ in range(9):
        a, r = rng.uniform(0, 6.28), 0.72 * math.sqrt(rng.random())
        marks.append(
            Mark(
                "ripple",
                cx + rx * r * math.cos(a),
                cy + ry * r * math.sin(a),
                rng.uniform(0.018, 0.036),
                rng.random(),
            )
        )
    for _ in range(rng.integer(0, 5)):
        a, r = rng.uniform(0, 6.28), rng.uniform(0.55, 0.72)
        marks.append(
            Mark(
                "lily",
                cx + rx * r * math.cos(a),
                cy + ry * r * math.sin(a),
                rng.uniform(0.013, 0.022),
                rng.random(),
            )
        )
    back = outline[outline[:, 1] < cy - 0.3 * ry]
    for _ in range(rng.integer(2, 6)):
        x, y = back[int(rng.random() * len(back))]
        marks.append(Mark("reed", float(x), float(y) + 0.012, rng.uniform(0.014, 0.022), rng.random()))
    return tuple(sorted(marks, key=lambda m: m.y))


def _marks(rng: RandomStream, ground: Ground) -> tuple[Mark, ...]:
    """Small plants and stones, denser and larger in the foreground, none on road or water."""
    land = ground.land
    snow = land.cover == "snow"
    kinds = (
        [("drift", 0.6), ("pebble", 0.10), ("tuft", 0.08)]
        if snow
        else [("tuft", 0.62), ("flower", 0.26), ("pebble", 0.06), ("leaf", 0.04), ("mushroom", 0.02)]
    )
    favourite = rng.random()
    marks = []
    for _ in range(rng.integer(14, 26) if snow else rng.integer(28, 48)):
        near = rng.random() ** 0.8
        x, y, kind = (
            rng.uniform(-0.85, 0.85),
            land.horizon + 0.03 + (0.99 - land.horizon) * near,
            rng.weighted_choice(kinds),
        )
        variant = favourite if kind == "flower" and rng.chance(0.6) else rng.random()
        if ground.inside("road", x, y) < -0.02 and ground.inside("water", x, y) < -0.03:
            size = (0.35 + 0.9 * near) * {
                "tuft": 0.0105,
                "flower": 0.0115,
                "pebble": 0.012,
                "leaf": 0.012,
                "mushroom": 0.013,
                "drift": 0.032,
            }[kind]
            marks.append(Mark(kind, x, y, size * rng.uniform(0.8, 1.25), variant))
    return tuple(sorted(marks, key=lambda m: m.y))


def person_height(land: Land, difficulty: Difficulty, y: float) -> float:
    """The height of an adult whose feet are at y, in picture heights: the perspective of the scene."""
    near = (y - land.horizon - 0.03) / (0.97 - land.horizon)
    return difficulty.smallest + (difficulty.largest - difficulty.smallest) * max(0.0, near)


def sample_trees(rng: RandomStream, ground: Ground) -> tuple[Tree, ...]:
    """Trees and bushes, most of them far; never on a road or in water."""
    land = ground.land
    snow = land.cover == "snow"
    kinds = (
        [("pine", 0.6), ("round", 0.15), ("birch", 0.1), ("bush", 0.15)]
        if snow
        else [("round", 0.38), ("pine", 0.2), ("poplar", 0.12), ("birch", 0.14), ("bush", 0.16)]
    )
    main, autumn = rng.weighted_choice(kinds), rng.chance(0.22)
    trees = []
    for _ in range(rng.integer(1, 8)):
        near = rng.random() ** 2.4 * 0.75
        y = land.horizon + 0.022 + (1 - land.horizon) * near
        x = rng.uniform(-0.80, 0.80)
        if near > 0.22:
            x = rng.uniform(0.42, 0.72) * (1 if rng.chance(0.5) else -1)
        kind = main if rng.chance(0.55) else rng.weighted_choice(kinds)
        size = (0.20 + 0.62 * near) * rng.uniform(0.85, 1.25) * (0.42 if kind == "bush" else 1.0)
        hue = rng.uniform(0.56, 1.0) if autumn and rng.chance(0.8) else rng.uniform(0.0, 0.55)
        if ground.inside("road", x, y) < -0.05 and ground.inside("water", x, y) < -0.03:
            trees.append(Tree(kind, x, y, size, hue, rng.uniform(-0.05, 0.05), snow and rng.chance(0.85)))  # type: ignore[arg-type]
    return tuple(sorted(trees, key=lambda t: t.y))
