"""Sampling of the objects: their places and actions, one by one, kept only if they fit."""

from __future__ import annotations

import math
from dataclasses import replace

from cvdemo.world.difficulty import Difficulty
from cvdemo.world.figures.person import held_at
from cvdemo.world.graph import FigureLook, Place, Thing, Tree
from cvdemo.world.rng import RandomStream
from cvdemo.world.sampling.appearance import sample_figure, sample_person
from cvdemo.world.sampling.extents import ACTIONS, SIZES
from cvdemo.world.sampling.land import Ground, person_height
from cvdemo.world.sampling.placement import HALF_FRAME, Placement
from cvdemo.world.sampling.poses import facing_for, pose
from cvdemo.world.vocabulary import THING_PAINTS, THINGS

_LOOK_ALIKES = (
    ("brown", ("dog", "teddy bear", "cat", "duck")), ("white", ("cat", "dog", "duck", "teddy bear", "ball")),
    ("grey", ("cat", "dog", "teddy bear", "car")), ("yellow", ("duck", "ball", "kite", "car")),
    ("red", ("ball", "car", "kite", "person")), ("orange", ("cat", "ball", "car", "kite")),
)  # fmt: skip


class InstanceSampler:
    """Samples objects on a land until there are enough, each at a place of its class where it can be seen."""

    def __init__(
        self, rng: RandomStream, difficulty: Difficulty, ground: Ground, trees: tuple[Tree, ...]
    ) -> None:
        self.rng, self.difficulty, self.ground = rng, difficulty, ground
        self.cold = ground.land.cover == "snow"
        self.placement = Placement(trees, difficulty.occlusion)
        self.theme, self.company = rng.choice(_LOOK_ALIKES)
        self.favourite = rng.choice(THINGS)

    def sample(self) -> tuple[Thing, ...]:
        """The objects in drawing order, their ids in that order."""
        most = int(self.difficulty.objects)
        count = min(most, 1 + int(self.rng.random() ** 0.8 * most)) if most else 0
        for _ in range(count * 5):
            if len(self.placement.things) >= count:
                break
            self._try(count - len(self.placement.things))
        return self._ordered()

    def passer_by(self) -> Thing | None:
        """Somebody who goes by, wherever the others are, or None if the sampled place does not suit them."""
        kinds = [("person", 3.0), ("dog", 1.5), ("cat", 1.0), ("car", 3.0 if self.ground.land.road else 0.0)]
        kind = self.rng.weighted_choice(kinds)
        colour, spot = self.rng.choice(THING_PAINTS[kind]), self._spot(kind)
        if spot is None:
            return None
        if kind != "person":
            return replace(self._figure(kind, spot, colour), action="driving" if kind == "car" else "walking")
        action = "running" if self.rng.chance(0.35) else "walking"
        look = sample_person(self.rng, colour, cold=self.cold, guitar=False)
        size = self._size("person", spot[1]) * (0.72 if look.child else 1.0)
        return Thing(
            0, "person", *spot[:2], size, facing_for(action, self.rng), 0.0,
            "orange" if look.vest else colour, action, spot[2], look, pose(action, 0.0),
        )  # fmt: skip

    def _ordered(self) -> tuple[Thing, ...]:
        things = self.placement.things
        order = sorted(range(len(things)), key=lambda k: (self._depth(k), k))
        number: dict[int | None, int | None] = {None: None}
        number |= {old: new for new, old in enumerate(order)}
        return tuple(
            replace(things[old], id=new, holder=number[things[old].holder], holds=number[things[old].holds])
            for new, old in enumerate(order)
        )

    def _depth(self, k: int) -> float:
        thing = self.placement.things[k]
        if thing.place == "arms" and thing.holder is not None:
            return self.placement.things[thing.holder].y + 1e-6
        return thing.y

    def _kind(self) -> tuple[str, str]:
        """The next object's class and colour."""
        if self.rng.chance(self.difficulty.look_alikes):
            kind, colour = self.rng.choice(self.company), self.theme
        else:
            weights = [(k, {"person": 3.0, "kite": 0.6}.get(k, 1.0)) for k in THINGS]
            kind = self.favourite if self.rng.chance(0.22) else self.rng.weighted_choice(weights)
            if kind not in ("car", "duck") and self.rng.chance(0.18):
                kind = "car" if self.ground.land.road else "duck" if self.ground.land.water else kind
            colour = self.rng.choice(THING_PAINTS[kind])
        if kind == "car" and self.ground.land.road is None:
            kind, colour = "dog", self.rng.choice(THING_PAINTS["dog"])
        return kind, colour

    def _spot(self, kind: str) -> tuple[float, float, Place] | None:
        """A place on the ground for this class, or None if the sampled place does not suit it."""
        rng, land = self.rng, self.ground.land
        near = rng.random() ** 0.85
        y = land.horizon + 0.05 + (0.975 - land.horizon) * near
        x = rng.uniform(-HALF_FRAME, HALF_FRAME) * 0.92
        crowd = self.difficulty.occlusion
        if self.placement.things and rng.chance(min(0.85, 1.1 * crowd * crowd + 0.2 * crowd)):
            other = rng.choice(self.placement.things)
            x, y = (
                other.x + rng.uniform(-0.15, 0.15),
                min(1.02, max(land.horizon + 0.05, other.y + rng.uniform(-0.10, 0.12))),
            )
        if kind == "car":
            return self._lane()
        if kind == "duck" and land.water is not None and rng.chance(0.8):
            x, y = self._afloat()
        height = person_height(land, self.difficulty, y)
        half = height * SIZES[kind] * (0.12 if kind == "person" else 0.30)
        places = {self.ground.place(x + d, y, 0.018 + 0.04 * height) for d in (-half, 0.0, half)}
        place = places.pop() if len(places) == 1 else None
        if place == "water" and kind not in ("duck", "ball"):
            return None
        if place == "road" and kind in ("duck", "teddy bear") and rng.chance(0.7):
            return None
        return None if place is None else (x, y, place)

    def _afloat(self) -> tuple[float, float]:
        assert self.ground.land.water is not None
        outline = self.ground.land.water.outline
        ys = [y for _, y in outline]
        y = self.rng.uniform(min(ys), max(ys))
        xs = [x for x, at in outline if abs(at - y) < 0.06] or [0.0]
        return self.rng.uniform(max(-0.55, min(xs)), min(0.55, max(xs))), y

    def _lane(self) -> tuple[float, float, Place]:
        road = self.ground.land.road
        assert road is not None
        rng = self.rng
        if road.kind == "across":
            x = rng.uniform(-0.5, 0.5)
            k = min(range(len(road.left)), key=lambda i: abs(road.left[i][0] - x))
            share = 0.42 if rng.chance(0.5) else 0.84
            return x, road.left[k][1] + (road.right[k][1] - road.left[k][1]) * share, "road"
        k = rng.integer(9, len(road.left) - 5)
        share = 0.27 if rng.chance(0.5) else 0.73
        (x1, y), (x2, _) = road.left[k], road.right[k]
        return x1 + (x2 - x1) * share, y, "road"

    def _try(self, left: int) -> None:
        kind, colour = self._kind()
        if kind == "kite":
            thing = self._kite(colour)
        else:
            spot = self._spot(kind)
            if spot is None:
                return
            thing = self._person(spot, colour, left) if kind == "person" else self._figure(kind, spot, colour)
        partner = self._partner(thing)
        if partner is None:
            self.placement.add(thing)
        else:
            number = len(self.placement.things)
            self.placement.add(replace(thing, holds=number + 1), replace(partner, holder=number))

    def _size(self, kind: str, y: float) -> float:
        size = (
            person_height(self.ground.land, self.difficulty, y) * SIZES[kind] * self.rng.uniform(0.90, 1.10)
        )
        road = self.ground.land.road
        if kind == "car" and road is not None and road.kind == "away":
            k = min(range(len(road.left)), key=lambda i: abs(road.left[i][1] - y))
            size = min(size, 0.36 * (road.right[k][0] - road.left[k][0]))
        return size

    def _person(self, spot: tuple[float, float, Place], colour: str, left: int) -> Thing:
        rng = self.rng
        x, y, place = spot
        alone = ("throwing a ball", "kicking a ball", "flying a kite", "holding a teddy bear")
        action = rng.weighted_choice([(a, w) for a, w in ACTIONS["person"] if left > 1 or a not in alone])
        look = sample_person(rng, colour, cold=self.cold, guitar=action == "playing guitar")
        size = self._size("person", y) * (0.72 if look.child else 1.0)
        loose = (rng.uniform(-0.45, 0.45), rng.normal(0.0, 0.06))
        posed = pose(
            action,
            rng.uniform(0, 6.28),
            loose=loose,
            mirrored=rng.chance(0.5) and action != "playing guitar",
        )
        return Thing(
            0,
            "person",
            x,
            y,
            size,
            facing_for(action, rng),
            rng.normal(0.0, 0.015),
            "orange" if look.vest else colour,
            action,
            place,
            look,
            posed,
        )

    def _figure(self, kind: str, spot: tuple[float, float, Place], colour: str) -> Thing:
        rng = self.rng
        x, y, place = spot
        look, action = sample_figure(rng, kind, colour), rng.weighted_choice(ACTIONS[kind])
        facing, tilt, lift = (1.0 if rng.chance(0.5) else -1.0), 0.0, 0.0
        if place == "water":
            action = "swimming" if kind == "duck" else "floating"
        if kind == "car":
            facing, look = self._traffic(x, y, look)
        if kind == "ball" and place != "water" and rng.chance(0.18):
            action, lift, place = (
                "in the air",
                rng.uniform(0.08, 0.30) * person_height(self.ground.land, self.difficulty, y) * 3,
                "air",
            )
        swing = rng.uniform(0.4, 0.9) if action in ("walking", "running") else rng.uniform(0.0, 0.12)
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
        """A car's direction: right-hand traffic on a road to the horizon, one direction per lane across."""
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
        rng, land = self.rng, self.ground.land
        size = rng.uniform(0.10, 0.19)
        centre = rng.uniform(0.10, max(0.12, land.horizon - 0.13 - size))
        y = rng.uniform(land.horizon + 0.1, 0.95)
        look = sample_figure(rng, "kite", colour)
        return Thing(
            0,
            "kite",
            rng.uniform(-0.5, 0.5),
            y,
            size,
            1.0,
            rng.normal(0.0, 0.28),
            colour,
            "flying",
            "sky",
            look,
            lift=y - centre,
        )

    def _partner(self, thing: Thing) -> Thing | None:
        """The object that a person's action needs: a ball, kite or teddy bear; else None."""
        rng = self.rng
        if thing.action == "flying a kite":
            kite = self._kite(rng.choice(THING_PAINTS["kite"]))
            side = math.copysign(1.0, math.sin(thing.facing))
            x = min(0.5, max(-0.5, thing.x + side * rng.uniform(0.10, 0.36)))
            return replace(kite, x=x, y=thing.y + 1e-4, lift=kite.lift + thing.y + 1e-4 - kite.y)
        if thing.action == "holding a teddy bear":
            x, y, size = held_at(thing)
            return self._toy("teddy bear", (x, y, "arms"), size, "sitting", tilt=rng.normal(0.0, 0.08))
        if thing.action in ("throwing a ball", "kicking a ball"):
            reach, up = ((0.75, 1.0) if thing.action == "throwing a ball" else (0.02, 0.12)), thing.size
            side = math.copysign(1.0, math.sin(thing.facing))
            x = thing.x + side * thing.size * rng.uniform(0.42, 0.62)
            size = person_height(self.ground.land, self.difficulty, thing.y) * SIZES["ball"] * 0.85
            return self._toy(
                "ball", (x, thing.y + 0.002, "air"), size, "in the air", lift=up * rng.uniform(*reach)
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
        """The object of a person's action, in a colour of its class."""
        colour = self.rng.choice(THING_PAINTS[kind])
        x, y, place = spot
        look = sample_figure(self.rng, kind, colour)
        return Thing(0, kind, x, y, size, 1.0, tilt, colour, action, place, look, lift=lift)
