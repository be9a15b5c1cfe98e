"""A mask for any box of a photo, by the net that was trained on cut-outs of photos."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from cvdemo.zoo.box_masks import box_frame, cut_out, over_box
from cvdemo.zoo.checkpoint import module_bytes
from cvdemo.zoo.device import autocast
from cvdemo.zoo.model import Detector
from cvdemo.zoo.packaged import SSDMobileNetV2
from cvdemo.zoo.photo_nets import shipped
from cvdemo.zoo.spec import ModelSpec
from cvdemo.zoo.top_down import BoxesThenMasks

AT_ONCE = 16  # cut-outs in one run
LEAST = 0.05  # score of a box, below which it is not worth a mask


class CutOutTrace(NamedTuple):
    """The cut-outs [N, 3, S, S] in 0..1, the net's trace of them, and probabilities [N, S, S]."""

    pictures: Tensor
    trace: Any
    probabilities: NDArray[np.float32]


class PhotoMasks:
    """The net on a cut-out around each box: the mask of whatever fills it."""

    def __init__(self, device: str, net: nn.Module) -> None:
        self.device = device
        self.nbytes = module_bytes(net)
        self.net = net.eval().to(device).to(memory_format=torch.channels_last)

    def masks(self, picture: NDArray[np.uint8], boxes: NDArray[Any]) -> NDArray[np.float32]:
        """A mask [N, M, M] in 0..1 for each box [N, 4] of a picture [H, W, 3], stretched over the box."""
        found = [over_box(p) for part in self.run(picture, boxes) for p in part.probabilities]
        return np.stack(found) if found else np.zeros((0, 1, 1), np.float32)

    @torch.inference_mode()
    def run(self, picture: NDArray[np.uint8], boxes: NDArray[Any]) -> Iterator[CutOutTrace]:
        """Run the net on a cut-out around each box [N, 4], a few at a time."""
        for first in range(0, len(boxes), AT_ONCE):
            some = np.asarray(boxes[first : first + AT_ONCE], np.float32)
            cuts = np.stack([cut_out(picture, box_frame(box)) for box in some])  # [n, S, S, 3]
            x = torch.from_numpy(cuts).to(self.device).permute(0, 3, 1, 2).float() / 255
            with autocast(self.device):
                trace = self.net(x)
            yield CutOutTrace(x, trace, trace.logits[:, 0].float().sigmoid().cpu().numpy())


def load(spec: ModelSpec, device: str) -> Detector:
    """The net in the boxes of the packaged SSD-MobileNetV2."""
    return BoxesThenMasks(
        spec, SSDMobileNetV2(spec, device), PhotoMasks(device, shipped(spec.key)), least=LEAST
    )
