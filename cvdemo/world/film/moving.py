"""What every object of a clip does: its way, and what it looks like at each moment."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from cvdemo.world.difficulty import Difficulty
from cvdemo.world.figures.person import held_at
from cvdemo.world.film.gait import CYCLES, TEMPOS, moving_pose
from cvdemo.world.film.routes import Bounce, Lane, Path, Route, Step, Sway, edges
from cvdemo.world.graph import FigureLook, Thing
from cvdemo.world.sampling.land import Ground, person_height

FIGURE_CYCLES = {
    ("cat", "walking"): 1.0, ("dog", "walking"): 0.72, ("dog", "running"): 1.8, ("duck", "walking"): 0.36,
    ("duck", "swimming"): 0.5,
}  # fmt: skip
"""The distance in which the legs of a figure swing to and fro once, in its own units."""

_RESTS = {"cat": 1.6, "dog": 5.0, "duck": 1.4, "kite": 3.2}


@dataclass(frozen=True)
class MovingThing:
    """One object through a clip: what it is at time 0, the way it goes, and the phase of its movement."""

    thing: Thing
    path: Path | None
    phase: float
    mirrored: bool


@dataclass(frozen=True)
class Terrain:
    """Where objects move: the ground under them, and the knobs that say how small they are far away."""

    ground: Ground
    difficulty: Difficulty

    def scale(self, thing: Thing, y: float) -> float:
        """The size of a thing at picture height y, of its size where it stands at time 0."""
        land = self.ground.land
        return person_height(land, self.difficulty, y) / person_height(land, self.difficulty, thing.y)


def things_at(objects: Sequence[MovingThing], terrain: Terrain, time: float) -> list[Thing | None]:
    """Each object at a time, None where it is not in the world; ids are positions in `objects`."""
    found = [_thing_at(moving, terrain, time) for moving in objects]
    for k, thing in enumerate(found):
        if thing is not None and thing.holder is not None:
            holder = found[thing.holder]
            assert holder is not None
            found[k] = _with_holder(thing, holder)
    return found


def _with_holder(thing: Thing, holder: Thing) -> Thing:
    """A held object goes where its holder goes."""
    if thing.place == "arms":
        x, y, size = held_at(holder)
        return replace(thing, x=x, y=y, size=size)
    return thing


def _thing_at(moving: MovingThing, terrain: Terrain, time: float) -> Thing | None:
    thing, path = moving.thing, moving.path
    if isinstance(path, Route):
        return _walker(moving, terrain, path.at(time))
    if isinstance(path, Lane):
        step = path.at(time)
        return None if step is None else _car(moving, terrain, path, step)
    if isinstance(path, Bounce):
        return _ball(moving, terrain, path, time)
    if isinstance(path, Sway):
        x, up, turn = path.at(time)
        moved = replace(thing, x=thing.x + x, lift=thing.lift + up, tilt=thing.tilt + turn)
        return _phased(moved, moving.phase + _RESTS["kite"] * time)
    if thing.kind == "person":
        return _in_place(moving, time)
    bob = 0.010 * math.sin(1.9 * time + moving.phase) if thing.place == "water" else 0.0
    moved = replace(thing, tilt=thing.tilt + 4 * bob, lift=thing.lift + bob * thing.size)
    return _phased(moved, moving.phase + _RESTS.get(thing.kind, 0.0) * time)


def _phased(thing: Thing, phase: float, swing: float | None = None) -> Thing:
    assert isinstance(thing.look, FigureLook)
    swing = thing.look.swing if swing is None else swing
    return replace(thing, look=replace(thing.look, phase=phase, swing=swing, moving=True))


def _in_place(moving: MovingThing, time: float) -> Thing:
    thing = moving.thing
    assert thing.pose is not None
    turn, tilt = thing.pose.head
    head = (turn + 0.20 * math.sin(0.9 * time + moving.phase), tilt + 0.03 * math.sin(1.3 * time))
    posed = moving_pose(
        thing.action, moving.phase + TEMPOS[thing.action] * time, head, mirrored=moving.mirrored, share=1.0
    )
    return replace(thing, pose=posed, facing=thing.facing + 0.06 * math.sin(0.7 * time + moving.phase))


def _walker(moving: MovingThing, terrain: Terrain, step: Step) -> Thing:
    thing = moving.thing
    size = thing.size * terrain.scale(thing, step.y)
    place = thing.place
    if place not in ("water", "air"):
        place = terrain.ground.place(step.x, step.y, 0.0) or place
    if thing.kind == "person":
        assert thing.pose is not None
        phase = moving.phase - 2 * math.pi * step.walked / (CYCLES[thing.action] * thing.size)
        posed = moving_pose(thing.action, phase, thing.pose.head, mirrored=moving.mirrored, share=step.share)
        yaw = math.atan2(abs(math.sin(thing.facing)) * step.heading, _turned(thing, step))
        return replace(thing, x=step.x, y=step.y, size=size, place=place, facing=yaw, pose=posed)
    phase = moving.phase + 2 * math.pi * step.walked / (FIGURE_CYCLES[thing.kind, thing.action] * thing.size)
    facing = math.copysign(max(0.08, abs(step.heading)), step.heading)
    bob = 0.05 * math.sin(phase) * step.share if thing.kind == "duck" else 0.0
    swing = step.share * (0.95 if thing.kind != "duck" else 0.9)
    moved = replace(thing, x=step.x, y=step.y, size=size, place=place, facing=facing, tilt=thing.tilt + bob)
    return _phased(moved, phase, swing)


def _turned(thing: Thing, step: Step) -> float:
    """How far a walker faces the viewer: as at first on the way, wholly in the middle of a turn."""
    return math.cos(thing.facing) * abs(step.heading) + (1 - abs(step.heading))


def _car(moving: MovingThing, terrain: Terrain, lane: Lane, step: Step) -> Thing:
    thing = moving.thing
    scale = terrain.scale(thing, step.y)
    if lane.road.kind == "away":
        wide, first = (b - a for a, b in (edges(lane.road, step.y), edges(lane.road, thing.y)))
        scale = min(scale, wide / first) if wide < first else max(scale, wide / first)
    phase = moving.phase - step.heading * step.walked / (0.195 * thing.size)
    moved = replace(thing, x=step.x, y=step.y, size=thing.size * scale, facing=step.heading)
    return _phased(moved, phase * step.heading)


def _ball(moving: MovingThing, terrain: Terrain, path: Bounce, time: float) -> Thing:
    step, thing = path.route.at(time), moving.thing
    scale = terrain.scale(thing, step.y)
    lift = path.lift(time) * scale
    place = "air" if path.height > 0 else terrain.ground.place(step.x, step.y, 0.0) or thing.place
    phase = moving.phase - (step.x - path.route.a[0]) / (0.5 * thing.size) * (0.5 if path.height else 1.0)
    action = "in the air" if path.height > 0 else thing.action
    moved = replace(
        thing, x=step.x, y=step.y, size=thing.size * scale, facing=1.0, lift=lift, place=place, action=action
    )  # fmt: skip
    return _phased(moved, phase)
