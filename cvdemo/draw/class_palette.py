"""Distinct colours for many semantic classes, also for red-blind and green-blind vision."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from cvdemo.world.vocabulary import COLOURS

Colour = tuple[int, int, int]

SAME = {
    "vegetation": "tree", "pedestrian": "person", "pavement": "sidewalk", "sign symbol": "traffic sign",
    "rider": "bicyclist", "aeroplane": "airplane", "motorbike": "motorcycle", "minibike": "motorcycle",
}  # fmt: skip
"""Class names in data sets that mean the same class."""

FIXED: dict[str, Colour] = {
    **COLOURS,
    "background": (40, 44, 52),
    "building": (214, 150, 130),
    "sidewalk": (120, 225, 205),
    "fence": (98, 40, 120),
    "pole": (246, 240, 150),
    "traffic sign": (250, 180, 20),
    "bicyclist": (140, 105, 240),
}
"""Classes with the same colour in all data sets: those of the drawn world and of street scenes."""

LEVELS = np.linspace(25, 240, 9)  # of red, green and blue in the candidate colours

# Linear RGB as seen with normal, red-blind and green-blind vision: Machado et al. 2009, table 1, severity 1.
VISIONS = (
    np.eye(3),
    np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
)


@cache
def colours_apart(names: tuple[str, ...], avoid: Colour) -> tuple[Colour, ...]:
    """A colour (r, g, b) for each name: that of `FIXED`, else the candidate farthest from all before.

    Names of `SAME` share a colour. No chosen colour is near `avoid`.
    """
    plain = [SAME.get(name, name) for name in names]
    known = {name: colour for name, colour in FIXED.items() if name in plain}
    missing = list(dict.fromkeys(name for name in plain if name not in known))
    known |= dict(zip(missing, _farthest([*known.values(), avoid], len(missing)), strict=True))
    return tuple(known[name] for name in plain)


def _farthest(taken: Sequence[Colour], count: int) -> list[Colour]:
    """`count` grid colours, each with the largest distance to its nearest previous colour."""
    grid = np.stack(np.meshgrid(LEVELS, LEVELS, LEVELS), axis=-1).reshape(-1, 3).round()
    mine, theirs = as_seen(grid), as_seen(np.array(taken, float))  # [3, M, 3], [3, T, 3]
    nearest = _apart(mine[:, :, None], theirs[:, None]).min(1)  # [M]
    found: list[Colour] = []
    for _ in range(count):
        best = int(nearest.argmax())
        found.append((int(grid[best, 0]), int(grid[best, 1]), int(grid[best, 2])))
        nearest = np.minimum(nearest, _apart(mine, mine[:, best : best + 1]))
    return found


def _apart(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    """The smallest distance over kinds of vision, doubled for colour blindness, whose space is smaller."""
    distance = np.linalg.norm(a - b, axis=-1)  # [3, ...]
    return np.asarray(np.minimum(distance[0], 2 * distance[1:].min(0)))


def as_seen(rgb: NDArray[np.float64]) -> NDArray[np.float64]:
    """RGB colours [N, 3] in 0..255 as CIELAB for each of `VISIONS`, [3, N, 3]."""
    share = rgb / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    seen = np.stack([(linear @ matrix.T).clip(0, 1) for matrix in VISIONS])  # [3, N, 3]
    lab = cv2.cvtColor(seen.astype(np.float32), cv2.COLOR_LRGB2Lab)
    return np.asarray(lab, dtype=np.float64)
