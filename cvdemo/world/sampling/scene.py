"""A scene sampled from its four parameters."""

from __future__ import annotations

from cvdemo.errors import DataError
from cvdemo.world.difficulty import Difficulty
from cvdemo.world.graph import Scene
from cvdemo.world.rng import RandomStream
from cvdemo.world.sampling.land import Ground, sample_land, sample_trees
from cvdemo.world.sampling.light import sample_air, sample_light, sample_weather
from cvdemo.world.sampling.things import InstanceSampler
from cvdemo.world.vocabulary import SPLITS, WORLD_VERSION


def scene(seed: int, *, split: str = "train", difficulty: Difficulty | None = None) -> Scene:
    """The scene of a seed, 0 or above, in a split: the same arguments give the same scene.

    Each split has its own random streams: seed 7 of `test` is unrelated to seed 7 of `train`. Light, land,
    trees and objects have their own streams too, so that a knob that changes one does not change the
    others. An unknown split or a seed below 0 is a `DataError`.
    """
    if split not in SPLITS:
        raise DataError(f"no split named {split!r}: there are {', '.join(SPLITS)}")
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        raise DataError(f"seed {seed!r} is not a whole number from 0 up")
    difficulty = difficulty or Difficulty()

    def rng(part: str) -> RandomStream:
        return RandomStream(WORLD_VERSION, split, seed, part)

    land = sample_land(rng("land"))
    ground = Ground(land)
    trees = sample_trees(rng("trees"), ground)
    weather = sample_weather(rng("weather"), difficulty, land.cover)
    light = sample_light(rng("light"), difficulty, weather, land.horizon)
    air = sample_air(rng("air"), light, weather, land.horizon)
    things = InstanceSampler(rng("things"), difficulty, ground, trees).sample()
    return Scene(WORLD_VERSION, split, seed, difficulty, light, weather, air, land, trees, things)
