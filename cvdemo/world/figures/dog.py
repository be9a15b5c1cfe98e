"""Dogs: standing, walking, running, sitting."""

from __future__ import annotations

import math

from cvdemo.world.geometry import bezier, fixed
from cvdemo.world.graph import FigureLook, Thing
from cvdemo.world.pen import Pen, mix, scale
from cvdemo.world.vocabulary import PAINTS, Colour

CREAM: Colour = (255, 244, 224)
NOSE: Colour = (46, 36, 40)


def draw_dog(pen: Pen, thing: Thing) -> None:
    """Draws a dog in profile that looks to the right in the pen's frame, about 1 high to the crown."""
    look = thing.look
    assert isinstance(look, FigureLook)
    coat = PAINTS[thing.colour]
    if thing.action == "sitting":
        _sitting(pen, look, coat)
    else:
        _on_four(pen, look, coat, running=thing.action == "running")


def _ear_colour(coat: Colour, look: FigureLook) -> Colour:
    if look.pattern == "patched":
        return (140, 88, 56) if sum(coat) > 560 else scale(coat, 0.62)
    return scale(coat, 0.72) if sum(coat) > 260 else mix(coat, (140, 130, 136), 0.20)


def _on_four(pen: Pen, look: FigureLook, coat: Colour, *, running: bool) -> None:
    beat = math.sin(look.phase)
    swing = (0.95 if running else look.swing * 0.6) * (
        beat if not running or look.moving else (1 if beat >= 0 else -1) * max(0.55, abs(beat))
    )
    far = scale(coat, 0.80)
    spread = -1.0 if running else 1.0
    up = 0.05 * abs(beat) if running else 0.0
    with pen.group():
        _tail(pen, (-0.46, 0.58 + up), look, coat)
    _leg(pen, -0.30, swing * spread, up, far, look, hind=True)
    _leg(pen, 0.32, swing * 0.9, up, far, look)
    with pen.group():
        body = (
            (-0.50, 0.56),
            (-0.38, 0.68),
            (-0.05, 0.665),
            (0.26, 0.70),
            (0.42, 0.66),
            (0.46, 0.50),
            (0.34, 0.37),
            (0.05, 0.38),
            (-0.22, 0.42),
            (-0.42, 0.40),
            (-0.52, 0.46),
        )
        neck = ((0.20, 0.66), (0.36, 0.84), (0.52, 0.80), (0.50, 0.60), (0.40, 0.50))
        for part in (neck, body):
            pen.shade(fixed(part, 5), coat, 0.17, at=(0.0, up))
        if look.pattern == "patched":
            pen.dot(-0.16, 0.575 + up, 0.17, 0.085, _ear_colour(coat, look), turn=0.12)
    _leg(pen, -0.38, -swing, up, coat, look, hind=True)
    _leg(pen, 0.24, -swing * 0.9 * spread, up, coat, look)
    _collar(pen, (0.30, 0.665 + up), (0.535, 0.66 + up), look)
    _head(pen, 0.49, 0.86 + up, look, coat)


def _leg(
    pen: Pen, x: float, swing: float, up: float, coat: Colour, look: FigureLook, *, hind: bool = False
) -> None:
    paw = CREAM if look.pattern in ("socks", "patched") else coat
    lift = up * 0.7 + 0.10 * max(0.0, abs(swing) - 0.5)
    knee = (x + swing * 0.16 + (-0.045 if hind else 0.01), 0.24 + up + lift * 0.4)
    foot = (x + swing * 0.34, 0.07 + lift)
    with pen.group():
        pen.limbs([(x, 0.46 + up), knee, foot], [0.115 if hind else 0.095, 0.062, 0.052], coat, depth=0.12)
        pen.blob(foot[0] + 0.035, foot[1] - 0.02, 0.088, 0.050, paw, depth=0.08)


def _tail(pen: Pen, root: tuple[float, float], look: FigureLook, coat: Colour) -> None:
    wag = 0.10 * math.sin(look.phase * 2)
    n = 6 if pen.pixels > 60 else 4
    spine = bezier(root, (root[0] - 0.20, root[1] + 0.02), (root[0] - 0.24 + wag, root[1] + 0.32), n)
    points = [(x, y) for x, y in spine.tolist()]
    pen.limbs(points, [0.062 - 0.028 * k / (n - 1) for k in range(n)], coat, depth=0.10)
    if look.pattern in ("socks", "patched"):
        pen.limb(points[-2], points[-1], 0.043, 0.036, CREAM, depth=0.06)


