"""A clip: a scene whose objects move before a moving camera, a function of its parameters alone."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from cvdemo.errors import DataError
from cvdemo.world.compose import Scenery, draw_scenery
from cvdemo.world.difficulty import Difficulty
from cvdemo.world.film.air import air_at
from cvdemo.world.film.camera import CAMERA, CameraMove, sample_camera
from cvdemo.world.film.motion_sampler import MotionSampler
from cvdemo.world.film.moving import MovingThing, Terrain, things_at
from cvdemo.world.graph import Scene, Thing
from cvdemo.world.raster import View
from cvdemo.world.rng import RandomStream
from cvdemo.world.sampling.land import Ground
from cvdemo.world.sampling.scene import scene as sample_scene
from cvdemo.world.vocabulary import WORLD_VERSION

CLIP_VERSION = 1
"""Increases whenever a seed's clip changes though its scene does not."""

MOST_SECONDS, MOST_FPS = 600.0, 120.0
MOST_SIZES = 3  # of which a clip keeps what stands still


@dataclass(frozen=True)
class Clip:
    """A clip of the drawn world: `seconds` long, `fps` frames a second, a pure function of its parameters.

    `start` is the scene from whose objects it begins, `objects` says what each of them does; the track id of
    one is 1 + its position there, the same for all its life. A longer clip begins like a shorter one.
    """

    split: str
    seed: int
    difficulty: Difficulty
    seconds: float
    fps: float
    camera: CameraMove
    start: Scene
    objects: tuple[MovingThing, ...]

    def __len__(self) -> int:
        return max(1, round(self.seconds * self.fps))

    def time(self, k: int) -> float:
        """The time of frame k in seconds; DataError for a frame that there is not."""
        if not 0 <= k < len(self):
            raise DataError(f"no frame {k} in a clip of {len(self)} frames: they count from 0")
        return k / self.fps

    def view(self, k: int) -> View:
        """What the camera sees in frame k."""
        return self.camera.view(self.time(k))

    def frame(self, k: int) -> tuple[Scene, tuple[int, ...]]:
        """Frame k as a scene, and the track id of each of its objects."""
        time = self.time(k)
        things = things_at(self.objects, self._terrain, time)
        order = sorted(
            (k for k, thing in enumerate(things) if thing is not None), key=lambda k: _depth(things, k)
        )
        light = replace(self.start.light, noise_seed=(self.start.light.noise_seed + 40_503 * k) % (1 << 19))
        scene = replace(
            self.start, light=light, air=air_at(self.start, time), things=_numbered(things, order)
        )
        return scene, tuple(k + 1 for k in order)

    def tracks(self) -> tuple[int, ...]:
        """The track ids of all objects, 1 and up."""
        return tuple(range(1, len(self.objects) + 1))

    @cached_property
    def largest(self) -> dict[int, float]:
        """The largest size of each object over the clip, by track id."""
        found = {track: moving.thing.size for track, moving in enumerate(self.objects, 1)}
        for k in range(len(self)):
            for track, thing in enumerate(things_at(self.objects, self._terrain, self.time(k)), 1):
                if thing is not None:
                    found[track] = max(found[track], thing.size)
        return found

    def scenery(self, pixels: float, reach: float) -> Scenery:
        """What stands still, for a raster of so many pixels in height; kept for the sizes drawn last."""
        kept, key = self._sceneries, (pixels, reach)
        found = kept.get(key)
        if found is None:
            found = draw_scenery(self.start, pixels, reach)
            if len(kept) >= MOST_SIZES:
                kept.clear()
            kept[key] = found
        return found

    @cached_property
    def _sceneries(self) -> dict[tuple[float, float], Scenery]:
        return {}

    @cached_property
    def _terrain(self) -> Terrain:
        return Terrain(Ground(self.start.land), self.difficulty)

    def fingerprint(self) -> str:
        """A hash of the scene graphs and views of nine frames of the clip, 16 hex digits."""
        digest = hashlib.sha256(str(CLIP_VERSION).encode())
        for k in sorted({round((len(self) - 1) * part / 8) for part in range(9)}):
            scene, tracks = self.frame(k)
            view = [f"{value + 0.0:.6f}" for value in self.view(k)]
            digest.update(f"{scene.fingerprint()} {tracks} {view}".encode())
        return digest.hexdigest()[:16]


def _depth(things: Sequence[Thing | None], k: int) -> tuple[float, int]:
    """What is drawn first: what is far, and of two at the same place the one that was first."""
    thing = things[k]
    assert thing is not None
    if thing.place == "arms" and thing.holder is not None:
        holder = things[thing.holder]
        assert holder is not None
        return holder.y + 1e-6, k
    return thing.y, k


def _numbered(things: Sequence[Thing | None], order: Sequence[int]) -> tuple[Thing, ...]:
    """The objects in drawing order, with their positions as ids."""
    number: dict[int | None, int | None] = {None: None}
    number |= {old: new for new, old in enumerate(order)}
    found = []
    for new, old in enumerate(order):
        thing = things[old]
        assert thing is not None
        holder, holds = number.get(thing.holder), number.get(thing.holds)
        found.append(replace(thing, id=new, holder=holder, holds=holds))
    return tuple(found)


def clip(
    seed: int,
    *,
    split: str = "train",
    difficulty: Difficulty | None = None,
    seconds: float = 4.0,
    fps: float = 25.0,
    camera: float = CAMERA.default,
) -> Clip:
    """The clip of a seed: the same arguments give the same clip, frame for frame and in any order.

    It begins with the objects of `world.scene(seed, ...)`; some stay, some walk, others come by. `camera`
    0..1 says how much the camera moves. DataError for what a scene refuses too, and for numbers out
    of range.
    """
    for name, value, most in (
        ("seconds", seconds, MOST_SECONDS),
        ("fps", fps, MOST_FPS),
        ("camera", camera, 1.0),
    ):
        number = not isinstance(value, bool) and isinstance(value, int | float) and math.isfinite(value)
        if not number or not (0 <= value <= most if name == "camera" else 0 < value <= most):
            raise DataError(f"a clip cannot have {name} {value!r}: give a number up to {most:g}")
    start = sample_scene(seed, split=split, difficulty=difficulty)
    terrain = Terrain(Ground(start.land), start.difficulty)

    def rng(part: str) -> RandomStream:
        return RandomStream(WORLD_VERSION, split, seed, "clip", CLIP_VERSION, part)

    objects = MotionSampler(rng("actors"), start, terrain).objects()
    moves = sample_camera(rng("camera"), float(camera))
    return Clip(split, seed, start.difficulty, float(seconds), float(fps), moves, start, objects)


def clips(
    split: str = "test", n: int = 50, *, first: int = 0, seconds: float = 4.0, fps: float = 25.0
) -> list[Clip]:
    """The first n clips of a split from seed `first` on, at normal difficulty: a data set of clips."""
    return [clip(first + k, split=split, seconds=seconds, fps=fps) for k in range(n)]
