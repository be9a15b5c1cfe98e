"""Roads and waters: flat surfaces in the ground."""

from __future__ import annotations

import math

import numpy as np

from cvdemo.world.backdrop.land import ground_colour, nearness
from cvdemo.world.geometry import Points, smooth
from cvdemo.world.graph import Mark, Scene
from cvdemo.world.pen import Pen, mix, scale
from cvdemo.world.vocabulary import Colour

ASPHALT: Colour = (132, 126, 132)
LAKE: Colour = (92, 160, 208)


def _up(points: tuple[tuple[float, float], ...] | Points) -> Points:
    return np.asarray(points, dtype=float) * (1, -1)


def draw_road(scene: Scene, pixels: float) -> Pen:
    """Draws the road with its verges and the dashes along its middle."""
    pen = Pen(0, 0, 1, pixels=pixels, line=0.0)
    road = scene.land.road
    assert road is not None
    left, right = _up(road.left), _up(road.right)
    outline = np.concatenate([left, right[::-1]])
    earth = mix(ground_colour(scene, 0.5), (214, 188, 150), 0.65)
    if scene.land.cover == "snow":
        earth = (206, 214, 228)
    pen.add(outline, earth)
    inner_left, inner_right = left + (right - left) * 0.045, right + (left - right) * 0.045
    pen.patch(np.concatenate([inner_left, inner_right[::-1]]), ASPHALT)
    low_left, low_right = left + (right - left) * 0.10, right + (left - right) * 0.10
    for share, tone in ((0.0, 1.05), (0.16, 1.09)):
        a, b = low_left + (low_right - low_left) * share, low_right + (low_left - low_right) * share
        pen.patch(np.concatenate([a, b[::-1]]), scale(ASPHALT, tone))
    if road.marked:
        _dashes(pen, left, right, road.kind)
    return pen


def _dashes(pen: Pen, left: Points, right: Points, kind: str) -> None:
    middle, across = (left + right) / 2, right - left
    count = 13 if kind == "across" else 9
    at = np.arange(2 * count) / (2 * count)
    at = (at**2.0 if kind == "away" else at) * (len(middle) - 1)
    low = at.astype(int)
    share = (at - low)[:, None]
    mid = middle[low] * (1 - share) + middle[low + 1] * share
    wide = (across[low] * (1 - share) + across[low + 1] * share) * 0.022
    near, far = mid - wide, mid + wide
    for k in range(0, 2 * count, 2):
        pen.patch(np.array([near[k], near[k + 1], far[k + 1], far[k]]), (250, 240, 208))


def water_surface(scene: Scene) -> Colour:
    """The water's colour, unlit: blue, and what it mirrors of the sky at the horizon."""
    share = {"golden": 0.42, "dusk": 0.45, "night": 0.10}.get(scene.light.time, 0.22)
    base = mix(LAKE, (150, 170, 190), 0.45) if scene.light.time == "night" else LAKE
    return mix(base, scene.light.bottom, share)


def draw_water(scene: Scene, pixels: float) -> Pen:
    """Draws the lake or the sea: a bank, a surface that is lighter afar, ripples and what grows in it."""
    pen = Pen(0, 0, 1, pixels=pixels, line=0.0)
    water = scene.land.water
    assert water is not None
    outline = _up(water.outline)
    surface = water_surface(scene)
    pen.add(outline, surface)
    if water.kind == "lake":
        _lake(pen, outline, surface, scene.light.bottom)
    else:
        _sea(pen, outline, surface)
    for mark in water.marks:
        _water_mark(pen, mark, surface)
    return pen


def _lake(pen: Pen, outline: Points, surface: Colour, sky: Colour) -> None:
    """Rings that grow lighter inwards, as the water mirrors the sky."""
    middle = outline.mean(axis=0)
    deep, bright = mix(surface, (60, 120, 180), 0.22), scale(mix(surface, sky, 0.4), 1.06)
    tall = float(outline[:, 1].max() - outline[:, 1].min())
    pen.patch(np.add((outline - middle) * (0.97, 0.93) + middle, (0, -0.003)), deep)
    for k in range(1, 4):
        inner = (outline - middle) * (0.97 - 0.17 * k, 0.92 - 0.20 * k) + middle
        pen.patch(np.subtract(inner, (0, tall * 0.02 * k)), mix(deep, bright, 0.16 * k))


def _sea(pen: Pen, outline: Points, surface: Colour) -> None:
    """Bands that grow deeper towards the shore, with foam along it."""
    low, high = -float(outline[:, 1].min()), -float(outline[:, 1].max())
    x0, x1 = float(outline[:, 0].min()), float(outline[:, 0].max())
    for k in range(1, 6):
        y = high + (low - high) * (k / 6) ** 1.4
        below = outline[outline[:, 1] < -y]
        if len(below) > 2:
            band = np.concatenate([[(x0, -y), (x1, -y)], below[np.argsort(-below[:, 0])]])
            pen.patch(band, mix(surface, (54, 118, 178), 0.11 * k))
    shore = outline[outline[:, 1] < -(high + 0.3 * (low - high))]
    shore = shore[np.argsort(shore[:, 0])]
    if len(shore) > 2:
        for near, far, share in ((0.0, 0.010, 0.95), (0.017, 0.021, 0.5)):
            foam = np.concatenate([np.add(shore, (0, near)), np.add(shore, (0, far))[::-1]])
            pen.patch(foam, mix(surface, (255, 255, 255), share))


def _water_mark(pen: Pen, m: Mark, surface: Colour) -> None:
    s = m.size
    if m.kind == "ripple":
        pen.stroke(
            (m.x - s, -m.y),
            (m.x, -m.y + s * 0.20),
            (m.x + s, -m.y),
            max(0.0022, s * 0.09),
            mix(surface, (255, 255, 255), 0.55),
        )
    elif m.kind == "lily":
        pen.dot(m.x, -m.y, s, s * 0.42, (84, 142, 88))
        pen.dot(m.x - 0.1 * s, -m.y + 0.05 * s, s * 0.8, s * 0.30, (112, 168, 102))
        if m.variant > 0.5:
            for k in range(5):
                a = math.pi * (0.1 + 0.2 * k)
                pen.dot(
                    m.x + 0.26 * s * math.cos(a),
                    -m.y + 0.14 * s + 0.2 * s * math.sin(a),
                    0.20 * s,
                    0.13 * s,
                    (250, 190, 206),
                    turn=a,
                )
    elif m.kind == "reed":
        for k in (-1, 0, 1):
            x = m.x + 0.4 * k * s
            pen.stroke(
                (x, -m.y),
                (x + 0.1 * k * s, -m.y + s),
                (x + (0.3 * k + 0.2 * m.variant) * s, -m.y + (2.6 - 0.4 * abs(k)) * s),
                0.16 * s,
                (96, 132, 78),
            )
        pen.dot(m.x + 0.18 * s * m.variant, -m.y + 2.5 * s, 0.16 * s, 0.46 * s, (128, 84, 56))


def ripples_round(pen: Pen, width: float, surface: Colour) -> None:
    """Draws the rings that a swimmer of this half width makes, round the pen's origin."""
    for k in (1.25, 0.98):
        outline = smooth([(-width * k, 0.0), (0.0, 0.085 * k), (width * k, 0.0), (0.0, -0.085 * k)], 6)
        pen.patch(outline, mix(surface, (255, 255, 255), 0.34), alpha=0.55)


def water_colour(scene: Scene, y: float) -> Colour:
    """The water's colour at picture height y, unlit."""
    return mix(water_surface(scene), (60, 120, 180), 0.25 * nearness(scene, y))
