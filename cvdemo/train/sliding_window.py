"""Training a classifier of windows: what fills them?."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from cvdemo.nets.sliding_window import WINDOW
from cvdemo.ops.iou import box_iou
from cvdemo.train.scenes import Sample
from cvdemo.train.task import NetTask, as_tensor, flip_half, mixed_precision
from cvdemo.world.vocabulary import THINGS

FITTING, NEAR, ANYWHERE = 5, 6, 7  # windows of a scene: on an object, around one, at any place
RATIOS = np.array([0.5, 1, 2])
SIDES = (14, 130)
LEAST, ALL = 0.3, 0.7
"""A window is background up to the first IoU with an object and all the object's from the second on."""


class WindowSamples(NamedTuple):
    """Windows [N, 59, 59, 3] of a scene, and how much [N, 1 + K] each is background and every class.

    The shares add up to 1, or to 0 for a window on an object that is too hard, which is ignored.
    """

    pictures: NDArray[np.uint8]
    shares: NDArray[np.float32]


class WindowTask(NetTask):
    """The window classifier on windows of scenes, mirrored or not.

    How well a window fits is part of its target, so that of many windows on an object the best comes first.
    """

    metric = "AP50"

    def loss(
        self, net: nn.Module, batch: list[Sample], rng: np.random.Generator, device: torch.device
    ) -> Tensor:
        windows = [cut(s, sample_windows(s, rng)) for s in flip_half(batch, rng)]
        shares = torch.from_numpy(np.concatenate([w.shares for w in windows])).to(device)
        with mixed_precision(device):
            logits = net(as_tensor(np.concatenate([w.pictures for w in windows]), device)).logits.float()
        return -(shares * logits.log_softmax(dim=1)).sum() / shares.sum().clamp(min=1)


def sample_windows(sample: Sample, rng: np.random.Generator) -> NDArray[np.int64]:
    """Windows [N, 4] x1 y1 x2 y2 in whole pixels within a scene, of the three ratios and any side."""
    number = FITTING + NEAR + ANYWHERE
    height, width = sample.picture.shape[:2]
    side = np.exp(rng.uniform(np.log(SIDES[0]), np.log(SIDES[1]), number))
    ratio = rng.choice(RATIOS, number)
    centre = rng.random((number, 2)) * [width, height]
    if len(sample.boxes):
        box = sample.boxes[rng.integers(len(sample.boxes), size=FITTING + NEAR)]
        sides = box[:, 2:] - box[:, :2]
        spread = np.repeat([0.25, 0.9], [FITTING, NEAR])
        near = slice(FITTING + NEAR)
        side[near] = np.sqrt(sides.prod(1)) * np.exp(rng.uniform(-spread, spread))
        off = rng.uniform(-1, 1, (FITTING + NEAR, 2)) * np.repeat([[0.12], [0.6]], [FITTING, NEAR], axis=0)
        centre[near] = (box[:, :2] + box[:, 2:]) / 2 + off * sides
        unlike = np.abs(np.log(RATIOS) - np.log(sides[:FITTING, :1] / sides[:FITTING, 1:]))
        ratio[:FITTING] = RATIOS[unlike.argmin(1)]
    size = np.stack([side * np.sqrt(ratio), side / np.sqrt(ratio)], axis=1)
    size = size.clip(8, [width, height]).round()
    corner = (centre - size / 2).round().clip(0, [width, height] - size)
    return np.concatenate([corner, corner + size], axis=1).astype(np.int64)


def cut(sample: Sample, boxes: NDArray[np.int64]) -> WindowSamples:
    """Cut windows [N, 4] out of a scene, and see what each shows."""
    shares = np.zeros((len(boxes), 1 + len(THINGS)), np.float32)
    shares[:, 0] = 1
    if len(sample.boxes):
        iou = box_iou(boxes, sample.boxes)  # [N, T]
        best, fit = iou.argmax(1), ((iou.max(1) - LEAST) / (ALL - LEAST)).clip(0, 1)
        shares[:, 0] -= fit
        shares[np.arange(len(boxes)), 1 + sample.classes[best]] = fit
        shares[sample.difficult[best] & (fit > 0)] = 0
    return WindowSamples(np.stack([_window(sample.picture, box) for box in boxes.tolist()]), shares)


def _window(picture: NDArray[np.uint8], box: list[int]) -> NDArray[np.uint8]:
    left, top, right, below = box
    piece = np.ascontiguousarray(picture[top:below, left:right])
    method = cv2.INTER_AREA if min(piece.shape[:2]) > WINDOW else cv2.INTER_LINEAR
    return cv2.resize(piece, (WINDOW, WINDOW), interpolation=method).astype(np.uint8)
