"""CamVid's frames as a net is trained on them: pieces of random scale, place, side and light."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from cvdemo.data import camvid
from cvdemo.data.pictures import read_picture

CROP = (320, 256)  # width and height of a piece
SCALES = (0.75, 1.5)
GREY = (0.299, 0.587, 0.114)


class Frames(NamedTuple):
    """Frames [N, H, W, 3] uint8 RGB, their label maps [N, H, W], 255 for void, and who shows each class."""

    pictures: NDArray[np.uint8]
    labels: NDArray[np.uint8]
    showing: list[NDArray[np.intp]]


def read_frames(folder: Path, split: str) -> Frames:
    """All frames of a split, decoded once; what is missing is a `DataError`."""
    pairs = camvid.pairs(folder, split)
    pictures = np.stack([read_picture(frame) for frame, _ in pairs])
    labels = np.stack([camvid.read_map(path) for _, path in pairs])
    labels[labels >= len(camvid.NAMES)] = 255
    showing = [np.flatnonzero((labels == k).any((1, 2))) for k in range(len(camvid.NAMES))]
    return Frames(pictures, labels, showing)


def piece(
    frames: Frames, number: int, rng: np.random.Generator
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """A piece of a frame and its labels at the size of `CROP`, scaled and mirrored by chance.

    Half of the time it is one of frame `number` at any place, else one around a pixel of a class that is
    thrown with equal chances, in any frame: so a bicyclist is seen as often as a road.
    """
    height, width = frames.labels.shape[1:]
    y, x = int(rng.integers(height)), int(rng.integers(width))
    class_id = int(rng.integers(len(frames.showing)))
    if rng.random() < 0.5 and len(frames.showing[class_id]):
        number = int(rng.choice(frames.showing[class_id]))
        there = np.flatnonzero(frames.labels[number] == class_id)
        y, x = divmod(int(rng.choice(there)), width)
    scale = float(np.exp(rng.uniform(*np.log(SCALES))))
    wide, high = min(width, round(CROP[0] / scale)), min(height, round(CROP[1] / scale))
    left = int(np.clip(x - rng.integers(wide), 0, width - wide))
    top = int(np.clip(y - rng.integers(high), 0, height - high))
    cut = np.s_[number, top : top + high, left : left + wide]
    picture = cv2.resize(frames.pictures[cut], CROP, interpolation=cv2.INTER_LINEAR)
    labels = cv2.resize(frames.labels[cut], CROP, interpolation=cv2.INTER_NEAREST)
    turn = -1 if rng.random() < 0.5 else 1
    return picture[:, ::turn].astype(np.uint8), labels[:, ::turn].astype(np.uint8)


def relit(pictures: Tensor, rng: np.random.Generator) -> Tensor:
    """Pictures [N, 3, H, W] in 0..1, each in another light: gamma, saturation, tint, contrast, brightness."""

    def factor(low: float, high: float, channels: int = 1) -> Tensor:
        values = np.exp(rng.uniform(np.log(low), np.log(high), (len(pictures), channels, 1, 1)))
        return torch.from_numpy(values.astype(np.float32)).to(pictures.device)

    x = pictures.clamp(min=1e-3) ** factor(0.6, 1.6)
    grey = (x * x.new_tensor(GREY)[:, None, None]).sum(1, keepdim=True)
    x = grey + (x - grey) * factor(0.5, 1.5)
    x = x * factor(0.92, 1.08, channels=3)
    mean = x.mean((2, 3), keepdim=True)
    return (mean * factor(0.75, 1.3) + (x - mean) * factor(0.75, 1.3)).clamp(0, 1)
