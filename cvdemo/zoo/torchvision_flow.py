"""torchvision's RAFT; `spec.options`: `name` of its builder."""

from __future__ import annotations

import cv2
import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import pad
from torchvision.models import get_model

from cvdemo.ops.flow import resized
from cvdemo.zoo.checkpoint import load_state, module_bytes
from cvdemo.zoo.drawn_flow import as_flow
from cvdemo.zoo.fetch import Progress, fetch_file
from cvdemo.zoo.flow import Estimate, FlowEstimator
from cvdemo.zoo.spec import ModelSpec

LONGEST = 640  # pixels of the longer side: memory grows with the fourth power of it
LEAST, STRIDE = 128, 8  # pixels of a side at least, and what divides it


def load(spec: ModelSpec, device: str, progress: Progress | None = None) -> FlowEstimator:
    """The estimator of a spec, its weights downloaded if need be."""
    path = fetch_file(spec.weights, progress)
    net = build(spec)
    load_state(net, path)
    return TorchvisionFlow(spec, device, net)


def build(spec: ModelSpec) -> nn.Module:
    """The network as torchvision builds it for its own trained weights, without weights."""
    net: nn.Module = get_model(spec.options["name"], weights=None)
    return net


def working_size(width: int, height: int) -> tuple[int, int]:
    """Width and height that a picture is shown to the network at: its longer side at most 640 pixels."""
    scale = min(LONGEST / max(width, height), 1)
    return max(1, round(width * scale)), max(1, round(height * scale))


class TorchvisionFlow(FlowEstimator):
    """RAFT: 12 updates, each of which gives a flow."""

    def __init__(self, spec: ModelSpec, device: str, net: nn.Module) -> None:
        super().__init__(spec, device=device, nbytes=module_bytes(net))
        self.net = net.eval().to(device)

    @torch.inference_mode()
    def network(self, first: np.ndarray, second: np.ndarray) -> Estimate:
        height, width = first.shape[:2]
        size = working_size(width, height)
        x, y = (self._prepared(picture, size) for picture in (first, second))
        flows = self.net(x, y)  # in float32 on a GPU too: correlations of far places are small differences
        scale = np.array([width / size[0], height / size[1]], np.float32)
        iterations = tuple(as_flow(flow[..., : size[1], : size[0]]) * scale for flow in flows)
        return Estimate(resized(iterations[-1], (width, height)), iterations)

    def _prepared(self, picture: np.ndarray, size: tuple[int, int]) -> Tensor:
        """A picture at its working size in -1..1, its right and lower edges repeated: [1, 3, h, w]."""
        small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
        x = torch.from_numpy(small).to(self.device).permute(2, 0, 1)[None] / 127.5 - 1
        below, right = (max(LEAST - side, -side % STRIDE) for side in x.shape[-2:])
        return pad(x, (0, right, 0, below), mode="replicate")
