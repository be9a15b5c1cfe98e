"""Where things are and what they do: thrown one by one, and kept only where they fit."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import NamedTuple

from cvdemo.world.dice import Dice
from cvdemo.world.difficulty import Difficulty
from cvdemo.world.figures.person import held_at
from cvdemo.world.figures.skeleton import skeleton
from cvdemo.world.graph import PersonLook, Place, Thing, Tree
from cvdemo.world.sampling.land import Ground, person_height
from cvdemo.world.sampling.looks import throw_figure, throw_person
from cvdemo.world.sampling.poses import facing_for, pose
from cvdemo.world.vocabulary import THING_PAINTS, THINGS

HALF_FRAME = 0.6
"""Half the width of the narrowest common picture (192 x 160): things are placed to be seen in it."""

SIZES = {"person": 1.0, "cat": 0.40, "dog": 0.52, "duck": 0.36, "car": 0.80, "ball": 0.25, "kite": 0.42, "teddy bear": 0.38}
"""Height of each figure's unit, in heights of a grown person."""

ACTIONS: dict[str, tuple[tuple[str, float], ...]] = {
    "person": (("standing", 0.9), ("walking", 1.2), ("running", 1.0), ("waving", 0.9), ("cheering", 0.7), ("sitting", 0.9), ("playing guitar", 1.0), ("throwing a ball", 0.8), ("kicking a ball", 0.7), ("flying a kite", 0.9), ("holding a teddy bear", 0.8)),
    "cat": (("walking", 0.45), ("sitting", 0.35), ("sleeping", 0.20)),
    "dog": (("standing", 0.25), ("walking", 0.25), ("running", 0.25), ("sitting", 0.25)),
    "duck": (("standing", 0.5), ("walking", 0.5)),
    "car": (("driving", 1.0),),
    "ball": (("lying", 1.0),),
    "kite": (("flying", 1.0),),
    "teddy bear": (("sitting", 1.0),),
}  # fmt: skip
"""What each class may be doing, with weights."""

_EXTENTS: dict[tuple[str, str], tuple[float, float, float, float]] = {
    ("cat", "walking"): (-0.92, -0.02, 0.80, 1.02), ("cat", "sitting"): (-0.62, -0.02, 0.34, 1.08), ("cat", "sleeping"): (-0.60, -0.02, 0.68, 0.60),
    ("dog", "standing"): (-0.78, -0.02, 0.94, 1.10), ("dog", "walking"): (-0.78, -0.02, 0.94, 1.10), ("dog", "running"): (-0.82, -0.02, 0.96, 1.15),
    ("dog", "sitting"): (-0.66, -0.02, 0.66, 1.16), ("duck", "swimming"): (-0.70, -0.02, 0.70, 0.76), ("duck", "standing"): (-0.70, -0.02, 0.70, 0.98),
    ("duck", "walking"): (-0.70, -0.02, 0.70, 0.98), ("ball", "lying"): (-0.52, -0.02, 0.52, 1.02), ("ball", "in the air"): (-0.52, -0.02, 0.52, 1.02),
    ("ball", "floating"): (-0.52, -0.02, 0.52, 1.02), ("kite", "flying"): (-0.66, -1.46, 0.66, 0.54), ("teddy bear", "sitting"): (-0.45, -0.02, 0.45, 1.02),
}  # fmt: skip

_LOOK_ALIKES = (
    ("brown", ("dog", "teddy bear", "cat", "duck")), ("white", ("cat", "dog", "duck", "teddy bear", "ball")),
    ("grey", ("cat", "dog", "teddy bear", "car")), ("yellow", ("duck", "ball", "kite", "car")),
    ("red", ("ball", "car", "kite", "person")), ("orange", ("cat", "ball", "car", "kite")),
)  # fmt: skip


class Box(NamedTuple):
    """A thing's box in picture heights: x1 < x2, y1 < y2."""

    x1: float
    y1: float
    x2: float
    y2: float

    @property
    def area(self) -> float:
        """Its area."""
        return (self.x2 - self.x1) * (self.y2 - self.y1)

    def shared(self, other: Box) -> float:
        """The area that it has in common with another box."""
        wide = min(self.x2, other.x2) - max(self.x1, other.x1)
        high = min(self.y2, other.y2) - max(self.y1, other.y1)
        return wide * high if wide > 0 and high > 0 else 0.0


