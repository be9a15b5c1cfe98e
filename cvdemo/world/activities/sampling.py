"""Sampling of activity clips: the stage, the person, where they are, and how fast they move."""

from __future__ import annotations

import math
from dataclasses import replace

from cvdemo.world.activities.figure import Actor
from cvdemo.world.activities.moves import STYLES
from cvdemo.world.difficulty import named
from cvdemo.world.graph import Place, Scene, Thing
from cvdemo.world.rng import RandomStream
from cvdemo.world.sampling.appearance import sample_figure, sample_person
from cvdemo.world.sampling.extents import SIZES
from cvdemo.world.sampling.land import Ground
from cvdemo.world.sampling.poses import pose
from cvdemo.world.sampling.scene import scene as sample_scene
from cvdemo.world.vocabulary import THING_PAINTS

_TALLEST = {"jump": 1.50, "open an umbrella": 1.42, "throw": 1.20, "wave": 1.15}
"""How high a person reaches in a motion, in body heights; 1.05 in others."""

_DURATIONS = {
    "sit down": (0.7, 1.3), "pick up": (0.8, 1.5), "throw": (0.7, 1.3), "open an umbrella": (0.8, 1.5),
    "fall": (0.5, 0.9),
}  # fmt: skip
_TEMPOS = {
    "walk forwards": (3.8, 6.6), "run": (6.5, 9.5), "wave": (6.0, 10.0), "play guitar": (7.0, 12.0),
    "jump": (6.5, 10.5),
}  # fmt: skip
_EDGE = 0.12
"""The share of a motion that may be before the first or behind the last frame."""


def sample_stage(seed: int, split: str) -> Scene:
    """The scene of a seed without objects."""
    return sample_scene(seed, split=split, difficulty=named("normal", objects=0))


def sample_hidden(rng: RandomStream, frames: int) -> frozenset[int]:
    """The frames without the person: none in three of four clips, in others two to four in a row."""
    if not rng.chance(0.25) or frames < 8:
        return frozenset()
    count = rng.integer(2, 4)
    first = rng.integer(0, frames - count)
    return frozenset(range(first, first + count))


def sample_actor(rng: RandomStream, scene: Scene, motion: str, seconds: float) -> tuple[Scene, Actor]:
    """An actor for a motion in a clip so long, and the scene without the trees that would hide them."""
    person = _person(rng, scene, motion)
    low, high = _DURATIONS.get(motion, (1.0, 1.0))
    duration = rng.uniform(low, high)
    start = rng.uniform(-_EDGE * duration, max(0.0, seconds - (1 - _EDGE) * duration))
    slow, fast = _TEMPOS.get(motion, (0.0, 0.0))
    tempo = rng.uniform(slow, fast) * (-1 if motion in ("walk forwards", "run") else 1)
    mirrored = rng.chance(0.5) and motion != "play guitar"
    style = rng.choice(STYLES.get(motion, ("plain",)))
    if motion == "wave":
        style = "forwards" if abs(math.sin(person.facing)) > 0.7 else "sideways"
    prop = _prop(rng, motion, person)
    speed = (rng.uniform(1.5, 2.6), rng.uniform(0.2, 1.1))
    phase = rng.uniform(0, 2 * math.pi)
    deep = 0.9 / max(0.25, person.y - scene.land.horizon + 0.25)
    actor = Actor(person, motion, style, mirrored, start, duration, tempo, phase, deep, prop, speed)
    return _cleared(scene, actor, seconds), actor


def _cleared(scene: Scene, actor: Actor, seconds: float) -> Scene:
    """The scene without trees in front of the actor."""
    ends = [actor.figure(time, seconds / 2).person.y for time in (0.0, seconds)]
    far = min(ends)
    return replace(scene, trees=tuple(tree for tree in scene.trees if tree.y < far - 0.02))


def _person(rng: RandomStream, scene: Scene, motion: str) -> Thing:
    """Somebody on dry ground, as they look and where they look to."""
    colour = rng.choice(THING_PAINTS["person"])
    guitar = motion == "play guitar"
    look = sample_person(rng, colour, cold=scene.land.cover == "snow", guitar=guitar)
    size = rng.uniform(0.42, 0.66) * (0.80 if look.child else 1.0) * (0.8 if motion == "run" else 1.0)
    x, y, place = _spot(rng, Ground(scene.land), size * _TALLEST.get(motion, 1.05))
    size = min(size, (y - 0.02) / _TALLEST.get(motion, 1.05))
    head = (rng.uniform(-0.35, 0.35), rng.normal(0.0, 0.05))
    return Thing(
        0, "person", x, y, size, _facing(rng, motion), rng.normal(0.0, 0.012),
        "orange" if look.vest else colour, motion, place, look, pose("standing", 0.0, loose=head),
    )  # fmt: skip


def _facing(rng: RandomStream, motion: str) -> float:
    """Any direction from which what the hands do can be seen: their toy must not be behind the body."""
    most = {"throw": 2.3, "pick up": 2.5}.get(motion, math.pi)
    return rng.uniform(-most, most)


def _spot(rng: RandomStream, ground: Ground, reach: float) -> tuple[float, float, Place]:
    """A place for the feet from which a person so high fits into the picture."""
    low = max(ground.land.horizon + 0.16, min(0.90, reach + 0.02))
    x, y = rng.uniform(-0.2, 0.2), 0.95
    for _ in range(12):
        x, y = rng.uniform(-0.2, 0.2), rng.uniform(low, 0.96)
        place = ground.place(x, y, 0.02)
        if place not in (None, "water"):
            return x, y, place
    return x, max(y, 0.93), ground.land.cover


def _prop(rng: RandomStream, motion: str, person: Thing) -> Thing | None:
    """The toy, the umbrella's colours, or nothing."""
    if motion == "open an umbrella":
        first = rng.choice(THING_PAINTS["kite"])
        look = sample_figure(rng, "kite", first)
        return Thing(0, "umbrella", 0, 0, 1, 1.0, 0.0, first, motion, "arms", look)
    if motion not in ("throw", "pick up"):
        return None
    kind = "ball" if motion == "throw" or rng.chance(0.6) else "teddy bear"
    colour = rng.choice(THING_PAINTS[kind])
    size = SIZES[kind] * (0.85 if kind == "ball" else 0.72) * person.size * rng.uniform(0.85, 1.1)
    return Thing(0, kind, 0, 0, size, 1.0, 0.0, colour, "held", "arms", sample_figure(rng, kind, colour))
