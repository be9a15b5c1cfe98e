"""Photos with label maps as nets are trained on them: pieces of random scale, place, side and light."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from cvdemo.data.pictures import read_picture
from cvdemo.nets.losses import trace_loss
from cvdemo.train.task import as_tensor, mixed_precision

GREY = (0.299, 0.587, 0.114)
VOID = 255


class LabelPhotos(NamedTuple):
    """Photos [H, W, 3] uint8 RGB, their label maps [H, W], 255 for void, and which show each class."""

    pictures: list[NDArray[np.uint8]]
    labels: list[NDArray[np.uint8]]
    showing: list[NDArray[np.intp]]


def read_photos(
    pairs: Sequence[tuple[Path, Path]], maps: Sequence[NDArray[np.uint8]], classes: int
) -> LabelPhotos:
    """All photos of pairs (photo, map), decoded once, with their label maps."""
    pictures = [read_picture(photo) for photo, _ in pairs]
    showing = [np.flatnonzero([bool((m == k).any()) for m in maps]) for k in range(classes)]
    return LabelPhotos(pictures, list(maps), showing)


def piece(
    photos: LabelPhotos,
    number: int,
    rng: np.random.Generator,
    *,
    size: tuple[int, int],
    scales: tuple[float, float],
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """A piece of a photo and its labels at a `size` (width, height), scaled and mirrored at random.

    Half of the time it is a piece of photo `number` at any place, else one around a pixel of a class drawn
    with equal chances, in any photo: so a rare class is seen as often as a frequent one.
    """
    height, width = photos.labels[number].shape
    y, x = int(rng.integers(height)), int(rng.integers(width))
    target = int(rng.integers(len(photos.showing)))
    if rng.random() < 0.5 and len(photos.showing[target]):
        number = int(rng.choice(photos.showing[target]))
        height, width = photos.labels[number].shape
        y, x = divmod(int(rng.choice(np.flatnonzero(photos.labels[number] == target))), width)
    scale = float(np.exp(rng.uniform(*np.log(scales))))
    wide, high = min(width, round(size[0] / scale)), min(height, round(size[1] / scale))
    left = int(np.clip(x - rng.integers(wide), 0, width - wide))
    top = int(np.clip(y - rng.integers(high), 0, height - high))
    cut = np.s_[top : top + high, left : left + wide]
    picture = cv2.resize(photos.pictures[number][cut], size, interpolation=cv2.INTER_LINEAR)
    labels = cv2.resize(photos.labels[number][cut], size, interpolation=cv2.INTER_NEAREST)
    step = -1 if rng.random() < 0.5 else 1
    return picture[:, ::step].astype(np.uint8), labels[:, ::step].astype(np.uint8)


def relit(pictures: Tensor, rng: np.random.Generator) -> Tensor:
    """Pictures [N, 3, H, W] in 0..1, each in another light: gamma, saturation, tint, contrast, brightness."""

    def sample(low: float, high: float, channels: int = 1) -> Tensor:
        values = np.exp(rng.uniform(np.log(low), np.log(high), (len(pictures), channels, 1, 1)))
        return torch.from_numpy(values.astype(np.float32)).to(pictures.device)

    x = pictures.clamp(min=1e-3) ** sample(0.6, 1.6)
    grey = (x * x.new_tensor(GREY)[:, None, None]).sum(1, keepdim=True)
    x = grey + (x - grey) * sample(0.5, 1.5)
    x = x * sample(0.92, 1.08, channels=3)
    mean = x.mean((2, 3), keepdim=True)
    return (mean * sample(0.75, 1.3) + (x - mean) * sample(0.75, 1.3)).clamp(0, 1)


class LabelTask:
    """What trainings of segmenters from photos share: a batch is the numbers of photos."""

    metric = "mIoU"

    def __init__(self, photos: LabelPhotos, *, crop: tuple[int, int], scales: tuple[float, float]) -> None:
        self.photos = photos
        self.crop = crop
        self.scales = scales

    @property
    def size(self) -> int:
        """How many photos there are to train on."""
        return len(self.photos.pictures)

    def loss(
        self, net: nn.Module, batch: list[int], rng: np.random.Generator, device: torch.device
    ) -> Tensor:
        cuts = (piece(self.photos, n, rng, size=self.crop, scales=self.scales) for n in batch)
        pictures, labels = zip(*cuts, strict=True)
        x = relit(as_tensor(np.stack(pictures), device), rng)
        truth = torch.from_numpy(np.stack(labels).astype(np.int64)).to(device)
        with mixed_precision(device):
            trace = net(x)
        return trace_loss(trace, truth)
