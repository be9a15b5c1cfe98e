"""What a clip is: pictures in time order with their times, read lazily, and what is known of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cvdemo.world.truth import Truth


class Frame(NamedTuple):
    """A picture [H, W, 3] uint8 RGB of a clip and its time in seconds from the clip's beginning."""

    time: float
    picture: NDArray[np.uint8]


class FrameTruth(NamedTuple):
    """All that is known of a frame of a drawn clip, and the track of each object of it, [N]."""

    truth: Truth
    tracks: NDArray[np.int64]


@dataclass(frozen=True)
class Clip:
    """A clip: `size` (width, height), frames a second on average, and its length in seconds, as far as known.

    `frames` gives an iterator from the beginning, as often as it is called; pictures are made as they are
    asked for. `truths` gives one `FrameTruth` a frame, None where no truth is known. `identity` is the same
    for the same clip. `notes` are sentences about what is left out; reading may add one at its end.
    """

    identity: str
    name: str
    size: tuple[int, int]
    fps: float
    seconds: float
    frames: Callable[[], Iterator[Frame]]
    truths: Callable[[], list[FrameTruth]] | None = None
    notes: list[str] = field(default_factory=list)

    @property
    def expected(self) -> int:
        """About how many frames it has, at least 1."""
        return max(1, round(self.seconds * self.fps))
