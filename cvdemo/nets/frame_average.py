"""Whole-video prediction, the simplest way: classify each frame, then average what is said of all of them.

Karpathy et al. call it the single-frame baseline (CVPR 2014, "Large-scale Video Classification with
Convolutional Neural Networks", sec. 3.1); the average is that of sec. 4.1. The order of the frames is lost.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import torch
from torch import Tensor, nn

from cvdemo.nets.frame_features import ClipConfig, FrameNet, Learning, running_mean

Way = Literal["mean", "max", "vote"]


class FrameAverageTrace(NamedTuple):
    """Per frame: vectors `features` [N, T, F] and `logits` [N, T, K]."""

    features: Tensor
    logits: Tensor

    @property
    def probabilities(self) -> Tensor:
        """What is said after each frame, [N, T, K]: the mean over all up to it."""
        return combined(self.logits)


class FrameAverage(FrameNet):
    """Clips [N, T, 3, 96, 96], RGB in 0..1, to probabilities after each frame."""

    def __init__(self, config: ClipConfig | None = None, learning: Learning = "weights") -> None:
        config = config or ClipConfig()
        super().__init__(config, learning)
        self.config = config
        self.classify = nn.Linear(config.features, config.classes)

    def forward(self, clips: Tensor) -> FrameAverageTrace:
        return self.tell(self.see(clips))

    def tell(self, maps: Tensor) -> FrameAverageTrace:
        """The trace from the frames' maps [N, T, M, 6, 6]."""
        features = self.vectors(maps)  # [N, T, F]
        return FrameAverageTrace(features, self.classify(features))  # [N, T, K]


def frame_average() -> FrameAverage:
    """Trained end to end."""
    return FrameAverage()


def frame_average_head() -> FrameAverage:
    """On the detector's backbone, which stays as it is."""
    return FrameAverage(learning="nothing")


def combined(logits: Tensor, way: Way = "mean") -> Tensor:
    """What is said after each frame by the frames up to it, [N, T, K], from each frame's logits [N, T, K].

    Their mean, their maximum (with a sum of 1), or the share of frames in which a class was the first.
    """
    each = logits.float().softmax(-1)
    if way == "vote":
        each = nn.functional.one_hot(each.argmax(-1), each.shape[-1]).float()
    if way == "max":
        most = torch.cummax(each, 1).values
        return most / most.sum(-1, keepdim=True)
    return running_mean(each)
