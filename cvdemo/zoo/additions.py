"""What parts bring: pairs of nets trained alike, and as like as possible but for a part; their figures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from cvdemo.zoo.entries import entry
from cvdemo.zoo.weights import has_weights, read_card


class Addition(NamedTuple):
    """A part of a net, the key of the net that has it, and of the one that is as like it without."""

    part: str
    present: str
    absent: str


UNET_END = "U-Net end"
SEGMENTERS = (
    Addition("scores at stride 16", "fcn16s", "fcn32s"),
    Addition("scores at stride 8", "fcn8s", "fcn16s"),
    Addition("skips", "unet", "unet-noskip"),
    Addition("Dice in the loss", "unet", "unet-nodice"),
    Addition("several rates", "deeplabv2", "deeplabv1"),
    Addition("pyramid", "pspnet", "pspnet-nopyramid"),
    Addition("auxiliary loss", "pspnet-sharp", "pspnet-noaux"),
    Addition(UNET_END, "pspnet-sharp", "pspnet"),
    Addition(UNET_END, "refinenet-sharp", "refinenet"),
    Addition(UNET_END, "deeplabv3plus-sharp", "deeplabv3plus"),
)
"""Of semantic segmentation; `deeplabv1` has one branch of 128 channels, `deeplabv2` four of 64."""

SSD_CHAIN = (
    Addition("top-down pyramid", "ssd-top-down", "ssd"),
    Addition("GIoU", "ssd-giou", "ssd-top-down"),
    Addition("IoU-aware score", "ssd-plus", "ssd-giou"),
)
"""Of SSD, one after the other."""
SSDS = ("ssd", *(one.present for one in SSD_CHAIN))
"""SSD as published, then with one addition more each."""

TOGETHER = "pyramid, GIoU, IoU-aware score"
REGION_NETS = (
    Addition(TOGETHER, "fast-rcnn-plus", "fast-rcnn"),
    Addition(TOGETHER, "faster-rcnn-plus", "faster-rcnn"),
    Addition(TOGETHER, "rfcn-plus", "rfcn"),
)
"""Of nets of regions, all at once: a feature pyramid, GIoU and IoU-aware scores, and what goes with them.

That is anchors on every level, RoIAlign or bilinear bins, more RoIs on objects in training.
"""


class Gain(NamedTuple):
    """What a part brings on held-out scenes: a figure without and with it, the net's title, both keys."""

    part: str
    title: str
    without: float
    present: float
    keys: tuple[str, str]


def gains(additions: Sequence[Addition], metric: str) -> list[Gain]:
    """What each part brings, as the cards of both nets say; those without weights are left out.

    The title is that of the simpler net where several nets get the same part, else of the other.
    """
    parts = [one.part for one in additions]
    found = []
    for part, present, absent in additions:
        one, other = read_card(present), read_card(absent)
        if one and other and has_weights(present) and has_weights(absent):
            title = entry(absent if parts.count(part) > 1 else present).title
            figures = float(other["metrics"][metric]), float(one["metrics"][metric])
            found.append(Gain(part, title, *figures, (absent, present)))
    return found
