"""The nets of optical flow trained on the drawn world, as estimators for any two pictures."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from cvdemo.ops.flow import resized
from cvdemo.zoo.checkpoint import module_bytes
from cvdemo.zoo.device import autocast
from cvdemo.zoo.drawn import LONG_SIDE, at_working_size
from cvdemo.zoo.flow import Estimate, Flow, FlowEstimator
from cvdemo.zoo.spec import ModelSpec


class DrawnFlow(FlowEstimator):
    """A net whose trace has `flow` and `flows`, shown pictures with the longer side at `long_side` pixels."""

    def __init__(self, spec: ModelSpec, device: str, net: nn.Module, *, long_side: int = LONG_SIDE) -> None:
        super().__init__(spec, device=device, nbytes=module_bytes(net))
        self.net = net.eval().to(device).to(memory_format=torch.channels_last)
        self.long_side = long_side

    @torch.inference_mode()
    def network(self, first: np.ndarray, second: np.ndarray) -> Estimate:
        x, y = (at_working_size(picture, self.device, self.long_side) for picture in (first, second))
        with autocast(self.device):
            trace: Any = self.net(x, y)
        height, width = first.shape[:2]
        scale = np.array([width / x.shape[3], height / x.shape[2]], np.float32)
        flow, *iterations = (as_flow(found) * scale for found in (trace.flow, *trace.flows))
        return Estimate(resized(flow, (width, height)), tuple(iterations), trace)


def as_flow(flow: Tensor) -> Flow:
    """A net's flow [1, 2, h, w] as an array [h, w, 2]."""
    return np.ascontiguousarray(flow[0].float().permute(1, 2, 0).cpu().numpy())
