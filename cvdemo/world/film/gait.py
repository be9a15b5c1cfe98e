"""How people move: a pose at every moment of an action, without jumps."""

from __future__ import annotations

import math

from cvdemo.world.graph import Pose
from cvdemo.world.sampling.poses import mirror, pose

CYCLES = {"walking": 0.69, "running": 1.55}
"""The distance of two steps, in body heights: as far as the feet swing, so that they do not slip."""

TEMPOS = {
    "standing": 1.3, "waving": 8.0, "cheering": 6.0, "sitting": 1.1, "playing guitar": 11.0,
    "throwing a ball": 2.4, "kicking a ball": 2.4, "flying a kite": 1.6, "holding a teddy bear": 1.2,
}  # fmt: skip
"""Radians of phase a second of what is done on the spot."""


def moving_pose(
    action: str, phase: float, head: tuple[float, float], *, mirrored: bool, share: float
) -> Pose:
    """The pose of an action at a phase in radians; legs that walk or run swing a `share` 0..1 of it."""
    if action not in CYCLES:
        return pose(action, phase, loose=head, mirrored=mirrored)
    stride = pose(action, phase, loose=head) if action == "walking" else _running(phase, head)
    rest = pose("standing", 0.0, loose=head)
    blended = blend(rest, stride, share)
    return mirror(blended) if mirrored else blended


def _running(phase: float, head: tuple[float, float]) -> Pose:
    s, c = math.sin(phase), math.cos(phase)
    left, right = (0.30 + 0.95 * max(0.0, sign * (0.75 * s + 0.66 * c)) for sign in (1, -1))
    arms = ((0.9 * s, 0.14), (0.9 * s + 1.35, -0.15), (-0.9 * s, 0.14), (-0.9 * s + 1.35, -0.15))
    legs = (
        (-0.85 * s + 0.15, 0.03),
        (-0.85 * s - left, 0.0),
        (0.85 * s + 0.15, 0.03),
        (0.85 * s - right, 0.0),
    )
    return Pose((*arms, *legs), (0.18, 0.0), head)


def blend(a: Pose, b: Pose, share: float) -> Pose:
    """The pose between two: a at 0, b at 1."""

    def mixed(x: tuple[float, float], y: tuple[float, float]) -> tuple[float, float]:
        return x[0] + (y[0] - x[0]) * share, x[1] + (y[1] - x[1]) * share

    limbs = tuple(mixed(x, y) for x, y in zip(a.limbs, b.limbs, strict=True))
    return Pose(limbs, mixed(a.lean, b.lean), mixed(a.head, b.head))
