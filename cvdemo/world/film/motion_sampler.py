"""Sampling of what the objects of a scene do in a clip, and of those that come by."""

from __future__ import annotations

import math
from dataclasses import replace

from cvdemo.world.film.moving import MovingThing, Terrain
from cvdemo.world.film.routes import Bounce, Lane, Path, Route, Sway
from cvdemo.world.graph import Scene, Thing
from cvdemo.world.rng import RandomStream
from cvdemo.world.sampling.poses import facing_for
from cvdemo.world.sampling.things import InstanceSampler

SPEEDS = {
    ("person", "walking"): 0.75, ("person", "running"): 1.7, ("cat", "walking"): 1.0, ("dog", "walking"): 1.1,
    ("dog", "running"): 2.6, ("duck", "walking"): 0.45, ("duck", "swimming"): 0.40, ("car", "driving"): 1.5,
    ("ball", "lying"): 2.2, ("ball", "in the air"): 2.2,
}  # fmt: skip
"""Sizes of itself that a thing goes in a second."""

OUTSIDE = 1.0
"""Nothing is seen this many picture heights from the middle, at 4 : 3, however the camera pans."""

CAR = 2.6
"""The length of a car and the gap behind it, in its sizes."""

_STEP, _SHORTEST = 0.05, 0.3
_STARTS = {"standing": 0.6, "waving": 0.3, "cheering": 0.2, "sitting": 0.25, "sleeping": 0.0}
_WALKERS = ("person", "cat", "dog", "duck")


