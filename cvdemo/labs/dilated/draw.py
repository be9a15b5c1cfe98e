"""Responses of a filter and branches of ASPP as pictures."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cvdemo.draw.feature_maps import enlarged
from cvdemo.labs.dilated.experiment import FilterResponses

WIDTH = 640
DARK, LIGHT = (0, 114, 178), (213, 94, 0)  # the two signs of an edge

Picture = NDArray[np.uint8]


def signed_colours(values: NDArray[np.float32], most: float) -> Picture:
    """Numbers [H, W] as colours [H, W, 3]: blue below 0, orange above, white for 0, full at +-`most`."""
    share = np.clip(np.abs(values) / max(most, 1e-9), 0, 1)[..., None]
    ink = np.where(values[..., None] < 0, DARK, LIGHT)
    return (248 * (1 - share) + ink * share).round().astype(np.uint8)


def draw_responses(found: FilterResponses, rate: int) -> tuple[Picture, Picture]:
    """The shrunk picture's responses as squares of `rate` pixels, and the dilated ones, 640 pixels wide."""
    most = float(np.percentile(np.abs(found.dilated), 99.5))
    squares = signed_colours(found.shrunk, most).repeat(rate, axis=0).repeat(rate, axis=1)
    height, width = found.dilated.shape
    return enlarged(squares[:height, :width], WIDTH), enlarged(signed_colours(found.dilated, most), WIDTH)
