"""How a person moves in each activity: a pose for every share of the motion, 0 before it and 1 after it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from cvdemo.world.film.gait import blend, moving_pose
from cvdemo.world.graph import Pose
from cvdemo.world.sampling.poses import pose

Angles = tuple[float, float]
Keys = Sequence[tuple[float, Pose]]

RELEASE = 0.5
"""The share of a throw at which the ball leaves the hands, of lifting at which they take the object."""


class Posture(NamedTuple):
    """A pose, how far the feet are above the ground in body heights, and the body's tilt in radians."""

    pose: Pose
    lift: float = 0.0
    tilt: float = 0.0


def _even(upper: Angles, fore: Angles, thigh: Angles, shin: Angles, lean: float) -> Pose:
    """A pose whose left and right are alike."""
    return Pose((upper, fore, upper, fore, thigh, shin, thigh, shin), (lean, 0.0))


def _split(left: tuple[Angles, Angles], right: tuple[Angles, Angles], lean: float, step: float = 0.0) -> Pose:
    """A pose with arms of their own, legs apart by `step` radians to front and back."""
    legs = ((step, 0.06), (0.55 * step, 0.03), (-step, 0.06), (-1.5 * step, 0.03))
    return Pose((*left, *right, *legs), (lean, 0.0))


_HANG = ((0.06, 0.15), (0.18, 0.06))
_STAND = _even(*_HANG, (0.0, 0.06), (0.0, 0.03), 0.0)
_HOLD = _even((0.55, 0.30), (1.35, -0.52), (0.0, 0.06), (0.0, 0.03), 0.0)

_SIT: dict[str, Keys] = {
    "ground": (
        (0.0, _STAND),
        (0.5, _even((0.75, 0.20), (0.95, 0.05), (1.25, 0.16), (-0.95, 0.06), 0.60)),
        (1.0, pose("sitting", 0.0)),
    ),
    "stump": (
        (0.0, _STAND),
        (0.5, _even((0.80, 0.18), (1.00, 0.0), (0.95, 0.14), (-0.40, 0.06), 0.62)),
        (1.0, _even((0.42, 0.22), (1.05, -0.22), (1.42, 0.20), (0.08, 0.08), 0.02)),
    ),
}
_LIFT: dict[str, Keys] = {
    "squat": (
        (0.0, _STAND),
        (RELEASE, _even((0.60, 0.14), (0.70, -0.22), (1.42, 0.26), (-1.00, 0.10), 0.78)),
        (1.0, _HOLD),
    ),
    "bend": (
        (0.0, _STAND),
        (RELEASE, _even((0.20, 0.12), (0.30, -0.16), (0.62, 0.10), (-0.62, 0.05), 1.25)),
        (1.0, _HOLD),
    ),
}
_THROW: dict[str, Keys] = {
    "chest": (
        (0.0, _HOLD),
        (0.28, _split(((-0.25, 0.45), (1.75, -0.55)), ((-0.25, 0.45), (1.75, -0.55)), -0.10, 0.10)),
        (RELEASE, _split(((1.35, 0.10), (1.55, -0.10)), ((1.35, 0.10), (1.55, -0.10)), 0.24, 0.40)),
        (0.70, _split(((0.95, 0.16), (1.10, -0.05)), ((0.95, 0.16), (1.10, -0.05)), 0.16, 0.30)),
        (1.0, _STAND),
    ),
    "overhead": (
        (0.0, _HOLD),
        (0.28, _split(((2.85, 0.30), (3.75, -0.20)), ((2.85, 0.30), (3.75, -0.20)), -0.22, 0.15)),
        (RELEASE, _split(((2.15, 0.14), (2.00, -0.08)), ((2.15, 0.14), (2.00, -0.08)), 0.18, 0.36)),
        (0.70, _split(((1.00, 0.16), (1.10, -0.05)), ((1.00, 0.16), (1.10, -0.05)), 0.22, 0.30)),
        (1.0, _STAND),
    ),
}
_UMBRELLA: Keys = (
    (0.0, _split(_HANG, ((0.25, 0.16), (1.00, -0.20)), 0.0)),
    (0.35, _split(((0.75, 0.12), (2.00, -0.75)), ((0.55, 0.18), (1.85, -0.25)), 0.0)),
    (0.75, _split(((1.05, 0.15), (2.60, -0.70)), ((0.55, 0.18), (1.95, -0.25)), 0.0)),
    (1.0, _split(_HANG, ((0.55, 0.18), (1.95, -0.25)), 0.0)),
)
_HOP: Keys = (
    (0.0, _even((0.30, 0.25), (0.60, 0.10), (0.35, 0.10), (-0.35, 0.04), 0.12)),
    (0.20, _even((-0.55, 0.25), (-0.30, 0.20), (0.95, 0.12), (-0.80, 0.05), 0.42)),
    (0.38, _even((2.20, 0.45), (2.60, 0.20), (0.05, 0.08), (-0.10, 0.03), 0.0)),
    (0.62, _even((2.45, 0.70), (2.75, 0.35), (0.75, 0.25), (-0.75, 0.10), 0.05)),
    (0.85, _even((1.20, 0.60), (1.40, 0.30), (0.15, 0.10), (-0.20, 0.04), 0.05)),
    (1.0, _even((0.30, 0.25), (0.60, 0.10), (0.35, 0.10), (-0.35, 0.04), 0.12)),
)
_OFF, _BACK = 0.30, 0.90  # the shares of a hop at which the feet leave the ground and touch it
_TOPPLE: Keys = (
    (0.0, _STAND),
    (0.35, _split(((1.70, 0.90), (2.10, 0.40)), ((0.60, 1.30), (1.10, 0.90)), -0.10, 0.14)),
    (0.75, _split(((2.30, 0.70), (2.60, 0.30)), ((1.40, 1.10), (1.90, 0.60)), 0.05, 0.32)),
    (1.0, _split(((2.20, 0.90), (2.70, 0.40)), ((1.30, 0.90), (2.10, 0.40)), 0.08, 0.26)),
)


