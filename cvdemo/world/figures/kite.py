"""Kites: four-panelled diamonds and wide deltas, with a tail of bows."""

from __future__ import annotations

import math

import numpy as np

from cvdemo.world.geometry import bezier, fixed, ribbon
from cvdemo.world.graph import FigureLook, Thing
from cvdemo.world.pen import Pen, mix, scale
from cvdemo.world.vocabulary import PAINTS, Colour


def draw_kite(pen: Pen, thing: Thing) -> None:
    """Draws a kite round the pen's origin, its sail about 1 high, its tail below."""
    look = thing.look
    assert isinstance(look, FigureLook)
    colour, second = PAINTS[thing.colour], PAINTS[look.second]
    low = -0.58 if look.variant == "diamond" else -0.22
    _tail(pen, low, look, colour, second)
    with pen.group():
        (_diamond if look.variant == "diamond" else _delta)(pen, colour, second)
    if look.pattern == "face":
        for side in (-1, 1):
            pen.dot(side * 0.10, 0.16, 0.034, 0.046, (50, 38, 42))
            pen.dot(side * 0.10 - 0.01, 0.178, 0.012, 0.014, (255, 255, 255))
        pen.stroke((-0.08, 0.06), (0.0, -0.02), (0.08, 0.06), 0.026, (50, 38, 42))


def _tail(pen: Pen, low: float, look: FigureLook, colour: Colour, second: Colour) -> None:
    sway = 0.22 * math.sin(look.phase)
    n = 10 if pen.pixels < 60 else 18
    a = bezier((0.0, low), (0.20 + sway, low - 0.26), (0.02, low - 0.48), n)
    b = bezier((0.02, low - 0.48), (-0.18 - sway, low - 0.70), (0.08 + sway, low - 0.86), n)
    spine = np.concatenate([a, b[1:]])
    with pen.group():
        pen.add(ribbon(spine, 0.018, 0.016), scale(colour, 0.72))
        for k, share in enumerate((0.30, 0.58, 0.86)):
            x, y = spine[int(share * (len(spine) - 1))]
            tone = (second, colour)[k % 2]
            for side in (-1, 1):
                wing = [(x, y), (x + side * 0.105, y + 0.065), (x + side * 0.105, y - 0.055)]
                pen.add(np.array(wing), tone)


def _diamond(pen: Pen, colour: Colour, second: Colour) -> None:
    top, right, bottom, left, middle = (0.0, 0.52), (0.40, 0.14), (0.0, -0.58), (-0.40, 0.14), (0.0, 0.14)
    pen.shade(np.array([top, right, bottom, left]), colour, 0.3, depth=0.10)
    pen.patch(np.array([top, right, middle]), second)
    pen.patch(np.array([left, middle, bottom]), mix(second, (90, 60, 90), 0.12))
    pen.patch(np.array([(-0.40, 0.128), (0.40, 0.128), (0.40, 0.152), (-0.40, 0.152)]), scale(colour, 0.55))
    pen.patch(np.array([(-0.012, 0.52), (0.012, 0.52), (0.012, -0.58), (-0.012, -0.58)]), scale(colour, 0.55))


def _delta(pen: Pen, colour: Colour, second: Colour) -> None:
    pen.shade(
        np.array([(0.0, 0.46), (0.66, -0.20), (0.24, -0.12), (0.0, -0.26), (-0.24, -0.12), (-0.66, -0.20)]),
        colour,
        0.26,
        depth=0.10,
    )
    for side in (-1, 1):
        pen.patch(
            np.array([(0.0, 0.46), (side * 0.35, 0.11), (side * 0.24, -0.12), (side * 0.12, -0.19)]), second
        )
    pen.patch(fixed(((0.0, 0.46), (0.05, 0.05), (0.0, -0.26), (-0.05, 0.05)), 4), scale(colour, 0.8))
