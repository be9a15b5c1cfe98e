"""Training the shared backbone to say what is on cut-outs of scenes."""

from __future__ import annotations

import time
from typing import Any

import cv2
import numpy as np
import torch
from torch import Tensor, nn

from cvdemo.train.scenes import Sample, draw_sample
from cvdemo.train.task import NetTask, Progress, as_tensor, flip_half, mixed_precision

SIDE = 64
CUT_OUTS = 64  # in a batch
IGNORE_INDEX = -100
MARGIN = 0.15  # of the box's longer side, around it


def cut_out(picture: np.ndarray, box: np.ndarray, *, grow: float = 1.0) -> np.ndarray:
    """A square around a box x1 y1 x2 y2, with a margin, as [64, 64, 3]; edges repeat beyond the picture."""
    x, y = (box[:2] + box[2:]) / 2
    side = float(max(box[2] - box[0], box[3] - box[1])) * (1 + 2 * MARGIN) * grow
    scale = side / SIDE
    back = np.array([[scale, 0, x - side / 2 + (scale - 1) / 2], [0, scale, y - side / 2 + (scale - 1) / 2]])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return cv2.warpAffine(picture, back, (SIDE, SIDE), flags=flags, borderMode=cv2.BORDER_REPLICATE)


class ClassifierTask(NetTask):
    """The classifier on cut-outs of the objects that are not difficult, mirrored or not, at random sizes."""

    metric = "accuracy"

    def loss(
        self, net: nn.Module, batch: list[Sample], rng: np.random.Generator, device: torch.device
    ) -> Tensor:
        batch = flip_half(batch, rng)
        objects = [(k, row) for k, s in enumerate(batch) for row in np.flatnonzero(~s.difficult)]
        pictures = np.zeros((CUT_OUTS, SIDE, SIDE, 3), np.uint8)
        classes = np.full(CUT_OUTS, IGNORE_INDEX)  # all stay so where nothing stands in these scenes
        # As many each time, since a convolution is prepared anew for every new size of a batch.
        for slot, i in enumerate(_some(rng, len(objects), CUT_OUTS)):
            k, row = objects[i]
            grow = float(rng.uniform(0.8, 1.3))
            pictures[slot] = cut_out(batch[k].picture, batch[k].boxes[row], grow=grow)
            classes[slot] = batch[k].classes[row]
        with mixed_precision(device):
            logits = net(as_tensor(pictures, device)).logits.float()
        loss = nn.functional.cross_entropy(
            logits, torch.from_numpy(classes).to(device), ignore_index=IGNORE_INDEX, reduction="sum"
        )
        return loss / CUT_OUTS

    @torch.inference_mode()
    def measure(
        self, net: nn.Module, *, split: str, n: int, device: str, progress: Progress = iter
    ) -> dict[str, Any]:
        right, total, seconds = 0, 0, 0.0
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
            total += len(rows)
        return {
            "accuracy": right / max(total, 1),
            "cut_outs": total,
            "n": n,
            "ms_per_image": round(1000 * seconds / n, 2),
        }


def _some(rng: np.random.Generator, objects: int, count: int) -> np.ndarray:
    """Numbers of objects in random order, each equally often or once more; none without objects."""
    rounds = -(-count // objects) if objects else 0
    return np.concatenate([np.arange(0), *(rng.permutation(objects) for _ in range(rounds))])[:count]
