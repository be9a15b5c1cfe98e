"""Models that segment a frame of a clip and see its neighbours too."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor, nn

from cvdemo.errors import PictureError
from cvdemo.zoo.checkpoint import module_bytes
from cvdemo.zoo.device import autocast
from cvdemo.zoo.drawn import LONG_SIDE, at_working_size
from cvdemo.zoo.labels import labels
from cvdemo.zoo.model import Model, Segmentation, workable
from cvdemo.zoo.spec import ModelSpec, Task


class FrameSegmenter(Model):
    """A net whose trace has `logits`, shown `frames` neighbouring frames; it segments the middle one."""

    task: ClassVar[Task] = Task.FRAMES

    def __init__(self, spec: ModelSpec, device: str, net: nn.Module, *, long_side: int = LONG_SIDE) -> None:
        super().__init__(spec, device=device, nbytes=module_bytes(net))
        self.net: Any = net.eval().to(device).to(memory_format=torch.channels_last)
        self.long_side = long_side

    @property
    def frames(self) -> int:
        """How many frames it sees."""
        return int(self.net.config.frames)

    def segmentation(self, stack: np.ndarray) -> Segmentation:
        """What it says of the middle frame of a stack [n, H, W, 3] uint8 RGB; n must be `frames`.

        A `PictureError` says so where it is not.
        """
        if stack.ndim != 4 or len(stack) != self.frames:
            raise PictureError(f"{self.spec.title} sees {self.frames} frames, not {len(stack)}")
        height, width = stack.shape[1:3]
        seen = [workable(frame) for frame in stack]
        maps, milliseconds = self.run(lambda: self._network(seen))
        return Segmentation(maps, seen[0].shape[:2], (height, width), milliseconds)

    def _network(self, frames: list[np.ndarray]) -> np.ndarray:
        x = self._channels(frames)
        with autocast(self.device):
            logits: Tensor = self.net(x).logits
        maps: np.ndarray = logits[0].float().softmax(0).cpu().numpy()  # [C, h, w]
        return maps

    def _channels(self, frames: list[np.ndarray]) -> Tensor:
        """The frames at the working size as channels, [1, 3 * n, h, w] in 0..1."""
        return torch.cat([at_working_size(frame, self.device, self.long_side) for frame in frames], 1)

    def names(self) -> dict[int, str]:
        """Class names by id."""
        return labels(self.spec.labels)

    def __call__(self, stack: np.ndarray) -> np.ndarray:
        """The label map [H, W] uint8 of the middle frame of a stack [n, H, W, 3] uint8 RGB."""
        return self.segmentation(stack).labels()
