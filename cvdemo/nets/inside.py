"""What a segmenter's trace holds: its inner maps by name, and what of a net can be cut."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from torch import Tensor, nn

OUTSIDE = ("logits", "aux")


def inner_maps(trace: Any) -> Iterator[tuple[str, Tensor]]:
    """Name and map [N, C, h, w] of everything in a trace but its logits, in the order of its fields.

    Maps of integers are indices of a pooling. Fields that are tuples are counted from 1; traces within a
    trace are gone through too.
    """
    for name in trace._fields:
        if name not in OUTSIDE:
            yield from _named(name.replace("_", " "), getattr(trace, name))


def _named(name: str, value: Any) -> Iterator[tuple[str, Tensor]]:
    if isinstance(value, Tensor):
        if value.ndim == 4:
            yield name, value
    elif hasattr(value, "_fields"):
        for field in value._fields:
            yield from _named(f"{name} {field.replace('_', ' ')}", getattr(value, field))
    elif isinstance(value, tuple):
        for k, one in enumerate(value):
            yield from _named(f"{name} {k + 1}", one)


def ablations(net: nn.Module) -> dict[str, int]:
    """What the net's `forward` can go without: a name and the value for its `ablate`; some have nothing."""
    own: Callable[[], dict[str, int]] = getattr(net, "ablations", dict)
    return own()
