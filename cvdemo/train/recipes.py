"""Recipes: all that a training run depends on, as data; torch is not needed to read them."""

from __future__ import annotations

import difflib
import hashlib
import json
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

from cvdemo.errors import CvdemoError, UnknownModelError
from cvdemo.world.vocabulary import WORLD_VERSION

if TYPE_CHECKING:
    from cvdemo.train.scenes import Sample
    from cvdemo.world import FlowPair, FrameStack

SIZE = (192, 160)
"""Width and height of the scenes that nets are trained and scored on."""


CURVE, CURVE_ITEMS = 9, 100
"""How often a net is scored on the val split while it is trained, and on how many scenes or clips."""


POSE_SIZE = (288, 240)
"""Width and height of the scenes that keypoint nets are trained and scored on."""


@dataclass(frozen=True)
class TrainingData:
    """Which drawn samples an epoch goes through; what one is, a subclass says.

    An epoch is a pass over `pool` samples, after which the `fresh` oldest are replaced by new ones, so
    that each is seen `pool / fresh` times. `size` is the width and height that they are drawn at.
    """

    unit: ClassVar[str] = "samples"
    """What the samples are, for a card."""
    views: ClassVar[str] = "half of them mirrored"
    """How the views of them differ, for a card."""

    pool: int = 3072
    fresh: int = 1024
    size: tuple[int, int] = SIZE

    def draw(self, seed: int) -> Any:
        """The sample of a seed; called in processes that do not import torch."""
        raise NotImplementedError


@dataclass(frozen=True)
class Scenes(TrainingData):
    """Drawn scenes.

    Scene k holds at most `objects[k mod len(objects)]` objects: more than the `normal` scenes that are
    scored, since a net learns more from crowded ones in the same time. So many `proposals` of Selective
    Search come with each, and with `captions` what is said of the scene and of its objects. Scenes of fewer
    than `people` people are passed over.
    """

    unit: ClassVar[str] = "scenes"

    objects: tuple[int, ...] = (6, 10)
    proposals: int = 0
    people: int = 0
    captions: bool = False

    def draw(self, seed: int) -> Sample:
        """The scene of a seed, as `draw_sample` gives it."""
        from cvdemo.train.scenes import draw_sample  # late: it needs OpenCV

        return draw_sample(
            seed,
            objects=self.objects[seed % len(self.objects)],
            proposals=self.proposals,
            people=self.people,
            size=self.size,
            captions=self.captions,
        )


@dataclass(frozen=True)
class FlowPairs(TrainingData):
    """Pairs of frames of drawn clips, with the exact motion between them."""

    unit: ClassVar[str] = "pairs of frames"
    views: ClassVar[str] = "mirrored, zoomed and turned at random"

    def draw(self, seed: int) -> FlowPair:
        """The pair of a seed, as `cvdemo.world.flow_pair` gives it."""
        from cvdemo import world  # late: it needs OpenCV

        return world.flow_pair(seed, size=self.size)


@dataclass(frozen=True)
class FrameStacks(TrainingData):
    """Frames of drawn clips in rain, snow or fog and with noise, each between its neighbours.

    `frames` are in a sample; a net takes as many of them as it sees, around the middle one.
    """

    unit: ClassVar[str] = "stacks of frames"

    frames: int = 5
    weather: float = 1.0
    noise: float = 12.0

    def draw(self, seed: int) -> FrameStack:
        """The stack of a seed, as `cvdemo.world.frame_stack` gives it."""
        from cvdemo import world  # late: it needs OpenCV

        difficulty = world.named("normal", weather=self.weather, noise=self.noise)
        return world.frame_stack(seed, frames=self.frames, difficulty=difficulty, size=self.size)


@dataclass(frozen=True)
class Recipe:
    """How one net is trained: `task` is "module:class" or "module:class:net", what a task is told to build.

    `start` is the net whose weights it begins with: those of the backbone, or, where `whole` or where the
    same class trained that net, all that have the same name and shape.

    `steps` is the whole schedule, unless minutes are given. The learning rate rises to `rate` over the
    first `warmup` of it and falls as a cosine to a hundredth (arXiv:1708.07120). The weights that are
    kept are an average over about 1 / (1 - `ema`) steps (arXiv:1803.05407). They are shipped as fp16, or in
    eight bits.
    """

    key: str
    task: str
    steps: int
    start: str = ""
    whole: bool = False
    batch: int = 16
    rate: float = 3e-3
    warmup: float = 0.06
    weight_decay: float = 0.02
    ema: float = 0.998
    channels_last: bool = False
    data: TrainingData = Scenes()
    seed: int = 0
    eight_bits: bool = False

    def trained_like(self, other: Recipe) -> bool:
        """Whether all weights of the other net are taken, those of the same name and shape."""
        return self.whole or self.task.split(":")[:2] == other.task.split(":")[:2]

    def with_steps(self, steps: int, *, alone: bool) -> Recipe:
        """The recipe with another schedule; `alone` if only a folder of its own gets what comes of it.

        Raises `CvdemoError` for the recipe's own steps, and for fewer where the card would hear of them.
        """
        if steps == self.steps:
            raise CvdemoError(f"{steps} steps are {self.key}'s own schedule: train it without --steps")
        if steps < self.steps and not alone:
            raise CvdemoError(
                f"{steps} steps are fewer than {self.key}'s own {self.steps}: give a folder with --out"
            )
        return replace(self, steps=steps)

    def fingerprint(self, minutes: float | None) -> str:
        """Eight letters that differ whenever another run would come out of it."""
        text = json.dumps([asdict(self), minutes, WORLD_VERSION], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:8]


def recipes() -> dict[str, Recipe]:
    """Every recipe by key, each behind the one that it starts from."""
    from cvdemo.zoo.entries import ENTRIES  # late: they hold recipes

    return {key: entry.recipe for key, entry in ENTRIES.items()}


def recipe(key: str) -> Recipe:
    """The recipe of a key; `UnknownModelError` names near ones for a key that has none."""
    known = recipes()
    if key in known:
        return known[key]
    near = difflib.get_close_matches(key, known, n=3) or list(known)
    raise UnknownModelError(f"there is no recipe for '{key[:60]}': did you mean {', '.join(near)}, or all?")
