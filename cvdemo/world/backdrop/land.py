"""The land: hills behind, ground in front, and the small growth on it."""

from __future__ import annotations

import math

import cv2
import numpy as np

from cvdemo.world.geometry import shares
from cvdemo.world.graph import Hill, Mark, Scene
from cvdemo.world.pen import Pen, mix, scale
from cvdemo.world.raster import WHOLE, Frame, Picture, View
from cvdemo.world.vocabulary import Colour

REACH = 1.6
"""Half the width of the land in picture heights."""


def haze_colour(scene: Scene) -> Colour:
    """The colour of the haze: the light sky at the horizon."""
    return mix(scene.light.bottom, (255, 255, 255), 0.12)


_ALONG = np.linspace(-REACH, REACH, 61)
_LEANS = 5
_TUFTS = [
    np.array([(-0.9, 0), (-1.3 + d, 1.25), (-0.35, 0.25), (d, 1.9), (0.35, 0.25), (1.3 + d, 1.3), (0.9, 0)])
    for d in (-0.3, -0.15, 0.0, 0.15, 0.3)
]
_STEM = np.array([(-0.12, 0.0), (0.12, 0.0), (0.0, 1.4)])
_DOME = np.stack([np.linspace(-1, 1, 13), np.cos(np.linspace(-1.5, 1.5, 13))], axis=1)


def crest(hill: Hill, x: np.ndarray) -> np.ndarray:
    """Height of a hill's crest at x, as picture y."""
    a, b, c, d = hill.waves
    return hill.y - hill.height * (0.55 + 0.30 * np.sin(a * x + b) + 0.15 * np.sin(c * x + d))


def draw_hill(scene: Scene, number: int, pixels: float) -> Pen:
    """Draws hill `number`, 0 the farthest, with a lit edge along its crest."""
    hill = scene.land.hills[number]
    pen = Pen(0, 0, 1, pixels=pixels, line=0.0016)
    x = _ALONG
    top = np.stack([x, -crest(hill, x)], axis=1)
    if hill.wooded:
        bumps = np.abs(np.sin(x * 46 + hill.waves[1])) * 0.012
        top[:, 1] += bumps
    base: Colour = (84, 128, 92) if hill.wooded else scene.land.colour
    if scene.land.cover == "snow":
        base = (112, 142, 134) if hill.wooded else (226, 232, 242)
    low = np.array([(REACH, -scene.land.horizon - 0.05), (-REACH, -scene.land.horizon - 0.05)])
    pen.add(np.concatenate([top, low]), scale(base, 0.94))
    inner = np.concatenate([top - (0, 0.012), low])
    pen.patch(inner, scale(base, 0.90))
    return pen


def ground_line(x: np.ndarray, horizon: float) -> np.ndarray:
    """The far edge of the ground at x, as picture y: nearly the horizon."""
    return horizon + 0.006 * np.sin(3.1 * x + 0.7) + 0.003 * np.sin(8.3 * x)


def draw_ground_edge(scene: Scene, pixels: float) -> Pen:
    """Draw the strip of ground along the horizon, in the colour of the ground directly below."""
    pen = Pen(0, 0, 1, pixels=pixels, line=0.0012)
    x = _ALONG
    top = np.stack([x, -ground_line(x, scene.land.horizon)], axis=1)
    low = scene.land.horizon + 0.025
    pen.add(np.concatenate([top, [(REACH, -low), (-REACH, -low)]]), ground_colour(scene, 0.0))
    return pen


def ground_colour(scene: Scene, near: float) -> Colour:
    """The ground's colour, unlit, from the horizon (0) to the picture's foot (1)."""
    base = scene.land.colour
    if scene.land.cover == "snow":
        return mix(scale(base, 1.0), (214, 226, 244), 0.55 * near)
    return mix(mix(base, (226, 222, 120), 0.20 * (1 - near)), scale(base, 0.82), near)


def paint_ground(picture: Picture, scene: Scene, view: View = WHOLE) -> None:
    """Paints the ground's gradient into all rows of a picture [H, W, 3] below the horizon strip, in place."""
    height, width = picture.shape[:2]
    frame, top = Frame(width, height, view), scene.land.horizon + 0.018
    first = max(0, min(height, round(frame.row(top))))
    rows = 16
    high, low = (
        (y - top) / (1 - top) for y in (max(top, -frame.shift[1]), height / frame.pixels - frame.shift[1])
    )
    near = high + shares(rows) * (low - high)
    colours = np.array([ground_colour(scene, t) for t in near.tolist()]) * scene.light.tint
    fade = (scene.light.haze * (1 - near) ** 2)[:, None]
    colours = colours + (np.asarray(haze_colour(scene)) - colours) * fade
    small = np.repeat(np.clip(colours, 0, 255).astype(np.uint8)[:, None], 2, axis=1)
    if first < height:
        picture[first:] = cv2.resize(small, (width, height - first), interpolation=cv2.INTER_LINEAR)


