"""Regions on pictures and feature maps, contact sheets of cut-outs, R-FCN's votes, marked detections."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import cv2
import numpy as np
import supervision as sv
from numpy.typing import ArrayLike, NDArray

from cvdemo.draw.detections import draw_detections
from cvdemo.draw.feature_maps import enlarged

Picture = NDArray[np.uint8]
Colour = tuple[int, int, int]

BEST, OTHERS, CHOSEN, MISSED = (255, 214, 0), (0, 158, 255), (255, 255, 255), (255, 59, 48)
TARGET: Colour = (0, 200, 83)  # where the followed object truly is
BEST_FEW = 10  # boxes that stand out
FOR, AGAINST, NEITHER = (230, 120, 0), (0, 100, 190), (242, 242, 242)  # of votes; told apart by everyone
PAPER: Colour = (200, 200, 200)


def draw_regions(picture: Picture, boxes: ArrayLike, *, chosen: int | None = None) -> Picture:
    """A copy of a picture [H, W, 3] with boxes [R, 4] in its pixels, the first `BEST_FEW` of them in yellow.

    The `chosen` one is white.
    """
    corners = np.round(np.asarray(boxes, np.float64).reshape(-1, 4)).astype(int)
    full = picture.copy()
    for box in corners[BEST_FEW:][::-1]:
        _box(full, box, OTHERS, 1)
    scene = np.asarray(cv2.addWeighted(picture, 0.4, full, 0.6, 0), np.uint8)
    for box in corners[:BEST_FEW][::-1]:
        _box(scene, box, BEST, 1)
    if chosen is not None and chosen < len(corners):
        _outlined(scene, corners[chosen])
    return scene


def draw_correction(
    picture: Picture, region: ArrayLike, box: ArrayLike, target: ArrayLike | None, colour: Colour
) -> Picture:
    """A copy of a picture [H, W, 3] with a region [4] in dashes, its corrected box, the target in green."""
    scene = picture.copy()
    if target is not None:
        _box(scene, np.round(np.asarray(target, np.float64)).astype(int), TARGET, 2)
    _box(scene, np.round(np.asarray(box, np.float64)).astype(int), (0, 0, 0), 5)
    _box(scene, np.round(np.asarray(box, np.float64)).astype(int), colour, 3)
    _dashed(scene, np.round(np.asarray(region, np.float64)).astype(int), CHOSEN, 2)
    return scene


def window_around(boxes: ArrayLike, size: tuple[int, int], *, aspect: float = 4 / 3) -> NDArray[np.int64]:
    """The part [4] of a picture of a size (height, width) around boxes [N, 4], with room on every side.

    It has this ratio of width to height as far as the picture reaches.
    """
    corners = np.asarray(boxes, np.float64).reshape(-1, 4)
    low, high = corners[:, :2].min(axis=0), corners[:, 2:].max(axis=0)
    wide, tall = 1.4 * (high - low)
    half = np.array([max(wide, tall * aspect), max(tall, wide / aspect)]) / 2
    middle = (low + high) / 2
    window = np.concatenate([middle - half, middle + half]).round().astype(int)
    return window.clip(0, [size[1], size[0]] * 2)


def sheet_shape(count: int, size: tuple[int, ...], *, most: int) -> tuple[int, int]:
    """Rows and columns (at most `most`) of a sheet shaped like a picture of `size` (height, width).

    As few as hold `count` cut-outs, but at least three columns.
    """
    height, width = size[:2]
    columns = int(np.clip(np.ceil(np.sqrt(count * width / height)), 3, most))
    return int(np.clip(round(columns * height / width), 1, 3 * most)), columns


def contact_sheet(
    cut_outs: NDArray[np.uint8], *, shape: tuple[int, int], width: int, chosen: int | None = None
) -> Picture:
    """The first cut-outs of [R, S, S, 3] on a sheet of `shape` (rows, columns), `width` pixels wide.

    Cells without a cut-out stay empty; the `chosen` one is framed.
    """
    rows, columns = shape
    side = max(4, width // columns)
    sheet = np.full((rows * side, columns * side, 3), PAPER, np.uint8)
    for k, cut_out in enumerate(cut_outs[: rows * columns]):
        top, left = k // columns * side, k % columns * side
        small = cv2.resize(cut_out, (side - 2, side - 2), interpolation=cv2.INTER_AREA)
        sheet[top + 1 : top + side - 1, left + 1 : left + side - 1] = small
        if k == chosen:
            _outlined(sheet, np.array([left + 1, top + 1, left + side - 2, top + side - 2]))
    return sheet


def with_context_frame(cut_out: Picture, context: int, *, side: int) -> Picture:
    """A warped cut-out [S, S, 3] `side` pixels wide, with a line around the region inside its context."""
    large = enlarged(cut_out, side)
    scale = side / len(cut_out)
    low, high = round(context * scale), round((len(cut_out) - context) * scale)
    _outlined(large, np.array([low, low, high, high]))
    return large


def draw_cells(colours: Picture, boxes: ArrayLike, *, width: int, chosen: int | None = None) -> Picture:
    """A feature map's colours [h, w, 3] enlarged to `width` pixels, with boxes [R, 4] in cells."""
    scale = width / colours.shape[1]
    return draw_regions(enlarged(colours, width), np.asarray(boxes).reshape(-1, 4) * scale, chosen=chosen)


