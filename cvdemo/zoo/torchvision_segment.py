"""torchvision's segmenters; `spec.options`: `name` of its builder, and `build` for further arguments."""

from __future__ import annotations

import cv2
import numpy as np
import torch
from torch import nn
from torchvision.models import get_model

from cvdemo.zoo.checkpoint import load_state, module_bytes
from cvdemo.zoo.device import autocast
from cvdemo.zoo.fetch import Progress, fetch_file
from cvdemo.zoo.labels import labels
from cvdemo.zoo.model import Segmenter
from cvdemo.zoo.spec import ModelSpec

MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # ImageNet, RGB in 0..1
SHORT_SIDE = 520  # as torchvision's own transforms have it
LONGEST = 1333  # a panorama's longer side: its shorter one is then below 520


def load(spec: ModelSpec, device: str, progress: Progress | None = None) -> Segmenter:
    """The segmenter of a spec, its weights downloaded if need be."""
    path = fetch_file(spec.weights, progress)
    net = build(spec)
    load_state(net, path)
    return TorchvisionSegmenter(spec, device, net)


def build(spec: ModelSpec) -> nn.Module:
    """The network as torchvision builds it for its own trained weights, without weights."""
    options = spec.options
    net: nn.Module = get_model(
        options["name"],
        weights=None,
        weights_backbone=None,
        num_classes=len(labels(spec.labels)),
        **options.get("build", {}),
    )
    return net


def working_size(width: int, height: int) -> tuple[int, int]:
    """Width and height that a picture is shown to the network at: its shorter side at 520 pixels."""
    scale = min(SHORT_SIDE / min(width, height), LONGEST / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))


class TorchvisionSegmenter(Segmenter):
    """FCN, DeepLabV3 or LR-ASPP: a dictionary whose "out" are the logits of the 21 classes of VOC."""

    def __init__(self, spec: ModelSpec, device: str, net: nn.Module) -> None:
        super().__init__(spec, device=device, nbytes=module_bytes(net))
        self.net = net.eval().to(device)

    @torch.inference_mode()
    def network(self, picture: np.ndarray) -> np.ndarray:
        height, width = picture.shape[:2]
        size = working_size(width, height)
        method = cv2.INTER_AREA if size[0] < width else cv2.INTER_LINEAR
        resized = cv2.resize(picture, size, interpolation=method)
        x = torch.from_numpy(np.ascontiguousarray(resized)).to(self.device)
        x = x.permute(2, 0, 1)[None].float() / 255  # [1, 3, h, w]
        mean, std = (torch.tensor(v, device=self.device)[:, None, None] for v in (MEAN, STD))
        with autocast(self.device):
            logits = self.net((x - mean) / std)["out"][0]  # [C, h, w]
        return logits.float().softmax(0).cpu().numpy()
