"""Rasterisation: the same outlines are painted as colours and written as codes for the truth."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain, pairwise
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from cvdemo.world.pen import INK, Pen
from cvdemo.world.vocabulary import Colour

Picture = NDArray[np.uint8]
SHIFT = 4


class Layer(NamedTuple):
    """A drawn figure, and the code that its owned shapes write into the code map; 0 writes nothing."""

    pen: Pen
    code: int
    haze: float = 0.0
    owner: int | None = None
    """The id of the object to which the layer belongs, its string and the rings round it included."""


class View(NamedTuple):
    """What the camera sees: the point (x, y) in the middle, in picture heights, and how much is enlarged."""

    x: float = 0.0
    y: float = 0.5
    zoom: float = 1.0


WHOLE = View()


class Frame(NamedTuple):
    """The raster's size in pixels, and the view that fills it."""

    width: int
    height: int
    view: View = WHOLE

    @property
    def pixels(self) -> float:
        """The number of pixels in a picture height."""
        return self.height * self.view.zoom

    @property
    def shift(self) -> tuple[float, float]:
        """What is added to a point in picture heights, so that the raster's corner is at (0, 0)."""
        x, y, zoom = self.view
        return self.width / self.height / 2 / zoom - x, 0.5 / zoom - y

    def row(self, y: float) -> float:
        """The row of pixels at picture height y."""
        return (y + self.shift[1]) * self.pixels


class Outlines(NamedTuple):
    """Outlines ready to paint: `places` in picture heights, `exact` in pixels, `points` in 1/16 pixels.

    Then the span, colours, line and code of each outline.
    """

    places: NDArray[np.float64]
    exact: NDArray[np.float64]
    points: NDArray[np.int32]
    grown: list[NDArray[np.int32] | None]
    spans: list[tuple[int, int]]
    colours: list[Colour]
    inks: list[Colour]
    owned: Sequence[bool]
    convex: Sequence[bool]
    codes: list[int]
    groups: list[list[tuple[int, int]]]
    layers: list[tuple[int, int]]
    seen: list[bool]
    alphas: Sequence[float]
    boxes: NDArray[np.float64]


def compile_layers(layers: Sequence[Layer], frame: Frame, *, tint: Colour, haze: Colour) -> Outlines:
    """Place, grow and colour all shapes of all layers at once, for a raster of this size."""
    shapes = [shape for layer in layers for shape in layer.pen.shapes]
    counts = [len(layer.pen.shapes) for layer in layers]
    points, fits, colours, line, owned, convex, glows, alphas, group = zip(*shapes, strict=True)
    lengths = np.array([len(p) for p in points])
    ends = np.cumsum(lengths)
    starts = ends - lengths
    places = _place(layers, counts, np.concatenate(points), _table(fits, 5), lengths)
    pixels = np.add(places, frame.shift)
    pixels *= frame.pixels
    pixels -= 0.5
    width = np.array(line) * np.repeat([layer.pen.unit for layer in layers], counts) * frame.pixels
    low, high = np.minimum.reduceat(pixels, starts), np.maximum.reduceat(pixels, starts)
    reach = np.maximum(width, 0.45)[:, None] * (width > 0)[:, None]
    low, high = low - reach, high + reach
    seen = (high > -1).all(axis=1) & (low < (frame.width + 1, frame.height + 1)).all(axis=1)
    fills, inks = _colours(layers, counts, _table(colours, 3), np.array(glows), tint, haze)
    return Outlines(
        places,
        pixels,
        np.rint(pixels * (1 << SHIFT)).astype(np.int32),
        _grow_lined(pixels, starts, ends, reach[:, 0]),
        list(zip(starts.tolist(), ends.tolist(), strict=True)),
        fills,
        inks,
        owned,
        convex,
        np.repeat([layer.code for layer in layers], counts).tolist(),
        *_groups(counts, np.array(group)),
        seen.tolist(),
        alphas,
        np.concatenate([low + 0.5, high + 0.5], axis=1),
    )


