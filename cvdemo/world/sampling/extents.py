"""The actions and sizes of each class, and approximate boxes of objects before they are drawn."""

from __future__ import annotations

from typing import NamedTuple

from cvdemo.world.figures.skeleton import skeleton
from cvdemo.world.graph import PersonLook, Thing

SIZES = {
    "person": 1.0,
    "cat": 0.40,
    "dog": 0.52,
    "duck": 0.36,
    "car": 0.80,
    "ball": 0.25,
    "kite": 0.42,
    "teddy bear": 0.38,
}
"""Height of each figure's unit, in heights of a grown person."""

ACTIONS: dict[str, tuple[tuple[str, float], ...]] = {
    "person": (
        ("standing", 0.9), ("walking", 1.2), ("running", 1.0), ("waving", 0.9), ("cheering", 0.7),
        ("sitting", 0.9), ("playing guitar", 1.0), ("throwing a ball", 0.8), ("kicking a ball", 0.7),
        ("flying a kite", 0.9), ("holding a teddy bear", 0.8),
    ),
    "cat": (("walking", 0.45), ("sitting", 0.35), ("sleeping", 0.20)),
    "dog": (("standing", 0.25), ("walking", 0.25), ("running", 0.25), ("sitting", 0.25)),
    "duck": (("standing", 0.5), ("walking", 0.5)),
    "car": (("driving", 1.0),),
    "ball": (("lying", 1.0),),
    "kite": (("flying", 1.0),),
    "teddy bear": (("sitting", 1.0),),
}  # fmt: skip
"""The actions of each class with their weights."""

_ON_FOUR, _DUCK, _BALL = (-0.78, -0.02, 0.94, 1.10), (-0.70, -0.02, 0.70, 0.98), (-0.52, -0.02, 0.52, 1.02)
_EXTENTS: dict[tuple[str, str], tuple[float, float, float, float]] = {
    ("cat", "walking"): (-0.92, -0.02, 0.80, 1.02),
    ("cat", "sitting"): (-0.62, -0.02, 0.34, 1.08),
    ("cat", "sleeping"): (-0.60, -0.02, 0.68, 0.60),
    ("dog", "standing"): _ON_FOUR,
    ("dog", "walking"): _ON_FOUR,
    ("dog", "running"): (-0.82, -0.02, 0.96, 1.15),
    ("dog", "sitting"): (-0.66, -0.02, 0.66, 1.16),
    ("duck", "swimming"): (-0.70, -0.02, 0.70, 0.76),
    ("duck", "standing"): _DUCK,
    ("duck", "walking"): _DUCK,
    ("ball", "lying"): _BALL,
    ("ball", "in the air"): _BALL,
    ("ball", "floating"): _BALL,
    ("kite", "flying"): (-0.66, -1.46, 0.66, 0.54),
    ("teddy bear", "sitting"): (-0.45, -0.02, 0.45, 1.02),
}


class Box(NamedTuple):
    """An object's box in picture heights: x1 < x2, y1 < y2."""

    x1: float
    y1: float
    x2: float
    y2: float

    @property
    def area(self) -> float:
        """Its area."""
        return (self.x2 - self.x1) * (self.y2 - self.y1)

    def shared(self, other: Box) -> float:
        """The area of the intersection with another box."""
        wide = min(self.x2, other.x2) - max(self.x1, other.x1)
        high = min(self.y2, other.y2) - max(self.y1, other.y1)
        return wide * high if wide > 0 and high > 0 else 0.0


def box_of(thing: Thing) -> Box:
    """The approximate box of an object; exact boxes come from the drawing."""
    if isinstance(thing.look, PersonLook):
        assert thing.pose is not None
        body = skeleton(thing.pose, thing.facing, thing.look.child)
        r = body.build.head_radius * 1.1
        xs = [*body.joints[:, 0], *body.hands[:, 0], *body.toes[:, 0]]
        high = max(float(body.head[1]) + r, float(body.hands[:, 1].max()))
        west, south = min(*xs, float(body.head[0]) - r) - 0.04, -0.01
        east, north = max(*xs, float(body.head[0]) + r) + 0.04, high + 0.03
    elif thing.kind == "car":
        half = 1.08 if thing.look.pattern == "side" else 0.64
        west, south, east, north = -half, 0.0, half, 1.0
    else:
        west, south, east, north = _EXTENTS[thing.kind, thing.action]
        if thing.facing < 0:
            west, east = -east, -west
    s, y = thing.size, thing.y - thing.lift
    return Box(thing.x + west * s, y - north * s, thing.x + east * s, y - south * s)
