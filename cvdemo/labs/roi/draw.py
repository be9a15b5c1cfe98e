"""A RoI on a feature map, RoI pooling beside RoIAlign, and what rounding costs a mask, as pictures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

import cv2
import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from cvdemo.data.pictures import fit
from cvdemo.labs.roi.experiment import COMPARED, MaskCosts
from cvdemo.ops.roi_bins import CellBins, SampleBins

Picture: TypeAlias = NDArray[np.uint8]

SIDE = 640  # pixels of each of the two pictures
RIGHT, MISSED, ADDED = (0, 158, 115), (0, 114, 178), (230, 159, 0)
RINGED, POOL, ALIGN = (255, 255, 255), (230, 159, 0), (86, 180, 233)


def draw_roi(features: NDArray[np.floating], pool: CellBins, align: SampleBins) -> Picture:
    """RoI pooling and RoIAlign side by side, [640, 1280, 3]: the map [h, w] around the RoI, cells as squares.

    Left: the cells of `pool`'s bins. Right: the bins and samples of `align`. The RoI itself is white.
    """
    left, top, side = _window(pool, align)
    cell = SIDE / side
    ground = _ground(features, left, top, side)
    pictures = [ground.copy(), ground.copy()]

    def at(x: float, y: float) -> tuple[int, int]:
        return round((x - left) * cell), round((y - top) * cell)

    for y1, y2 in pool.rows.tolist():
        for x1, x2 in pool.columns.tolist():
            if y1 < y2 and x1 < x2:
                cv2.rectangle(pictures[0], at(x1 + 0.05, y1 + 0.05), at(x2 - 0.05, y2 - 0.05), POOL, 2)
    rows, columns = align.rows, align.columns
    for k in np.ndindex(len(rows.places), len(columns.places)):
        ends = [
            (axis.edges[i] + 0.5, axis.edges[i + 1] + 0.5) for axis, i in zip((rows, columns), k, strict=True)
        ]
        cv2.rectangle(pictures[1], at(ends[1][0], ends[0][0]), at(ends[1][1], ends[0][1]), ALIGN, 2)
        for point in align.points(*k):
            cv2.circle(pictures[1], at(point.x + 0.5, point.y + 0.5), 3, RINGED, -1, cv2.LINE_AA)
    x1, y1, x2, y2 = pool.exact.tolist()
    for picture in pictures:
        cv2.rectangle(picture, at(x1, y1), at(x2, y2), RINGED, 2)
    return np.concatenate(pictures, axis=1)


def _window(pool: CellBins, align: SampleBins) -> tuple[int, int, int]:
    """Left and top cell of a square with all cells that are read and one around, and its side in cells."""
    bounds = [pool.exact, pool.rounded, [align.columns.edges[0], align.rows.edges[0]] * 2]
    bounds.append([align.columns.edges[-1] + 1, align.rows.edges[-1] + 1] * 2)
    corners = np.array(bounds, dtype=float).reshape(-1, 2)  # x y
    low, high = np.floor(corners.min(axis=0)) - 1, np.ceil(corners.max(axis=0)) + 1
    return int(low[0]), int(low[1]), int((high - low).max())


def _ground(features: NDArray[np.floating], left: int, top: int, side: int) -> Picture:
    """The window's cells as colours, dark grey outside the map."""
    span = np.ptp(features) or 1.0
    grey = (255 * (features - features.min()) / span).round().astype(np.uint8)
    colours = cv2.applyColorMap(grey, cv2.COLORMAP_VIRIDIS)[..., ::-1]
    window = np.full((side, side, 3), 30, np.uint8)
    height, width = features.shape
    y1, x1 = max(top, 0), max(left, 0)
    y2, x2 = min(top + side, height), min(left + side, width)
    if y1 < y2 and x1 < x2:
        window[y1 - top : y2 - top, x1 - left : x2 - left] = colours[y1:y2, x1:x2]
    return np.asarray(cv2.resize(window, (SIDE, SIDE), interpolation=cv2.INTER_NEAREST), np.uint8)


def shift_curves(shifts: NDArray[np.floating], ious: Mapping[str, NDArray[np.floating]]) -> go.Figure:
    """IoU of each method against the shift of the RoI in pixels."""
    figure = go.Figure()
    for (way, line), colour in zip(ious.items(), ("#0072B2", "#B8860B", "#E69F00"), strict=True):
        dash = "dot" if "mean" in way else "solid"
        style = {"width": 3, "color": colour, "dash": dash}
        figure.add_scatter(x=shifts, y=line, name=way, mode="lines", line=style)
    legend = {"orientation": "h", "y": 1.14, "x": 0}
    figure.update_layout(height=300, margin={"l": 0, "r": 0, "t": 8, "b": 0}, legend=legend)
    figure.update_xaxes(title="shift of the RoI in pixels")
    figure.update_yaxes(title="IoU of the mask", range=[0, 1])
    return figure


def draw_mask_costs(picture: Picture, costs: MaskCosts) -> Picture:
    """The results of both ways of `COMPARED` side by side on a picture [H, W, 3], around the RoI."""
    size = costs.true.shape[::-1]
    small = np.asarray(cv2.resize(fit(picture, 4 * max(size)), size, interpolation=cv2.INTER_AREA), np.uint8)
    left, right = (mask_errors(small, costs.true, costs.masks[way], costs.roi) for way in COMPARED)
    gap = np.full((len(left), 16, 3), 255, np.uint8)
    return np.concatenate([left, gap, right], axis=1)


def mask_errors(
    picture: Picture, true: NDArray[np.bool_], found: NDArray[np.bool_], roi: NDArray[np.floating]
) -> Picture:
    """The picture [H, W, 3] around a RoI: correct mask pixels green, missed ones blue, extra ones orange."""
    canvas = picture.astype(np.float64)
    for where, ink in ((true & found, RIGHT), (true & ~found, MISSED), (found & ~true, ADDED)):
        canvas[where] = 0.25 * canvas[where] + np.multiply(0.75, ink)
    x1, y1 = np.maximum(np.floor(roi[:2]).astype(int), 0)
    x2, y2 = np.ceil(roi[2:]).astype(int)
    part = canvas[y1:y2, x1:x2].round().astype(np.uint8)
    times = -(-320 // max(part.shape[1], 1))
    return part.repeat(times, axis=0).repeat(times, axis=1)
