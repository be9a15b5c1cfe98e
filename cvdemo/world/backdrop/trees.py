"""Trees and bushes."""

from __future__ import annotations

import math

import numpy as np

from cvdemo.world.geometry import fixed
from cvdemo.world.graph import Tree
from cvdemo.world.pen import Pen, mix, scale
from cvdemo.world.vocabulary import Colour

BARK: Colour = (134, 92, 66)
SNOW: Colour = (246, 249, 253)
LEAVES: tuple[Colour, ...] = (
    (86, 148, 84), (112, 164, 80), (66, 128, 88), (140, 172, 82),
    (232, 158, 66), (214, 104, 64), (238, 196, 88),
)  # fmt: skip


_HEM = np.linspace(1, -1, 7)
_SKIRT = np.concatenate(
    [
        [(-0.22, 0.86), (0.0, 1.0), (0.22, 0.86)],
        np.stack([_HEM, 0.06 * _HEM**2 - 0.05 * (np.arange(7) % 2)], axis=1),
    ]
)
_CAP = np.array([(0.0, 0.0), (0.36, -0.17), (0.14, -0.14), (0.0, -0.19), (-0.18, -0.14), (-0.40, -0.18)])


def draw_tree(pen: Pen, tree: Tree) -> None:
    """Draws a tree 1 high on the pen's origin."""
    leaf = LEAVES[int(tree.hue * (len(LEAVES) - 0.01))]
    {"round": _round, "pine": _pine, "poplar": _poplar, "birch": _birch, "bush": _bush}[tree.kind](
        pen, tree, leaf
    )


def _trunk(pen: Pen, width: float, top: float, lean: float, colour: Colour) -> None:
    w = width
    outline = [
        (-w * 1.5, 0.0),
        (-w * 0.85, 0.08),
        (-w * 0.7 + lean, top),
        (w * 0.7 + lean, top),
        (w * 0.85, 0.08),
        (w * 1.5, 0.0),
    ]
    with pen.group():
        pen.add(np.array(outline), scale(colour, 0.86))
        lit = [
            (-w * 1.0, 0.02),
            (-w * 0.62, 0.09),
            (-w * 0.5 + lean, top),
            (w * 0.15 + lean, top),
            (w * 0.25, 0.09),
            (w * 0.3, 0.02),
        ]
        pen.patch(np.array(lit), scale(colour, 1.06))


def _crown(
    pen: Pen, puffs: list[tuple[float, float, float]], leaf: Colour, tree: Tree, squash: float = 0.92
) -> None:
    """A cloud of leaves: dark puffs, then lighter ones shifted towards the light."""
    dark = mix(scale(leaf, 0.80), (60, 84, 110), 0.14)
    light = mix(scale(leaf, 1.10), (250, 240, 150), 0.14)
    lx, ly = pen.light[0] * 0.030, pen.light[1] * 0.045
    with pen.group():
        for x, y, r in puffs:
            pen.oval(x, y, r, r * squash, dark)
        for grow, shift, tone in ((0.86, 1.0, leaf), (0.60, 1.9, mix(leaf, light, 0.55)), (0.34, 2.7, light)):
            if grow * puffs[0][2] * pen.pixels < 10:
                continue
            for x, y, r in puffs:
                cx, cy = x + lx * shift * r / 0.2, y + ly * shift * r / 0.2
                pen.dot(cx, cy, r * grow, r * squash * grow, tone)
        if tree.snowy:
            for x, y, r in puffs:
                pen.dot(x, y + r * squash * 0.55, r * 0.72, r * squash * 0.40, SNOW)


def _round(pen: Pen, tree: Tree, leaf: Colour) -> None:
    lean = tree.lean
    _trunk(pen, 0.045, 0.52, lean * 0.5, BARK)
    puffs = [
        (-0.19 + lean, 0.52, 0.165),
        (0.20 + lean, 0.53, 0.160),
        (-0.13 + lean, 0.74, 0.175),
        (0.14 + lean, 0.73, 0.170),
        (lean, 0.62, 0.20),
        (lean, 0.83, 0.16),
    ]
    _crown(pen, puffs, leaf, tree)
    if tree.hue < 0.14 and not tree.snowy:
        for k in range(6):
            a = k * 2.4
            pen.dot(lean + 0.20 * math.cos(a), 0.65 + 0.17 * math.sin(a * 1.3), 0.020, 0.021, (226, 84, 66))


