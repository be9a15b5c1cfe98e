"""Cars: from the side on roads that cross, from front or back on roads that lead away."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from cvdemo.world.geometry import Points, circle, rotation
from cvdemo.world.graph import FigureLook, Thing
from cvdemo.world.pen import Pen, mix, scale
from cvdemo.world.vocabulary import PAINTS, Colour

GLASS: Colour = (176, 214, 232)
TYRE: Colour = (58, 54, 60)
METAL: Colour = (214, 212, 210)

_CABINS = {
    "sedan": [(-0.62, 0.50), (-0.40, 0.84), (-0.22, 0.90), (0.22, 0.90), (0.36, 0.84), (0.62, 0.50)],
    "beetle": [(-0.78, 0.46), (-0.58, 0.80), (-0.24, 0.96), (0.14, 0.94), (0.38, 0.80), (0.56, 0.50)],
    "van": [(-0.98, 0.46), (-0.96, 0.92), (-0.86, 1.00), (0.42, 1.00), (0.56, 0.92), (0.78, 0.50)],
}
_ROWS = {"sedan": (0.54, 0.83), "beetle": (0.54, 0.85), "van": (0.58, 0.90)}


def draw_car(pen: Pen, thing: Thing) -> None:
    """Draws a car 1 high on the pen's origin, about 2.1 long from the side, 1.2 wide from front or back."""
    look = thing.look
    assert isinstance(look, FigureLook)
    paint = PAINTS[thing.colour]
    if look.pattern == "side":
        _side(pen, look, paint)
    else:
        _end_on(pen, look, paint, front=look.pattern == "front")


def _side(pen: Pen, look: FigureLook, paint: Colour) -> None:
    with pen.group():
        pen.shade(_rounded(_CABINS[look.variant]), paint, 0.3, depth=0.12)
        hull = [
            (-1.06, 0.22),
            (-1.08, 0.44),
            (-0.98, 0.52),
            (-0.5, 0.55),
            (0.5, 0.55),
            (0.92, 0.50),
            (1.05, 0.40),
            (1.07, 0.22),
            (0.96, 0.15),
            (-0.96, 0.15),
        ]
        pen.shade(_rounded(hull), paint, 0.2, depth=0.14, focus=(-0.05, 0.42))
        pen.patch(np.array([(-1.06, 0.215), (1.06, 0.215), (1.03, 0.16), (-1.03, 0.16)]), scale(paint, 0.70))
    _windows(pen, look)
    pen.stroke((0.07, 0.50), (0.06, 0.36), (0.07, 0.22), 0.016, scale(paint, 0.66))
    pen.limb((0.14, 0.455), (0.23, 0.455), 0.016, 0.016, METAL, line=False)
    pen.blob(0.985, 0.385, 0.058, 0.070, (255, 246, 200), depth=0.05)
    pen.blob(-1.02, 0.400, 0.040, 0.066, (222, 62, 54), depth=0.08)
    for x in (-0.60, 0.62):
        _wheel(pen, x, look.phase if look.moving else 0.0)
    pen.dot(-0.35, 0.485, 0.42, 0.018, mix(paint, (255, 255, 255), 0.5))


def _rounded(corners: list[tuple[float, float]]) -> Points:
    """The outline with its corners cut twice: round, but as large as drawn."""
    points = np.asarray(corners)
    for _ in range(2):
        following = np.roll(points, -1, axis=0)
        points = np.stack(
            [points * 0.82 + following * 0.18, points * 0.18 + following * 0.82], axis=1
        ).reshape(-1, 2)
    return points


def _windows(pen: Pen, look: FigureLook) -> None:
    low, high = _ROWS[look.variant]
    outline = np.array(_CABINS[look.variant])
    middle = outline.mean(axis=0)
    inner = (outline - middle) * (0.84, 0.80) + middle + (0, 0.015)
    left, right = float(inner[:, 0].min()), float(inner[:, 0].max())
    posts = [left, *((-0.32, 0.07) if look.variant == "van" else (0.02,)), right]
    for a, b in pairwise(posts):
        x0, x1 = a + 0.035, b - 0.035
        pane = _clip(inner, x0, x1)
        if pane is None:
            continue
        pane[:, 1] = np.clip(pane[:, 1], low, high)
        pen.add(pane, GLASS, owned=False)
        x = (x0 + x1) / 2
        pen.patch(
            _clip_quad(x - 0.02, x + 0.07, low + 0.02, high - 0.03, 0.08), mix(GLASS, (255, 255, 255), 0.6)
        )