def _table(rows: Sequence[tuple[float, ...]], columns: int) -> NDArray[np.float64]:
    """Rows of numbers as an array [K, columns]."""
    return np.fromiter(chain.from_iterable(rows), dtype=float, count=len(rows) * columns).reshape(-1, columns)


def _place(
    layers: Sequence[Layer],
    counts: list[int],
    points: NDArray[np.float64],
    fits: NDArray[np.float64],
    lengths: NDArray[np.intp],
) -> NDArray[np.float64]:
    """All points in picture heights: outlines mapped into their figure's frame, figures into the scene."""
    frames = _table(
        [(*layer.pen.to_scene.ravel().tolist(), *layer.pen.origin.tolist()) for layer in layers], 6
    )
    a, b, c, d, x0, y0 = np.repeat(frames, counts, axis=0).T
    rx, ry, turn, cx, cy = fits.T
    cos, sin = np.cos(turn), np.sin(turn)
    whole = np.stack(
        [
            rx * (cos * a + sin * c), rx * (cos * b + sin * d),
            ry * (cos * c - sin * a), ry * (cos * d - sin * b),
            cx * a + cy * c + x0, cx * b + cy * d + y0,
        ]
    )  # fmt: skip
    xx, xy, yx, yy, x0, y0 = np.repeat(whole, lengths, axis=1)
    x, y = points[:, 0], points[:, 1]
    places = np.empty_like(points)
    places[:, 0] = x * xx + y * yx + x0
    places[:, 1] = x * xy + y * yy + y0
    return places


def _grow_lined(
    points: NDArray[np.float64], starts: NDArray[np.intp], ends: NDArray[np.intp], by: NDArray[np.float64]
) -> list[NDArray[np.int32] | None]:
    """The outlines of shapes with ink lines grown by `by` pixels, in 1/16 pixel; None for other shapes."""
    grown: list[NDArray[np.int32] | None] = [None] * len(starts)
    which = np.flatnonzero(by > 0)
    if not len(which):
        return grown
    index = np.flatnonzero(np.repeat(by > 0, ends - starts))
    last = np.cumsum(ends[which] - starts[which])
    first = last - (ends[which] - starts[which])
    pushed = np.rint(_grow(points[index], first, last, by[which]) * (1 << SHIFT)).astype(np.int32)
    for k, a, b in zip(which.tolist(), first.tolist(), last.tolist(), strict=True):
        grown[k] = pushed[a:b]
    return grown


