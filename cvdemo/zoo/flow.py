"""Models of optical flow: two pictures in, the motion of every pixel out."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cvdemo.errors import PictureError
from cvdemo.zoo.model import Model, workable
from cvdemo.zoo.spec import Task

Flow = NDArray[np.float32]  # [H, W, 2]: pixels to the right and down, from the first picture to the second


class Estimate(NamedTuple):
    """What a method says of two pictures [H, W, 3] of one size: the flow [H, W, 2] in pixels.

    `iterations` are the flows [h, w, 2] on its way there, in their order, each over the whole picture and in
    the picture's pixels, at any size; `trace` is what else happened inside, by the method's own type.
    """

    flow: Flow
    iterations: tuple[Flow, ...] = ()
    trace: Any = None


class FlowResult(NamedTuple):
    """An estimate, and the milliseconds that it took."""

    flow: Flow
    milliseconds: float
    iterations: tuple[Flow, ...]
    trace: Any = None


class FlowEstimator(Model, ABC):
    """A model that gives the motion of every pixel from one picture to another."""

    task: ClassVar[Task] = Task.FLOW

    @abstractmethod
    def network(self, first: np.ndarray, second: np.ndarray) -> Estimate:
        """The estimate for two pictures [H, W, 3] uint8 RGB of one size, each side at least 16 pixels."""

    def flow(self, first: np.ndarray, second: np.ndarray) -> FlowResult:
        """The flow from one picture [H, W, 3] uint8 RGB to another; `PictureError` if their sizes differ.

        Pictures that are too thin or too small are padded, and the flow is cut to their size again.
        """
        check_pair(first, second)
        estimate, milliseconds = self.run(lambda: self.network(workable(first), workable(second)))
        (flow, *iterations), trace = (estimate.flow, *estimate.iterations), estimate.trace
        if flow.shape[:2] != first.shape[:2]:
            share = np.divide(first.shape[:2], flow.shape[:2])
            flow, *iterations = (_cut(one, share) for one in (flow, *iterations))
        return FlowResult(flow, milliseconds, tuple(iterations), trace)


def _cut(flow: Flow, share: NDArray[np.float64]) -> Flow:
    """The upper left part of a flow: these shares of its height and width, at least one pixel."""
    height, width = (max(1, round(side * part)) for side, part in zip(flow.shape[:2], share, strict=True))
    return flow[:height, :width]


def check_pair(first: np.ndarray, second: np.ndarray) -> None:
    """A `PictureError` where two pictures differ in size."""
    check_sizes(first.shape[1::-1], second.shape[1::-1])


def check_sizes(first: tuple[int, ...], second: tuple[int, ...]) -> None:
    """A `PictureError` where the sizes (width, height) of two pictures differ."""
    if first != second:
        (w1, h1), (w2, h2) = first, second
        raise PictureError(
            f"flow needs two pictures of one size: the first has {w1} x {h1} pixels, the second {w2} x {h2}"
        )
