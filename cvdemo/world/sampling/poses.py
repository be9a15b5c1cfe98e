"""People's poses in each action, as functions of a motion phase."""

from __future__ import annotations

import math
from collections.abc import Callable

from cvdemo.world.graph import Pose
from cvdemo.world.rng import RandomStream

Angles = tuple[tuple[float, float], ...]
Moved = tuple[Angles, tuple[float, float]]

_HANG = ((0.06, 0.15), (0.18, 0.06))
_STAND = ((0.0, 0.06), (0.0, 0.03), (0.0, 0.06), (0.0, 0.03))
_UPRIGHT = (0.0, 0.0)


def _walking(s: float, c: float) -> Moved:
    left, right = 0.35 * max(0.0, c), 0.35 * max(0.0, -c)
    arms = ((0.55 * s, 0.12), (0.55 * s + 0.32, 0.04), (-0.55 * s, 0.12), (-0.55 * s + 0.32, 0.04))
    legs = (
        (-0.50 * s, 0.03),
        (-0.50 * s - 0.10 - left, 0.0),
        (0.50 * s, 0.03),
        (0.50 * s - 0.10 - right, 0.0),
    )
    return (*arms, *legs), (0.05, 0.0)


def _running(s: float, c: float) -> Moved:
    s = math.copysign(max(0.45, abs(s)), s)
    left, right = 0.35 + 0.75 * max(0.0, s), 0.35 + 0.75 * max(0.0, -s)
    arms = ((1.0 * s, 0.14), (1.0 * s + 1.35, -0.15), (-1.0 * s, 0.14), (-1.0 * s + 1.35, -0.15))
    legs = (
        (-0.85 * s + 0.15, 0.03),
        (-0.85 * s - left, 0.0),
        (0.85 * s + 0.15, 0.03),
        (0.85 * s - right, 0.0),
    )
    return (*arms, *legs), (0.18, 0.0)


def _waving(s: float, c: float) -> Moved:
    return ((0.15, 1.95), (0.2, 2.75 + 0.32 * s), *_HANG, *_STAND), _UPRIGHT


def _cheering(s: float, c: float) -> Moved:
    arms = ((0.1, 2.35 + 0.2 * s), (0.1, 2.75 + 0.2 * s), (0.1, 2.35 - 0.2 * s), (0.1, 2.75 - 0.2 * s))
    return (*arms, (0.0, 0.20), (0.0, 0.12), (0.0, 0.20), (0.0, 0.12)), _UPRIGHT


def _sitting(s: float, c: float) -> Moved:
    arms = ((0.35, 0.28), (0.85, -0.20), (0.35, 0.28), (0.85, -0.20))
    return (*arms, (1.36, 0.22), (1.20 - 0.3 * abs(s), 0.10), (1.36, 0.22), (1.20, 0.10)), (-0.06, 0.0)


def _playing(s: float, c: float) -> Moved:
    return ((0.45, 0.52), (1.35, 0.42), (0.05, 0.62), (1.05 + 0.18 * s, -0.72), *_STAND), _UPRIGHT


def _throwing(s: float, c: float) -> Moved:
    arms = ((0.9, 0.35), (1.3, 0.2), (3.3 + 0.2 * s, 0.35), (2.7 + 0.3 * s, 0.10))
    return (*arms, (0.40, 0.05), (0.25, 0.0), (-0.40, 0.06), (-0.55, 0.0)), (-0.06, 0.0)


def _kicking(s: float, c: float) -> Moved:
    arms = ((0.7, 0.45), (0.9, 0.35), (-0.6, 0.45), (-0.3, 0.3))
    return (*arms, (-0.12, 0.04), (-0.22, 0.0), (0.95 + 0.1 * s, 0.04), (0.75 + 0.1 * s, 0.0)), (-0.12, 0.0)


def _flying(s: float, c: float) -> Moved:
    arms = ((1.75 + 0.12 * s, 0.25), (2.2 + 0.1 * s, 0.12), (1.0, 0.25), (1.6, -0.05))
    return (*arms, (0.20, 0.08), (0.12, 0.02), (-0.18, 0.08), (-0.25, 0.02)), (-0.08, 0.0)


def _holding(s: float, c: float) -> Moved:
    return ((0.55, 0.30), (1.35, -0.52), (0.55, 0.30), (1.35, -0.52), *_STAND), _UPRIGHT


def _standing(s: float, c: float) -> Moved:
    arms = ((0.06, 0.15 + 0.04 * s), (0.18, 0.06), (0.06, 0.15 + 0.04 * c), (0.18, 0.06))
    return (*arms, *_STAND), _UPRIGHT


_MOVES: dict[str, Callable[[float, float], Moved]] = {
    "standing": _standing,
    "walking": _walking,
    "running": _running,
    "waving": _waving,
    "cheering": _cheering,
    "sitting": _sitting,
    "playing guitar": _playing,
    "throwing a ball": _throwing,
    "kicking a ball": _kicking,
    "flying a kite": _flying,
    "holding a teddy bear": _holding,
}


def pose(
    action: str, phase: float, *, loose: tuple[float, float] = (0.0, 0.0), mirrored: bool = False
) -> Pose:
    """The pose of an action at a phase in radians, the head turned and tilted by `loose` radians.

    `mirrored` swaps left and right.
    """
    limbs, lean = _MOVES[action](math.sin(phase), math.cos(phase))
    posed = Pose(limbs, lean, loose)
    return mirror(posed) if mirrored else posed


def mirror(posed: Pose) -> Pose:
    """The same pose with left and right swapped: with the opposite yaw it is the mirror image."""
    la, lf, ra, rf, lt, ls, rt, rs = posed.limbs
    return Pose(
        (ra, rf, la, lf, rt, rs, lt, ls), (posed.lean[0], -posed.lean[1]), (-posed.head[0], -posed.head[1])
    )


def facing_for(action: str, rng: RandomStream) -> float:
    """A yaw from which the action is recognisable: 0 faces the viewer, pi / 2 right, pi away."""
    side = 1 if rng.chance(0.5) else -1
    if action in ("playing guitar", "holding a teddy bear"):
        return rng.uniform(-0.85, 0.85)
    if action in ("throwing a ball", "kicking a ball", "flying a kite"):
        return side * rng.uniform(0.9, 1.9)
    if action in ("walking", "running") and rng.chance(0.7):
        return side * rng.uniform(0.8, 2.3)
    return rng.uniform(-math.pi, math.pi) if rng.chance(0.35) else rng.uniform(-1.1, 1.1)
