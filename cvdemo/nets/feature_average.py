"""Whole-video prediction with a second-level model: average the features of all frames, then classify.

Average pooling of features with layers on top that learn end to end ("Beyond Short Snippets",
arXiv:1503.08909, sec. 3.1). The second level sees what goes together in a clip, but not in which order.
"""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor, nn

from cvdemo.nets.frame_features import ClipConfig, FrameNet, Learning, running_mean


class FeatureAverageTrace(NamedTuple):
    """Per frame: vectors `features` [N, T, F], their mean up to it `means` [N, T, F], `logits` [N, T, K]."""

    features: Tensor
    means: Tensor
    logits: Tensor

    @property
    def probabilities(self) -> Tensor:
        """What is said after each frame, [N, T, K]."""
        return self.logits.float().softmax(-1)


class FeatureAverage(FrameNet):
    """Clips [N, T, 3, 96, 96], RGB in 0..1, to probabilities after each frame."""

    def __init__(self, config: ClipConfig | None = None, learning: Learning = "weights") -> None:
        config = config or ClipConfig()
        super().__init__(config, learning)
        self.config = config
        self.second_level = nn.Sequential(
            nn.Linear(config.features, config.features),
            nn.ReLU(),
            nn.Dropout(config.dropout),
            nn.Linear(config.features, config.classes),
        )

    def forward(self, clips: Tensor) -> FeatureAverageTrace:
        return self.tell(self.see(clips))

    def tell(self, maps: Tensor) -> FeatureAverageTrace:
        """The trace from the frames' maps [N, T, M, 6, 6]."""
        features = self.vectors(maps)  # [N, T, F]
        means = running_mean(features)
        return FeatureAverageTrace(features, means, self.second_level(means))  # [N, T, K]


def feature_average() -> FeatureAverage:
    """Trained end to end."""
    return FeatureAverage()


def feature_average_head() -> FeatureAverage:
    """On the detector's backbone, which stays as it is."""
    return FeatureAverage(learning="nothing")