def _clip(outline: Points, x0: float, x1: float) -> Points | None:
    """A convex outline cut to x0..x1: its upper chain over a straight lower edge."""
    top = outline[np.argsort(outline[:, 0])]
    xs = np.unique(np.clip(np.concatenate([top[:, 0], [x0, x1]]), x0, x1))
    if len(xs) < 2:
        return None
    upper = np.interp(xs, top[:, 0], top[:, 1])
    low = float(outline[:, 1].min())
    return np.concatenate([np.stack([xs, upper], axis=1), [(x1, low), (x0, low)]])


def _clip_quad(x0: float, x1: float, y0: float, y1: float, slant: float) -> Points:
    return np.array([(x0 - slant, y0), (x1 - slant, y0), (x1, y1), (x0, y1)])


def _wheel(pen: Pen, x: float, turned: float) -> None:
    with pen.group():
        pen.blob(x, 0.185, 0.195, 0.195, TYRE, depth=0.10)
        pen.blob(x, 0.185, 0.105, 0.105, METAL, depth=0.12, line=False)
        for k in range(4):
            c = circle(8)[(2 * k) % 8]
            if turned:
                c = c @ rotation(turned)
            pen.dot(x + 0.06 * float(c[0]), 0.185 + 0.06 * float(c[1]), 0.020, 0.020, (120, 116, 120))
        pen.dot(x, 0.185, 0.026, 0.026, (150, 146, 148))


def _end_on(pen: Pen, look: FigureLook, paint: Colour, *, front: bool) -> None:
    tall = {"sedan": 0.92, "beetle": 0.96, "van": 1.04}[look.variant]
    for side in (-1, 1):
        pen.shade(
            _rounded([(side * 0.54, 0.0), (side * 0.34, 0.0), (side * 0.34, 0.26), (side * 0.54, 0.26)]),
            TYRE,
            0.08,
        )
    with pen.group():
        cabin = [(-0.52, 0.48), (-0.40, tall), (0.40, tall), (0.52, 0.48)]
        pen.shade(_rounded(cabin), paint, 0.3, depth=0.12)
        hull = [(-0.60, 0.14), (-0.62, 0.44), (-0.52, 0.56), (0.52, 0.56), (0.62, 0.44), (0.60, 0.14)]
        pen.shade(_rounded(hull), paint, 0.22, depth=0.14, focus=(0.0, 0.42))
    pane = np.array([(-0.43, 0.56), (-0.34, tall - 0.08), (0.34, tall - 0.08), (0.43, 0.56)])
    pen.add(_rounded([(float(x), float(y)) for x, y in pane]), GLASS, owned=False)
    pen.patch(_clip_quad(0.05, 0.15, 0.60, tall - 0.11, 0.06), mix(GLASS, (255, 255, 255), 0.6))
    pen.shade(_rounded([(-0.63, 0.13), (0.63, 0.13), (0.63, 0.23), (-0.63, 0.23)]), METAL, 0.05)
    if front:
        for side in (-1, 1):
            pen.blob(side * 0.43, 0.385, 0.095, 0.095, (255, 246, 200), depth=0.06)
        pen.shade(
            _rounded([(-0.24, 0.30), (0.24, 0.30), (0.20, 0.44), (-0.20, 0.44)]), scale(TYRE, 1.3), 0.06
        )
    else:
        for side in (-1, 1):
            pen.shade(
                _rounded(
                    [(side * 0.56, 0.32), (side * 0.38, 0.32), (side * 0.38, 0.46), (side * 0.56, 0.46)]
                ),
                (222, 62, 54),
                0.06,
            )
        pen.shade(_rounded([(-0.17, 0.27), (0.17, 0.27), (0.17, 0.37), (-0.17, 0.37)]), (250, 246, 236), 0.05)
