"""Models of whole videos: frames in, the probability of every activity after each frame out."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from cvdemo.errors import DataError
from cvdemo.zoo.labels import labels
from cvdemo.zoo.model import Model
from cvdemo.zoo.spec import Task

Probabilities = NDArray[np.float32]  # [T, C], each row with a sum of 1


class Recognition(NamedTuple):
    """What a network says of T frames: `probabilities` [T, C] after each frame.

    `ways` are further answers of the same run by name, such as those of one stream alone; `trace` is what
    else happened inside.
    """

    probabilities: Probabilities
    ways: Mapping[str, Probabilities] = {}
    trace: Any = None


class ActivityResult(NamedTuple):
    """A recognition, and the milliseconds that it took."""

    probabilities: Probabilities
    milliseconds: float
    ways: Mapping[str, Probabilities]
    trace: Any = None

    def top(self, k: int) -> list[tuple[int, float]]:
        """The k most probable classes after the last frame, as (class id, probability)."""
        last = self.probabilities[-1]
        return [(int(i), float(last[i])) for i in np.argsort(-last, kind="stable")[:k]]


class ActivityClassifier(Model, ABC):
    """A model that gives a probability for every activity of its label set, after every frame."""

    task: ClassVar[Task] = Task.VIDEO

    @abstractmethod
    def network(self, frames: np.ndarray) -> Recognition:
        """What the network says of frames [T, H, W, 3] uint8 RGB, one or more."""

    def activity(self, frames: np.ndarray) -> ActivityResult:
        """The probabilities after each of the frames [T, H, W, 3] uint8 RGB; `DataError` without frames.

        A model that needs a window of frames repeats what it said last, and before its first window is full
        it sees the first frame repeated.
        """
        if frames.ndim != 4 or frames.shape[-1] != 3 or not frames.size:
            raise DataError("an activity needs a clip of at least one frame")
        found = self.run(lambda: self.network(frames))
        said, milliseconds = found
        return ActivityResult(said.probabilities, milliseconds, said.ways, said.trace)

    @property
    def fps(self) -> float:
        """How many frames a second the model was trained on: a clip is sampled so before it sees it."""
        return float(self.spec.options["fps"])

    def names(self) -> dict[int, str]:
        """Names of the activities by class id."""
        return labels(self.spec.labels)


def squares(frames: np.ndarray, side: int) -> np.ndarray:
    """The middle square of each frame [T, H, W, 3], at side x side pixels: [T, side, side, 3]."""
    height, width = frames.shape[1:3]
    edge = min(height, width)
    top, left = (height - edge) // 2, (width - edge) // 2
    middle = frames[:, top : top + edge, left : left + edge]
    if edge == side:
        return np.ascontiguousarray(middle)
    method = cv2.INTER_AREA if edge > side else cv2.INTER_LINEAR
    return np.stack([cv2.resize(np.ascontiguousarray(f), (side, side), interpolation=method) for f in middle])
