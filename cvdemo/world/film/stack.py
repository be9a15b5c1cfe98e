"""A frame of a clip among its neighbours, with its label map: what nets of stacked frames segment."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cvdemo.errors import DataError
from cvdemo.world.difficulty import Difficulty
from cvdemo.world.film.clip import CLIP_VERSION, Clip, clip
from cvdemo.world.film.truth import clip_picture, clip_truth
from cvdemo.world.raster import Picture
from cvdemo.world.rng import RandomStream
from cvdemo.world.vocabulary import WORLD_VERSION

STACK_SIZE = (192, 160)
"""Width and height at which stacks are drawn where nothing else is said."""

SECONDS, FPS = 2.0, 25.0
MOST_FRAMES = 9


class FrameStack(NamedTuple):
    """Neighbouring frames [n, H, W, 3] uint8 RGB of a clip, n odd; `semantic` [H, W] is the middle one's."""

    frames: Picture
    semantic: NDArray[np.uint8]

    @property
    def middle(self) -> Picture:
        """The frame that the label map belongs to, [H, W, 3]."""
        return self.frames[len(self.frames) // 2]

    def inner(self, length: int) -> FrameStack:
        """The `length` frames around the middle one; DataError for more than there are, or an even number."""
        outside, odd = divmod(len(self.frames) - length, 2)
        if odd or outside < 0 or length < 1:
            raise DataError(f"{len(self.frames)} frames have no {length} around the middle one")
        return self._replace(frames=self.frames[outside : outside + length])


def frame_stack(
    seed: int,
    *,
    frames: int = 5,
    split: str = "train",
    difficulty: Difficulty | None = None,
    size: tuple[int, int] = STACK_SIZE,
) -> FrameStack:
    """The stack of a seed at a size (width, height): a longer one has the same frame in its middle.

    It comes from the clip of that seed, 25 frames a second; which frame, the seed says too. DataError for
    what a clip refuses and for an even number of frames.
    """
    if frames not in range(1, MOST_FRAMES + 1, 2):
        raise DataError(f"a stack cannot have {frames} frames: give an odd number from 1 to {MOST_FRAMES}")
    rng = RandomStream(WORLD_VERSION, split, seed, "frame stack", CLIP_VERSION)
    found = clip(seed, split=split, difficulty=difficulty, seconds=SECONDS, fps=FPS)
    most = MOST_FRAMES // 2
    return stack_around(found, rng.integer(most, len(found) - 1 - most), frames, size)


def stack_around(found: Clip, middle: int, frames: int, size: tuple[int, int]) -> FrameStack:
    """The stack of a clip around one of its frames; at the ends the first or the last frame repeats."""
    around = np.arange(middle - frames // 2, middle + frames // 2 + 1).clip(0, len(found) - 1)
    drawn = {k: clip_picture(found, k, *size) for k in set(around.tolist())}
    pictures = np.stack([drawn[k] for k in around.tolist()])
    return FrameStack(pictures, clip_truth(found, middle, *size).semantic)
