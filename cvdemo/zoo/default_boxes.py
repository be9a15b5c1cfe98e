"""The default boxes of SSD-MobileNetV2 by level, as TensorFlow sets them (arXiv:1512.02325, sec. 2.2)."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from cvdemo.ops.anchors import grid_boxes

INPUT = 300  # pixels of the net's square input
CELLS = (19, 10, 5, 3, 2, 1)
"""Rows, and columns, of the levels' maps, finest first."""

LEAST, MOST = 0.2, 0.95
FINEST = 0.1
SCALES = (*np.linspace(LEAST, MOST, len(CELLS)).round(4).tolist(), 1.0)
RATIOS = (1.0, 2.0, 1 / 2, 3.0, 1 / 3)


def level_sizes(level: int) -> NDArray[np.float32]:
    """Widths and heights [A, 2] of a level's default boxes, in shares of the picture's sides.

    Three on the finest level: a small square, one wide and one tall box. On the others one of each ratio of
    width to height at the level's scale s, and a square of sqrt(s * next s).
    """
    scale, following = SCALES[level], SCALES[level + 1]
    shapes = [(scale, ratio) for ratio in RATIOS] + [((scale * following) ** 0.5, 1.0)]
    if level == 0:
        shapes = [(FINEST, 1.0), *shapes[1:3]]
    return np.array([(s * ratio**0.5, s / ratio**0.5) for s, ratio in shapes], np.float32)


@cache
def default_boxes() -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """All 1917 boxes x1 y1 x2 y2 in shares of the picture's sides, and the level [1917] of each.

    Level by level, cell by cell in rows, all boxes of a cell together; they may extend beyond the picture.
    """
    boxes = [grid_boxes(n, n, 1 / n, level_sizes(k)) for k, n in enumerate(CELLS)]
    return np.concatenate(boxes), np.repeat(np.arange(len(CELLS)), [len(b) for b in boxes])
