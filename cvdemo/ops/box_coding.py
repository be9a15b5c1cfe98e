"""Box regression targets: encode boxes as offsets from default boxes and decode them; differentiable IoU."""

from __future__ import annotations

import math

import torch
from torch import Tensor

VARIANCES = (0.1, 0.1, 0.2, 0.2)
"""Standard deviations of the offsets in x, y, width and height; offsets are divided by them."""

LARGEST = math.log(1000 / 16)
"""Upper limit of a size offset: a side is at most 62 times that of its default box, which avoids overflow."""


def encode(boxes: Tensor, defaults: Tensor, variances: tuple[float, ...] = VARIANCES) -> Tensor:
    """Offsets [N, 4] from default boxes [N, 4] to boxes [N, 4], both x1 y1 x2 y2 in pixels.

    The shift of the centre divided by the default box's size, and the logarithm of the ratios of width and
    height, each divided by its variance (arXiv:1512.02325, eq. 2; arXiv:1311.2524, appendix C).
    """
    size, target_size = defaults[:, 2:] - defaults[:, :2], boxes[:, 2:] - boxes[:, :2]
    shift = ((boxes[:, :2] + boxes[:, 2:]) - (defaults[:, :2] + defaults[:, 2:])) / 2 / size
    return torch.cat([shift, torch.log(target_size / size)], dim=1) / boxes.new_tensor(variances)


def decode(offsets: Tensor, defaults: Tensor, variances: tuple[float, ...] = VARIANCES) -> Tensor:
    """Boxes [..., N, 4] x1 y1 x2 y2 in pixels from offsets [..., N, 4] and default boxes [N, 4]."""
    size = defaults[:, 2:] - defaults[:, :2]
    offsets = offsets * offsets.new_tensor(variances)
    centre = (defaults[:, :2] + defaults[:, 2:]) / 2 + offsets[..., :2] * size
    half = offsets[..., 2:].clamp(max=LARGEST).exp() * size / 2
    return torch.cat([centre - half, centre + half], dim=-1)


def paired_overlap(a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    """IoU [N] and generalised IoU [N] (arXiv:1902.09630) of the boxes a[i] and b[i], [N, 4] x1 y1 x2 y2."""
    inter = _area(torch.maximum(a[:, :2], b[:, :2]), torch.minimum(a[:, 2:], b[:, 2:]))
    union = _area(a[:, :2], a[:, 2:]) + _area(b[:, :2], b[:, 2:]) - inter
    hull = _area(torch.minimum(a[:, :2], b[:, :2]), torch.maximum(a[:, 2:], b[:, 2:]))
    iou = inter / union.clamp(min=1e-6)
    return iou, iou - (hull - union) / hull.clamp(min=1e-6)


def _area(low: Tensor, high: Tensor) -> Tensor:
    return (high - low).clamp(min=0).prod(dim=1)