def box_of(thing: Thing) -> Box:
    """About where a thing will be drawn; exact boxes come from the drawing."""
    if isinstance(thing.look, PersonLook):
        assert thing.pose is not None
        body = skeleton(thing.pose, yaw=thing.facing, child=thing.look.child)
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


class Thrower:
    """Throws things into a land until there are enough, each where it belongs and can be seen."""

    def __init__(self, dice: Dice, difficulty: Difficulty, ground: Ground, trees: tuple[Tree, ...]) -> None:
        self.dice, self.difficulty, self.ground = dice, difficulty, ground
        self.cold = ground.land.cover == "snow"
        self.things: list[Thing] = []
        self.boxes: list[Box] = []
        self.hidden: list[float] = []
        self.trees = [
            (tree.y, Box(tree.x - 0.30 * tree.size, tree.y - 0.97 * tree.size, tree.x + 0.30 * tree.size, tree.y))
            for tree in trees
            if tree.size > 0.15
        ]
        self.theme, self.company = dice.pick(_LOOK_ALIKES)
        self.favourite = dice.pick(THINGS)

    def throw(self) -> tuple[Thing, ...]:
        """The things in drawing order, their ids in that order."""
        most = int(self.difficulty.objects)
        wanted = min(most, 1 + int(self.dice.roll() ** 0.8 * most)) if most else 0
        for _ in range(wanted * 5):
            if len(self.things) >= wanted:
                break
            self._try(wanted - len(self.things))
        return self._ordered()

    def _ordered(self) -> tuple[Thing, ...]:
        order = sorted(range(len(self.things)), key=lambda k: (self._depth(k), k))
        number = {old: new for new, old in enumerate(order)}
        return tuple(
            replace(
                self.things[old],
                id=new,
                holder=None if self.things[old].holder is None else number[self.things[old].holder],  # type: ignore[index]
                holds=None if self.things[old].holds is None else number[self.things[old].holds],  # type: ignore[index]
            )
            for new, old in enumerate(order)
        )

    def _depth(self, k: int) -> float:
        thing = self.things[k]
        if thing.place == "arms" and thing.holder is not None:
            return self.things[thing.holder].y + 1e-6
        return thing.y

    def _kind(self) -> tuple[str, str]:
        """The next thing's class and colour."""
        if self.dice.chance(self.difficulty.look_alikes):
            kind, colour = self.dice.pick(self.company), self.theme
        else:
            weights = [(k, 2.0 if k == "person" else 1.0) for k in THINGS]
            kind = self.favourite if self.dice.chance(0.22) else self.dice.weigh(weights)
            if kind not in ("car", "duck") and self.dice.chance(0.18):
                kind = "car" if self.ground.land.road else "duck" if self.ground.land.water else kind
            colour = self.dice.pick(THING_PAINTS[kind])
        if kind == "car" and self.ground.land.road is None:
            kind, colour = "dog", self.dice.pick(THING_PAINTS["dog"])
        return kind, colour

    def _spot(self, kind: str) -> tuple[float, float, Place] | None:
        """A place on the ground for this class, or None if chance put it where it does not belong."""
        dice, land = self.dice, self.ground.land
        near = dice.roll() ** 0.85
        y = land.horizon + 0.05 + (0.975 - land.horizon) * near
        x = dice.between(-HALF_FRAME, HALF_FRAME) * 0.92
        crowd = self.difficulty.occlusion
        if self.things and dice.chance(0.55 * crowd):
            other = dice.pick(self.things)
            x, y = other.x + dice.between(-0.16, 0.16), min(1.02, max(land.horizon + 0.05, other.y + dice.between(-0.10, 0.12)))
        if kind == "car":
            return self._lane()
        if kind == "duck" and land.water is not None and dice.chance(0.8):
            x, y = self._afloat()
        margin = 0.022 + 0.05 * person_height(land, self.difficulty, y)
        place = self.ground.place(x, y, margin)
        if place == "water" and kind not in ("duck", "ball"):
            return None
        if place == "road" and kind in ("duck", "teddy bear") and dice.chance(0.7):
            return None
        return None if place is None else (x, y, place)

    def _afloat(self) -> tuple[float, float]:
        assert self.ground.land.water is not None
        outline = self.ground.land.water.outline
        ys = [y for _, y in outline]
        y = self.dice.between(min(ys), max(ys))
        xs = [x for x, at in outline if abs(at - y) < 0.06] or [0.0]
        return self.dice.between(max(-0.55, min(xs)), min(0.55, max(xs))), y

    def _lane(self) -> tuple[float, float, Place]:
        road = self.ground.land.road
        assert road is not None
        dice = self.dice
        if road.kind == "across":
            x = dice.between(-0.5, 0.5)
            k = min(range(len(road.left)), key=lambda i: abs(road.left[i][0] - x))
            share = 0.42 if dice.chance(0.5) else 0.84
            return x, road.left[k][1] + (road.right[k][1] - road.left[k][1]) * share, "road"
        k = dice.whole(9, len(road.left) - 5)
        share = 0.27 if dice.chance(0.5) else 0.73
        (x1, y), (x2, _) = road.left[k], road.right[k]
        return x1 + (x2 - x1) * share, y, "road"

    def _try(self, room: int) -> None:
        kind, colour = self._kind()
        if kind == "kite":
            thing = self._kite(colour)
        else:
            spot = self._spot(kind)
            if spot is None:
                return
            thing = self._person(spot, colour, room) if kind == "person" else self._figure(kind, spot, colour)
        if not self._fits([thing]):
            return
        partner = self._partner(thing)
        if partner is not None:
            if not self._fits([thing, partner]):
                return
            number = len(self.things)
            self._keep(replace(thing, holds=number + 1))
            self._keep(replace(partner, holder=number))
        else:
            self._keep(thing)

    def _size(self, kind: str, y: float) -> float:
        return person_height(self.ground.land, self.difficulty, y) * SIZES[kind] * self.dice.between(0.90, 1.10)

    def _person(self, spot: tuple[float, float, Place], colour: str, room: int) -> Thing:
        dice = self.dice
        x, y, place = spot
        alone = ("throwing a ball", "kicking a ball", "flying a kite", "holding a teddy bear")
        action = dice.weigh([(a, w) for a, w in ACTIONS["person"] if room > 1 or a not in alone])
        look = throw_person(dice, colour, cold=self.cold, guitar=action == "playing guitar")
        size = self._size("person", y) * (0.72 if look.child else 1.0)
        loose = (dice.between(-0.45, 0.45), dice.around(0.0, 0.06))
        posed = pose(action, dice.between(0, 6.28), loose=loose, mirrored=dice.chance(0.5) and action != "playing guitar")
        return Thing(0, "person", x, y, size, facing_for(action, dice), dice.around(0.0, 0.015), "orange" if look.vest else colour, action, place, look, posed)

    def _figure(self, kind: str, spot: tuple[float, float, Place], colour: str) -> Thing:
        dice = self.dice
        x, y, place = spot
        look, action = throw_figure(dice, kind, colour), dice.weigh(ACTIONS[kind])
        facing, tilt, lift = (1.0 if dice.chance(0.5) else -1.0), 0.0, 0.0
        if place == "water":
            action = "swimming" if kind == "duck" else "floating"
        if kind == "car":
            facing, look = self._traffic(x, y, look.variant, look)
        if kind == "ball" and place != "water" and dice.chance(0.18):
            action, lift, place = "in the air", dice.between(0.08, 0.30) * person_height(self.ground.land, self.difficulty, y) * 3, "air"
        swing = dice.between(0.4, 0.9) if action in ("walking", "running") else dice.between(0.0, 0.12)
        return Thing(0, kind, x, y, self._size(kind, y), facing, tilt, colour, action, place, replace(look, swing=swing), lift=lift)

    def _traffic(self, x: float, y: float, variant: str, look):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
        """Which way a car looks: right-hand traffic on a road away, one way per lane on a road across."""
        road = self.ground.land.road
        assert road is not None
        if road.kind == "across":
            k = min(range(len(road.left)), key=lambda i: abs(road.left[i][0] - x))
            upper = y < (road.left[k][1] + road.right[k][1]) / 2
            return (-1.0 if upper else 1.0), look
        k = min(range(len(road.left)), key=lambda i: abs(road.left[i][1] - y))
        oncoming = x < (road.left[k][0] + road.right[k][0]) / 2
        return 1.0, replace(look, pattern="front" if oncoming else "back")

    def _kite(self, colour: str) -> Thing:
        dice, land = self.dice, self.ground.land
        size = dice.between(0.10, 0.19)
        centre = dice.between(0.10, max(0.12, land.horizon - 0.13 - size))
        y = dice.between(land.horizon + 0.1, 0.95)
        look = throw_figure(dice, "kite", colour)
        return Thing(0, "kite", dice.between(-0.5, 0.5), y, size, 1.0, dice.around(0.0, 0.28), colour, "flying", "sky", look, lift=y - centre)

    def _partner(self, thing: Thing) -> Thing | None:
        """The thing that a person's action needs: the ball, the kite, the teddy bear."""
        dice = self.dice
        if thing.action == "flying a kite":
            kite = self._kite(dice.pick(THING_PAINTS["kite"]))
            side = math.copysign(1.0, math.sin(thing.facing))
            x = min(0.5, max(-0.5, thing.x + side * dice.between(0.10, 0.36)))
            return replace(kite, x=x, y=thing.y + 1e-4, lift=kite.lift + thing.y + 1e-4 - kite.y)
        if thing.action == "holding a teddy bear":
            colour = dice.pick(THING_PAINTS["teddy bear"])
            x, y, size = held_at(thing)
            return Thing(0, "teddy bear", x, y, size, 1.0, dice.around(0.0, 0.08), colour, "sitting", "arms", throw_figure(dice, "teddy bear", colour))
        if thing.action in ("throwing a ball", "kicking a ball"):
            colour = dice.pick(THING_PAINTS["ball"])
            side = math.copysign(1.0, math.sin(thing.facing))
            size = person_height(self.ground.land, self.difficulty, thing.y) * SIZES["ball"] * 0.85
            up = thing.size * (dice.between(0.75, 1.0) if thing.action == "throwing a ball" else dice.between(0.02, 0.12))
            x = thing.x + side * thing.size * dice.between(0.42, 0.62)
            return Thing(0, "ball", x, thing.y + 0.002, size, 1.0, 0.0, colour, "in the air", "air", throw_figure(dice, "ball", colour), lift=up)
        return None

    def _fits(self, new: list[Thing]) -> bool:
        """Whether the things are in the frame, and cover and are covered no more than the knob allows."""
        allowed = self.difficulty.occlusion
        frame = Box(-HALF_FRAME, 0.0, HALF_FRAME, 1.0)
        boxes = [box_of(thing) for thing in new]
        for thing, box in zip(new, boxes, strict=True):
            hidden = sum(box.shared(tree) for y, tree in self.trees if y > thing.y)
            hidden += sum(box.shared(other) for k, other in enumerate(self.boxes) if self.things[k].y >= thing.y)
            if hidden > allowed * box.area or box.shared(frame) < (0.94 - 0.4 * allowed) * box.area:
                return False
        for k, other in enumerate(self.boxes):
            more = sum(other.shared(box) for thing, box in zip(new, boxes, strict=True) if thing.y > self.things[k].y)
            if self.hidden[k] + more > allowed * other.area:
                return False
        return True

    def _keep(self, thing: Thing) -> None:
        box = box_of(thing)
        for k, other in enumerate(self.boxes):
            if thing.y > self.things[k].y:
                self.hidden[k] += other.shared(box)
        hidden = sum(box.shared(other) for k, other in enumerate(self.boxes) if self.things[k].y >= thing.y)
        self.things.append(thing)
        self.boxes.append(box)
        self.hidden.append(hidden + sum(box.shared(tree) for y, tree in self.trees if y > thing.y))
