"""Feature maps of many channels as pictures."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from cvdemo.errors import DataError


def feature_colours(features: NDArray[np.floating]) -> NDArray[np.uint8]:
    """A feature map [C, h, w] as colours [h, w, 3]: where two cells look alike, the net sees the same there.

    Red, green and blue are the first three principal components of the cells' vectors, each stretched
    between its 2nd and 98th percentile; components that are not there stay grey. NaN is a `DataError`.
    """
    channels, height, width = features.shape
    cells = features.reshape(channels, -1).astype(np.float64)
    if not np.isfinite(cells).all():
        raise DataError("the feature map holds values that are not numbers")
    cells = cells - cells.mean(axis=1, keepdims=True)
    spread, axes = np.linalg.eigh(cells @ cells.T)  # ascending
    colours = np.full((3, height * width), 127.5)
    for k in range(min(3, channels)):
        axis = axes[:, -1 - k]
        values = axis @ cells * np.sign(axis[np.abs(axis).argmax()])  # an axis has no sign of its own
        low, high = np.percentile(values, (2, 98))
        if spread[-1 - k] > 1e-9 * max(spread[-1], 1e-9) and high > low:
            colours[k] = np.clip(255 * (values - low) / (high - low), 0, 255)
    return colours.T.reshape(height, width, 3).round().astype(np.uint8)


def enlarged(picture: NDArray[np.uint8], width: int) -> NDArray[np.uint8]:
    """A picture [h, w, 3] whose pixels are seen as squares, `width` pixels wide."""
    height = max(1, round(picture.shape[0] * width / picture.shape[1]))
    large: NDArray[np.uint8] = cv2.resize(picture, (width, height), interpolation=cv2.INTER_NEAREST)  # type: ignore[assignment]
    return large