class MotionSampler:
    """Gives every object of a scene its way, and lets others come by."""

    def __init__(self, rng: RandomStream, scene: Scene, terrain: Terrain) -> None:
        self.rng, self.scene, self.terrain = rng, scene, terrain
        self.land = scene.land
        self._lanes: list[tuple[Lane, float]] = []

    def objects(self) -> tuple[MovingThing, ...]:
        """One moving for each object, in the scene's order, then those that come by."""
        found = [self._actor(self._eager(thing)) for thing in self.scene.things]
        most = int(self.scene.difficulty.objects)
        wanted = self.rng.integer(1, 1 + most // 3) if most else 0
        sampler = InstanceSampler(self.rng, self.scene.difficulty, self.terrain.ground, self.scene.trees)
        for _ in range(4 * wanted):
            passer_by = self._passer_by(sampler.passer_by(), len(found)) if wanted else None
            if passer_by is not None:
                found.append(passer_by)
                wanted -= 1
        return tuple(found)

    def _eager(self, thing: Thing) -> Thing:
        """Some who stand or sit in the scene walk in the clip, since it is a clip."""
        free = thing.kind in _WALKERS and thing.holds is None and thing.place != "water"
        if not free or not self.rng.chance(_STARTS.get(thing.action, 0.0)):
            return thing
        if thing.kind == "person":
            return replace(thing, action="walking", facing=facing_for("walking", self.rng))
        return replace(thing, action="walking")

    def _actor(self, thing: Thing) -> MovingThing:
        phase, mirrored = self.rng.uniform(0, 6.28), self.rng.chance(0.5)
        mirrored = mirrored and thing.action != "playing guitar"
        path = self._path(thing)
        if path is None and (thing.kind, thing.action) in SPEEDS and thing.kind in _WALKERS:
            thing = replace(thing, action="standing" if thing.kind != "cat" else "sitting")
        return MovingThing(thing, path, phase, mirrored)

    def _path(self, thing: Thing) -> Path | None:
        if thing.kind == "car":
            return self._lane(thing)
        if thing.kind == "kite":
            wide = self.rng.uniform(0.03, 0.09)
            return Sway(wide, 0.5 * wide, self.rng.uniform(2.6, 4.4), self.rng.uniform(0, 6.28))
        if thing.kind == "ball" and thing.place != "water":
            return self._bounce(thing)
        if (thing.kind, thing.action) in SPEEDS:
            return self._route(thing)
        return None

    def _route(self, thing: Thing, *, far: float = 0.65) -> Route | None:
        """A way to and fro through where the thing is now, or None if there is no room for one.

        `far` is the probability that an end is outside the picture.
        """
        rng = self.rng
        right = math.sin(thing.facing) > 0 if thing.kind == "person" else thing.facing > 0
        slope = rng.uniform(-0.10, 0.10) if thing.place != "water" else 0.0
        ends = []
        for side in (-1.0, 1.0):
            end = (
                side * (OUTSIDE + rng.uniform(0.1, 0.3))
                if rng.chance(far)
                else thing.x + side * rng.uniform(0.3, 0.7)
            )
            ends.append(self._reach(thing, slope, end))
        if abs(ends[1] - ends[0]) < _SHORTEST:
            return None
        a, b = ((x, thing.y + slope * (x - thing.x)) for x in (ends if right else ends[::-1]))
        speed = SPEEDS[thing.kind, thing.action] * thing.size * rng.uniform(0.8, 1.2)
        route = Route(a, b, speed, 0.0, 0.9 if thing.kind == "person" else 0.45)
        return replace(route, start=route.passing(thing.x))

    def _reach(self, thing: Thing, slope: float, end: float) -> float:
        """How far towards x = `end` a thing can go before its ground ends."""
        x, step = thing.x, math.copysign(_STEP, end - thing.x)
        margin = 0.02 + 0.30 * thing.size if thing.place == "water" else 0.02
        while abs(end - x) > _STEP and self._may(
            thing, x + step, thing.y + slope * (x + step - thing.x), margin
        ):
            x += step
        return x

    def _may(self, thing: Thing, x: float, y: float, margin: float) -> bool:
        if not self.land.horizon + 0.04 < y < 1.04:
            return False
        depth = self.terrain.ground.inside("water", x, y)
        return depth > margin if thing.place == "water" else depth < -margin

    def _bounce(self, thing: Thing) -> Path | None:
        rng = self.rng
        if thing.action == "lying" and rng.chance(0.3):
            return None
        right = replace(thing, facing=1.0 if rng.chance(0.5) else -1.0)
        route = self._route(right, far=0.5)
        if route is None:
            return None
        height = thing.size * rng.uniform(1.0, 4.0) if thing.lift > 0 or rng.chance(0.5) else 0.0
        height = max(height, thing.lift)
        return Bounce(replace(route, pause=0.02), height, max(0.35, 1.5 * math.sqrt(height)), rng.random())

    def _lane(self, thing: Thing, *, place: float | None = None) -> Lane:
        """The lane on which a car drives, at its own speed, from where it is now or from `place`."""
        road = self.land.road
        assert road is not None
        speed = SPEEDS["car", "driving"] * self.rng.uniform(0.8, 1.3)
        lane = self._lane_at(thing, speed, place)
        ahead = [other for other, _ in self._lanes if other.speed * lane.speed > 0]
        # Cars of one lane go alike: none drives through another.
        lane = replace(lane, speed=ahead[0].speed) if ahead else lane
        self._lanes.append((lane, thing.size))
        return lane

    def _lane_at(self, thing: Thing, speed: float, place: float | None) -> Lane:
        road = self.land.road
        assert road is not None
        if road.kind == "across":
            k = min(range(len(road.left)), key=lambda i: abs(road.left[i][0] - thing.x))
            share = (thing.y - road.left[k][1]) / (road.right[k][1] - road.left[k][1])
            speed *= math.copysign(thing.size, thing.facing)
            return Lane(road, self.land.horizon, share, thing.x if place is None else place, speed)
        near = (thing.y - self.land.horizon) / (road.left[-1][1] - self.land.horizon)
        k = min(range(len(road.left)), key=lambda i: abs(road.left[i][1] - thing.y))
        share = (thing.x - road.left[k][0]) / (road.right[k][0] - road.left[k][0])
        oncoming = getattr(thing.look, "pattern", "") == "front"
        return Lane(
            road,
            self.land.horizon,
            share,
            near if place is None else place,
            (0.5 if oncoming else -0.5) * speed,
        )

    def _passer_by(self, thing: Thing | None, number: int) -> MovingThing | None:
        """Somebody who comes into the picture after a while, from outside."""
        if thing is None:
            return None
        rng, thing = self.rng, replace(thing, id=number)
        phase, delay = rng.uniform(0, 6.28), rng.uniform(0.0, 2.5)
        if thing.kind == "car":
            return self._driver(thing, phase, delay)
        route = self._route(thing, far=1.0)
        if route is None or abs(route.a[0]) < OUTSIDE - _STEP:
            return None
        waits = (abs(route.a[0]) - 0.75) / route.speed - delay
        return MovingThing(thing, replace(route, start=waits), phase, False)

    def _driver(self, thing: Thing, phase: float, delay: float) -> MovingThing | None:
        road = self.land.road
        if road is None or road.kind == "away":
            return None
        side = -math.copysign(1.0, thing.facing)
        start = side * (1.0 + SPEEDS["car", "driving"] * thing.size * delay)
        place = max(-1.85, min(1.85, start))
        behind = [other for other, size in self._lanes if abs(other.place - place) < CAR * size]
        if any(other.speed * side < 0 for other in behind):
            return None
        return MovingThing(thing, self._lane(thing, place=place), phase, False)
