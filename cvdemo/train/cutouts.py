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
CUT_OUTS = 64  # in a batch
NOT_ASKED = -100
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
        batch = flip_half(batch, dice)
        things = [(k, row) for k, s in enumerate(batch) for row in np.flatnonzero(~s.difficult)]
        pictures = np.zeros((CUT_OUTS, SIDE, SIDE, 3), np.uint8)
        classes = np.full(CUT_OUTS, NOT_ASKED)  # all stay so where nothing stands in these scenes
        # As many each time, since a convolution is prepared anew for every new size of a batch.
        for slot, i in enumerate(_some(dice, len(things), CUT_OUTS)):
            k, row = things[i]
            grow = float(dice.uniform(0.8, 1.3))
            pictures[slot] = cut_out(batch[k].picture, batch[k].boxes[row], grow=grow)
            classes[slot] = batch[k].classes[row]
        with mixed_precision(device):
            logits = net(as_tensor(pictures, device)).logits.float()
        loss = nn.functional.cross_entropy(
            logits, torch.from_numpy(classes).to(device), ignore_index=NOT_ASKED, reduction="sum"
        )
        return loss / CUT_OUTS

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


def _some(dice: np.random.Generator, things: int, wanted: int) -> np.ndarray:
    """So many of the things in random order, all equally often or once more; none where there are none."""
    rounds = -(-wanted // things) if things else 0
    return np.concatenate([np.arange(0), *(dice.permutation(things) for _ in range(rounds))])[:wanted]
