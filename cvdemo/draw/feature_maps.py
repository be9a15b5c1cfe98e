"""Feature maps of many channels as pictures."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from cvdemo.errors import DataError


class FeaturePalette(NamedTuple):
    """A mapping from vectors of C features to RGB: their `mean` [C, 1], three `axes` [3, C] and their ranges.

    Each axis is stretched from `low` to `high` [3]; an axis with an empty range gives grey.
    """

    mean: NDArray[np.float64]
    axes: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]

    def colours(self, features: NDArray[np.floating]) -> NDArray[np.uint8]:
        """Features [C, h, w] of the same net and layer as colours [h, w, 3] uint8."""
        channels, height, width = features.shape
        values = self.axes @ (features.reshape(channels, -1).astype(np.float64) - self.mean)  # [3, h * w]
        span = self.high - self.low
        scaled = (values - self.low[:, None]) / np.where(span > 0, span, 1)[:, None]
        levels = np.where(span[:, None] > 0, np.clip(255 * scaled, 0, 255), 127.5)
        colours: NDArray[np.uint8] = levels.T.reshape(height, width, 3).round().astype(np.uint8)
        return colours


def feature_palette(features: NDArray[np.floating]) -> FeaturePalette:
    """The palette of a feature map [C, h, w]: its first three principal components as red, green and blue.

    Each component is stretched between its 2nd and 98th percentile; missing components are grey. DataError
    for NaN.
    """
    cells = features.reshape(len(features), -1).astype(np.float64)
    if not np.isfinite(cells).all():
        raise DataError("the feature map holds values that are not numbers")
    mean = cells.mean(axis=1, keepdims=True)
    spread, directions = np.linalg.eigh((cells - mean) @ (cells - mean).T)  # ascending
    axes, low, high = np.zeros((3, len(cells))), np.zeros(3), np.zeros(3)
    for k in range(min(3, len(cells))):
        axis = directions[:, -1 - k]
        axes[k] = axis * np.sign(axis[np.abs(axis).argmax()])  # an axis has no sign of its own
        if spread[-1 - k] > 1e-9 * max(spread[-1], 1e-9):
            low[k], high[k] = np.percentile(axes[k] @ (cells - mean), (2, 98))
    return FeaturePalette(mean, axes, low, high)


def feature_colours(features: NDArray[np.floating]) -> NDArray[np.uint8]:
    """A feature map [C, h, w] as colours [h, w, 3]: cells with similar features have similar colours.

    The colours are those of its own `feature_palette`.
    """
    return feature_palette(features).colours(features)


CORNERS = ((40, 40, 40), (86, 180, 233), (230, 159, 0), (0, 158, 115))
"""Colours of a 2 x 2 block's cells, row by row; the first stands for four equal cells, too."""
MOSTLY = 0.97  # share of a channel's blocks that may be of one colour


def chosen_corners(indices: NDArray[np.integer]) -> NDArray[np.int64]:
    """Of every 2 x 2 block, which of its cells had the maximum, 0..3 row by row: [C, h, w].

    `indices` [C, h, w] are places in the flattened map of 2 h x 2 w cells, as a pooling gives them.
    """
    width = indices.shape[2]
    return np.asarray(2 * (indices // (2 * width) % 2) + indices % (2 * width) % 2, np.int64)


def corner_colours(indices: NDArray[np.integer]) -> NDArray[np.uint8]:
    """One channel of a 2 x 2 pooling's indices [C, h, w] in the colours `CORNERS`, [h, w, 3].

    It is the one with most blocks whose cells are equal, up to `MOSTLY`: its maxima lie along few edges.
    """
    corners = chosen_corners(indices)
    quiet = (corners == 0).mean(axis=(1, 2))
    channel = int(np.where(quiet <= MOSTLY, quiet, -quiet).argmax())
    return np.array(CORNERS, np.uint8)[corners[channel]]


def enlarged(picture: NDArray[np.uint8], width: int) -> NDArray[np.uint8]:
    """A picture [h, w, 3] enlarged to `width` pixels with nearest-neighbour interpolation."""
    height = max(1, round(picture.shape[0] * width / picture.shape[1]))
    large: NDArray[np.uint8] = cv2.resize(picture, (width, height), interpolation=cv2.INTER_NEAREST)  # type: ignore[assignment]
    return large
