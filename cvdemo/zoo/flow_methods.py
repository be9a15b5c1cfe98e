"""Methods of optical flow that nothing was trained for, as models: what they compute is in `cvdemo.ops`."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from cvdemo.ops.flow import Flow, Grey, to_grey
from cvdemo.ops.flow_opencv import dis, farneback
from cvdemo.ops.horn_schunck import horn_schunck_steps
from cvdemo.ops.lucas_kanade import dense_steps
from cvdemo.zoo.flow import Estimate, FlowEstimator
from cvdemo.zoo.spec import ModelSpec

ITERATIONS = 60
KEPT = {1, 2, 4, 8, 16, 32}
"""Iterations of Horn and Schunck that are kept of each warp, with its last: all would fill the memory."""


class NamedFlow(NamedTuple):
    """A flow [h, w, 2] in the whole picture's pixels, and which step gave it."""

    name: str
    flow: Flow


class FlowMethod(FlowEstimator):
    """A method that takes two grey pictures [H, W] and gives the flows on its way, its answer last.

    An estimate's trace are the names of its iterations.
    """

    def __init__(self, spec: ModelSpec, flows: Callable[[Grey, Grey], list[NamedFlow]]) -> None:
        super().__init__(spec, device="cpu", nbytes=0)
        self.flows = flows

    def network(self, first: np.ndarray, second: np.ndarray) -> Estimate:
        steps = self.flows(to_grey(first), to_grey(second))
        names, flows = zip(*steps, strict=True)
        return Estimate(flows[-1], flows, names) if len(flows) > 1 else Estimate(flows[0])


def lucas_kanade(spec: ModelSpec, device: str, **settings: int) -> FlowEstimator:
    """Lucas and Kanade's windows at every pixel; the iterations of all levels, coarse to fine."""

    def flows(first: Grey, second: Grey) -> list[NamedFlow]:
        return [
            NamedFlow(
                f"level {step.level}, iteration {step.iteration}", step.flow * np.float32(2**step.level)
            )
            for step in dense_steps(first, second, **settings)
        ]

    return FlowMethod(spec, flows)


def horn_schunck(
    spec: ModelSpec, device: str, *, iterations: int = ITERATIONS, **settings: float
) -> FlowEstimator:
    """Horn and Schunck's smooth flow; some iterations of each warp, coarse to fine."""

    def flows(first: Grey, second: Grey) -> list[NamedFlow]:
        return [
            NamedFlow(
                f"level {step.level}, warp {step.warp}, iteration {step.iteration}",
                step.flow * np.float32(2**step.level),
            )
            for step in horn_schunck_steps(first, second, iterations=iterations, **settings)  # type: ignore[arg-type]
            if step.iteration in KEPT or step.iteration == iterations
        ]

    return FlowMethod(spec, flows)


def farneback_method(spec: ModelSpec, device: str) -> FlowEstimator:
    """OpenCV's Farnebäck."""
    return FlowMethod(spec, lambda first, second: [NamedFlow("", farneback(first, second))])


def dis_method(spec: ModelSpec, device: str) -> FlowEstimator:
    """OpenCV's dense inverse search."""
    return FlowMethod(spec, lambda first, second: [NamedFlow("", dis(first, second))])
