"""A person's joints in 3D and their projection, from which the drawing and the 17 keypoints are made."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cvdemo.world.graph import Pose

PITCH = 0.14
"""The downward angle of the view in radians: nearer points are drawn lower."""

FACE = np.array([(0.0, -0.14), (0.40, 0.06), (-0.40, 0.06), (1.57, -0.06), (-1.57, -0.06)])
"""Azimuth (to the person's left) and elevation of nose, left eye, right eye, left ear, right ear."""


class Build(NamedTuple):
    """Lengths of a body, in its own height."""

    hip: float
    shoulder: float
    head: float
    head_radius: float
    shoulder_width: float
    hip_width: float
    upper_arm: float
    forearm: float
    thigh: float
    shin: float
    girth: float


ADULT = Build(0.395, 0.695, 0.862, 0.124, 0.118, 0.062, 0.137, 0.128, 0.180, 0.178, 1.0)
CHILD = Build(0.315, 0.590, 0.805, 0.172, 0.118, 0.066, 0.120, 0.110, 0.140, 0.138, 1.12)


class Skeleton(NamedTuple):
    """Projected joints in the figure's frame: x right, y up from the ground, depth towards the viewer."""

    joints: NDArray[np.float64]  # [17, 3], COCO's order
    hands: NDArray[np.float64]  # [2, 3] left, right
    toes: NDArray[np.float64]  # [2, 3]
    hips: NDArray[np.float64]  # [3]
    chest: NDArray[np.float64]  # [3] between the shoulders
    head: NDArray[np.float64]  # [3] centre
    yaw: float
    face_yaw: float
    build: Build


def project(points: NDArray[np.float64], yaw: float) -> NDArray[np.float64]:
    """Points (left, up, forwards) [N, 3] of a body turned by yaw, as (x, y, depth) on the screen [N, 3]."""
    c, s = math.cos(yaw), math.sin(yaw)
    x = points[:, 0] * c + points[:, 2] * s
    depth = points[:, 2] * c - points[:, 0] * s
    cp, sp = math.cos(PITCH), math.sin(PITCH)
    return np.stack([x, points[:, 1] * cp - depth * sp, depth], axis=1)


@lru_cache(maxsize=256)
def skeleton(pose: Pose, yaw: float, child: bool) -> Skeleton:
    """The joints of a person in this pose, looking towards `yaw` (0: the viewer, pi / 2: the right).

    The arrays are shared: do not write to them.
    """
    build = CHILD if child else ADULT
    body = _limbs(pose, build)
    face_yaw = yaw + pose.head[0]
    screen = project(body, yaw)
    head_centre = screen[3]
    face = project(_directions(FACE), face_yaw) * build.head_radius
    face[:, :2] = _roll(face[:, :2], pose.head[1])
    face += head_centre
    ground = min(screen[[8, 9], 1].min() - 0.036, screen[[6, 7], 1].min() - 0.045, screen[0, 1] - 0.085)
    screen[:, 1] -= ground
    face[:, 1] -= ground
    order = [12, 13, 14, 15, 16, 17, 4, 5, 6, 7, 8, 9]
    joints = np.concatenate([face, screen[order]])
    return Skeleton(
        joints, screen[[18, 19]], screen[[10, 11]], screen[0], screen[2], screen[3], yaw, face_yaw, build
    )


def _limbs(pose: Pose, build: Build) -> NDArray[np.float64]:
    """Twenty points of the body before it is turned: (left, up, forwards) [20, 3]."""
    angles = np.asarray(pose.limbs)
    forwards, outwards = angles[:, 0], angles[:, 1]
    side = np.array([1.0, 1.0, -1.0, -1.0, 1.0, 1.0, -1.0, -1.0])
    along = np.stack(
        [side * np.sin(outwards), -np.cos(outwards) * np.cos(forwards), np.cos(outwards) * np.sin(forwards)],
        axis=1,
    )
    b = build
    along *= np.array([b.upper_arm, b.forearm, b.upper_arm, b.forearm, b.thigh, b.shin, b.thigh, b.shin])[
        :, None
    ]
    lean_f, lean_o = pose.lean
    spine = np.array(
        [math.sin(lean_o), math.cos(lean_o) * math.cos(lean_f), math.cos(lean_o) * math.sin(lean_f)]
    )
    points = np.zeros((20, 3))
    points[0] = (0, b.hip, 0)
    points[2] = points[0] + spine * (b.shoulder - b.hip)
    points[1] = (points[0] + points[2]) / 2
    points[3] = points[2] + (spine * 0.7 + (0, 0.3, 0)) * (b.head - b.shoulder)
    points[4], points[5] = points[0] + (b.hip_width, 0, 0), points[0] - (b.hip_width, 0, 0)
    points[12], points[13] = points[2] + (b.shoulder_width, 0, 0), points[2] - (b.shoulder_width, 0, 0)
    points[14], points[15] = points[12] + along[0], points[13] + along[2]
    points[16], points[17] = points[14] + along[1], points[15] + along[3]
    points[18], points[19] = points[16] + along[1] * 0.22, points[17] + along[3] * 0.22
    points[6], points[7] = points[4] + along[4], points[5] + along[6]
    points[8], points[9] = points[6] + along[5], points[7] + along[7]
    for toe, ankle, shin in ((10, 8, 5), (11, 9, 7)):
        f = float(forwards[shin])
        points[toe] = points[ankle] + (0, math.sin(f) * 0.075 - 0.010, math.cos(f) * 0.075)
        points[toe, 0] += side[shin] * 0.02
    return points


def _directions(angles: NDArray[np.float64]) -> NDArray[np.float64]:
    """Unit vectors (left, up, forwards) [N, 3] of (azimuth, elevation) [N, 2]."""
    az, el = angles[:, 0], angles[:, 1]
    return np.stack([np.sin(az) * np.cos(el), np.sin(el), np.cos(az) * np.cos(el)], axis=1)


def on_head(
    body: Skeleton, tilt: float, angles: NDArray[np.float64], radius: float = 1.0
) -> NDArray[np.float64]:
    """Points of the head by (azimuth, elevation) [N, 2], as (x, y, depth) in the figure's frame [N, 3]."""
    points = project(_directions(np.asarray(angles, dtype=float)), body.face_yaw) * (
        body.build.head_radius * radius
    )
    points[:, :2] = _roll(points[:, :2], tilt)
    points[:, :2] += body.head[:2]
    return points


def _roll(points: NDArray[np.float64], tilt: float) -> NDArray[np.float64]:
    if not tilt:
        return points
    c, s = math.cos(tilt), math.sin(tilt)
    return np.stack([points[:, 0] * c - points[:, 1] * s, points[:, 0] * s + points[:, 1] * c], axis=1)
