"""torchvision's detectors, with all that they find before score threshold and NMS.

`spec.options`: `name` of torchvision's builder, `frozen_eps` where the weights were trained with frozen
batch norm, `num_classes`, and `build` for further arguments of the builder.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn
from torchvision.models import get_model
from torchvision.ops import FrozenBatchNorm2d

from cvdemo.zoo.checkpoint import load_state, module_bytes
from cvdemo.zoo.device import autocast
from cvdemo.zoo.fetch import Progress, fetch_file
from cvdemo.zoo.labels import labels
from cvdemo.zoo.model import FLOOR, Detector, RawArrays
from cvdemo.zoo.spec import ModelSpec

NO_NMS = 1.1  # no IoU is above it, not even one of two equal boxes after rounding
MOST = 10_000  # detections per picture: RetinaNet and FCOS take 5 levels x 1000 at most


def load(spec: ModelSpec, device: str, progress: Progress | None = None) -> Detector:
    """The detector of a spec, its weights downloaded if need be."""
    path = fetch_file(spec.weights, progress)
    net = build(spec)
    load_state(net, path)
    return TorchvisionDetector(spec, device, net)


def build(spec: ModelSpec) -> nn.Module:
    """The network as torchvision builds it for its own trained weights, without weights.

    Without weights torchvision puts plain batch norm where its weights were trained with the frozen one,
    whose epsilon differs.
    """
    options = spec.options
    net = get_model(
        options["name"],
        weights=None,
        weights_backbone=None,
        num_classes=options.get("num_classes", 91),
        **options.get("build", {}),
    )
    if "frozen_eps" in options:
        _freeze_norms(net.backbone, options["frozen_eps"])
    return net


def _freeze_norms(module: nn.Module, eps: float) -> None:
    for name, child in module.named_children():
        if isinstance(child, nn.BatchNorm2d):
            setattr(module, name, FrozenBatchNorm2d(child.num_features, eps=eps))
        else:
            _freeze_norms(child, eps)


class TorchvisionDetector(Detector):
    """Any of torchvision's detectors: R-CNN, RetinaNet, FCOS or SSD."""

    def __init__(self, spec: ModelSpec, device: str, net: nn.Module) -> None:
        super().__init__(spec, device=device, nbytes=module_bytes(net))
        self.net = net.eval().to(device)
        self.known = np.array(sorted(labels(spec.labels)))
        head = getattr(net, "roi_heads", net)
        head.score_thresh, head.nms_thresh, head.detections_per_img = FLOOR, NO_NMS, MOST
        if device == "cuda":
            self.net.to(memory_format=torch.channels_last)
            self._half_backbone()

    def _half_backbone(self) -> None:
        """Run only the backbone in bfloat16: boxes would be rounded to it too, by 4 pixels at 1000."""
        backbone = self.net.get_submodule("backbone")
        forward = backbone.forward

        def features(x: Tensor) -> dict[str, Tensor]:
            with autocast(self.device):
                maps = forward(x.contiguous(memory_format=torch.channels_last))
            return {name: m.float() for name, m in maps.items()}

        backbone.forward = features

    @torch.inference_mode()
    def network(self, picture: np.ndarray, prompt: str) -> RawArrays:
        x = torch.from_numpy(np.ascontiguousarray(picture)).to(self.device)
        found = self.net([x.permute(2, 0, 1).float() / 255])[0]
        boxes, scores, ids = (found[k].cpu().numpy() for k in ("boxes", "scores", "labels"))
        named = np.isin(ids, self.known)  # COCO's gaps have outputs too, and no name
        return RawArrays(boxes[named], scores[named], ids[named])
