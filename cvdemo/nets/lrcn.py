"""Recurrent recognition: a net sees each frame, a recurrent net remembers what came before.

LRCN, "Long-term Recurrent Convolutional Networks", arXiv:1411.4389, sec. 4: the vector of each frame goes
into an LSTM, which gives a prediction at every frame. With a GRU (arXiv:1406.1078) there are fewer gates.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from torch import Tensor, nn

from cvdemo.nets.frame_features import ClipConfig, FrameNet, Learning


@dataclass(frozen=True)
class LRCNConfig:
    """The kind of memory, how many numbers it holds, and what sees the frames."""

    cell: Literal["lstm", "gru"] = "lstm"
    memory: int = 128
    clip: ClipConfig = field(default_factory=ClipConfig)


class LRCNTrace(NamedTuple):
    """Per frame: vectors `features` [N, T, F], the memory's output `hidden` [N, T, M], `logits` [N, T, K]."""

    features: Tensor
    hidden: Tensor
    logits: Tensor

    @property
    def probabilities(self) -> Tensor:
        """What is said after each frame, [N, T, K]."""
        return self.logits.float().softmax(-1)


class LRCN(FrameNet):
    """Clips [N, T, 3, 96, 96], RGB in 0..1, to probabilities after each frame."""

    def __init__(self, config: LRCNConfig | None = None, learning: Learning = "weights") -> None:
        config = config or LRCNConfig()
        super().__init__(config.clip, learning)
        self.config = config
        cell = nn.LSTM if config.cell == "lstm" else nn.GRU
        self.recurrent = cell(config.clip.features, config.memory, batch_first=True)
        self.classify = nn.Linear(config.memory, config.clip.classes)

    def forward(self, clips: Tensor) -> LRCNTrace:
        return self.tell(self.see(clips))

    def tell(self, maps: Tensor) -> LRCNTrace:
        """The trace from the frames' maps [N, T, M, 6, 6]."""
        features = self.vectors(maps)  # [N, T, F]
        hidden, _ = self.recurrent(features)  # [N, T, M]
        return LRCNTrace(features, hidden, self.classify(self.dropout(hidden)))  # [N, T, K]


def lrcn() -> LRCN:
    """With an LSTM."""
    return LRCN(LRCNConfig("lstm"))


def lrcn_gru() -> LRCN:
    """With a GRU."""
    return LRCN(LRCNConfig("gru"))


def lrcn_head() -> LRCN:
    """With an LSTM on the detector's backbone, which stays as it is."""
    return LRCN(LRCNConfig("lstm"), "nothing")


def lrcn_gru_head() -> LRCN:
    """With a GRU on the detector's backbone, which stays as it is."""
    return LRCN(LRCNConfig("gru"), "nothing")
