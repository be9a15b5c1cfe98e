"""Cats: walking, sitting, or curled up asleep."""

from __future__ import annotations

import math

from cvdemo.world.geometry import bezier, fixed, smooth
from cvdemo.world.graph import FigureLook, Thing
from cvdemo.world.pen import Pen, mix, scale
from cvdemo.world.vocabulary import PAINTS, Colour

CREAM: Colour = (255, 246, 230)
ROSE: Colour = (240, 150, 146)


def draw_cat(pen: Pen, thing: Thing) -> None:
    """Draws a cat that looks to the right in the pen's frame, about 1 high to the ears."""
    look = thing.look
    assert isinstance(look, FigureLook)
    coat = PAINTS[thing.colour]
    {"sitting": _sitting, "sleeping": _sleeping}.get(thing.action, _walking)(pen, look, coat)


def _marks(coat: Colour) -> Colour:
    return scale(coat, 0.70) if sum(coat) > 260 else mix(coat, (150, 146, 156), 0.30)


def _walking(pen: Pen, look: FigureLook, coat: Colour) -> None:
    swing, far = math.sin(look.phase) * look.swing, scale(coat, 0.80)
    with pen.group():
        _tail(pen, [(-0.52, 0.50), (-0.80, 0.52), (-0.86, 0.92 + 0.10 * math.sin(look.phase))], coat, look)
    for x, d in ((-0.36, -swing), (0.24, swing)):
        _leg(pen, x + 0.10, d, far, look)
    with pen.group():
        body = (
            (-0.6, 0.46),
            (-0.5, 0.62),
            (-0.2, 0.645),
            (0.12, 0.62),
            (0.36, 0.66),
            (0.46, 0.5),
            (0.36, 0.33),
            (0.05, 0.28),
            (-0.3, 0.28),
            (-0.54, 0.32),
        )
        pen.shade(fixed(body, 5), coat, 0.19, focus=(-0.06, 0.52))
        if look.pattern == "tabby":
            for x in (-0.40, -0.24, -0.08, 0.08):
                pen.patch(
                    smooth([(x - 0.035, 0.625), (x + 0.035, 0.625), (x + 0.015, 0.50), (x - 0.02, 0.46)], 3),
                    _marks(coat),
                )
        elif look.pattern == "patched":
            pen.dot(-0.28, 0.50, 0.19, 0.11, mix(coat, CREAM, 0.75), turn=0.1)
    for x, d in ((-0.42, swing), (0.26, -swing)):
        _leg(pen, x, d, coat, look)
    _head(pen, 0.50, 0.70, look, coat)


def _leg(pen: Pen, x: float, swing: float, coat: Colour, look: FigureLook) -> None:
    paw = CREAM if look.pattern in ("socks", "patched") else mix(coat, CREAM, 0.18)
    lift = 0.05 * max(0.0, swing)
    with pen.group():
        pen.limbs(
            [(x, 0.38), (x + swing * 0.16, 0.20), (x + swing * 0.28, 0.07 + lift)],
            [0.085, 0.062, 0.055],
            coat,
            depth=0.12,
        )
        pen.blob(x + swing * 0.28 + 0.03, 0.05 + lift, 0.085, 0.052, paw, depth=0.10)


def _tail(pen: Pen, joints: list[tuple[float, float]], coat: Colour, look: FigureLook) -> None:
    n = 7 if pen.pixels > 60 else 4
    points = [(x, y) for x, y in bezier(joints[0], joints[1], joints[2], n).tolist()]
    pen.limbs(points, [0.070 - 0.018 * k / (n - 1) for k in range(n)], coat, depth=0.10)
    if look.pattern in ("socks", "patched", "tabby"):
        pen.limb(
            points[-2],
            points[-1],
            0.053,
            0.052,
            CREAM if look.pattern != "tabby" else _marks(coat),
            depth=0.06,
        )


def _sitting(pen: Pen, look: FigureLook, coat: Colour) -> None:
    sway = 0.06 * math.sin(look.phase)
    with pen.group():
        _tail(pen, [(-0.20, 0.10), (-0.62, 0.02), (-0.52 + sway, 0.46)], coat, look)
    with pen.group():
        body = (
            (0.0, 0.66),
            (0.17, 0.56),
            (0.25, 0.34),
            (0.3, 0.12),
            (0.2, 0.02),
            (-0.2, 0.02),
            (-0.32, 0.12),
            (-0.27, 0.36),
            (-0.15, 0.58),
        )
        pen.shade(fixed(body, 5), coat, 0.24, focus=(-0.04, 0.40))
        if look.pattern == "tabby":
            for y in (0.22, 0.34, 0.46):
                for side in (-1, 1):
                    x = side * (0.27 - 0.16 * (y - 0.2))
                    pen.patch(
                        smooth([(x, y + 0.03), (x - side * 0.13, y + 0.015), (x, y - 0.03)], 3), _marks(coat)
                    )
        pen.dot(0.0, 0.38, 0.13, 0.19, CREAM if look.pattern != "tabby" else mix(coat, CREAM, 0.6))
    for x in (-0.21, 0.21):
        pen.blob(x, 0.065, 0.12, 0.062, coat, depth=0.10)
    for x in (-0.075, 0.075):
        with pen.group():
            pen.limb((x, 0.32), (x, 0.07), 0.062, 0.058, coat, depth=0.10)
            pen.blob(
                x,
                0.055,
                0.076,
                0.055,
                CREAM if look.pattern != "plain" else mix(coat, CREAM, 0.25),
                depth=0.08,
            )
    _head(pen, 0.0, 0.76, look, coat, front=True)


