"""Activity clips as training samples; no torch here: the processes that draw ahead import this module."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cvdemo.train.recipes import TrainingData

FLOW_UNITS = 16  # a pixel of motion, in a sample's whole numbers


class ClipSample(NamedTuple):
    """The clip of a `seed`: `frames` uint8 RGB [T, H, W, 3], class `label`, `flow` int8 [T - 1, H, W, 2].

    The flow is in sixteenths of a pixel a frame, within -8 to 8 pixels; without it, T - 1 is 0.
    """

    seed: int
    frames: NDArray[np.uint8]
    label: int
    flow: NDArray[np.int8]


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
        from cvdemo.ops.clip_flow import clip_flow

        clip = world.activity_clip(seed, split="train")
        frames = clip.pictures(*self.size)
        motion = clip_flow(frames if self.flow else frames[:1])
        return ClipSample(seed, frames, clip.label, quantised(motion))


def quantised(flow: NDArray[np.float32]) -> NDArray[np.int8]:
    """A flow in pixels as a sample's whole numbers."""
    return np.clip(np.rint(flow * FLOW_UNITS), -127, 127).astype(np.int8)
