"""A whole scene from its four parameters."""

from __future__ import annotations

from cvdemo.errors import DataError
from cvdemo.world.dice import Dice
from cvdemo.world.difficulty import Difficulty
from cvdemo.world.graph import Scene
from cvdemo.world.sampling.land import Ground, throw_land, throw_trees
from cvdemo.world.sampling.light import throw_air, throw_light, throw_weather
from cvdemo.world.sampling.things import Thrower
from cvdemo.world.vocabulary import SPLITS, WORLD_VERSION


def scene(seed: int, *, split: str = "train", difficulty: Difficulty | None = None) -> Scene:
    """The scene of a seed, 0 or above, in a split: always the same for the same arguments.

    Splits throw from streams of chance of their own: seed 7 of `test` has nothing to do with seed 7 of
    `train`. Light, land, trees and things have their own streams too, so that a knob that changes one
    leaves the others. An unknown split or a seed below 0 is a `DataError`.
    """
    if split not in SPLITS:
        raise DataError(f"no split named {split!r}: there are {', '.join(SPLITS)}")
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        raise DataError(f"seed {seed!r} is not a whole number from 0 up")
    difficulty = difficulty or Difficulty()

    def dice(part: str) -> Dice:
        return Dice(WORLD_VERSION, split, seed, part)

    land = throw_land(dice("land"))
    ground = Ground(land)
    trees = throw_trees(dice("trees"), ground)
    weather = throw_weather(dice("weather"), difficulty, land.cover)
    light = throw_light(dice("light"), difficulty, weather, land.horizon)
    air = throw_air(dice("air"), light, weather, land.horizon)
    things = Thrower(dice("things"), difficulty, ground, trees).throw()
    return Scene(WORLD_VERSION, split, seed, difficulty, light, weather, air, land, trees, things)
