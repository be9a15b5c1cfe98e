"""Where things are and what they do: thrown one by one, and kept only where they fit."""

from __future__ import annotations

import math
from dataclasses import replace

from cvdemo.world.dice import Dice
from cvdemo.world.difficulty import Difficulty
from cvdemo.world.figures.person import held_at
from cvdemo.world.graph import FigureLook, Place, Thing, Tree
from cvdemo.world.sampling.extents import ACTIONS, SIZES
from cvdemo.world.sampling.land import Ground, person_height
from cvdemo.world.sampling.looks import throw_figure, throw_person
from cvdemo.world.sampling.poses import facing_for, pose
from cvdemo.world.sampling.room import HALF_FRAME, Room
from cvdemo.world.vocabulary import THING_PAINTS, THINGS

_LOOK_ALIKES = (
    ("brown", ("dog", "teddy bear", "cat", "duck")), ("white", ("cat", "dog", "duck", "teddy bear", "ball")),
    ("grey", ("cat", "dog", "teddy bear", "car")), ("yellow", ("duck", "ball", "kite", "car")),
    ("red", ("ball", "car", "kite", "person")), ("orange", ("cat", "ball", "car", "kite")),
)  # fmt: skip


class Thrower:
    """Throws things into a land until there are enough, each where it belongs and can be seen."""

    def __init__(self, dice: Dice, difficulty: Difficulty, ground: Ground, trees: tuple[Tree, ...]) -> None:
        self.dice, self.difficulty, self.ground = dice, difficulty, ground
        self.cold = ground.land.cover == "snow"
        self.room = Room(trees, difficulty.occlusion)
        self.theme, self.company = dice.pick(_LOOK_ALIKES)
        self.favourite = dice.pick(THINGS)

    def throw(self) -> tuple[Thing, ...]:
        """The things in drawing order, their ids in that order."""
        most = int(self.difficulty.objects)
        wanted = min(most, 1 + int(self.dice.roll() ** 0.8 * most)) if most else 0
        for _ in range(wanted * 5):
            if len(self.room.things) >= wanted:
                break
            self._try(wanted - len(self.room.things))
        return self._ordered()

    def _ordered(self) -> tuple[Thing, ...]:
        order = sorted(range(len(self.room.things)), key=lambda k: (self._depth(k), k))
        number = {old: new for new, old in enumerate(order)}
        return tuple(
            replace(
                self.room.things[old],
                id=new,
                holder=None if self.room.things[old].holder is None else number[self.room.things[old].holder],  # type: ignore[index]
                holds=None if self.room.things[old].holds is None else number[self.room.things[old].holds],  # type: ignore[index]
            )
            for new, old in enumerate(order)
        )

    def _depth(self, k: int) -> float:
        thing = self.room.things[k]
        if thing.place == "arms" and thing.holder is not None:
            return self.room.things[thing.holder].y + 1e-6
        return thing.y

    def _kind(self) -> tuple[str, str]:
        """The next thing's class and colour."""
        if self.dice.chance(self.difficulty.look_alikes):
            kind, colour = self.dice.pick(self.company), self.theme
        else:
            weights = [(k, {"person": 3.0, "kite": 0.6}.get(k, 1.0)) for k in THINGS]
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
        if self.room.things and dice.chance(min(0.85, 1.1 * crowd * crowd + 0.2 * crowd)):
            other = dice.pick(self.room.things)
            x, y = (
                other.x + dice.between(-0.15, 0.15),
                min(1.02, max(land.horizon + 0.05, other.y + dice.between(-0.10, 0.12))),
            )
        if kind == "car":
            return self._lane()
        if kind == "duck" and land.water is not None and dice.chance(0.8):
            x, y = self._afloat()
        height = person_height(land, self.difficulty, y)
        half = height * SIZES[kind] * (0.12 if kind == "person" else 0.30)
        places = {self.ground.place(x + d, y, 0.018 + 0.04 * height) for d in (-half, 0.0, half)}
        place = places.pop() if len(places) == 1 else None
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
        partner = self._partner(thing)
        if partner is None:
            self.room.take(thing)
        else:
            number = len(self.room.things)
            self.room.take(replace(thing, holds=number + 1), replace(partner, holder=number))

    def _size(self, kind: str, y: float) -> float:
        size = (
            person_height(self.ground.land, self.difficulty, y) * SIZES[kind] * self.dice.between(0.90, 1.10)
        )
        road = self.ground.land.road
        if kind == "car" and road is not None and road.kind == "away":
            k = min(range(len(road.left)), key=lambda i: abs(road.left[i][1] - y))
            size = min(size, 0.36 * (road.right[k][0] - road.left[k][0]))
        return size

    def _person(self, spot: tuple[float, float, Place], colour: str, room: int) -> Thing:
        dice = self.dice
        x, y, place = spot
        alone = ("throwing a ball", "kicking a ball", "flying a kite", "holding a teddy bear")
        action = dice.weigh([(a, w) for a, w in ACTIONS["person"] if room > 1 or a not in alone])
        look = throw_person(dice, colour, cold=self.cold, guitar=action == "playing guitar")
        size = self._size("person", y) * (0.72 if look.child else 1.0)
        loose = (dice.between(-0.45, 0.45), dice.around(0.0, 0.06))
        posed = pose(
            action,
            dice.between(0, 6.28),
            loose=loose,
            mirrored=dice.chance(0.5) and action != "playing guitar",
        )
        return Thing(
            0,
            "person",
            x,
            y,
            size,
            facing_for(action, dice),
            dice.around(0.0, 0.015),
            "orange" if look.vest else colour,
            action,
            place,
            look,
            posed,
        )

    def _figure(self, kind: str, spot: tuple[float, float, Place], colour: str) -> Thing:
        dice = self.dice
        x, y, place = spot
        look, action = throw_figure(dice, kind, colour), dice.weigh(ACTIONS[kind])
        facing, tilt, lift = (1.0 if dice.chance(0.5) else -1.0), 0.0, 0.0
        if place == "water":
            action = "swimming" if kind == "duck" else "floating"
        if kind == "car":
            facing, look = self._traffic(x, y, look)
        if kind == "ball" and place != "water" and dice.chance(0.18):
            action, lift, place = (
                "in the air",
                dice.between(0.08, 0.30) * person_height(self.ground.land, self.difficulty, y) * 3,
                "air",
            )
        swing = dice.between(0.4, 0.9) if action in ("walking", "running") else dice.between(0.0, 0.12)
        return Thing(
            0,
            kind,
            x,
            y,
            self._size(kind, y),
            facing,
            tilt,
            colour,
            action,
            place,
            replace(look, swing=swing),
            lift=lift,
        )

    def _traffic(self, x: float, y: float, look: FigureLook) -> tuple[float, FigureLook]:
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
        return Thing(
            0,
            "kite",
            dice.between(-0.5, 0.5),
            y,
            size,
            1.0,
            dice.around(0.0, 0.28),
            colour,
            "flying",
            "sky",
            look,
            lift=y - centre,
        )

    def _partner(self, thing: Thing) -> Thing | None:
        """The thing that a person's action needs: the ball, the kite, the teddy bear."""
        dice = self.dice
        if thing.action == "flying a kite":
            kite = self._kite(dice.pick(THING_PAINTS["kite"]))
            side = math.copysign(1.0, math.sin(thing.facing))
            x = min(0.5, max(-0.5, thing.x + side * dice.between(0.10, 0.36)))
            return replace(kite, x=x, y=thing.y + 1e-4, lift=kite.lift + thing.y + 1e-4 - kite.y)
        if thing.action == "holding a teddy bear":
            x, y, size = held_at(thing)
            return self._toy("teddy bear", (x, y, "arms"), size, "sitting", tilt=dice.around(0.0, 0.08))
        if thing.action in ("throwing a ball", "kicking a ball"):
            reach, up = ((0.75, 1.0) if thing.action == "throwing a ball" else (0.02, 0.12)), thing.size
            side = math.copysign(1.0, math.sin(thing.facing))
            x = thing.x + side * thing.size * dice.between(0.42, 0.62)
            size = person_height(self.ground.land, self.difficulty, thing.y) * SIZES["ball"] * 0.85
            return self._toy(
                "ball", (x, thing.y + 0.002, "air"), size, "in the air", lift=up * dice.between(*reach)
            )
        return None

    def _toy(
        self,
        kind: str,
        spot: tuple[float, float, Place],
        size: float,
        action: str,
        *,
        tilt: float = 0.0,
        lift: float = 0.0,
    ) -> Thing:
        """A thing that somebody plays with, in a colour of its class."""
        colour = self.dice.pick(THING_PAINTS[kind])
        x, y, place = spot
        look = throw_figure(self.dice, kind, colour)
        return Thing(0, kind, x, y, size, 1.0, tilt, colour, action, place, look, lift=lift)
