"""Activity clips as training samples; no torch here: the processes that draw ahead import this module."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cvdemo.train.recipes import TrainingData

UNITS = (16, 16, 508)
"""What a pixel of motion in x, in y, and a photometric error of 1 are in a sample's whole numbers."""


class ClipSample(NamedTuple):
    """The clip of a `seed`: `frames` uint8 RGB [T, H, W, 3], class `label`, `motion` int8 [T - 1, H, W, 3].

    A motion is a flow within -8 to 8 pixels a frame and its photometric error up to .25, in `UNITS`; without
    it, T - 1 is 0. `backward` is the motion of the clip played backwards, and not the first one with another
    sign: a flow stands where a thing begins, and a net would see by it which clips are turned round.
    """

    seed: int
    frames: NDArray[np.uint8]
    label: int
    motion: NDArray[np.int8]
    backward: NDArray[np.int8]


@dataclass(frozen=True)
class ActivityClips(TrainingData):
    """Drawn activity clips, each activity equally often, with their `flow` where it is asked for."""

    unit: ClassVar[str] = "clips"
    views: ClassVar[str] = "half of them mirrored, half of them backwards"

    pool: int = 1536
    fresh: int = 128
    size: tuple[int, int] = (96, 96)
    flow: bool = False

    def draw(self, seed: int) -> ClipSample:
        """The activity clip of a seed."""
        from cvdemo import world  # late: both need OpenCV
        from cvdemo.ops.clip_flow import flow_with_error

        clip = world.activity_clip(seed, split="train")
        frames = clip.pictures(*self.size)
        seen = frames if self.flow else frames[:1]
        motion, backward = (quantised(flow_with_error(one)) for one in (seen, seen[::-1]))
        return ClipSample(seed, frames, clip.label, motion, backward)


def quantised(motion: NDArray[np.float32]) -> NDArray[np.int8]:
    """A flow in pixels with its error as a sample's whole numbers."""
    return np.clip(np.rint(motion * np.array(UNITS, np.float32)), -127, 127).astype(np.int8)