def nearness(scene: Scene, y: float) -> float:
    """The nearness of the ground at y: 0 at the horizon, 1 at the bottom of the picture."""
    return min(1.0, max(0.0, (y - scene.land.horizon) / (1 - scene.land.horizon)))


def haze_at(scene: Scene, y: float) -> float:
    """The share of haze in the colour of an object standing at y."""
    return scene.light.haze * (1 - nearness(scene, y)) ** 2


def draw_marks(scene: Scene, pixels: float, reach: float) -> Pen:
    """Draws tufts, flowers, pebbles, leaves and drifts on the ground out to `reach` from the middle."""
    pen = Pen(0, 0, 1, pixels=pixels, line=0)
    draw = {
        "tuft": _tuft,
        "flower": _flower,
        "pebble": _pebble,
        "drift": _drift,
        "leaf": _leaf,
        "mushroom": _mushroom,
    }
    for mark in scene.land.marks:
        if abs(mark.x) > reach + 0.05 or mark.size * pixels < 2.4:
            continue
        draw[mark.kind](pen, mark, ground_colour(scene, nearness(scene, mark.y)))
    return pen


def _tuft(pen: Pen, m: Mark, ground: Colour) -> None:
    s, tone = (
        m.size,
        scale(ground, 0.80) if m.variant < 0.6 else mix(scale(ground, 1.12), (240, 232, 130), 0.18),
    )
    pen.patch(_TUFTS[int(m.variant * (_LEANS - 0.01))], tone, fit=(s, s, 0.0, m.x, -m.y))


def _flower(pen: Pen, m: Mark, ground: Colour) -> None:
    s = m.size
    petals = [(255, 252, 244), (250, 216, 96), (240, 140, 168), (186, 150, 220), (240, 110, 90)][
        int(m.variant * 4.99)
    ]
    if s * pen.pixels > 3.0:
        pen.patch(_STEM, scale(ground, 0.72), fit=(s, s, 0.0, m.x, -m.y))
        for k in range(5):
            a = k * 2 * math.pi / 5 + 0.3
            pen.dot(
                m.x + 0.46 * s * math.cos(a),
                -m.y + 1.6 * s + 0.46 * s * math.sin(a),
                0.40 * s,
                0.36 * s,
                petals,
                turn=a,
            )
        pen.dot(
            m.x,
            -m.y + 1.6 * s,
            0.28 * s,
            0.26 * s,
            (250, 196, 70) if m.variant < 0.2 or m.variant > 0.4 else (200, 130, 50),
        )
    else:
        pen.dot(m.x, -m.y + 1.5 * s, 0.75 * s, 0.70 * s, petals)


def _mushroom(pen: Pen, m: Mark, ground: Colour) -> None:
    s = m.size
    pen.patch(
        np.array(
            [
                (m.x - 0.25 * s, -m.y),
                (m.x + 0.25 * s, -m.y),
                (m.x + 0.18 * s, -m.y + 0.8 * s),
                (m.x - 0.18 * s, -m.y + 0.8 * s),
            ]
        ),
        (250, 240, 220),
    )
    t = np.linspace(0, math.pi, 10)
    cap = np.stack([m.x + 0.75 * s * np.cos(t), -m.y + 0.65 * s + 0.62 * s * np.sin(t)], axis=1)
    pen.patch(cap, (214, 78, 62))
    for dx, dy in ((-0.3, 0.85), (0.1, 1.05), (0.38, 0.80)):
        pen.dot(m.x + dx * s, -m.y + dy * s, 0.10 * s, 0.09 * s, (255, 248, 236))


def _pebble(pen: Pen, m: Mark, ground: Colour) -> None:
    tone = mix(ground, (168, 160, 156), 0.65)
    pen.dot(m.x, -m.y, m.size, m.size * 0.55, scale(tone, 0.86))
    pen.dot(m.x - 0.15 * m.size, -m.y + 0.12 * m.size, m.size * 0.68, m.size * 0.34, tone)


def _leaf(pen: Pen, m: Mark, ground: Colour) -> None:
    tone = [(226, 132, 56), (206, 92, 58), (236, 184, 80)][int(m.variant * 2.99)]
    pen.dot(m.x, -m.y, m.size * 0.8, m.size * 0.34, tone, turn=m.variant * 9)


def _drift(pen: Pen, m: Mark, ground: Colour) -> None:
    shade, lit = mix(ground, (160, 182, 220), 0.42), mix(ground, (255, 255, 255), 0.6)
    s = m.size
    pen.patch(_DOME, shade, fit=(s * 3.2, s * 0.62, 0.0, m.x, -m.y))
    pen.patch(_DOME, lit, fit=(s * 2.9, s * 0.56, 0.0, m.x - s * 0.3, -m.y + s * 0.12))