def _birch(pen: Pen, tree: Tree, leaf: Colour) -> None:
    lean = tree.lean
    _trunk(pen, 0.028, 0.66, lean, (242, 236, 226))
    for k, y in enumerate((0.12, 0.21, 0.28, 0.38, 0.46)):
        side = -1 if k % 2 else 1
        pen.patch(
            np.array(
                [
                    (side * 0.022 + lean * y, y),
                    (side * -0.002 + lean * y, y + 0.006),
                    (side * 0.022 + lean * y, y + 0.016),
                ]
            ),
            (86, 76, 76),
        )
    leaf = mix(leaf, (226, 220, 110), 0.24)
    _crown(
        pen,
        [
            (-0.11 + lean, 0.56, 0.13),
            (0.12 + lean, 0.60, 0.13),
            (-0.06 + lean, 0.74, 0.145),
            (0.08 + lean, 0.78, 0.125),
            (lean, 0.90, 0.095),
        ],
        leaf,
        tree,
        1.0,
    )


def _poplar(pen: Pen, tree: Tree, leaf: Colour) -> None:
    _trunk(pen, 0.030, 0.24, 0.0, BARK)
    outline = fixed(
        (
            (0.0, 1.0),
            (0.09, 0.80),
            (0.135, 0.50),
            (0.10, 0.22),
            (0.0, 0.15),
            (-0.10, 0.22),
            (-0.135, 0.50),
            (-0.09, 0.80),
        ),
        5,
    )
    with pen.group():
        pen.shade(outline, scale(leaf, 0.96), 0.13, depth=0.22)
        if tree.snowy:
            pen.patch(fixed(((0.0, 1.0), (0.075, 0.82), (0.0, 0.86), (-0.075, 0.82)), 4), SNOW)


def _bush(pen: Pen, tree: Tree, leaf: Colour) -> None:
    _crown(
        pen,
        [
            (-0.45, 0.30, 0.34),
            (0.46, 0.28, 0.32),
            (-0.16, 0.54, 0.38),
            (0.22, 0.52, 0.36),
            (0.02, 0.28, 0.36),
        ],
        leaf,
        tree,
        0.86,
    )
    if tree.lean > 0 and not tree.snowy:
        for k in range(7):
            pen.dot(
                0.16 * math.sqrt(k + 0.6) * math.cos(k * 2.4) * 1.1,
                0.42 + 0.105 * math.sqrt(k + 0.6) * math.sin(k * 2.4),
                0.040,
                0.040,
                (232, 92, 92) if tree.hue < 0.5 else (250, 246, 236),
            )


def _pine(pen: Pen, tree: Tree, leaf: Colour) -> None:
    """Four skirts of needles with scalloped hems, the lower ones wider."""
    green = mix(LEAVES[2], leaf, 0.22 if sum(leaf) < 400 else 0.08)
    _trunk(pen, 0.038, 0.24, 0.0, BARK)
    for k in range(4):
        wide, low, high = 0.285 - 0.058 * k, 0.13 + 0.195 * k, 0.47 + 0.185 * k
        fit = (wide, high - low, 0.0, 0.0, low)
        with pen.group():
            pen.add(_SKIRT, mix(scale(green, 0.80), (50, 80, 110), 0.14), fit=fit)
            lx = pen.light[0] * 0.05
            for grow, tone in ((0.80, green), (0.52, mix(scale(green, 1.10), (240, 236, 150), 0.10))):
                if wide * grow * pen.pixels > 5:
                    tall = (high - low) * (0.80 + 0.1 * grow)
                    pen.patch(
                        _SKIRT, tone, fit=(wide * grow, tall, 0.0, lx * (1 - grow), high - 0.012 - tall)
                    )
            if tree.snowy:
                pen.patch(_CAP, SNOW, fit=(wide, 1.0, 0.0, 0.0, high))
