"""A clip of an activity: a function of its parameters alone."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np

from cvdemo.errors import DataError
from cvdemo.world.activities.drawing import Stage
from cvdemo.world.activities.figure import Actor, Figure
from cvdemo.world.activities.moves import ENDS
from cvdemo.world.activities.names import ACTIVITIES, motion_of, partner
from cvdemo.world.activities.sampling import sample_actor, sample_hidden, sample_stage
from cvdemo.world.graph import Scene
from cvdemo.world.raster import Picture
from cvdemo.world.rng import RandomStream
from cvdemo.world.vocabulary import WORLD_VERSION

ACTIVITY_VERSION = 1
"""Increases whenever a seed's activity clip changes: weights and pinned hashes belong to one version."""

FRAMES, FPS = 16, 8.0
"""How long an activity clip is, and how many frames a second it has, where nothing else is said."""

SIDE = 96
"""Width and height in pixels at which nets see activity clips."""

MOST_FRAMES, MOST_FPS = 600, 60.0


class ActivityTruth(NamedTuple):
    """What is exactly known of a clip of T frames.

    `activity` is its name, `label` its class id; `visible` [T] says in which frames the person is drawn;
    `share` [T] how much of the motion is done, 0..1, in the direction of time, of one that goes on and on
    always 0. `happens` are the first and the last frame in which something can be seen of the motion: of one
    that goes on, all.
    """

    activity: str
    label: int
    visible: np.ndarray
    share: np.ndarray
    happens: tuple[int, int]


@dataclass(frozen=True)
class ActivityClip:
    """A clip of one person doing one thing before a still camera, a pure function of its parameters.

    `scene` is all that stands still. Where `backwards`, the actor's time runs from the end of the clip to
    its beginning. `hidden` are the frames without the person.
    """

    split: str
    seed: int
    activity: str
    scene: Scene
    actor: Actor
    frames: int
    fps: float
    backwards: bool
    hidden: frozenset[int]

    def __len__(self) -> int:
        return self.frames

    @property
    def name(self) -> str:
        """What the clip is called: what happens in it, its split and its seed."""
        return f"{self.activity} ({self.split} {self.seed})"

    @property
    def label(self) -> int:
        """The class id of the activity."""
        return ACTIVITIES.index(self.activity)

    def time(self, k: int) -> float:
        """The time of frame k in seconds; DataError for a frame that there is not."""
        if not 0 <= k < len(self):
            raise DataError(f"no frame {k} in a clip of {len(self)} frames: they count from 0")
        return k / self.fps

    def figure(self, k: int) -> Figure | None:
        """The person of frame k and what belongs to them; None where they are hidden."""
        time = self._actors_time(k)
        return None if k in self.hidden else self.actor.figure(time, self._last / 2)

    @property
    def _last(self) -> float:
        return (len(self) - 1) / self.fps

    def _actors_time(self, k: int) -> float:
        time = self.time(k)
        return self._last - time if self.backwards else time

    def picture(self, k: int, width: int = SIDE, height: int = SIDE) -> Picture:
        """Frame k, uint8 RGB [height, width, 3]; DataError for a frame or size that there is not."""
        return self._stage(width, height).picture(self.figure(k), self.time(k), k)

    def pictures(self, width: int = SIDE, height: int = SIDE) -> Picture:
        """All frames, uint8 RGB [T, height, width, 3]."""
        stage = self._stage(width, height)
        return np.stack([stage.picture(self.figure(k), self.time(k), k) for k in range(len(self))])

    def truth(self) -> ActivityTruth:
        """All that is known of the clip."""
        visible = np.array([k not in self.hidden for k in range(len(self))])
        share = np.array([self.actor.share(self._actors_time(k)) for k in range(len(self))])
        if self.actor.motion in ENDS and self.backwards:
            share = 1 - share
        moving = np.flatnonzero((share > 0.02) & (share < 0.98))
        whole = self.actor.motion not in ENDS or not len(moving)
        happens = (0, len(self) - 1) if whole else (int(moving[0]), int(moving[-1]))
        return ActivityTruth(self.activity, self.label, visible, share, happens)

    def reversed(self) -> ActivityClip:
        """The clip played backwards: of its partner where there is one, else of the same activity."""
        hidden = frozenset(len(self) - 1 - k for k in self.hidden)
        name = partner(self.activity) or self.activity
        return replace(self, activity=name, backwards=not self.backwards, hidden=hidden)

    def without(self, frames: Sequence[int]) -> ActivityClip:
        """The clip with the person out of sight in these frames too."""
        return replace(self, hidden=self.hidden | frozenset(frames))

    def _stage(self, width: int, height: int) -> Stage:
        key = (width, height)
        if key not in self._stages:
            self._stages.clear()
            self._stages[key] = Stage(self.scene, width, height)
        return self._stages[key]

    @cached_property
    def _stages(self) -> dict[tuple[int, int], Stage]:
        return {}

    def fingerprint(self) -> str:
        """A hash of the scene, the figures and the hidden frames, 16 hex digits."""
        digest = hashlib.sha256(f"{ACTIVITY_VERSION} {self.activity} {self.scene.fingerprint()}".encode())
        for k in range(len(self)):
            figure = self.figure(k)
            if figure is None:
                digest.update(b"hidden")
                continue
            still = replace(self.scene, things=(figure.person,))
            props = [[f"{v + 0.0:.6f}" if isinstance(v, float) else str(v) for v in p] for p in figure.props]
            digest.update(f"{still.fingerprint()} {props}".encode())
        return digest.hexdigest()[:16]


def activity_clip(
    seed: int,
    *,
    split: str = "train",
    activity: str | None = None,
    frames: int = FRAMES,
    fps: float = FPS,
) -> ActivityClip:
    """The activity clip of a seed: the same arguments give the same clip.

    Without an `activity`, seed k shows activity k mod 15. The two of a pair with the same seed are the same
    clip, one of them backwards. DataError for an unknown split or activity, and for numbers out of range.
    """
    for name, value, most in (("frames", frames, MOST_FRAMES), ("fps", fps, MOST_FPS)):
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= most:
            raise DataError(f"an activity clip cannot have {name} {value!r}: give a number up to {most:g}")
    scene = sample_stage(seed, split)
    name = ACTIVITIES[seed % len(ACTIVITIES)] if activity is None else activity
    motion, backwards = motion_of(name)

    def rng(part: str) -> RandomStream:
        return RandomStream(WORLD_VERSION, split, seed, "activity", ACTIVITY_VERSION, motion, part)

    seconds = (int(frames) - 1) / fps
    scene, actor = sample_actor(rng("actor"), scene, motion, seconds)
    hidden = sample_hidden(rng("hidden"), int(frames))
    clip = ActivityClip(split, seed, name, scene, actor, int(frames), float(fps), False, hidden)
    return replace(clip.reversed(), activity=name) if backwards else clip


def activity_clips(split: str = "test", n: int = 500, *, first: int = 0) -> list[ActivityClip]:
    """The first n activity clips of a split from seed `first` on: a data set in which each is as frequent."""
    return [activity_clip(first + k, split=split) for k in range(n)]
