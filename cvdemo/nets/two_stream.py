"""Two streams: one net sees the frame, another the motion of the last few, and both are believed alike.

Simonyan and Zisserman, arXiv:1406.2199: the temporal stream's input is optical flow stacked over L frames
(sec. 3.1), the streams are trained apart and fused by averaging their probabilities (sec. 2). Here it sees
the flow's photometric error, too.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import torch
from torch import Tensor, nn

from cvdemo.nets.frame_average import FrameAverage, FrameAverageTrace
from cvdemo.nets.frame_features import (
    ClipConfig,
    FrameNet,
    inflated,
    running_mean,
    windows,
    with_more_filters,
)
from cvdemo.ops.clip_flow import LARGEST_ERROR

LARGEST = 8.0
"""Motion in pixels a frame from which on faster looks the same; flow from -8 to 8 becomes 0 to 1."""


@dataclass(frozen=True)
class TwoStreamConfig:
    """How many flows are stacked, what sees them, and how many filters its first layer has."""

    flows: int = 15
    clip: ClipConfig = field(default_factory=ClipConfig)
    filters: int = 48


class TwoStreamTrace(NamedTuple):
    """The spatial stream's trace, and per frame the temporal stream's `features` and `logits` [N, T, K]."""

    spatial: FrameAverageTrace
    features: Tensor
    logits: Tensor

    @property
    def streams(self) -> tuple[Tensor, Tensor]:
        """What each stream by itself says after each frame, [N, T, K]: spatial and temporal."""
        return self.spatial.probabilities, running_mean(self.logits.float().softmax(-1))

    @property
    def probabilities(self) -> Tensor:
        """What is said after each frame, [N, T, K]: the mean of both streams."""
        spatial, temporal = self.streams
        return (spatial + temporal) / 2


class TwoStream(FrameNet):
    """Clips [N, T, 3, 96, 96], RGB in 0..1, and motions [N, T - 1, 3, 96, 96] to probabilities.

    A motion is a flow in pixels and its photometric error, as `cvdemo.ops.clip_flow.flow_with_error` says.
    """

    def __init__(self, config: TwoStreamConfig | None = None) -> None:
        config = config or TwoStreamConfig()
        inner = config.clip.with_inputs(3 * config.flows, config.filters)
        super().__init__(inner)  # the temporal stream
        self.config = config
        self.spatial = FrameAverage(config.clip).requires_grad_(False)
        self.classify = nn.Linear(inner.features, inner.classes)

    def shared_weights(self) -> dict[str, tuple[str, str]]:
        """Which weights are another net's."""
        return {"spatial.": ("frame-average", "")}

    def from_start(self, state: dict[str, Tensor]) -> dict[str, Tensor]:
        """The weights of `FrameAverage` as the spatial stream, and its backbone as the temporal one's too."""
        backbone = {name: value for name, value in state.items() if name.startswith("backbone.")}
        spatial = {f"spatial.{name}": value for name, value in state.items()}
        motion = with_more_filters(inflated(backbone, 3 * self.config.flows), self.state_dict())
        return {**spatial, **motion}

    def forward(self, clips: Tensor, motions: Tensor) -> TwoStreamTrace:
        return TwoStreamTrace(self.spatial(clips), *self.temporal(motions))

    def temporal(self, motions: Tensor, *, frames: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """The temporal stream alone at every frame, or at some [E]: features [N, E, F], logits [N, E, K].

        The stack of a frame holds the motions that lead to it; before the beginning there is no motion.
        """
        # Where nothing moves and nothing is wrong, all three are .5.
        flow, error = motions.split((2, 1), dim=2)
        seen = torch.cat([(flow / LARGEST).clamp(-1, 1), (error / LARGEST_ERROR).clamp(max=1)], 2) / 2 + 0.5
        still = seen.new_full((len(seen), 1, *seen.shape[2:]), 0.5)
        stacks = windows(torch.cat([still, seen], 1), self.config.flows, frames)  # [N, T, 3 * flows, 96, 96]
        features = self.vectors(self.see(stacks))  # [N, T, F]
        return features, self.classify(features)  # [N, T, K]
