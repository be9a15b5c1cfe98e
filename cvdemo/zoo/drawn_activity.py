"""The drawn world's nets of whole videos, as models of any clip."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from cvdemo.nets.frame_average import combined
from cvdemo.nets.frame_features import SIDE
from cvdemo.ops.clip_flow import flow_with_error
from cvdemo.zoo.activity import ActivityClassifier, Probabilities, Recognition, squares
from cvdemo.zoo.checkpoint import module_bytes
from cvdemo.zoo.device import autocast
from cvdemo.zoo.spec import ModelSpec


class DrawnActivity(ActivityClassifier):
    """A net whose trace has `probabilities` [1, T, K]; it sees the middle square of each frame."""

    def __init__(self, spec: ModelSpec, device: str, net: nn.Module) -> None:
        super().__init__(spec, device=device, nbytes=module_bytes(net))
        self.net = net.eval().to(device)

    @torch.inference_mode()
    def network(self, frames: np.ndarray) -> Recognition:
        small = squares(frames, SIDE)
        with autocast(self.device):
            trace = self.net(*self.inputs(small))
        ways = {name: as_array(value) for name, value in self.ways(trace).items()}
        return Recognition(as_array(trace.probabilities), ways, trace)

    def inputs(self, frames: np.ndarray) -> tuple[Tensor, ...]:
        """What the net is given of frames [T, 96, 96, 3]."""
        return (as_clips(frames, self.device),)

    def ways(self, trace: Any) -> dict[str, Tensor]:
        """Further answers [1, T, K] by name."""
        return {}


class FrameAverageActivity(DrawnActivity):
    """The average over frames, and beside it their maximum and their vote."""

    def ways(self, trace: Any) -> dict[str, Tensor]:
        return {"max": combined(trace.logits, "max"), "vote": combined(trace.logits, "vote")}


class TwoStreamActivity(DrawnActivity):
    """Both streams, and each by itself; the flow is DIS's between the net's own frames, with its error."""

    def inputs(self, frames: np.ndarray) -> tuple[Tensor, ...]:
        motions = torch.from_numpy(flow_with_error(frames)).to(self.device)  # [T - 1, 96, 96, 3]
        return as_clips(frames, self.device), motions.permute(0, 3, 1, 2)[None]

    def ways(self, trace: Any) -> dict[str, Tensor]:
        return dict(zip(("spatial", "temporal"), trace.streams, strict=True))


def as_clips(frames: np.ndarray, device: str) -> Tensor:
    """Frames uint8 [T, H, W, 3] as one clip of floats [1, T, 3, H, W] in 0..1."""
    return torch.from_numpy(frames).to(device).permute(0, 3, 1, 2)[None].float() / 255


def as_array(probabilities: Tensor) -> Probabilities:
    """The probabilities of one clip, [T, K]."""
    found: Probabilities = probabilities[0].float().cpu().numpy()
    return found