def _grow(
    points: NDArray[np.float64], starts: NDArray[np.intp], ends: NDArray[np.intp], by: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Every outline grown by its own number of pixels; mitres are limited to twice that."""
    index = np.arange(len(points))
    before, after = index - 1, index + 1
    before[starts] = ends - 1
    after[ends - 1] = starts
    following = points[after]
    edge = following - points
    edge /= np.hypot(edge[:, 0], edge[:, 1])[:, None] + 1e-9
    normal = np.empty_like(edge)
    normal[:, 0], normal[:, 1] = edge[:, 1], -edge[:, 0]
    total = normal + normal[before]
    total *= (2 / np.maximum((total * total).sum(axis=1), 1.0))[:, None]
    area = np.add.reduceat(points[:, 0] * following[:, 1] - points[:, 1] * following[:, 0], starts)
    total *= np.repeat(np.sign(area) * by, ends - starts)[:, None]
    total += points
    return total


def _groups(
    counts: list[int], group: NDArray[np.intp]
) -> tuple[list[list[tuple[int, int]]], list[tuple[int, int]]]:
    """Per layer: the spans of shapes that share an ink line, and the span of all its shapes."""
    ends = np.cumsum(counts)
    new = np.ones(len(group) + 1, dtype=bool)
    new[1:-1] = group[1:] != group[:-1]
    new[ends] = True
    cuts = np.flatnonzero(new)
    at = np.searchsorted(cuts, np.concatenate([[0], ends])).tolist()
    spans = list(zip(cuts[:-1].tolist(), cuts[1:].tolist(), strict=True))
    groups = [spans[a:b] for a, b in pairwise(at)]
    return groups, list(zip((ends - counts).tolist(), ends.tolist(), strict=True))


def _colours(
    layers: Sequence[Layer],
    counts: list[int],
    raw: NDArray[np.float64],
    glows: NDArray[np.bool_],
    tint: Colour,
    haze: Colour,
) -> tuple[list[Colour], list[Colour]]:
    """Fill and ink colours of all shapes with the light's tint, blended with the haze by distance."""
    both = np.stack([raw, raw * 0.34 + np.multiply(INK, 0.62)])
    both *= np.where(glows[:, None], 1.0, np.asarray(tint))
    both += (np.asarray(haze) - both) * np.repeat([layer.haze for layer in layers], counts)[:, None]
    fill, ink = np.clip(np.rint(both), 0, 255).tolist()
    return fill, ink


def paint(picture: Picture, outlines: Outlines, first_layer: int, last_layer: int) -> None:
    """Paint a range of layers onto a picture [H, W, 3] in place, group by group: ink first, then fills."""
    points, grown, spans = outlines.points, outlines.grown, outlines.spans
    colours, inks, convex = outlines.colours, outlines.inks, outlines.convex
    seen, alphas = outlines.seen, outlines.alphas
    fill, fill_convex, smooth = cv2.fillPoly, cv2.fillConvexPoly, cv2.LINE_AA
    for first, last in (group for layer in outlines.groups[first_layer:last_layer] for group in layer):
        for k in range(first, last):
            edge = grown[k]
            if edge is not None and seen[k]:
                if convex[k]:
                    fill_convex(picture, edge, inks[k], smooth, SHIFT)
                else:
                    fill(picture, [edge], inks[k], smooth, SHIFT)
        for k in range(first, last):
            if seen[k]:
                a, b = spans[k]
                if alphas[k] < 1:
                    _veil(picture, points[a:b], colours[k], alphas[k])
                elif convex[k]:
                    fill_convex(picture, points[a:b], colours[k], smooth, SHIFT)
                else:
                    fill(picture, [points[a:b]], colours[k], smooth, SHIFT)


def _veil(picture: Picture, corners: NDArray[np.int32], colour: Colour, alpha: float) -> None:
    """Fill an outline with transparency `alpha`, in place."""
    height, width = picture.shape[:2]
    x0, y0 = np.maximum((corners.min(axis=0) >> SHIFT) - 1, 0).tolist()
    x1, y1 = np.minimum((corners.max(axis=0) >> SHIFT) + 2, (width, height)).tolist()
    if x0 < x1 and y0 < y1:
        below = picture[y0:y1, x0:x1]
        above = below.copy()
        moved = corners - np.array([x0, y0], dtype=np.int32) * (1 << SHIFT)
        cv2.fillPoly(above, [moved], colour, cv2.LINE_AA, SHIFT)
        cv2.addWeighted(above, alpha, below, 1 - alpha, 0, dst=below)


def write_codes(
    codes: Picture, outlines: Outlines, layer: int, *, corner: tuple[int, int] | None = None
) -> None:
    """Write a layer's code into a map [H, W] in place, inside its owned outlines and their ink.

    With `corner` (x, y) the map begins at that pixel, and holds what is beyond the picture's edges too.
    """
    points, grown, spans = outlines.points, outlines.grown, outlines.spans
    for k in range(*outlines.layers[layer]):
        code = outlines.codes[k]
        if code and outlines.owned[k] and (outlines.seen[k] or corner is not None):
            edge = grown[k]
            corners = points[slice(*spans[k])] if edge is None else edge
            if corner is not None:
                corners = corners - np.array(corner, dtype=np.int32) * (1 << SHIFT)
            if outlines.convex[k]:
                cv2.fillConvexPoly(codes, corners, code, cv2.LINE_8, SHIFT)
            else:
                cv2.fillPoly(codes, [corners], code, cv2.LINE_8, SHIFT)