def draw_bins(picture: Picture, box: ArrayLike, bins: int) -> Picture:
    """A copy of a picture [H, W, 3] with a box [4] divided into `bins` x `bins` parts."""
    scene = picture.copy()
    x1, y1, x2, y2 = np.asarray(box, np.float64)
    for i in range(bins):
        for j in range(bins):
            wide, high = (x2 - x1) / bins, (y2 - y1) / bins
            own = [x1 + j * wide, y1 + i * high, x1 + (j + 1) * wide, y1 + (i + 1) * high]
            _box(scene, np.round(own).astype(int), CHOSEN, 1)
    _outlined(scene, np.round([x1, y1, x2, y2]).astype(int))
    return scene


def beside(left: Picture, right: Picture, *, height: int, widest: float = 2.0, gap: int = 10) -> Picture:
    """Two pictures side by side, the right one square, both `height` pixels high, with a white gap.

    A left picture wider than `widest` times its height gets white bars above and below.
    """
    wide = max(1, round(left.shape[1] * height / left.shape[0]))
    if wide > widest * height:
        wide, high = round(widest * height), max(1, round(widest * height * left.shape[0] / left.shape[1]))
    else:
        high = height
    part = np.full((height, wide, 3), 255, np.uint8)
    top = (height - high) // 2
    part[top : top + high] = cv2.resize(left, (wide, high), interpolation=cv2.INTER_AREA)
    square = cv2.resize(right, (height, height), interpolation=cv2.INTER_NEAREST)
    return np.hstack([part, np.full((height, gap, 3), 255, np.uint8), square])


def vote_colours(values: ArrayLike, limit: float) -> Picture:
    """Values [...] as colours [..., 3]: white at 0, orange towards `limit`, blue towards its negative."""
    share = np.clip(np.asarray(values, np.float64) / max(limit, 1e-9), -1, 1)[..., None]
    ends = np.where(share > 0, np.array(FOR), np.array(AGAINST))
    return np.asarray((NEITHER + (ends - NEITHER) * np.abs(share)).round(), np.uint8)


def vote_limit(maps: NDArray[np.floating]) -> float:
    """The value that gets the full colour: the 99th percentile of the absolute values of the maps."""
    return float(np.percentile(np.abs(maps), 99))


def vote_grid(bins: NDArray[np.floating], *, limit: float, side: int) -> Picture:
    """Votes [K, K] as coloured cells with their numbers, `side` pixels wide and high."""
    grid = enlarged(vote_colours(bins, limit), side)
    cell = side / len(bins)
    for (row, column), value in np.ndenumerate(bins):
        ink = (255, 255, 255) if abs(value) > 0.6 * limit else (20, 20, 20)
        _written(grid, f"{value:+.1f}", ((column + 0.5) * cell, (row + 0.5) * cell), cell / 90, ink)
    for k in range(1, len(bins)):
        at = round(k * cell)
        grid[at - 1 : at + 1], grid[:, at - 1 : at + 1] = 255, 255
    return grid


def vote_maps(
    maps: NDArray[np.floating], picture: Picture, box: ArrayLike | None, *, scale: float, width: int
) -> Picture:
    """R-FCN's score maps of a class, [K, K, h, w], over the picture as K x K tiles, `width` pixels wide.

    A cell of the maps is 1 / `scale` pixels of the picture; every tile shows the box [4] with its own bin
    outlined.
    """
    bins = maps.shape[0]
    tile = width // bins
    limit = vote_limit(maps)
    grey = np.asarray(cv2.cvtColor(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB), np.uint8)
    rows = []
    for i in range(bins):
        row = [_tile(maps[i, j], grey, limit, scale, tile) for j in range(bins)]
        if box is not None:
            corners = np.asarray(box, np.float64) * tile / picture.shape[1]
            for j, one in enumerate(row):
                _bin(one, corners, (i, j), bins)
        rows.append(np.hstack([_framed(one) for one in row]))
    return np.vstack(rows)


