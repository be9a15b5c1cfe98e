"""Stacked frames: neighbouring frames are the channels of one picture, so that filters see motion.

Early fusion of Karpathy et al. (CVPR 2014, sec. 3.1): the first convolution spans all frames of the stack.
What stacks say is averaged over the video.

Neighbouring frames are nearly alike, which makes it slow to learn what differs between them. So the stack
comes in other coordinates: its last frame, and the difference of each frame to the one before. Any filter
over frames is one over these too, and the other way round.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import torch
from torch import Tensor, nn

from cvdemo.nets.frame_average import combined
from cvdemo.nets.frame_features import ClipConfig, FrameNet, windows, with_more_filters

STEP = 2
"""Frames of a clip from one of a stack to the next: seven of them see a second and a half."""

GAIN = 4.0
"""Differences are so many times larger to the net: most are small."""


@dataclass(frozen=True)
class EarlyFusionConfig:
    """How many frames are stacked, how many filters the first layer has, and what sees the stack."""

    frames: int = 5
    clip: ClipConfig = field(default_factory=ClipConfig)
    filters: int = 48


class EarlyFusionTrace(NamedTuple):
    """Per stack, of which one ends at each frame: `features` [N, T, F] and `logits` [N, T, K]."""

    features: Tensor
    logits: Tensor

    @property
    def probabilities(self) -> Tensor:
        """What is said after each frame, [N, T, K]: the mean over all stacks up to it."""
        return combined(self.logits)


class EarlyFusion(FrameNet):
    """Clips [N, T, 3, 96, 96], RGB in 0..1, to probabilities after each frame."""

    def __init__(self, config: EarlyFusionConfig | None = None) -> None:
        config = config or EarlyFusionConfig()
        inner = config.clip.with_inputs(3 * config.frames, config.filters)
        super().__init__(inner)
        self.config = config
        self.classify = nn.Linear(inner.features, inner.classes)

    def from_start(self, state: dict[str, Tensor]) -> dict[str, Tensor]:
        """The weights of a net of single frames as those of this one.

        Its filters see the last frame; the others see all, begin at random, and count nothing at first.
        """
        return with_more_filters(state, self.state_dict())

    def forward(self, clips: Tensor, *, frames: Tensor | None = None) -> EarlyFusionTrace:
        """The trace of the stacks that end at every frame, or at some [E] of them only."""
        stacks = differences(windows(clips, self.config.frames, frames, STEP))  # [N, T, 3 * frames, 96, 96]
        features = self.vectors(self.see(stacks))  # [N, T, F]
        return EarlyFusionTrace(features, self.classify(features))  # [N, T, K]


def differences(stacks: Tensor) -> Tensor:
    """Stacks [..., 3 n, H, W] in other coordinates: the last frame, then each frame minus the one before.

    Differences are `GAIN` times as large, and around 1/2 as colours are.
    """
    last, before, after = stacks[..., -3:, :, :], stacks[..., :-3, :, :], stacks[..., 3:, :, :]
    return torch.cat([last, GAIN * (after - before) + 0.5], dim=-3)


def over_frames(weights: Tensor) -> Tensor:
    """Filters over `differences` [O, 3 n, k, k] as filters over the frames, the first one first."""
    last, *between = weights.split(3, dim=1)
    frames = [torch.zeros_like(last) for _ in range(len(between) + 1)]
    frames[-1] = frames[-1] + last
    for k, difference in enumerate(between):
        frames[k] = frames[k] - GAIN * difference
        frames[k + 1] = frames[k + 1] + GAIN * difference
    return torch.cat(frames, dim=1)


def early_fusion_3() -> EarlyFusion:
    """Three frames in a stack."""
    return EarlyFusion(EarlyFusionConfig(3))


def early_fusion_5() -> EarlyFusion:
    """Five frames in a stack."""
    return EarlyFusion(EarlyFusionConfig(5))


def early_fusion_7() -> EarlyFusion:
    """Seven frames in a stack."""
    return EarlyFusion(EarlyFusionConfig(7))
