"""Methods of optical flow that nothing was trained for, as models: what they compute is in `cvdemo.ops`."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from cvdemo.ops.flow import Flow, Grey, to_grey
from cvdemo.ops.flow_opencv import dis, farneback
from cvdemo.ops.horn_schunck import horn_schunck_steps
from cvdemo.ops.lucas_kanade import dense_steps
from cvdemo.zoo.flow import Estimate, FlowEstimator
from cvdemo.zoo.spec import ModelSpec

ITERATIONS = 60
KEPT = {1, 2, 4, 8, 16, 32, ITERATIONS}
"""Iterations of Horn and Schunck that are kept for each warp: all of them would fill the memory."""


class FlowMethod(FlowEstimator):
    """A method that takes two grey pictures [H, W] and gives the flows on its way, its answer last."""

    def __init__(self, spec: ModelSpec, flows: Callable[[Grey, Grey], list[Flow]]) -> None:
        super().__init__(spec, device="cpu", nbytes=0)
        self.flows = flows

    def network(self, first: np.ndarray, second: np.ndarray) -> Estimate:
        flows = self.flows(to_grey(first), to_grey(second))
        return Estimate(flows[-1], tuple(flows) if len(flows) > 1 else ())


def lucas_kanade(spec: ModelSpec, device: str) -> FlowEstimator:
    """Lucas and Kanade's windows at every pixel; the iterations of all levels, coarse to fine."""

    def flows(first: Grey, second: Grey) -> list[Flow]:
        return [step.flow * np.float32(2**step.level) for step in dense_steps(first, second)]

    return FlowMethod(spec, flows)


def horn_schunck(spec: ModelSpec, device: str) -> FlowEstimator:
    """Horn and Schunck's smooth flow; some iterations of each warp, coarse to fine."""

    def flows(first: Grey, second: Grey) -> list[Flow]:
        steps = horn_schunck_steps(first, second, iterations=ITERATIONS)
        return [step.flow * np.float32(2**step.level) for step in steps if step.iteration in KEPT]

    return FlowMethod(spec, flows)


def farneback_method(spec: ModelSpec, device: str) -> FlowEstimator:
    """OpenCV's Farnebäck."""
    return FlowMethod(spec, lambda first, second: [farneback(first, second)])


def dis_method(spec: ModelSpec, device: str) -> FlowEstimator:
    """OpenCV's dense inverse search."""
    return FlowMethod(spec, lambda first, second: [dis(first, second)])
