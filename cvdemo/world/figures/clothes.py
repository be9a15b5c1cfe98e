"""What people wear on the body: tops, skirts, dresses, and the orange safety vest."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from cvdemo.world.figures.skeleton import Skeleton
from cvdemo.world.geometry import Points, smooth
from cvdemo.world.graph import PersonLook
from cvdemo.world.pen import Pen, mix, scale
from cvdemo.world.vocabulary import PAINTS

VEST = (255, 122, 26)
REFLEX = (255, 244, 150)

# Height along the spine (0 hips, 1 shoulders), half width, half depth.
_TRUNK = np.array(
    [
        (-0.20, 0.084, 0.072), (-0.165, 0.096, 0.084), (-0.05, 0.100, 0.089), (0.30, 0.098, 0.086),
        (0.78, 0.118, 0.084), (0.98, 0.108, 0.066), (1.08, 0.066, 0.045),
    ]
)  # fmt: skip


def _across(body: Skeleton) -> tuple[float, float]:
    return abs(math.cos(body.yaw)), abs(math.sin(body.yaw))


def _rows(body: Skeleton, profile: NDArray[np.float64]) -> tuple[Points, Points, Points]:
    """The trunk's middle, left and right edge on the screen at each row of the profile: three [N, 2]."""
    c, s = _across(body)
    spine = body.chest[:2] - body.hips[:2]
    length = float(np.hypot(*spine)) or 1e-9
    across = np.array([spine[1], -spine[0]]) / length
    middle = body.hips[:2] + profile[:, :1] * spine
    width = np.hypot(profile[:, 1] * c, profile[:, 2] * s)[:, None] * across * body.build.girth
    return middle, middle - width, middle + width


def trunk_outline(body: Skeleton) -> Points:
    """The outline of the trunk on the screen, [N, 2]: what hides joints behind it."""
    middle, low, high = _rows(body, _TRUNK)
    top = middle[-1:] + (body.chest[:2] - body.hips[:2]) * 0.11
    return np.concatenate([low, top, high[::-1]])


def draw_torso(pen: Pen, body: Skeleton, look: PersonLook) -> None:
    """Draws the top, with the vest over it, and the neck."""
    colour = PAINTS[look.top_colour]
    g = body.build.girth
    neck = body.chest[:2] + (body.head[:2] - body.chest[:2]) * 0.45
    with pen.group():
        pen.limb(_p(body.chest), _p(neck), 0.042 * g, 0.040 * g, scale(look.skin, 0.90))
        pen.shade(smooth(trunk_outline(body), 3), colour, 0.11)
        _pattern(pen, body, look)
    if look.vest:
        _vest(pen, body)
    elif look.top in ("hoodie", "coat") and math.cos(body.yaw) > 0.2:
        x = body.chest[:2] + (body.hips[:2] - body.chest[:2]) * np.array([[0.06], [0.55], [1.1]])
        shift = math.sin(body.yaw) * 0.085
        x[:, 0] += shift
        pen.stroke(_p(x[0]), _p(x[1]), _p(x[2]), 0.010, scale(colour, 0.62))


def _p(point: NDArray[np.float64]) -> tuple[float, float]:
    return (float(point[0]), float(point[1]))


def _band(
    pen: Pen, body: Skeleton, low: float, high: float, colour: tuple[float, float, float], grow: float = 1.0
) -> None:
    """A belt round the trunk between two heights along the spine."""
    t = np.array([low, high])
    profile = np.stack([t, *(np.interp(t, _TRUNK[:, 0], _TRUNK[:, k]) * grow for k in (1, 2))], axis=1)
    middle, left, right = _rows(body, profile)
    sag = (body.hips[:2] - body.chest[:2]) * 0.05
    pen.patch(np.stack([left[0], middle[0] + sag, right[0], right[1], middle[1] + sag, left[1]]), colour)


def _pattern(pen: Pen, body: Skeleton, look: PersonLook) -> None:
    colour = PAINTS[look.top_colour]
    if look.vest or pen.pixels < 40:
        return
    if look.top == "striped":
        second = (252, 248, 240) if look.top_colour != "white" else (96, 120, 170)
        for t in (0.08, 0.36, 0.64):
            _band(pen, body, t, t + 0.11, second)
    elif look.top in ("sweater", "hoodie", "coat"):
        _band(pen, body, -0.155, -0.07, scale(colour, 0.86))


def _vest(pen: Pen, body: Skeleton) -> None:
    """An orange safety vest with two bright bands and, from the front, an open collar."""
    profile = _TRUNK[1:].copy()
    profile[:, 1:] *= 1.06
    profile[-1, 1:] *= 0.90
    middle, left, right = _rows(body, profile[:])
    top = middle[-1] + (body.chest[:2] - body.hips[:2]) * 0.06
    with pen.group():
        pen.shade(np.concatenate([left, top[None], right[::-1]]), VEST, 0.11)
        _band(pen, body, 0.16, 0.30, REFLEX, 1.04)
        _band(pen, body, 0.46, 0.60, REFLEX, 1.04)
    facing = math.cos(body.yaw)
    if facing > 0.25:
        shift = np.array([math.sin(body.yaw) * 0.085, 0.0])
        pen.stroke(
            _p(middle[0] + shift),
            _p(middle[2] + shift),
            _p(middle[-1] + shift * 0.8),
            0.010,
            scale(VEST, 0.6),
        )
        width = 0.030 * facing
        collar = np.array([(-width, 0.012), (width, 0.012), (0.0, -0.085)]) + middle[-1] + shift * 0.9
        pen.patch(collar, REFLEX)


def draw_skirt(pen: Pen, body: Skeleton, look: PersonLook) -> None:
    """Draws a skirt, or the lower part of a dress, from the waist to above the knees."""
    colour = PAINTS[look.top_colour] if look.top == "dress" else look.bottom_colour
    c, s = _across(body)
    knees = body.joints[13:15, :2]
    hem = (knees.mean(axis=0) + body.hips[:2] * 0.35) / 1.35
    spread = float(abs(knees[0, 0] - knees[1, 0])) / 2
    half = max(math.hypot(0.155 * c, 0.135 * s), spread + 0.05) * body.build.girth
    waist = body.hips[:2] + (body.chest[:2] - body.hips[:2]) * 0.22
    top = math.hypot(0.098 * c, 0.084 * s) * body.build.girth
    n = 21
    wave = np.linspace(half, -half, n)
    low = np.stack([hem[0] + wave, hem[1] - 0.009 * np.cos(np.arange(n) * math.pi / 2.5)], axis=1)
    outline = np.concatenate([[(waist[0] - top, waist[1]), (waist[0] + top, waist[1])], low])
    with pen.group():
        pen.shade(outline, colour, 0.10)
        inner = np.concatenate([low, np.add(low[::-1], (0, 0.018))])
        pen.patch(inner, mix(colour, (255, 250, 240), 0.35))
