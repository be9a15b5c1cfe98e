"""One person large, with both ways' skeletons and errors; bars of the errors by keypoint."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

import cv2
import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from cvdemo.draw.skeletons import draw_errors, draw_skeletons
from cvdemo.ops.keypoints import KEYPOINT_NAMES

Floats: TypeAlias = NDArray[np.floating[Any]]
Picture: TypeAlias = NDArray[np.uint8]

SIDE = 480  # pixels of a close view
MARGIN = 1.25  # of the box's longer side
COLOURS = ("#009E73", "#CC79A7")


def close_region(box: Floats) -> Floats:
    """The square x1 y1 x2 y2 around a box [4] that a close view shows."""
    half = MARGIN / 2 * max(float((box[2:] - box[:2]).max()), 1.0)
    centre = (box[:2] + box[2:]) / 2
    return np.concatenate([centre - half, centre + half])


def draw_close(picture: Picture, box: Floats, keypoints: Floats, truth: Floats | None) -> Picture:
    """The person in a box [4] with the keypoints [17, 3] found and lines to the true ones [17, 3]."""
    region = close_region(box)
    scale = SIDE / float(region[2] - region[0])
    move = np.array([[scale, 0, -region[0] * scale], [0, scale, -region[1] * scale]])
    flags = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    close = np.asarray(cv2.warpAffine(picture, move, (SIDE, SIDE), flags=flags), np.uint8)
    here = keypoints.copy()
    here[:, :2] = (keypoints[:, :2] - region[:2]) * scale
    draw_skeletons(close, here[None], 3)
    if truth is not None:
        there = truth.copy()
        there[:, :2] = (truth[:, :2] - region[:2]) * scale
        draw_errors(close, here[:, :2], there, 2)
    return close


def error_bars(errors: Mapping[str, Floats]) -> go.Figure:
    """Distances [17] in pixels by keypoint, a colour for each way."""
    figure = go.Figure()
    names = [name.replace("_", " ") for name in KEYPOINT_NAMES]
    for (way, values), ink in zip(errors.items(), COLOURS, strict=False):
        shown = [None if np.isnan(v) else float(v) for v in values]
        figure.add_bar(x=names, y=shown, name=way, marker_color=ink)
    legend = {"orientation": "h", "y": 1.2, "x": 0}
    figure.update_layout(height=260, margin={"l": 0, "r": 0, "t": 8, "b": 0}, legend=legend, barmode="group")
    figure.update_yaxes(title="pixels off", rangemode="tozero")
    return figure
