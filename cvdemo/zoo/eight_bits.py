"""Weights in eight bits: a convolution's weights as whole numbers, with one scale for each output channel.

Half as large as fp16. arXiv:1806.08342, sec. 3.1.1 (symmetric, per channel); only the file is small, the net
computes with floating point numbers.
"""

from __future__ import annotations

import torch
from torch import Tensor

SCALE = ".scale"
"""Behind the name of a tensor: its scales, one for each of its first axis."""


def to_eight_bits(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """A state dict with int8 for floating tensors of two axes or more, and their scales; fp16 for others."""
    small: dict[str, Tensor] = {}
    for name, value in state.items():
        if not value.is_floating_point():
            small[name] = value
        elif value.ndim < 2:
            small[name] = value.half()
        else:
            flat = value.detach().float().flatten(1)
            scale = (flat.abs().amax(1) / 127).clamp(min=1e-12)
            small[name] = (flat / scale[:, None]).round().to(torch.int8).view(value.shape)
            small[name + SCALE] = scale
    return small


def from_eight_bits(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """What `to_eight_bits` was given, rounded; a state dict without scales stays as it is."""
    found = {}
    for name, value in state.items():
        if name.endswith(SCALE):
            continue
        scale = state.get(name + SCALE)
        found[name] = value if scale is None else value.float() * scale.view(-1, *[1] * (value.ndim - 1))
    return found
