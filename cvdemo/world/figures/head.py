"""Heads: a face on a sphere, for any yaw, with hair and hats."""

from __future__ import annotations

import math

import numpy as np

from cvdemo.world.figures.hats import draw_hat
from cvdemo.world.figures.skeleton import Skeleton, on_head, project
from cvdemo.world.geometry import bezier, smooth, sphere_cap
from cvdemo.world.graph import PersonLook
from cvdemo.world.pen import Pen, mix, scale
from cvdemo.world.vocabulary import Colour

# Azimuth to the left and elevation: eyes, nose, cheeks, brows, four points of the mouth, its middle.
_FEATURES = np.array(
    [(0.37, 0.02), (-0.37, 0.02), (0.0, -0.16), (0.62, -0.30), (-0.62, -0.30), (0.40, 0.30),
     (-0.40, 0.30), (-0.30, -0.40), (-0.15, -0.50), (0.15, -0.50), (0.30, -0.40), (0.0, -0.44)]
)  # fmt: skip
_EARS = np.array([(math.pi / 2, -0.10), (-math.pi / 2, -0.10)])


def draw_back_hair(pen: Pen, body: Skeleton, look: PersonLook, tilt: float, *, behind: bool) -> None:
    """Draws hanging hair: before the body if the face looks at the viewer, else after it."""
    towards = math.cos(body.face_yaw) > -0.15
    if towards != behind:
        return
    r = body.build.head_radius
    x, y = float(body.head[0]), float(body.head[1])
    back = -math.sin(body.face_yaw) * r
    colour = look.hair_colour
    if look.hair == "long":
        outline = [
            (-1.02, 0.3),
            (-1.10, -0.5),
            (-1.0, -1.35),
            (-0.4, -1.62),
            (0.4, -1.62),
            (1.0, -1.35),
            (1.10, -0.5),
            (1.02, 0.3),
        ]
        points = np.array(outline) * (r * (0.72 + 0.28 * abs(math.cos(body.face_yaw))), r) + (
            x + back * 0.32,
            y,
        )
        pen.shade(smooth(points, 3), scale(colour, 0.9), r)
    elif look.hair == "ponytail":
        root, low = (x + back * 0.9, y + 0.35 * r), (x + back * 1.5 + tilt * r, y - 1.3 * r)
        spine = bezier(root, (x + back * 1.7, y + 0.1 * r), low, 8)
        width = np.array([0.16, 0.30, 0.36, 0.36, 0.33, 0.27, 0.18, 0.05])[:, None] * r
        along = np.gradient(spine, axis=0)
        along /= np.hypot(along[:, 0], along[:, 1])[:, None] + 1e-9
        across = np.stack([-along[:, 1], along[:, 0]], axis=1) * width
        pen.shade(np.concatenate([spine + across, (spine - across)[::-1]]), colour, 0.3 * r)
    elif look.hair == "bun":
        pen.blob(x + back * 0.75, y + 0.95 * r, 0.42 * r, 0.40 * r, colour)


def draw_head(pen: Pen, body: Skeleton, look: PersonLook, tilt: float) -> None:
    """Draws the head with face, hair and hat."""
    r = body.build.head_radius
    x, y = float(body.head[0]), float(body.head[1])
    bald = look.hair == "bald"
    crown = look.skin if bald else look.hair_colour
    with pen.group():
        if look.hair == "curly":
            _curls(pen, body, look, tilt)
        swell = 1.0 if bald else 1.07
        pen.blob(x, y + 0.03 * r, r * swell * 0.985, r * swell, crown)
        if look.hair not in ("long", "bob"):
            _ears(pen, body, look, tilt)
        _face(pen, body, look, tilt)
    _features(pen, body, look, tilt)
    draw_hat(pen, body, look, tilt)


