"""The light net trained on CamVid's street frames: it works on real streets without a network."""

from __future__ import annotations

from torch import nn

from cvdemo.zoo.drawn import TraceSegmenter
from cvdemo.zoo.model import Segmenter
from cvdemo.zoo.photo_nets import shipped
from cvdemo.zoo.spec import ModelSpec

LONG_SIDE = 480  # of the frames that it was trained on


def load(spec: ModelSpec, device: str) -> Segmenter:
    """The net with its shipped weights."""
    return street_segmenter(spec, device, shipped(spec.key))


def street_segmenter(spec: ModelSpec, device: str, net: nn.Module) -> Segmenter:
    """The net as a segmenter that is shown pictures as large as the frames that it was trained on."""
    return TraceSegmenter(spec, device, net, long_side=LONG_SIDE)
