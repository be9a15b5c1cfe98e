"""What a segmenter's trace holds: its inner maps by name, and what of a net can be cut."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from torch import Tensor, nn

from cvdemo.nets.fcn import FCN
from cvdemo.nets.linknet import LinkNet
from cvdemo.nets.pspnet import PSPNet
from cvdemo.nets.segnet import SegNet
from cvdemo.nets.unet import UNet

OUTSIDE = ("logits", "aux")


def inner_maps(trace: Any) -> Iterator[tuple[str, Tensor]]:
    """Name and map [N, C, h, w] of everything floating in a trace but its logits, in the order of its fields.

    Fields that are tuples are counted from 1; traces within a trace are gone through too.
    """
    for name in trace._fields:
        if name not in OUTSIDE:
            yield from _named(name.replace("_", " "), getattr(trace, name))


def _named(name: str, value: Any) -> Iterator[tuple[str, Tensor]]:
    if isinstance(value, Tensor):
        if value.ndim == 4 and value.is_floating_point():
            yield name, value
    elif hasattr(value, "_fields"):
        for field in value._fields:
            yield from _named(f"{name} {field.replace('_', ' ')}", getattr(value, field))
    elif isinstance(value, tuple):
        for k, one in enumerate(value):
            yield from _named(f"{name} {k + 1}", one)


def ablations(net: nn.Module) -> dict[str, int]:
    """What the net's `forward` can go without: a name and the value for its `ablate`; some have nothing."""
    if isinstance(net, UNet):
        used = [s for s, there in zip((16, 8, 4, 2), net.config.skips, strict=True) if there]
        return {f"skip at stride {s}": s for s in used}
    if isinstance(net, FCN):
        return {f"scores at stride {s}": s for s in (16, 8) if s >= net.config.finest}
    if isinstance(net, SegNet):
        return {f"indices at stride {s}": s for s in (32, 16, 8, 4, 2)}
    if isinstance(net, LinkNet):
        return {f"link at stride {s}": s for s in (16, 8, 4, 2)}
    if isinstance(net, PSPNet):
        return {f"pyramid level {b} x {b}": b for b in net.config.levels}
    return {}
