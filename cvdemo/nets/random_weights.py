"""Nets of many weights made quickly: without values, or with random ones."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import torch
from torch import nn

Net = TypeVar("Net", bound=nn.Module)


def parameters(net: nn.Module) -> int:
    """How many numbers a net learns."""
    return sum(p.numel() for p in net.parameters())


def hollow(build: Callable[[], Net]) -> Net:
    """The net without values: enough to count and to load."""
    with torch.device("meta"):
        return build()


@torch.no_grad()
def random_net(build: Callable[[], Net], seed: int = 0) -> Net:
    """The net for evaluation with random values, statistics of batch normalisation too."""
    torch.manual_seed(seed)
    net = hollow(build).to_empty(device="cpu").eval()
    for name, value in net.state_dict().items():
        if not value.is_floating_point():
            value.zero_()
        elif value.ndim > 1:
            value.normal_(std=(value[0].numel()) ** -0.5)
        elif name.endswith(("weight", "running_var")):
            value.uniform_(0.5, 1.5)
        else:
            value.normal_(std=0.1)
    return net