def along(keys: Keys, share: float) -> Pose:
    """The pose at a share 0..1 of a row of poses."""
    for (start, before), (end, after) in pairwise(keys):
        if share <= end:
            return blend(before, after, max(0.0, (share - start) / (end - start)))
    return keys[-1][1]


def ease(share: float) -> float:
    """A share that starts and ends slowly, the same forwards and backwards; 0 and 1 outside 0..1."""
    s = min(1.0, max(0.0, share))
    return s * s * (3 - 2 * s)


def posture(motion: str, style: str, share: float, phase: float) -> Posture:
    """The posture of a motion at its share 0..1, or, where it goes on and on, at its phase in radians.

    `style` is one of `STYLES[motion]`.
    """
    if motion in _ONCE:
        return Posture(along(_ONCE[motion][style], share))
    if motion == "jump":
        return _hop(phase / (2 * math.pi) % 1.0, 0.26 if style == "low" else 0.38)
    if motion == "fall":
        dropped = share * share
        return Posture(along(_TOPPLE, share), 0.05 * dropped, (1 if style == "left" else -1) * 1.45 * dropped)
    if motion == "wave":
        return Posture(_waving(phase, forwards=style == "forwards"))
    action = {"walk forwards": "walking", "run": "running", "play guitar": "playing guitar"}
    return Posture(moving_pose(action[motion], phase, (0.0, 0.0), mirrored=False, share=1.0))


def _waving(phase: float, *, forwards: bool) -> Pose:
    """One arm up, swinging to the side or, so that it is seen from there too, to the front."""
    swing = 2.75 + 0.42 * math.sin(phase)
    arm = ((2.30, 0.25), (swing + 0.25, 0.15)) if forwards else ((0.15, 2.05), (0.15, swing))
    return Pose((*arm, *_HANG, (0.0, 0.06), (0.0, 0.03), (0.0, 0.06), (0.0, 0.03)))


def _hop(share: float, height: float) -> Posture:
    flown = (share - _OFF) / (_BACK - _OFF)
    return Posture(along(_HOP, share), 4 * height * flown * (1 - flown) if 0 < flown < 1 else 0.0)


_ONCE: dict[str, dict[str, Keys]] = {
    "sit down": _SIT,
    "pick up": _LIFT,
    "throw": _THROW,
    "open an umbrella": {"plain": _UMBRELLA},
}

STYLES: dict[str, tuple[str, ...]] = {
    **{motion: tuple(styles) for motion, styles in _ONCE.items()},
    "jump": ("low", "high"),
    "wave": ("sideways", "forwards"),
    "fall": ("left", "right"),
}
"""The ways of doing a motion; those that are not here have one, "plain"."""

ENDS = frozenset([*_ONCE, "fall"])
"""The motions that happen once; the others go on as long as the clip."""
