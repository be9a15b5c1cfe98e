"""Anchors, called default boxes in SSD: fixed boxes centred on the cells of a feature map."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray


def default_sizes(scale: float, next_scale: float, ratios: Sequence[float]) -> NDArray[np.float32]:
    """Widths and heights [A, 2] in pixels of the default boxes of one level (arXiv:1512.02325, sec. 2.2).

    A square of side `scale`, a square of side sqrt(`scale` * `next_scale`), and for every aspect ratio a > 1
    a wide box of `scale` * sqrt(a) by `scale` / sqrt(a) and the tall box with the sides exchanged.
    """
    between = (scale * next_scale) ** 0.5
    sizes = [(scale, scale), (between, between)]
    for ratio in ratios:
        long, short = scale * ratio**0.5, scale / ratio**0.5
        sizes += [(long, short), (short, long)]
    return np.array(sizes, dtype=np.float32)


def anchor_sizes(scales: Sequence[float], ratios: Sequence[float]) -> NDArray[np.float32]:
    """Widths and heights [len(scales) * len(ratios), 2] in pixels of anchors (arXiv:1506.01497, sec. 3.1.1).

    A ratio is height / width; every anchor of scale s has the area s * s. All scales of the first
    ratio come first.
    """
    sizes = [(scale / ratio**0.5, scale * ratio**0.5) for ratio in ratios for scale in scales]
    return np.array(sizes, dtype=np.float32).reshape(-1, 2)


def grid_boxes(
    rows: int,
    columns: int,
    stride: float | tuple[float, float],
    sizes: NDArray[np.float32],
    *,
    centre: float = 0.5,
) -> NDArray[np.float32]:
    """Boxes of the sizes [A, 2] centred on every cell, [rows * columns * A, 4] x1 y1 x2 y2 in pixels.

    Cell (i, j) is centred at ((j + centre) * stride, (i + centre) * stride), where a pair of strides is
    (vertical, horizontal); torchvision uses centre = 0. Boxes are ordered by row, column and size, and may
    extend beyond the picture.
    """
    y, x = np.meshgrid(np.arange(rows), np.arange(columns), indexing="ij")
    across = np.broadcast_to(stride, 2)[::-1]
    centres = ((np.stack([x, y], axis=-1) + centre) * across).reshape(-1, 1, 2)
    half = sizes[None] / 2
    return np.concatenate([centres - half, centres + half], axis=2).reshape(-1, 4).astype(np.float32)


def inside(boxes: NDArray[np.floating[Any]], size: tuple[int, int]) -> NDArray[np.bool_]:
    """Which boxes [N, 4] lie completely inside a picture of `size` (height, width), [N]."""
    height, width = size
    return np.asarray((boxes[:, :2] >= 0).all(axis=1) & (boxes[:, 2] <= width) & (boxes[:, 3] <= height))
