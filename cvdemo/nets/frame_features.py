"""What the nets of whole videos share: the small backbone, and a vector for what it saw.

The vector comes from a fully connected layer over the whole map, as fc6 of the nets of the
day (arXiv:1411.4389, sec. 4.1): it knows where things are, which global average pooling forgets.
"""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from typing import Literal

import torch
from torch import Tensor, nn

from cvdemo.nets.backbone import Backbone, BackboneConfig
from cvdemo.nets.blocks import ConvNorm

SIDE = 96
"""Height and width of the frames that the nets see."""

PART = 64
"""Frames that go through the net at once, where it is not training."""

Learning = Literal["nothing", "weights", "everything"]
"""What of a backbone is trained: with "weights" its batch normalisation keeps the statistics that it has."""

STEM = "backbone.stem.0.0.weight"
"""The name of the first convolution's weights."""


@dataclass(frozen=True)
class ClipConfig:
    """Classes, and what makes the vector of a frame: a backbone up to stride 16, and its own sizes."""

    classes: int = 15
    features: int = 128
    squeeze: int = 32  # channels that are left of the map before it is flattened
    dropout: float = 0.2
    backbone: BackboneConfig = field(default_factory=lambda: BackboneConfig((16, 32, 64, 96), (1, 2, 2)))

    def with_inputs(self, channels: int, filters: int = 0) -> ClipConfig:
        """The same for frames of so many channels, with so many filters in the first layer."""
        return replace(self, backbone=replace(self.backbone, inputs=channels, filters=filters))


class FrameNet(nn.Module):
    """What sees frames [N, C, 96, 96] in 0..1 and gives a vector [N, F] for each; nets go on from there.

    A backbone of which `nothing` learns is that of the detector `ssd-plus` and stays as it is: the net learns
    what to make of its maps.
    """

    def __init__(self, config: ClipConfig, learning: Learning = "everything") -> None:
        super().__init__()
        self.learning = learning
        cells = SIDE // config.backbone.strides[-1]
        self.backbone = Backbone(config.backbone).requires_grad_(not self.frozen)
        self.squeeze = ConvNorm(config.backbone.channels[-1], config.squeeze, 1)
        self.linear = nn.Linear(config.squeeze * cells * cells, config.features)
        self.norm = nn.LayerNorm(config.features)
        self.dropout = nn.Dropout(config.dropout)

    @property
    def frozen(self) -> bool:
        """Whether the backbone stays as it is."""
        return self.learning == "nothing"

    def shared_weights(self) -> dict[str, tuple[str, str]]:
        """Which weights are another net's."""
        return {"backbone.": ("ssd-plus", "backbone.")} if self.frozen else {}

    def train(self, mode: bool = True) -> FrameNet:
        """Switch to training or back; the statistics of a backbone go on where everything is trained."""
        super().train(mode)
        if self.learning != "everything":
            self.backbone.eval()
        return self

    def see(self, clips: Tensor) -> Tensor:
        """The backbone's last map of every frame of clips [N, T, C, 96, 96]: [N, T, M, 6, 6]."""
        frames = clips.flatten(0, 1).contiguous(memory_format=torch.channels_last)
        # A long video goes through in parts: all its maps at once would not fit into memory.
        parts = [frames] if self.training else frames.split(PART)
        with nullcontext() if torch.is_grad_enabled() and not self.frozen else torch.no_grad():
            maps = [self.backbone(part)[-1] for part in parts]
        return torch.cat(maps).unflatten(0, clips.shape[:2])

    def vectors(self, maps: Tensor) -> Tensor:
        """The vectors [N, T, F] of all frames from their maps [N, T, M, 6, 6]."""
        flat = self.squeeze(maps.flatten(0, 1)).flatten(1)  # [N * T, 32 * 6 * 6]
        found = self.dropout(nn.functional.relu(self.norm(self.linear(flat))))  # [N * T, F]
        return found.unflatten(0, maps.shape[:2])  # [N, T, F]


def inflated(state: dict[str, Tensor], channels: int) -> dict[str, Tensor]:
    """Weights of a net of single frames for one that sees motion in `channels` channels.

    Those of the first convolution are their mean over RGB, repeated (arXiv:1507.02159, sec. 3.1).
    """
    weight = state[STEM]  # [O, 3, 3, 3]
    more = weight.mean(1, keepdim=True).repeat(1, channels, 1, 1) * (3 / channels)
    return {**state, STEM: more}


def with_more_filters(state: dict[str, Tensor], own: dict[str, Tensor]) -> dict[str, Tensor]:
    """A net's weights for one with more channels and filters in its first layer, whose weights `own` are.

    The filters that are taken over see the first channels only. The others begin at random, and count nothing
    at first.
    """
    found = dict(state)
    for name, value in state.items():
        if name.startswith("backbone.stem.") and name in own and own[name].shape != value.shape:
            found[name] = _beside(own[name], value, random="stem.0" in name)
    return found


def _beside(own: Tensor, value: Tensor, *, random: bool) -> Tensor:
    """A tensor with another's values in its first places, and besides its own ones, or 0."""
    found = own.clone() if random else torch.zeros_like(own)
    first = tuple(slice(0, size) for size in value.shape)
    if random and own.ndim > 1:
        found[: len(value)] = 0
    found[first] = value
    return found


def running_mean(values: Tensor) -> Tensor:
    """The mean of all up to each frame, of [N, T, K]: [N, T, K]."""
    counts = torch.arange(1, values.shape[1] + 1, device=values.device, dtype=values.dtype)
    return values.cumsum(1) / counts[:, None]


def windows(clips: Tensor, length: int, ends: Tensor | None = None, step: int = 1) -> Tensor:
    """The `length` frames that end at each frame as channels: [N, T, C, H, W] to [N, E, length * C, H, W].

    `ends` [E] are the frames that they end at, by default all T; they are `step` frames apart. Before the
    beginning the first one repeats.
    """
    n, t, c, h, w = clips.shape
    last = torch.arange(t, device=clips.device) if ends is None else ends
    back = step * torch.arange(length - 1, -1, -1, device=clips.device)
    index = (last[:, None] - back).clamp(min=0)  # [E, length]
    return clips[:, index].reshape(n, len(last), length * c, h, w)
