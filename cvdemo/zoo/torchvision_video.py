"""torchvision's video classifiers; `spec.options`: its `name`, `fps` and `window` of the frames."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn
from torchvision.models import get_model, get_model_weights

from cvdemo.zoo.activity import ActivityClassifier, Recognition
from cvdemo.zoo.checkpoint import load_state, module_bytes
from cvdemo.zoo.device import autocast
from cvdemo.zoo.fetch import Progress, fetch_file
from cvdemo.zoo.labels import labels
from cvdemo.zoo.spec import ModelSpec


def load(spec: ModelSpec, device: str, progress: Progress | None = None) -> ActivityClassifier:
    """The video classifier of a spec, its weights downloaded if need be."""
    path = fetch_file(spec.weights, progress)
    net = build(spec)
    load_state(net, path)
    return TorchvisionVideo(spec, device, net)


def build(spec: ModelSpec) -> nn.Module:
    """The network as torchvision builds it for its own trained weights, without weights."""
    net: nn.Module = get_model(spec.options["name"], weights=None, num_classes=len(labels(spec.labels)))
    return net


class TorchvisionVideo(ActivityClassifier):
    """A net of windows of frames: what it says of all windows so far is averaged.

    A window ends every half of its length and at the last frame; before the beginning the first frame
    repeats. Until the first answer all activities are as likely.
    """

    def __init__(self, spec: ModelSpec, device: str, net: nn.Module) -> None:
        super().__init__(spec, device=device, nbytes=module_bytes(net))
        self.net = net.eval().to(device)
        self.window = int(spec.options["window"])
        self.prepare = get_model_weights(spec.options["name"]).DEFAULT.transforms()

    @torch.inference_mode()
    def network(self, frames: np.ndarray) -> Recognition:
        count = len(frames)
        ends = sorted({*range(self.window // 2 - 1, count, self.window // 2), count - 1})
        classes = len(labels(self.spec.labels))
        probabilities = np.full((count, classes), 1 / classes, np.float32)
        total = np.zeros(classes, np.float32)
        for number, end in enumerate(ends, 1):
            total += self._window(frames, end)
            probabilities[end:] = total / number
        return Recognition(probabilities)

    def _window(self, frames: np.ndarray, end: int) -> np.ndarray:
        """The probabilities [C] of the window that ends at a frame."""
        index = np.arange(end - self.window + 1, end + 1).clip(min=0)
        clip = torch.from_numpy(np.ascontiguousarray(frames[index])).permute(0, 3, 1, 2)  # [W, 3, H, W]
        x: Tensor = self.prepare(clip)[None].to(self.device)  # [1, 3, W, crop, crop]
        with autocast(self.device):
            logits = self.net(x)[0]
        found: np.ndarray = logits.float().softmax(0).cpu().numpy()
        return found
