"""What moving a RoI costs a mask: IoU over the shift as curves, right and wrong pixels as a picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

Mask: TypeAlias = NDArray[np.bool_]
Picture: TypeAlias = NDArray[np.uint8]

RIGHT, MISSED, ADDED = (0, 158, 115), (0, 114, 178), (230, 159, 0)
INKS = {"RoIAlign": "#0072B2", "RoIPool": "#E69F00"}
OTHER_INK = "#B8860B"  # of a way that is neither
GAP = 16  # white pixels between two pictures


def shift_curves(
    shifts: NDArray[np.floating], ious: Mapping[str, NDArray[np.floating]], *, whole: bool = True
) -> go.Figure:
    """IoU of each way against the shift of the RoI in pixels, on 0..1 or, if not `whole`, from the least on.

    A way that is neither RoIAlign nor RoIPool is dotted.
    """
    figure = go.Figure()
    for way, line in ious.items():
        style = {"width": 3, "color": INKS.get(way, OTHER_INK), "dash": "solid" if way in INKS else "dot"}
        figure.add_scatter(x=shifts, y=line, name=way, mode="lines", line=style)
    least = 0.0 if whole else max(0.0, min(float(np.min(line)) for line in ious.values()) - 0.05)
    legend = {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0}
    figure.update_layout(height=300, margin={"l": 0, "r": 0, "t": 8, "b": 0}, legend=legend)
    figure.update_xaxes(title="shift of the RoI in pixels")
    figure.update_yaxes(title="IoU of the mask", range=[least, 1])
    return figure


def side_by_side(picture: Picture, true: Mask, masks: Sequence[Mask], roi: NDArray[np.floating]) -> Picture:
    """`mask_errors` of several masks of one object, from left to right."""
    parts = [mask_errors(picture, true, found, roi) for found in masks]
    gap = np.full((len(parts[0]), GAP, 3), 255, np.uint8)
    return np.concatenate([part for one in parts for part in (gap, one)][1:], axis=1)


def mask_errors(picture: Picture, true: Mask, found: Mask, roi: NDArray[np.floating]) -> Picture:
    """The picture [H, W, 3] around a RoI: correct mask pixels green, missed ones blue, extra ones orange."""
    canvas = picture.astype(np.float64)
    for where, ink in ((true & found, RIGHT), (true & ~found, MISSED), (found & ~true, ADDED)):
        canvas[where] = 0.25 * canvas[where] + np.multiply(0.75, ink)
    x1, y1 = np.maximum(np.floor(roi[:2]).astype(int), 0)
    x2, y2 = np.ceil(roi[2:]).astype(int)
    part = canvas[y1:y2, x1:x2].round().astype(np.uint8)
    times = -(-320 // max(part.shape[1], 1))
    return part.repeat(times, axis=0).repeat(times, axis=1)
