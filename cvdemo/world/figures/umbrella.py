"""Umbrellas: folded, open, and everything between."""

from __future__ import annotations

import math

import numpy as np

from cvdemo.world.geometry import bezier
from cvdemo.world.pen import Pen, mix, scale
from cvdemo.world.vocabulary import PAINTS, Colour

RIB = 0.56
"""The length of a rib, of that from the hand to the top."""

_FOLDED, _OPEN = 0.13, 1.22  # a rib's angle from the shaft in radians
_PANELS = 5
_METAL: Colour = (120, 112, 116)
_WOOD: Colour = (128, 80, 48)


def draw_umbrella(pen: Pen, colour: str, second: str, share: float) -> None:
    """Draws an umbrella, open by a share 0..1: the hand at the pen's origin, its top 1 above."""
    angle = _FOLDED + (_OPEN - _FOLDED) * share
    half, low = RIB * math.sin(angle), 1 - RIB * math.cos(angle)
    with pen.group():
        pen.limb((0.0, -0.02), (0.0, 1.0), 0.014, 0.012, _METAL)
        pen.limbs([(0.0, 0.06), (0.0, -0.13), (0.05, -0.16), (0.09, -0.12)], [0.022] * 4, _WOOD)
    first, other = PAINTS[colour], PAINTS[second]
    sides = [math.sin(math.pi * (k / _PANELS - 0.5)) for k in range(_PANELS + 1)]
    with pen.group():
        for k in (0, _PANELS - 1, 1, _PANELS - 2, 2):
            shade = 1 - 0.16 * abs(k - 2) / 2
            pen.add(_panel(half, low, share, sides[k], sides[k + 1]), scale(first if k % 2 else other, shade))
        pen.patch(
            _panel(half, low, share, -0.55, -0.25) * (0.92, 1) + (0, 0.01),
            mix(first, (255, 255, 255), 0.5),
            alpha=0.25,
        )
    pen.limb((0.0, 0.98), (0.0, 1.07), 0.014, 0.008, _METAL)


def _panel(half: float, low: float, share: float, west: float, east: float) -> np.ndarray:
    """The cloth between two ribs that end at shares -1..1 of the half width, [N, 2]."""
    top, bulge = (0.0, 1.0), 0.10 + 0.30 * share

    def rib(side: float) -> np.ndarray:
        end = (side * half, low)
        out = (side * half * (0.62 + 0.30 * share), low + (1 - low) * (0.55 + bulge))
        return bezier(top, out, end, 9)

    a, b = rib(west), rib(east)
    sag = (half * (west + east) / 2, low + (0.13 + 0.05 * share) * (1 - low) * (0.3 + share))
    return np.concatenate([a, bezier((west * half, low), sag, (east * half, low), 7)[1:-1], b[::-1]])