class MarkedDetections(NamedTuple):
    """Detections of a picture, which of them are `wrong` [N], and the `missed` boxes [M, 4].

    Both are None if the truth is not known.
    """

    detections: sv.Detections
    wrong: NDArray[np.bool_] | None = None
    missed: NDArray[np.number[Any]] | None = None


def draw_marked(picture: Picture, marked: MarkedDetections, *, labels: bool = True) -> Picture:
    """A copy of a picture [H, W, 3] with detections; wrong ones crossed out, missed objects dashed in red."""
    scene = draw_detections(picture, marked.detections, labels=labels)
    line = max(2, round(max(picture.shape[:2]) / 250))
    if marked.wrong is not None:
        for box in np.round(marked.detections.xyxy[marked.wrong]).astype(int).tolist():
            x1, y1, x2, y2 = box
            cv2.line(scene, (x1, y1), (x2, y2), MISSED, line, cv2.LINE_AA)
            cv2.line(scene, (x1, y2), (x2, y1), MISSED, line, cv2.LINE_AA)
    if marked.missed is not None:
        for box in marked.missed:
            _dashed(scene, np.round(box).astype(int), MISSED, line)
    return scene


def _tile(values: NDArray[np.floating], grey: Picture, limit: float, scale: float, width: int) -> Picture:
    """One map over the grey picture, `width` pixels wide."""
    height = max(1, round(grey.shape[0] * width / grey.shape[1]))
    rows, columns = (max(1, round(n * scale)) for n in grey.shape[:2])  # without the padding
    colours = cv2.resize(vote_colours(values[:rows, :columns], limit), (width, height))
    small = cv2.resize(grey, (width, height), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.addWeighted(small, 0.3, colours, 0.7, 0), np.uint8)


def _bin(tile: Picture, box: NDArray[np.float64], place: tuple[int, int], bins: int) -> None:
    """Outline a box on a tile, and its bin at `place` (row, column) in bold."""
    x1, y1, x2, y2 = box
    (row, column), wide, high = place, (x2 - x1) / bins, (y2 - y1) / bins
    own = (x1 + column * wide, y1 + row * high, x1 + (column + 1) * wide, y1 + (row + 1) * high)
    _box(tile, np.round(box).astype(int), (30, 30, 30), 1)
    _outlined(tile, np.round(own).astype(int))


def _framed(tile: Picture) -> Picture:
    framed = tile.copy()
    framed[:, -1], framed[-1] = 255, 255
    return framed


def _box(scene: Picture, box: ArrayLike, colour: Sequence[int], thickness: int) -> None:
    x1, y1, x2, y2 = np.asarray(box).tolist()
    cv2.rectangle(scene, (x1, y1), (x2, y2), tuple(colour), thickness)


def _outlined(scene: Picture, box: ArrayLike) -> None:
    _box(scene, box, (0, 0, 0), 4)
    _box(scene, box, CHOSEN, 2)


def _dashed(scene: Picture, box: NDArray[np.integer[Any]], colour: Colour, line: int) -> None:
    x1, y1, x2, y2 = box.tolist()
    dash = 4 * line
    for (ax, ay), (bx, by) in (
        ((x1, y1), (x2, y1)),
        ((x2, y1), (x2, y2)),
        ((x2, y2), (x1, y2)),
        ((x1, y2), (x1, y1)),
    ):
        length = max(abs(bx - ax), abs(by - ay), 1)
        for start in range(0, length, 2 * dash):
            ends = [
                (round(ax + (bx - ax) * t), round(ay + (by - ay) * t))
                for t in (start / length, min(start + dash, length) / length)
            ]
            cv2.line(scene, ends[0], ends[1], colour, line, cv2.LINE_AA)


def _written(scene: Picture, text: str, middle: tuple[float, float], size: float, ink: Colour) -> None:
    (wide, high), _ = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, size, 1)
    at = round(middle[0] - wide / 2), round(middle[1] + high / 2)
    cv2.putText(scene, text, at, cv2.FONT_HERSHEY_SIMPLEX, size, ink, max(1, round(size * 2)), cv2.LINE_AA)
