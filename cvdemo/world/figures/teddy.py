"""Teddy bears: sitting, with a bow or a scarf."""

from __future__ import annotations

import math

from cvdemo.world.geometry import fixed, smooth
from cvdemo.world.graph import FigureLook, Thing
from cvdemo.world.pen import Pen, mix, scale
from cvdemo.world.vocabulary import PAINTS, Colour


def draw_teddy(pen: Pen, thing: Thing) -> None:
    """Draws a teddy bear that sits and looks at the viewer, 1 high to the ears."""
    look = thing.look
    assert isinstance(look, FigureLook)
    fur = PAINTS[thing.colour]
    pale = mix(fur, (255, 240, 214), 0.55) if sum(fur) < 690 else (240, 222, 200)
    reach = 0.08 * math.sin(look.phase)
    with pen.group():
        for side in (-1, 1):
            pen.limb(
                (side * 0.17, 0.46),
                (side * (0.35 + reach * side), 0.30 + reach),
                0.095,
                0.085,
                fur,
                depth=0.12,
            )
        pen.shade(
            fixed(
                (
                    (0.0, 0.58),
                    (0.20, 0.50),
                    (0.27, 0.26),
                    (0.20, 0.06),
                    (0.0, 0.02),
                    (-0.20, 0.06),
                    (-0.27, 0.26),
                    (-0.20, 0.50),
                ),
                5,
            ),
            fur,
            0.24,
        )
        pen.dot(0.0, 0.27, 0.15, 0.17, pale)
    for side in (-1, 1):
        with pen.group():
            pen.limb((side * 0.16, 0.12), (side * 0.30, 0.11), 0.105, 0.115, fur, depth=0.12)
            pen.dot(side * 0.32, 0.11, 0.068, 0.076, pale)
    _head(pen, fur, pale)
    _bow(pen, PAINTS[look.second])


def _head(pen: Pen, fur: Colour, pale: Colour) -> None:
    dark: Colour = (50, 36, 36)
    y = 0.70
    with pen.group():
        for side in (-1, 1):
            pen.blob(side * 0.215, y + 0.195, 0.105, 0.105, fur, depth=0.12)
            pen.dot(side * 0.212, y + 0.188, 0.060, 0.060, pale)
        pen.blob(0.0, y, 0.275, 0.235, fur)
    pen.blob(0.0, y - 0.075, 0.125, 0.095, pale, depth=0.06, line=False, owned=False)
    pen.dot(0.0, y - 0.030, 0.046, 0.033, dark)
    pen.stroke((0.0, y - 0.05), (0.0, y - 0.09), (0.0, y - 0.095), 0.014, dark)
    pen.stroke((-0.055, y - 0.105), (0.0, y - 0.145), (0.055, y - 0.105), 0.016, dark)
    for side in (-1, 1):
        pen.dot(side * 0.115, y + 0.035, 0.034, 0.040, dark)
        pen.dot(side * 0.115 - 0.010, y + 0.050, 0.012, 0.013, (255, 255, 255), glows=True)
        pen.dot(side * 0.185, y - 0.055, 0.045, 0.030, mix(fur, (244, 110, 100), 0.35))
    if pen.pixels > 160:
        pen.stroke((0.0, y + 0.225), (0.012, y + 0.15), (0.0, y + 0.09), 0.007, scale(fur, 0.7))


def _bow(pen: Pen, colour: Colour) -> None:
    with pen.group():
        for side in (-1, 1):
            pen.shade(
                smooth([(0.0, 0.475), (side * 0.12, 0.535), (side * 0.15, 0.47), (side * 0.11, 0.405)], 4),
                colour,
                0.05,
            )
        pen.blob(0.0, 0.47, 0.034, 0.036, scale(colour, 0.85), depth=0.08)
