"""The guitar: a flat shape in front of a person's chest, seen from where the person is seen."""

from __future__ import annotations

import math

import numpy as np

from cvdemo.world.figures.skeleton import Skeleton, project
from cvdemo.world.geometry import Points, ellipse, smooth
from cvdemo.world.pen import Pen

_SLOPE = 0.36
_BODY = [
    (-0.20, 0.0), (-0.17, 0.085), (-0.09, 0.105), (-0.01, 0.068), (0.06, 0.078), (0.115, 0.045),
    (0.125, 0.0), (0.115, -0.045), (0.06, -0.078), (-0.01, -0.068), (-0.09, -0.105), (-0.17, -0.085),
]  # fmt: skip


def guitar_plane(body: Skeleton, points: Points) -> Points:
    """Points of the guitar's plane (along the neck, across it) [N, 2] on the screen, [N, 2].

    The neck points to the person's left and somewhat up; the plane stands before the belly.
    """
    size = 1.0 if body.build.head_radius < 0.15 else 0.86
    c, s = math.cos(_SLOPE), math.sin(_SLOPE)
    flat = points * size
    space = np.stack(
        [
            flat[:, 0] * c - flat[:, 1] * s,
            flat[:, 0] * s + flat[:, 1] * c,
            np.full(len(flat), 0.125),
        ],
        axis=1,
    )
    height = (body.hips[1] + body.chest[1]) / 2 - 0.035
    screen = project(space, body.yaw)[:, :2]
    return np.add(screen, ((body.hips[0] + body.chest[0]) / 2, height))


def draw_guitar(pen: Pen, body: Skeleton) -> None:
    """Draws the guitar; its body at the person's right hip, its neck up to the left hand."""

    def flat(points: list[tuple[float, float]] | Points) -> Points:
        return guitar_plane(body, np.asarray(points, dtype=float))

    wood, dark, neck = (222, 148, 72), (92, 54, 36), (122, 76, 48)
    with pen.group():
        pen.add(flat([(0.08, -0.015), (0.36, -0.011), (0.36, 0.011), (0.08, 0.015)]), neck)
        pen.add(flat([(0.355, -0.022), (0.43, -0.026), (0.43, 0.026), (0.355, 0.022)]), dark)
        pen.shade(smooth(flat(_BODY), 3), wood, 0.08)
    pen.patch(flat(ellipse(0.035, 0.0, 0.034, 0.034, n=16)), dark)
    pen.patch(flat([(-0.115, -0.035), (-0.098, -0.035), (-0.098, 0.035), (-0.115, 0.035)]), dark)
    if pen.pixels > 240:
        for q in (-0.007, 0.0, 0.007):
            pen.patch(
                flat([(-0.10, q - 0.0012), (0.40, q - 0.0012), (0.40, q + 0.0012), (-0.10, q + 0.0012)]),
                (246, 236, 214),
            )


def guitar_outline(body: Skeleton) -> Points:
    """The outline of the guitar's body on the screen, [N, 2]: what hides joints behind it."""
    return guitar_plane(body, np.array(_BODY))