def _sleeping(pen: Pen, look: FigureLook, coat: Colour) -> None:
    breath = 0.012 * math.sin(look.phase)
    with pen.group():
        body = [
            (-0.56, 0.20),
            (-0.46, 0.42),
            (-0.14, 0.52 + breath),
            (0.22, 0.46 + breath),
            (0.46, 0.28),
            (0.46, 0.08),
            (0.20, 0.01),
            (-0.34, 0.01),
            (-0.54, 0.06),
        ]
        pen.shade(smooth(body, 5), coat, 0.25, focus=(-0.10, 0.30))
        if look.pattern == "tabby":
            for x in (-0.34, -0.16, 0.02):
                pen.patch(
                    smooth([(x - 0.035, 0.47), (x + 0.04, 0.49), (x + 0.03, 0.33), (x - 0.02, 0.29)], 3),
                    _marks(coat),
                )
    _head(pen, 0.36, 0.27, look, coat, asleep=True)
    with pen.group():
        _tail(pen, [(-0.48, 0.10), (-0.30, 0.01), (0.14, 0.065)], coat, look)


def _head(
    pen: Pen, x: float, y: float, look: FigureLook, coat: Colour, *, front: bool = False, asleep: bool = False
) -> None:
    """A broad head that looks at the viewer, or a little to the right of them."""
    k = 0.0 if front else 0.045
    with pen.group():
        for side in (-1, 1):
            ear = [(x + side * 0.265, y + 0.30), (x + side * 0.275, y + 0.04), (x + side * 0.03, y + 0.17)]
            pen.shade(smooth(ear, 3), coat, 0.08)
            inner = [(x + side * 0.235, y + 0.235), (x + side * 0.235, y + 0.09), (x + side * 0.10, y + 0.15)]
            pen.patch(smooth(inner, 3), ROSE)
        face = (
            (0.0, 0.215),
            (0.2, 0.16),
            (0.285, -0.01),
            (0.245, -0.125),
            (0.1, -0.2),
            (-0.1, -0.2),
            (-0.245, -0.125),
            (-0.285, -0.01),
            (-0.2, 0.16),
        )
        pen.shade(fixed(face, 5), coat, 0.21, focus=(x - 0.03 + pen.light[0] * 0.08, y + 0.05), at=(x, y))
    if look.pattern == "tabby":
        for d in (-0.075, 0.0, 0.075):
            pen.patch(
                smooth(
                    [(x + k + d - 0.022, y + 0.205), (x + k + d + 0.022, y + 0.205), (x + k + d, y + 0.10)], 3
                ),
                _marks(coat),
            )
    pen.dot(x + k - 0.055, y - 0.092, 0.085, 0.068, CREAM)
    pen.dot(x + k + 0.055, y - 0.092, 0.085, 0.068, CREAM)
    _cat_face(pen, x + k, y, look, asleep)


def _cat_face(pen: Pen, x: float, y: float, look: FigureLook, asleep: bool) -> None:
    dark: Colour = (44, 34, 38)
    for side in (-1, 1):
        ex = x + side * 0.118
        if asleep:
            pen.stroke((ex - 0.055, y + 0.01), (ex, y - 0.045), (ex + 0.055, y + 0.01), 0.020, dark)
        else:
            iris = PAINTS["green"] if look.second == "green" else (240, 190, 70)
            pen.dot(ex, y + 0.012, 0.062, 0.070, dark)
            pen.dot(ex, y + 0.010, 0.052, 0.060, mix(iris, (255, 250, 190), 0.25))
            pen.dot(ex + 0.006, y + 0.012, 0.030, 0.054, dark)
            pen.dot(ex - 0.014, y + 0.038, 0.016, 0.018, (255, 255, 255), glows=True)
        for d in (-0.022, 0.022):
            a = (x + side * 0.11, y - 0.085 + d * 0.4)
            pen.stroke(
                a,
                (x + side * 0.23, y - 0.075 + d),
                (x + side * 0.37, y - 0.085 + d * 2.6),
                0.008,
                (250, 246, 240),
            )
    pen.patch(
        fixed(((-0.036, -0.045), (0.036, -0.045), (0.0, -0.085)), 3),
        (232, 112, 118),
        fit=(1.0, 1.0, 0.0, x, y),
    )
    pen.stroke((x, y - 0.08), (x - 0.01, y - 0.15), (x - 0.07, y - 0.128), 0.014, dark)
    pen.stroke((x, y - 0.08), (x + 0.01, y - 0.15), (x + 0.07, y - 0.128), 0.014, dark)
