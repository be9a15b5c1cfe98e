"""Teaching the shared backbone what is on cut-outs of scenes."""

from __future__ import annotations

import time
from typing import Any

import cv2
import numpy as np
import torch
from torch import Tensor, nn

from cvdemo.nets.backbone import Classifier
from cvdemo.train.scenes import Sample, draw_sample
from cvdemo.train.task import Progress, as_tensor, flip_half, mixed_precision
from cvdemo.world.vocabulary import THINGS

SIDE = 64
MARGIN = 0.15  # of the box's longer side, around it


def cut_out(picture: np.ndarray, box: np.ndarray, *, grow: float = 1.0) -> np.ndarray:
    """A square around a box x1 y1 x2 y2, with a margin, as [64, 64, 3]; edges repeat beyond the picture."""
    x, y = (box[:2] + box[2:]) / 2
    side = float(max(box[2] - box[0], box[3] - box[1])) * (1 + 2 * MARGIN) * grow
    scale = side / SIDE
    back = np.array([[scale, 0, x - side / 2 + (scale - 1) / 2], [0, scale, y - side / 2 + (scale - 1) / 2]])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return cv2.warpAffine(picture, back, (SIDE, SIDE), flags=flags, borderMode=cv2.BORDER_REPLICATE)


class CutOuts:
    """The classifier on cut-outs of all things that are not difficult, mirrored or not and of varied size."""

    metric = "accuracy"

    def build(self) -> Classifier:
        return Classifier(len(THINGS))

    def loss(
        self, net: nn.Module, batch: list[Sample], dice: np.random.Generator, device: torch.device
    ) -> Tensor:
        cuts, classes = [], []
        for sample in flip_half(batch, dice):
            for row in np.flatnonzero(~sample.difficult):
                cuts.append(cut_out(sample.picture, sample.boxes[row], grow=float(dice.uniform(0.8, 1.3))))
                classes.append(int(sample.classes[row]))
        pictures = np.stack(cuts) if cuts else np.zeros((1, SIDE, SIDE, 3), np.uint8)
        with mixed_precision(device):
            logits = net(as_tensor(pictures, device)).logits
        if not cuts:  # nothing stands in these scenes
            return logits.float().sum() * 0
        return nn.functional.cross_entropy(logits.float(), torch.tensor(classes, device=device))

    @torch.inference_mode()
    def measure(
        self, net: nn.Module, *, split: str, n: int, device: str, progress: Progress = iter
    ) -> dict[str, Any]:
        right, asked, seconds = 0, 0, 0.0
        net.eval()
        for seed in progress(range(n)):
            sample = draw_sample(seed, split=split)
            rows = np.flatnonzero(~sample.difficult)
            if not len(rows):
                continue
            start = time.perf_counter()
            cuts = np.stack([cut_out(sample.picture, sample.boxes[row]) for row in rows])
            found = net(as_tensor(cuts, torch.device(device))).logits.argmax(1).cpu().numpy()
            seconds += time.perf_counter() - start
            right += int((found == sample.classes[rows]).sum())
            asked += len(rows)
        return {
            "accuracy": right / max(asked, 1),
            "cut_outs": asked,
            "n": n,
            "ms_per_image": round(1000 * seconds / n, 2),
        }
