"""Balls: beach ball, football, striped ball, star ball."""

from __future__ import annotations

import math

import numpy as np

from cvdemo.world.geometry import circle
from cvdemo.world.graph import FigureLook, Thing
from cvdemo.world.pen import Pen
from cvdemo.world.vocabulary import PAINTS


def draw_ball(pen: Pen, thing: Thing) -> None:
    """Draws a ball of diameter 1 that rests on the pen's origin, turned by its phase."""
    look = thing.look
    assert isinstance(look, FigureLook)
    colour, second = PAINTS[thing.colour], PAINTS[look.second]
    # The pattern turns with the ball, light and shade do not.
    with pen.group():
        pen.oval(0.0, 0.5, 0.5, 0.5, colour)
        {"beach": _beach, "spots": _spots, "stripe": _stripe}[look.variant](pen, look.phase, second)
        _light(pen)


def _beach(pen: Pen, phase: float, second: tuple[float, float, float]) -> None:
    n = max(6, pen.corners(0.5) // 5)
    hub = np.array([0.16 * math.cos(phase * 1.3), 0.5 + 0.16 * math.sin(phase * 1.3)])
    for k in range(3):
        t = phase + k * 2 * math.pi / 3 + np.linspace(0, math.pi / 3, n)
        rim = np.stack([0.5 * np.cos(t), 0.5 + 0.5 * np.sin(t)], axis=1)
        pen.patch(np.concatenate([hub[None], rim]), second)
    pen.dot(float(hub[0]), float(hub[1]), 0.07, 0.07, (252, 248, 236))


def _spots(pen: Pen, phase: float, second: tuple[float, float, float]) -> None:
    pen.patch(circle(5) * 0.15 + (0, 0.5), second)
    for k in range(5):
        t = phase + k * 2 * math.pi / 5
        x, y = 0.37 * math.cos(t), 0.5 + 0.37 * math.sin(t)
        pen.dot(x, y, 0.085, 0.13, second, turn=t)


def _stripe(pen: Pen, phase: float, second: tuple[float, float, float]) -> None:
    n = max(6, pen.corners(0.5) // 4)
    t = np.linspace(-0.42, 0.42, n)
    right = np.stack([0.5 * np.cos(t), 0.5 * np.sin(t)], axis=1)
    bend = np.stack([np.zeros(n), np.linspace(0, 1, n) * (1 - np.linspace(0, 1, n)) * -0.30], axis=1)
    low, high = right[:1], right[-1:]
    left_low, left_high = low * (-1, 1), high * (-1, 1)
    share = np.linspace(0, 1, n)[:, None]
    top = high + (left_high - high) * share + bend
    bottom = left_low + (low - left_low) * share + bend
    band = np.concatenate([right, top[1:], (right * (-1, 1))[::-1], bottom[1:]])
    c, s = math.cos(phase), math.sin(phase)
    pen.patch(band @ np.array([[c, s], [-s, c]]) + (0, 0.5), second)


def _light(pen: Pen) -> None:
    """A crescent of shade on the far side of the light, and a highlight."""
    lx, ly = pen.light
    a = math.atan2(-ly, -lx)
    t = np.linspace(a - 1.5, a + 1.5, pen.corners(0.5))
    rim = np.stack([np.cos(t), np.sin(t)], axis=1) * 0.5
    away = np.array([math.cos(a), math.sin(a)]) * np.cos(t - a)[:, None]
    for inset in (0.34,) if pen.pixels < 40 else (0.44, 0.34, 0.25, 0.17, 0.10):
        share = 0.26 if pen.pixels < 40 else 0.10
        crescent = np.concatenate([rim, (rim - away * inset)[::-1]])
        pen.patch(crescent, (70, 40, 80), fit=(1.0, 1.0, 0.0, 0.0, 0.5), alpha=share)
    x, y = lx * 0.24, 0.5 + ly * 0.24
    pen.dot(x, y, 0.115, 0.080, (255, 252, 240), turn=math.atan2(ly, lx) + math.pi / 2)
