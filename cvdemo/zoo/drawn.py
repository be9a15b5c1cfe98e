"""The nets trained on the drawn world, as detectors and segmenters of any picture."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import cv2
import numpy as np
import torch
from torch import Tensor, nn

from cvdemo.nets.segmenters import segmenter
from cvdemo.nets.ssd import SSD
from cvdemo.zoo.checkpoint import module_bytes
from cvdemo.zoo.device import autocast
from cvdemo.zoo.model import FLOOR, Detector, RawArrays, Segmenter
from cvdemo.zoo.spec import ModelSpec
from cvdemo.zoo.weights import load_weights

LONG_SIDE = 192  # of the scenes that the nets were trained on


def load_ssd(spec: ModelSpec, device: str) -> Detector:
    """SSD with its shipped weights."""
    net = SSD()
    load_weights(net, spec.key)
    return DrawnDetector(spec, device, net)


def load_segmenter(spec: ModelSpec, device: str) -> Segmenter:
    """The segmenter of the spec's key with its shipped weights."""
    net = segmenter(spec.key)
    load_weights(net, spec.key)
    return TraceSegmenter(spec, device, net)


def at_working_size(picture: np.ndarray, device: str, long_side: int = LONG_SIDE) -> Tensor:
    """The picture with its longer side at so many pixels, [1, 3, h, w] in 0..1."""
    height, width = picture.shape[:2]
    scale = long_side / max(height, width)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    small = picture if size == (width, height) else cv2.resize(picture, size, interpolation=method)
    x = torch.from_numpy(np.ascontiguousarray(small)).to(device)
    return x.permute(2, 0, 1)[None].float() / 255


class DrawnDetector(Detector):
    """A net whose trace has `boxes()` and `scores()` of all its default boxes."""

    def __init__(self, spec: ModelSpec, device: str, net: nn.Module) -> None:
        super().__init__(spec, device=device, nbytes=module_bytes(net))
        self.net = net.eval().to(device).to(memory_format=torch.channels_last)

    @torch.inference_mode()
    def network(self, picture: np.ndarray, prompt: str) -> RawArrays:
        x = at_working_size(picture, self.device)  # [1, 3, h, w]
        with autocast(self.device):
            trace = self.net(x)
        boxes, scores = trace.boxes()[0], trace.scores()[0]  # [D, 4], [D, classes]
        row, column = (scores > FLOOR).nonzero(as_tuple=True)
        height, width = picture.shape[:2]
        back = boxes.new_tensor([width / x.shape[3], height / x.shape[2]] * 2)
        found = (boxes[row] * back, scores[row, column], column)
        return RawArrays(*(t.cpu().numpy() for t in found))


class TraceSegmenter(Segmenter):
    """A net whose trace has `logits` [1, C, h, w], shown pictures with the longer side at `long_side`."""

    def __init__(self, spec: ModelSpec, device: str, net: nn.Module, *, long_side: int = LONG_SIDE) -> None:
        super().__init__(spec, device=device, nbytes=module_bytes(net))
        self.net = net.eval().to(device).to(memory_format=torch.channels_last)
        self.long_side = long_side

    @torch.inference_mode()
    def network(self, picture: np.ndarray) -> np.ndarray:
        return self.trace(picture).logits[0].float().softmax(0).cpu().numpy()  # [C, h, w]

    @torch.inference_mode()
    def trace(self, picture: np.ndarray, without: Collection[int] = ()) -> Any:
        """All that happens inside the net, by the names of its own trace; `without` as its `forward` says."""
        options = {"without": tuple(without)} if without else {}
        with autocast(self.device):
            return self.net(at_working_size(picture, self.device, self.long_side), **options)
