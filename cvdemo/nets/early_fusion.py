"""Stacked frames: neighbouring frames are the channels of one picture, so that filters see motion.

Early fusion of Karpathy et al. (CVPR 2014, sec. 3.1): the first convolution spans all frames of the stack.
What stacks say is averaged over the video.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from torch import Tensor, nn

from cvdemo.nets.frame_average import combined
from cvdemo.nets.frame_features import ClipConfig, FrameNet, inflated, windows


@dataclass(frozen=True)
class EarlyFusionConfig:
    """How many frames are stacked, and what sees the stack."""

    frames: int = 5
    clip: ClipConfig = field(default_factory=ClipConfig)


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
        inner = config.clip.with_inputs(3 * config.frames)
        super().__init__(inner)
        self.config = config
        self.classify = nn.Linear(inner.features, inner.classes)

    def from_start(self, state: dict[str, Tensor]) -> dict[str, Tensor]:
        """The weights of a net of single frames as those of this one."""
        return inflated(state, 3 * self.config.frames)

    def forward(self, clips: Tensor, *, frames: Tensor | None = None) -> EarlyFusionTrace:
        """The trace of the stacks that end at every frame, or at some [E] of them only."""
        stacks = windows(clips, self.config.frames, frames)  # [N, T, 3 * frames, 96, 96]
        features = self.vectors(self.see(stacks))  # [N, T, F]
        return EarlyFusionTrace(features, self.classify(features))  # [N, T, K]


def early_fusion_3() -> EarlyFusion:
    """Three frames in a stack."""
    return EarlyFusion(EarlyFusionConfig(3))


def early_fusion_5() -> EarlyFusion:
    """Five frames in a stack."""
    return EarlyFusion(EarlyFusionConfig(5))


def early_fusion_7() -> EarlyFusion:
    """Seven frames in a stack."""
    return EarlyFusion(EarlyFusionConfig(7))