def _collar(pen: Pen, a: tuple[float, float], b: tuple[float, float], look: FigureLook) -> None:
    colour = PAINTS[look.second]
    with pen.group():
        pen.limb(a, b, 0.036, 0.036, colour, depth=0.10)
    pen.blob((a[0] + b[0]) / 2 + 0.07, (a[1] + b[1]) / 2 - 0.065, 0.034, 0.034, (252, 210, 90), depth=0.10)


_TONGUE = ((0.17, -0.1), (0.27, -0.1), (0.275, -0.22), (0.22, -0.265), (0.18, -0.2))
_SKULL = (
    (-0.19, -0.04),
    (-0.14, 0.15),
    (0.02, 0.2),
    (0.16, 0.12),
    (0.2, -0.04),
    (0.08, -0.17),
    (-0.1, -0.16),
)
_MUZZLE = (
    (0.06, 0.03),
    (0.2, 0.045),
    (0.36, 0.02),
    (0.4, -0.06),
    (0.32, -0.125),
    (0.12, -0.15),
    (0.03, -0.08),
)
_FLAP = ((-0.06, 0.17), (-0.2, 0.12), (-0.27, -0.1), (-0.2, -0.21), (-0.09, -0.15), (-0.02, 0.02))
_POINT = ((-0.14, 0.10), (-0.12, 0.36), (0.05, 0.16))


def _head(pen: Pen, x: float, y: float, look: FigureLook, coat: Colour) -> None:
    muzzle = CREAM if look.pattern in ("socks", "patched") else mix(coat, CREAM, 0.34)
    ear = _ear_colour(coat, look)
    with pen.group():
        if look.moving or math.sin(look.phase * 1.7) > -0.2:
            pen.shade(fixed(_TONGUE, 4), (238, 112, 118), 0.05, at=(x, y))
        pen.shade(fixed(_SKULL, 5), coat, 0.18, at=(x, y))
        pen.shade(fixed(_MUZZLE, 5), muzzle, 0.09, at=(x, y))
    pen.stroke((x + 0.36, y - 0.075), (x + 0.24, y - 0.135), (x + 0.13, y - 0.075), 0.016, NOSE)
    pen.blob(x + 0.375, y + 0.015, 0.052, 0.044, NOSE, line=False, owned=True)
    pen.dot(x + 0.360, y + 0.030, 0.016, 0.011, (200, 196, 204))
    if look.pattern == "patched":
        pen.dot(x + 0.065, y + 0.065, 0.085, 0.095, ear)
    pen.dot(x + 0.085, y + 0.060, 0.040, 0.050, NOSE)
    pen.dot(x + 0.074, y + 0.078, 0.015, 0.017, (255, 255, 255), glows=True)
    pen.stroke((x + 0.04, y + 0.130), (x + 0.09, y + 0.160), (x + 0.135, y + 0.130), 0.018, scale(coat, 0.6))
    if look.variant == "pointed":
        for dx, tone in ((0.06, 0.8), (0.0, 1.0)):
            pen.shade(fixed(_POINT, 4), scale(ear, tone), 0.07, at=(x + dx, y))
    else:
        pen.shade(fixed(_FLAP, 5), ear, 0.10, at=(x, y))


def _sitting(pen: Pen, look: FigureLook, coat: Colour) -> None:
    with pen.group():
        _tail(pen, (-0.34, 0.10), look, coat)
    far = scale(coat, 0.80)
    with pen.group():
        pen.limbs([(0.22, 0.44), (0.24, 0.22), (0.24, 0.06)], [0.09, 0.060, 0.052], far, depth=0.12)
        pen.blob(0.275, 0.05, 0.088, 0.050, far, depth=0.08)
    with pen.group():
        body = (
            (-0.4, 0.1),
            (-0.4, 0.3),
            (-0.2, 0.54),
            (0.06, 0.76),
            (0.24, 0.72),
            (0.32, 0.5),
            (0.22, 0.26),
            (0.08, 0.08),
            (-0.2, 0.03),
        )
        pen.shade(fixed(body, 5), coat, 0.22)
        if look.pattern in ("patched", "socks"):
            pen.patch(fixed(((0.20, 0.62), (0.30, 0.52), (0.24, 0.34), (0.14, 0.44)), 4), CREAM)
    with pen.group():
        pen.blob(-0.16, 0.20, 0.20, 0.18, coat, depth=0.12)
        pen.blob(
            0.02, 0.055, 0.14, 0.055, CREAM if look.pattern in ("socks", "patched") else coat, depth=0.08
        )
    _leg(pen, 0.15, 0.0, 0.0, coat, look)
    _collar(pen, (0.04, 0.735), (0.27, 0.70), look)
    _head(pen, 0.20, 0.92, look, coat)
