"""What people's limbs do in each action, as functions of a phase that a clip can run."""

from __future__ import annotations

import math

from cvdemo.world.dice import Dice
from cvdemo.world.graph import Pose

Angles = tuple[tuple[float, float], ...]

_HANG = ((0.06, 0.15), (0.18, 0.06))
_STAND = ((0.0, 0.06), (0.0, 0.03), (0.0, 0.06), (0.0, 0.03))


def pose(
    action: str, phase: float, *, loose: tuple[float, float] = (0.0, 0.0), mirrored: bool = False
) -> Pose:
    """The pose of an action at a phase in radians; `mirrored` swaps left and right."""
    s, c = math.sin(phase), math.cos(phase)
    lean, head = (0.0, 0.0), loose
    limbs: Angles
    if action == "walking":
        limbs = (
            (0.55 * s, 0.12),
            (0.55 * s + 0.32, 0.04),
            (-0.55 * s, 0.12),
            (-0.55 * s + 0.32, 0.04),
            (-0.50 * s, 0.03),
            (-0.50 * s - 0.10 - 0.35 * max(0.0, c), 0.0),
            (0.50 * s, 0.03),
            (0.50 * s - 0.10 - 0.35 * max(0.0, -c), 0.0),
        )
        lean = (0.05, 0.0)
    elif action == "running":
        s = math.copysign(max(0.45, abs(s)), s)
        limbs = (
            (1.0 * s, 0.14),
            (1.0 * s + 1.35, -0.15),
            (-1.0 * s, 0.14),
            (-1.0 * s + 1.35, -0.15),
            (-0.85 * s + 0.15, 0.03),
            (-0.85 * s - 0.35 - 0.75 * max(0.0, s), 0.0),
            (0.85 * s + 0.15, 0.03),
            (0.85 * s - 0.35 - 0.75 * max(0.0, -s), 0.0),
        )
        lean = (0.18, 0.0)
    elif action == "waving":
        limbs = ((0.15, 1.95), (0.2, 2.75 + 0.32 * s), *_HANG, *_STAND)
    elif action == "cheering":
        limbs = (
            (0.1, 2.35 + 0.2 * s),
            (0.1, 2.75 + 0.2 * s),
            (0.1, 2.35 - 0.2 * s),
            (0.1, 2.75 - 0.2 * s),
            (0.0, 0.20),
            (0.0, 0.12),
            (0.0, 0.20),
            (0.0, 0.12),
        )
    elif action == "sitting":
        limbs = (
            (0.35, 0.28),
            (0.85, -0.20),
            (0.35, 0.28),
            (0.85, -0.20),
            (1.36, 0.22),
            (1.20 - 0.3 * abs(s), 0.10),
            (1.36, 0.22),
            (1.20, 0.10),
        )
        lean = (-0.06, 0.0)
    elif action == "playing guitar":
        limbs = ((0.45, 0.52), (1.35, 0.42), (0.05, 0.62), (1.05 + 0.18 * s, -0.72), *_STAND)
    elif action == "throwing a ball":
        limbs = (
            (0.9, 0.35),
            (1.3, 0.2),
            (2.3 + 0.3 * s, 0.35),
            (2.75 + 0.3 * s, 0.10),
            (0.40, 0.05),
            (0.25, 0.0),
            (-0.40, 0.06),
            (-0.55, 0.0),
        )
        lean = (-0.06, 0.0)
    elif action == "kicking a ball":
        limbs = (
            (0.7, 0.45),
            (0.9, 0.35),
            (-0.6, 0.45),
            (-0.3, 0.3),
            (-0.12, 0.04),
            (-0.22, 0.0),
            (0.95 + 0.1 * s, 0.04),
            (0.75 + 0.1 * s, 0.0),
        )
        lean = (-0.12, 0.0)
    elif action == "flying a kite":
        limbs = (
            (1.75 + 0.12 * s, 0.25),
            (2.2 + 0.1 * s, 0.12),
            (1.0, 0.25),
            (1.6, -0.05),
            (0.20, 0.08),
            (0.12, 0.02),
            (-0.18, 0.08),
            (-0.25, 0.02),
        )
        lean = (-0.08, 0.0)
    elif action == "holding a teddy bear":
        limbs = ((0.55, 0.30), (1.35, -0.52), (0.55, 0.30), (1.35, -0.52), *_STAND)
    else:
        limbs = ((0.06, 0.15 + 0.04 * s), (0.18, 0.06), (0.06, 0.15 + 0.04 * c), (0.18, 0.06), *_STAND)
    return mirror(Pose(limbs, lean, head)) if mirrored else Pose(limbs, lean, head)


def mirror(posed: Pose) -> Pose:
    """The same pose with left and right swapped: with the opposite yaw it is the mirror image."""
    la, lf, ra, rf, lt, ls, rt, rs = posed.limbs
    return Pose(
        (ra, rf, la, lf, rt, rs, lt, ls), (posed.lean[0], -posed.lean[1]), (-posed.head[0], -posed.head[1])
    )


def facing_for(action: str, dice: Dice) -> float:
    """A yaw in which the action can be seen: 0 looks at the viewer, pi / 2 to the right, pi away."""
    side = 1 if dice.chance(0.5) else -1
    if action in ("playing guitar", "holding a teddy bear"):
        return dice.between(-0.85, 0.85)
    if action in ("throwing a ball", "kicking a ball", "flying a kite"):
        return side * dice.between(0.9, 1.9)
    if action in ("walking", "running") and dice.chance(0.7):
        return side * dice.between(0.8, 2.3)
    return dice.between(-math.pi, math.pi) if dice.chance(0.35) else dice.between(-1.1, 1.1)
