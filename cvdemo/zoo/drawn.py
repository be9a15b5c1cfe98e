"""The nets trained on the drawn world, as detectors and segmenters of any picture."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, cast

import cv2
import numpy as np
import torch
from torch import Tensor, nn

from cvdemo.nets.sliding_window import SlidingWindow, WindowClassifier
from cvdemo.zoo import entries
from cvdemo.zoo.checkpoint import module_bytes
from cvdemo.zoo.device import autocast
from cvdemo.zoo.model import FLOOR, Detector, Model, RawArrays, Segmenter
from cvdemo.zoo.spec import ModelSpec
from cvdemo.zoo.weights import load_weights

LONG_SIDE = 192  # of the scenes that the nets were trained on


def load(spec: ModelSpec, device: str) -> Model:
    """The net of an entry with its shipped weights, as the model that its adapter makes."""
    entry = entries.entry(spec.key)
    net = entry.build()
    load_weights(net, spec.key)
    return entry.model(net, device)


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
    """A net whose trace has `boxes()` and `scores()` of all its default boxes, cells or regions.

    It is shown pictures with the longer side at `long_side` pixels.
    """

    batches: bool = True

    def __init__(self, spec: ModelSpec, device: str, net: nn.Module, *, long_side: int = LONG_SIDE) -> None:
        super().__init__(spec, device=device, nbytes=module_bytes(net))
        self.net = net.eval().to(device).to(memory_format=torch.channels_last)
        self.long_side = long_side

    @torch.inference_mode()
    def network(self, picture: np.ndarray, prompt: str) -> RawArrays:
        x = at_working_size(picture, self.device, self.long_side)  # [1, 3, h, w]
        return raw_arrays(self.forward(x), x, picture)

    @torch.inference_mode()
    def networks(self, pictures: Sequence[np.ndarray]) -> list[RawArrays]:
        x = torch.cat([at_working_size(p, self.device, self.long_side) for p in pictures])  # [N, 3, h, w]
        trace = self.forward(x)
        return [raw_arrays(trace, x, picture, n) for n, picture in enumerate(pictures)]

    @torch.inference_mode()
    def trace(self, picture: np.ndarray) -> Any:
        """All that happens inside the net, in pixels of the picture at its working size."""
        return self.forward(at_working_size(picture, self.device, self.long_side))

    def forward(self, x: Tensor) -> Any:
        """The trace of a picture at its working size, [1, 3, h, w] in 0..1."""
        with autocast(self.device):
            return self.net(x)


def sliding_window(spec: ModelSpec, device: str, net: nn.Module) -> DrawnDetector:
    """A classifier of windows as a detector: run over a pyramid of resized pictures."""
    model = DrawnDetector(spec, device, SlidingWindow(cast(WindowClassifier, net)))
    model.batches = False
    return model


def raw_arrays(trace: Any, x: Tensor, picture: np.ndarray, n: int = 0) -> RawArrays:
    """What a trace has found on the n-th of x [N, 3, h, w], in pixels of the picture: all above the floor.

    `trace.scores()` is [N, D, classes], `trace.boxes()` [N, D, 4], or [N, D, classes, 4] where every class
    has its own box.
    """
    boxes, scores = trace.boxes()[n], trace.scores()[n]
    row, column = (scores > FLOOR).nonzero(as_tuple=True)
    own = boxes[row] if boxes.ndim == 2 else boxes[row, column]  # [F, 4]
    height, width = picture.shape[:2]
    back = own.new_tensor([width / x.shape[3], height / x.shape[2]] * 2)
    return RawArrays(*(t.cpu().numpy() for t in (own * back, scores[row, column], column)))


class TraceSegmenter(Segmenter):
    """A net whose trace has `logits` [1, C, h, w], shown pictures with the longer side at `long_side`."""

    batches: bool = True

    def __init__(self, spec: ModelSpec, device: str, net: nn.Module, *, long_side: int = LONG_SIDE) -> None:
        super().__init__(spec, device=device, nbytes=module_bytes(net))
        self.net = net.eval().to(device).to(memory_format=torch.channels_last)
        self.long_side = long_side

    @torch.inference_mode()
    def network(self, picture: np.ndarray) -> np.ndarray:
        return self.trace(picture).logits[0].float().softmax(0).cpu().numpy()  # [C, h, w]

    @torch.inference_mode()
    def networks(self, pictures: Sequence[np.ndarray]) -> list[np.ndarray]:
        x = torch.cat([at_working_size(p, self.device, self.long_side) for p in pictures])
        with autocast(self.device):
            logits = self.net(x).logits
        return list(logits.float().softmax(1).cpu().numpy())

    @torch.inference_mode()
    def trace(self, picture: np.ndarray, ablate: Collection[int] = ()) -> Any:
        """All that happens inside the net, by the names of its own trace; `ablate` as its `forward` says."""
        options = {"ablate": tuple(ablate)} if ablate else {}
        with autocast(self.device):
            return self.net(at_working_size(picture, self.device, self.long_side), **options)
