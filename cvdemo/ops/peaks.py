"""Peaks of heat maps, and second peaks: where else a keypoint could be."""

from __future__ import annotations

from typing import Any, NamedTuple, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.floating[Any]]

APART = 0.1  # of the map's side, that a second peak lies from the first at least


class Peaks(NamedTuple):
    """The highest cell of K maps and the highest other local maximum, their centres in pixels.

    `first` and `second` are [K, 2], their heights [K]; a map without a second peak has NaN and 0.
    """

    first: Floats
    heights: Floats
    second: Floats
    second_heights: Floats

    @property
    def doubt(self) -> Floats:
        """The second peak's height as a share of the first one's, [K] in 0..1."""
        highest = np.maximum(self.heights, 1e-12)
        return np.where(self.heights > 0, self.second_heights / highest, 0.0)


def find_peaks(maps: Floats, area: Floats) -> Peaks:
    """The peaks of maps [K, M, M] that lie over an area [4] x1 y1 x2 y2 in pixels.

    A second peak is no lower than its eight neighbours and lies `APART` of the map's side from the first.
    """
    side = maps.shape[-1]
    rows, columns = np.indices((side, side))
    first, second = np.zeros((len(maps), 2)), np.full((len(maps), 2), np.nan)
    heights, others = np.zeros(len(maps)), np.zeros(len(maps))
    for k, one in enumerate(np.asarray(maps, np.float32)):
        i, j = np.unravel_index(one.argmax(), one.shape)
        first[k], heights[k] = (j, i), one[i, j]
        local = one >= cv2.dilate(one, np.ones((3, 3), np.uint8))
        far = (rows - i) ** 2 + (columns - j) ** 2 >= (APART * side) ** 2
        candidates = np.where(local & far, one, -np.inf)
        a, b = np.unravel_index(candidates.argmax(), one.shape)
        if np.isfinite(candidates[a, b]):
            second[k], others[k] = (b, a), one[a, b]
    corner, cell = np.asarray(area[:2]), (np.asarray(area[2:]) - np.asarray(area[:2])) / side
    return Peaks(corner + (first + 0.5) * cell, heights, corner + (second + 0.5) * cell, others)