def _ears(pen: Pen, body: Skeleton, look: PersonLook, tilt: float) -> None:
    r = body.build.head_radius
    for (az, _), (x, y, _) in zip(_EARS, on_head(body, tilt, _EARS, 1.02).tolist(), strict=True):
        facing = math.cos(az + body.face_yaw)
        if facing > -0.25:
            pen.blob(x, y, (0.13 + 0.09 * abs(facing)) * r, 0.21 * r, scale(look.skin, 0.95))


def _face(pen: Pen, body: Skeleton, look: PersonLook, tilt: float) -> None:
    """The skin between hairline and chin: a cap on the ball, round a point somewhat below the nose."""
    if look.hair == "bald":
        return
    elevation, angle = {"curly": (-0.38, 1.18), "bob": (-0.40, 1.10), "long": (-0.36, 1.10)}.get(
        look.hair, (-0.36, 1.20)
    )
    centre = project(np.array([(0.0, math.sin(elevation), math.cos(elevation))]), body.face_yaw)[0]
    centre /= np.linalg.norm(centre)
    cap = sphere_cap(centre, angle, max(14, pen.corners(body.build.head_radius)))
    if cap is None:
        return
    c, s = math.cos(tilt), math.sin(tilt)
    points = (cap @ np.array([[c, s], [-s, c]])) * body.build.head_radius + body.head[:2]
    pen.shade(points, look.skin, body.build.head_radius * 0.9, depth=0.10)


def _features(pen: Pen, body: Skeleton, look: PersonLook, tilt: float) -> None:
    """Eyes, brows, nose, cheeks and mouth on the sphere, each only if it faces the viewer."""
    r = body.build.head_radius
    angles = _FEATURES
    p = on_head(body, tilt, angles, 0.985)
    facing = np.cos(angles[:, 0] + body.face_yaw)
    dark: Colour = (52, 36, 36)
    for k in (3, 4):
        if facing[k] > 0.12:
            pen.dot(p[k, 0], p[k, 1], 0.20 * r * facing[k], 0.13 * r, mix(look.skin, (238, 110, 100), 0.38))
    for k in (0, 1):
        if facing[k] > 0.16:
            wide = max(0.45, facing[k])
            pen.dot(p[k, 0], p[k, 1], 0.105 * r * wide, 0.145 * r, dark)
            pen.dot(p[k, 0] - 0.03 * r, p[k, 1] + 0.05 * r, 0.036 * r, 0.044 * r, (255, 255, 255), glows=True)
            brow = p[k + 5]
            half = 0.15 * r * wide
            pen.stroke(
                (brow[0] - half, brow[1] - 0.02 * r),
                (brow[0], brow[1] + 0.06 * r),
                (brow[0] + half, brow[1] - 0.02 * r),
                0.055 * r, scale(look.hair_colour, 0.75) if look.hair != "bald" else scale(look.skin, 0.55),
            )  # fmt: skip
    if facing[2] > -0.05:
        nose = body.head[:2] + (p[2, :2] - body.head[:2]) * 1.045
        pen.dot(float(nose[0]), float(nose[1]), 0.115 * r, 0.095 * r, mix(look.skin, (214, 104, 80), 0.36))
    if facing[11] > 0.1:
        a, b, c = p[7, :2], p[8:10, :2].mean(axis=0), p[10, :2]
        mouth = np.concatenate(
            [
                bezier(tuple(a), tuple(b - (0, 0.16 * r)), tuple(c), 9),
                bezier(tuple(c), tuple(np.add(b, (0, 0.05 * r))), tuple(a), 5),
            ]
        )
        pen.patch(mouth, (150, 52, 52))


def _curls(pen: Pen, body: Skeleton, look: PersonLook, tilt: float) -> None:
    r = body.build.head_radius
    back = -math.sin(body.face_yaw) * 0.18 * r
    for k in range(9):
        a = -0.5 + k * (math.pi + 1.0) / 8
        pen.blob(
            body.head[0] + back + 0.92 * r * math.cos(a), body.head[1] + 0.12 * r + 0.92 * r * math.sin(a),
            0.40 * r, 0.40 * r, look.hair_colour,
        )  # fmt: skip
