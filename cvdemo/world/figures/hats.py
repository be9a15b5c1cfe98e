"""Hats: beanie, straw hat, cap, and the helmet that goes with the safety vest."""

from __future__ import annotations

import math

import numpy as np

from cvdemo.world.figures.skeleton import Skeleton
from cvdemo.world.geometry import Points, fixed, shares, smooth
from cvdemo.world.graph import PersonLook
from cvdemo.world.pen import Pen, scale
from cvdemo.world.vocabulary import PAINTS, Colour

STRAW: Colour = (240, 206, 130)
HELMET: Colour = (252, 206, 56)
WOOL: Colour = (250, 246, 238)

_TURN_UP = (
    (-1.02, 0.20), (-0.5, 0.12), (0.5, 0.12), (1.02, 0.20), (1.02, 0.48), (0.5, 0.42),
    (-0.5, 0.42), (-1.02, 0.48),
)  # fmt: skip
_BRIM = ((-1.62, 0.30), (-0.9, 0.46), (0.9, 0.46), (1.62, 0.30), (0.9, 0.14), (-0.9, 0.14))
_BAND = np.array([(-0.86, 0.40), (0.0, 0.34), (0.86, 0.40), (0.85, 0.60), (0.0, 0.55), (-0.85, 0.60)])


class _Crown:
    """The upper part of a head: lays outlines that are drawn for a head of radius 1 onto the tilted head."""

    def __init__(self, pen: Pen, body: Skeleton, tilt: float) -> None:
        self.pen, self.radius = pen, body.build.head_radius * 1.10
        c, s = math.cos(tilt), math.sin(tilt)
        self._turn = np.array([[c, s], [-s, c]]) * self.radius
        self._at = np.array([body.head[0], body.head[1] + 0.03 * self.radius])
        t = shares(max(15, pen.corners(self.radius) // 2)) * math.pi
        top = np.stack([np.cos(t), 0.30 + 0.80 * np.sin(t)], axis=1)
        self.dome: Points = np.concatenate(
            [top, np.stack([-np.cos(t), 0.30 - 0.10 * np.sin(t)], axis=1)[1:-1]]
        )

    def shade(self, outline: Points, colour: Colour, radius: float) -> None:
        self.pen.shade(self.laid(outline), colour, radius * self.radius)

    def laid(self, outline: Points) -> Points:
        return outline @ self._turn + self._at


def draw_hat(pen: Pen, body: Skeleton, look: PersonLook, tilt: float) -> None:
    """Draws the hat that a person wears, if any."""
    if look.hat == "none":
        return
    crown, colour = _Crown(pen, body, tilt), PAINTS[look.hat_colour]
    with pen.group():
        if look.hat == "beanie":
            _beanie(pen, crown, colour)
        elif look.hat == "straw":
            crown.shade(fixed(_BRIM, 6), STRAW, 0.3)
            crown.shade(np.add(crown.dome * (0.86, 0.95), (0, 0.06)), STRAW, 0.8)
            pen.patch(crown.laid(_BAND), colour)
        else:
            _cap(crown, colour, body.face_yaw, helmet=look.hat == "helmet")


def _beanie(pen: Pen, crown: _Crown, colour: Colour) -> None:
    crown.shade(crown.dome, colour, 0.8)
    crown.shade(fixed(_TURN_UP, 5), scale(colour, 0.86), 0.2)
    x, y = crown.laid(np.array([(0.0, 1.14)]))[0].tolist()
    pen.blob(x, y, 0.25 * crown.radius, 0.25 * crown.radius, WOOL)


def _cap(crown: _Crown, colour: Colour, yaw: float, *, helmet: bool) -> None:
    """A dome with a peak to where the face looks; a helmet is yellow and has a ridge."""
    colour = HELMET if helmet else colour
    forward, towards = math.sin(yaw), math.cos(yaw)
    crown.shade(crown.dome, colour, 0.8)
    if towards > -0.25:
        m, wide = forward * 0.80, 0.50 + 0.26 * abs(towards)
        back = [(m + wide, 0.26), (m + wide * 0.7, 0.40), (m - wide * 0.7, 0.40)]
        crown.shade(
            smooth([(m - wide, 0.26), (m, 0.14 - 0.10 * towards), *back], 5), scale(colour, 0.88), 0.2
        )
    if helmet:
        m = forward * 0.3
        ridge = [(m - 0.13, 0.62), (m + 0.13, 0.62), (m * 0.5 + 0.09, 1.10), (m * 0.5 - 0.09, 1.10)]
        crown.shade(smooth(ridge, 3), scale(colour, 1.08), 0.15)
