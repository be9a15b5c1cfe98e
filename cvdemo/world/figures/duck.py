"""Ducks: swimming, standing, waddling."""

from __future__ import annotations

import math

from cvdemo.world.geometry import fixed, smooth
from cvdemo.world.graph import FigureLook, Thing
from cvdemo.world.pen import Pen, mix, scale
from cvdemo.world.vocabulary import PAINTS, Colour

BILL: Colour = (244, 150, 48)


_BACK = ((-0.66, 0.56), (-0.48, 0.46), (-0.20, 0.50), (0.10, 0.52), (0.34, 0.50), (0.42, 0.34), (0.30, 0.16))
_SWIMMER = (*_BACK, (0.05, 0.155), (-0.28, 0.155), (-0.50, 0.24))
_WALKER = (*_BACK, (0.05, 0.10), (-0.28, 0.10), (-0.50, 0.24))
_NECK = ((0.12, 0.44), (0.17, 0.62), (0.30, 0.72), (0.44, 0.64), (0.43, 0.40), (0.30, 0.30))


def draw_duck(pen: Pen, thing: Thing) -> None:
    """Draws a duck that looks to the right in the pen's frame, about 1 high; a swimming one shows no feet."""
    look = thing.look
    assert isinstance(look, FigureLook)
    coat = PAINTS[thing.colour]
    drake = thing.colour == "brown"
    body_coat: Colour = (176, 132, 96) if drake else coat
    head_coat: Colour = (44, 128, 90) if drake else coat
    swims = thing.action == "swimming"
    y = -0.16 if swims else 0.06
    if not swims:
        for x, tone, beat in ((-0.10, 0.8, 0.0), (0.06, 1.0, math.pi)):
            _foot(pen, x, 0.10 * look.swing * math.sin(look.phase + beat), scale(BILL, tone))
    _trunk(pen, y, body_coat, look, swims)
    if drake:
        pen.limb((0.20, 0.56 + y), (0.40, 0.57 + y), 0.030, 0.030, (252, 248, 240), depth=0.06)
    _head(pen, 0.31, 0.72 + y, head_coat)


def _foot(pen: Pen, x: float, step: float, colour: Colour) -> None:
    lift = max(0.0, step) * 0.6
    with pen.group():
        pen.limb((x, 0.20), (x + step, 0.05 + lift), 0.026, 0.022, colour, depth=0.08)
        web = [
            (x + step - 0.05, 0.05 + lift),
            (x + step + 0.06, 0.055 + lift),
            (x + step + 0.14, 0.01 + lift),
            (x + step, -0.005 + lift),
        ]
        pen.shade(smooth(web, 3), colour, 0.03)


def _trunk(pen: Pen, y: float, coat: Colour, look: FigureLook, swims: bool) -> None:
    with pen.group():
        pen.shade(fixed(_NECK, 4), coat, 0.13, at=(0.0, y))
        pen.shade(fixed(_SWIMMER if swims else _WALKER, 5), coat, 0.19, at=(0.0, y), focus=(-0.05, 0.38 + y))
    flap = 0.05 * math.sin(look.phase)
    wing = [
        (-0.50, 0.44 + flap),
        (-0.30, 0.47),
        (0.02, 0.45),
        (0.14, 0.36),
        (0.04, 0.24),
        (-0.18, 0.22),
        (-0.36, 0.30),
    ]
    pen.shade(smooth([(a, b + y) for a, b in wing], 5), mix(scale(coat, 0.90), (120, 84, 60), 0.06), 0.11)
    for k in range(2):
        x = -0.16 + 0.12 * k
        pen.stroke((x - 0.12, 0.35 + y), (x - 0.02, 0.27 + y), (x + 0.06, 0.33 + y), 0.018, scale(coat, 0.70))


def _head(pen: Pen, x: float, y: float, coat: Colour) -> None:
    with pen.group():
        upper = ((0.11, 0.075), (0.22, 0.045), (0.36, -0.005), (0.35, -0.045), (0.2, -0.055), (0.11, -0.07))
        lower = ((0.1, -0.035), (0.28, -0.045), (0.26, -0.085), (0.12, -0.095))
        pen.shade(fixed(lower, 4), scale(BILL, 0.80), 0.03, at=(x, y))
        pen.shade(fixed(upper, 4), BILL, 0.05, at=(x, y))
        pen.blob(x, y, 0.185, 0.175, coat)
    pen.stroke((x + 0.14, y - 0.045), (x + 0.22, y - 0.060), (x + 0.30, y - 0.040), 0.012, scale(BILL, 0.55))
    pen.dot(x + 0.065, y + 0.035, 0.036, 0.046, (44, 34, 38))
    pen.dot(x + 0.054, y + 0.052, 0.014, 0.016, (255, 255, 255), glows=True)
    if sum(coat) > 420:
        pen.dot(x + 0.06, y - 0.055, 0.05, 0.032, mix(coat, (246, 140, 90), 0.5))
