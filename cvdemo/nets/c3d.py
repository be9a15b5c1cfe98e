"""3-D convolutions: filters that reach over time as they reach over the picture.

C3D, arXiv:1412.0767, sec. 3: every kernel is 3 x 3 x 3; the first pooling leaves time alone, later ones halve
it. Here narrower, with batch normalisation and strides in place of pooling, from frames of 96 x 96.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn


@dataclass(frozen=True)
class C3DConfig:
    """Frames of a window, channels of the five levels, and the fully connected layer."""

    classes: int = 15
    frames: int = 16
    channels: tuple[int, ...] = (16, 32, 64, 96, 96)
    features: int = 128
    dropout: float = 0.2


class C3DTrace(NamedTuple):
    """Of the window that ends at each frame: `features` [N, T, F] and `logits` [N, T, K]."""

    features: Tensor
    logits: Tensor

    @property
    def probabilities(self) -> Tensor:
        """What is said after each frame, [N, T, K]."""
        return self.logits.float().softmax(-1)


class ConvNorm3D(nn.Sequential):
    """A 3 x 3 x 3 convolution, batch normalisation, ReLU."""

    def __init__(self, inputs: int, outputs: int, stride: tuple[int, int, int] = (1, 1, 1)) -> None:
        super().__init__(
            nn.Conv3d(inputs, outputs, 3, stride=stride, padding=1, bias=False),
            nn.BatchNorm3d(outputs),
            nn.ReLU(inplace=True),
        )


class C3D(nn.Module):
    """Clips [N, T, 3, 96, 96], RGB in 0..1, to probabilities after each frame."""

    def __init__(self, config: C3DConfig | None = None) -> None:
        super().__init__()
        self.config = config = config or C3DConfig()
        one, two, three, four, five = config.channels
        self.body = nn.Sequential(
            ConvNorm3D(3, one, (1, 2, 2)),  # [N, 16, 16, 48, 48]
            ConvNorm3D(one, two, (2, 2, 2)),  # [N, 32, 8, 24, 24]
            ConvNorm3D(two, three, (1, 2, 2)),  # [N, 64, 8, 12, 12]
            ConvNorm3D(three, four, (2, 2, 2)),  # [N, 96, 4, 6, 6]
            ConvNorm3D(four, five),
            nn.MaxPool3d((2, 1, 1)),  # [N, 96, 2, 6, 6]
        )
        self.squeeze = nn.Sequential(
            nn.Conv3d(five, 16, 1, bias=False), nn.BatchNorm3d(16), nn.ReLU(inplace=True)
        )
        self.linear = nn.Linear(16 * (config.frames // 8) * 36, config.features)
        self.norm = nn.LayerNorm(config.features)
        self.dropout = nn.Dropout(config.dropout)
        self.classify = nn.Linear(config.features, config.classes)

    def forward(self, clips: Tensor, *, frames: Tensor | None = None) -> C3DTrace:
        """The trace of the windows that end at every frame, or at some [E] of them only."""
        ends = torch.arange(clips.shape[1], device=clips.device) if frames is None else frames
        back = torch.arange(self.config.frames - 1, -1, -1, device=clips.device)
        index = (ends[:, None] - back).clamp(min=0)  # [E, 16]: before the beginning the first frame repeats
        windows = clips[:, index].transpose(2, 3).flatten(0, 1)  # [N * E, 3, 16, 96, 96]
        flat = self.squeeze(self.body((windows - 0.5) / 0.25)).flatten(1)  # [N * E, 16 * 2 * 6 * 6]
        features = self.dropout(nn.functional.relu(self.norm(self.linear(flat))))
        features = features.unflatten(0, (len(clips), len(ends)))  # [N, E, F]
        return C3DTrace(features, self.classify(features))  # [N, E, K]
