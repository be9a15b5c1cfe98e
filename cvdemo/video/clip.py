"""What a clip is: pictures in time order with their times, read lazily, and what is known of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cvdemo.data.packed_maps import PackedMaps

if TYPE_CHECKING:
    from cvdemo import world


class Frame(NamedTuple):
    """A picture [H, W, 3] uint8 RGB of a clip and its time in seconds from the clip's beginning."""

    time: float
    picture: NDArray[np.uint8]


class FrameTruth(NamedTuple):
    """The N objects of a drawn frame: their `tracks` [N], boxes [N, 4] in pixels and `classes` [N].

    `difficult` [N] marks those that are too small or too hidden to be required. `semantic` is one map of the
    true class of every pixel, [H, W].
    """

    tracks: NDArray[np.int64]
    boxes: NDArray[np.float32]
    classes: NDArray[np.int64]
    difficult: NDArray[np.bool_]
    semantic: PackedMaps


@dataclass(frozen=True)
class Clip:
    """A clip: `size` (width, height), frames a second on average, and its length in seconds, as far as known.

    `frames` gives an iterator from the beginning, as often as it is called; pictures are made as they are
    asked for. `truths` gives the truth of every frame, None where no truth is known. `identity` is the same
    for the same clip. `notes` are sentences about what is left out; reading may add one at its end. `drawn`
    is the clip of the drawn world that it shows, None where it shows another one.
    """

    identity: str
    name: str
    size: tuple[int, int]
    fps: float
    seconds: float
    frames: Callable[[], Iterator[Frame]]
    truths: Callable[[], list[FrameTruth]] | None = None
    notes: list[str] = field(default_factory=list)
    drawn: world.Clip | None = None

    @property
    def expected(self) -> int:
        """About how many frames it has, at least 1."""
        return max(1, round(self.seconds * self.fps))
