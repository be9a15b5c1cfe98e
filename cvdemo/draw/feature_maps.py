"""Feature maps of many channels as pictures."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from cvdemo.errors import DataError


class FeaturePalette(NamedTuple):
    """How vectors of C features become colours: their `mean` [C, 1], three `axes` [3, C], each one's range.

    An axis between whose ends [3] `low` and `high` nothing lies gives grey.
    """

    mean: NDArray[np.float64]
    axes: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]

    def colours(self, features: NDArray[np.floating]) -> NDArray[np.uint8]:
        """Features [C, h, w] of the same net and layer as colours [h, w, 3]."""
        channels, height, width = features.shape
        values = self.axes @ (features.reshape(channels, -1).astype(np.float64) - self.mean)  # [3, h * w]
        span = self.high - self.low
        scaled = (values - self.low[:, None]) / np.where(span > 0, span, 1)[:, None]
        levels = np.where(span[:, None] > 0, np.clip(255 * scaled, 0, 255), 127.5)
        colours: NDArray[np.uint8] = levels.T.reshape(height, width, 3).round().astype(np.uint8)
        return colours


def feature_palette(features: NDArray[np.floating]) -> FeaturePalette:
    """The palette of a feature map [C, h, w]: one that shows as much as three colours can.

    Red, green and blue are the first three principal components of the cells' vectors, each stretched
    between its 2nd and 98th percentile; components that are not there stay grey. NaN is a `DataError`.
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
    """A feature map [C, h, w] as colours [h, w, 3]: where two cells look alike, the net sees the same there.

    The colours are those of its own `feature_palette`.
    """
    return feature_palette(features).colours(features)


def enlarged(picture: NDArray[np.uint8], width: int) -> NDArray[np.uint8]:
    """A picture [h, w, 3] whose pixels are seen as squares, `width` pixels wide."""
    height = max(1, round(picture.shape[0] * width / picture.shape[1]))
    large: NDArray[np.uint8] = cv2.resize(picture, (width, height), interpolation=cv2.INTER_NEAREST)  # type: ignore[assignment]
    return large
