"""Training a classifier of windows: which class the pixel in their middle has?"""

from __future__ import annotations

import time
from typing import Any, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from cvdemo.metrics.segmentation import SegmentationScores
from cvdemo.nets.patch_classifier import STRIDE, WINDOW, EveryPatch, PatchClassifier
from cvdemo.train.scenes import Sample, draw_sample
from cvdemo.train.task import NetTask, Progress, as_tensor, flip_half, mixed_precision
from cvdemo.world.vocabulary import SEMANTIC

WINDOWS = 32  # of each scene in a batch
MIDDLE = WINDOW // 2


class PatchTask(NetTask):
    """The patch classifier on windows of scenes: half at any pixel, half at a class thrown first.

    Without the second half, sky and grass would be nearly all that it sees.
    """

    metric = "mIoU"

    def loss(
        self, net: nn.Module, batch: list[Sample], rng: np.random.Generator, device: torch.device
    ) -> Tensor:
        windows, classes = zip(*(cut_windows(s, rng) for s in flip_half(batch, rng)), strict=True)
        with mixed_precision(device):
            logits = net(as_tensor(np.concatenate(windows), device)).logits.float()
        return nn.functional.cross_entropy(logits, torch.from_numpy(np.concatenate(classes)).to(device))

    @torch.inference_mode()
    def measure(
        self, net: nn.Module, *, split: str, n: int, device: str, progress: Progress = iter
    ) -> dict[str, Any]:
        """Scores of every 4th pixel in both directions whose window lies within the scene."""
        everywhere = EveryPatch(cast(PatchClassifier, net)).eval()
        score, seconds = SegmentationScores(len(SEMANTIC)), 0.0
        for seed in progress(range(n)):
            sample = draw_sample(seed, split=split)
            x = as_tensor(sample.picture[None], torch.device(device))
            start = time.perf_counter()
            found = everywhere(x).logits[0].argmax(0).cpu().numpy()
            seconds += time.perf_counter() - start
            score.add(middles(sample.semantic), found)
        return {
            "mIoU": score.mean_iou(),
            "pixel_accuracy": score.pixel_accuracy(),
            "per_class": {k: round(float(v), 4) for k, v in zip(SEMANTIC, score.iou(), strict=True)},
            "n": n,
            "ms_per_image": round(1000 * seconds / n, 2),
        }


def middles(semantic: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The true classes [H, W] of the pixels in the middle of every 4th window: [rows, columns]."""
    height, width = semantic.shape
    return semantic[
        MIDDLE : height - WINDOW + MIDDLE + 1 : STRIDE, MIDDLE : width - WINDOW + MIDDLE + 1 : STRIDE
    ]


def cut_windows(sample: Sample, rng: np.random.Generator) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """`WINDOWS` windows [N, 32, 32, 3] within a scene, and the classes [N] of their middle pixels."""
    inside = sample.semantic[MIDDLE : MIDDLE + 1 - WINDOW, MIDDLE : MIDDLE + 1 - WINDOW]
    flat = inside.ravel()
    places = rng.integers(len(flat), size=WINDOWS)
    there = np.unique(flat)
    for k in range(WINDOWS // 2):
        places[k] = rng.choice(np.flatnonzero(flat == rng.choice(there)))
    rows, columns = np.divmod(places, inside.shape[1])
    views = np.lib.stride_tricks.sliding_window_view(sample.picture, (WINDOW, WINDOW), axis=(0, 1))
    return views[rows, columns].transpose(0, 2, 3, 1), flat[places].astype(np.int64)
