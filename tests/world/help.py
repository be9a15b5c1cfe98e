"""Scenes that tests cut down to what they look at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from cvdemo import world
from cvdemo.world import Scene


def only(scene: Scene, ids: Sequence[int]) -> Scene:
    """The scene with these things alone, each on its own, and no trees."""
    things = tuple(replace(scene.things[k], id=n, holder=None, holds=None) for n, k in enumerate(ids))
    return replace(scene, things=things, trees=())


def loose(scene: Scene) -> Scene:
    """The scene without trees and without what people hold in their arms."""
    return only(scene, [thing.id for thing in scene.things if thing.place != "arms"])


def scenes(count: int, *, split: str = "val", first: int = 0, **knobs: float) -> list[Scene]:
    """Scenes of seeds in a row, with some knobs changed."""
    difficulty = world.named("normal", **knobs)
    return [world.scene(first + k, split=split, difficulty=difficulty) for k in range(count)]
