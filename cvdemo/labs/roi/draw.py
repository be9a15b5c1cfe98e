"""A RoI on a feature map, RoI pooling beside RoIAlign, and what rounding costs a mask, as pictures."""

from __future__ import annotations

from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from cvdemo.data.pictures import fit
from cvdemo.draw.mask_shifts import side_by_side
from cvdemo.labs.roi.experiment import COMPARED, MaskCosts
from cvdemo.ops.roi_bins import CellBins, SampleBins

Picture: TypeAlias = NDArray[np.uint8]

SIDE = 640  # pixels of each of the two pictures
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


def draw_mask_costs(picture: Picture, costs: MaskCosts) -> Picture:
    """The results of both ways of `COMPARED` side by side on a picture [H, W, 3], around the RoI."""
    size = costs.true.shape[::-1]
    small = np.asarray(cv2.resize(fit(picture, 4 * max(size)), size, interpolation=cv2.INTER_AREA), np.uint8)
    return side_by_side(small, costs.true, [costs.masks[way] for way in COMPARED], costs.roi)
