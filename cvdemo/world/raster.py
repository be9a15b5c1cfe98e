"""From shapes to pixels: one compiled list of outlines is painted as colour for the eye and as codes for the truth."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from cvdemo.world.pen import INK, Pen
from cvdemo.world.vocabulary import Colour

Picture = NDArray[np.uint8]
_SHIFT = 4


class Layer(NamedTuple):
    """A drawn figure and what its owned shapes write into the code map: 0 is nothing."""

    pen: Pen
    code: int
    haze: float = 0.0


class Frame(NamedTuple):
    """The raster: its size in pixels; a picture height has `height` pixels and x = 0 is the middle."""

    width: int
    height: int


class Outlines(NamedTuple):
    """Outlines ready to paint: points in 1/16 pixel, and per outline its span, colours, line and code."""

    points: NDArray[np.int32]
    grown: NDArray[np.int32]
    spans: list[tuple[int, int]]
    colours: list[Colour]
    inks: list[Colour]
    lined: list[bool]
    owned: list[bool]
    convex: list[bool]
    codes: list[int]
    groups: list[list[tuple[int, int]]]
    layers: list[tuple[int, int]]
    seen: list[bool]
    alphas: list[float]
    boxes: NDArray[np.float64]


def compile_layers(layers: Sequence[Layer], frame: Frame, *, tint: Colour, haze: Colour) -> Outlines:
    """Places, grows and colours all shapes of all layers at once, for a raster of this size."""
    shapes = [shape for layer in layers for shape in layer.pen.shapes]
    lengths = np.array([len(shape.points) for shape in shapes])
    ends = np.cumsum(lengths)
    starts = ends - lengths
    placed = np.concatenate(
        [
            layer.pen.place(np.concatenate([shape.points for shape in layer.pen.shapes]))
            for layer in layers
            if layer.pen.shapes
        ]
    )
    placed += (frame.width / frame.height / 2, 0.0)
    placed *= frame.height
    placed -= 0.5
    line = np.array([shape.line * layer.pen.unit for layer in layers for shape in layer.pen.shapes]) * frame.height
    lined = line > 0
    grown = _grow(placed, starts, ends, np.where(lined, np.maximum(line, 0.45), 0.0))
    low, high = np.minimum.reduceat(grown, starts), np.maximum.reduceat(grown, starts)
    seen = (high > -1).all(axis=1) & (low < (frame.width + 1, frame.height + 1)).all(axis=1)
    colours, inks = _colours(layers, tint, haze)
    codes = [layer.code for layer in layers for _ in layer.pen.shapes]
    return Outlines(
        np.rint(placed * (1 << _SHIFT)).astype(np.int32),
        np.rint(grown * (1 << _SHIFT)).astype(np.int32),
        list(zip(starts.tolist(), ends.tolist(), strict=True)),
        colours,
        inks,
        lined.tolist(),
        [shape.owned for shape in shapes],
        [shape.convex for shape in shapes],
        codes,
        *_groups(layers),
        seen.tolist(),
        [shape.alpha for shape in shapes],
        np.concatenate([low + 0.5, high + 0.5], axis=1),
    )


def _grow(points: NDArray[np.float64], starts: NDArray[np.intp], ends: NDArray[np.intp], by: NDArray[np.float64]) -> NDArray[np.float64]:
    """Every outline pushed outwards by its own number of pixels, corners cut at twice that."""
    index = np.arange(len(points))
    before, after = index - 1, index + 1
    before[starts] = ends - 1
    after[ends - 1] = starts
    edge = points[after] - points
    edge /= np.hypot(edge[:, 0], edge[:, 1])[:, None] + 1e-9
    normal = np.empty_like(edge)
    normal[:, 0], normal[:, 1] = edge[:, 1], -edge[:, 0]
    total = normal + normal[before]
    total *= (2 / np.maximum((total * total).sum(axis=1), 1.0))[:, None]
    following = points[after]
    area = np.add.reduceat(points[:, 0] * following[:, 1] - points[:, 1] * following[:, 0], starts)
    total *= np.repeat(np.sign(area) * by, ends - starts)[:, None]
    total += points
    return total


def _groups(layers: Sequence[Layer]) -> tuple[list[list[tuple[int, int]]], list[tuple[int, int]]]:
    """Per layer: the spans of shapes that share an ink line, and the span of all its shapes."""
    groups: list[list[tuple[int, int]]] = []
    spans: list[tuple[int, int]] = []
    base = 0
    for layer in layers:
        count = len(layer.pen.shapes)
        cuts = sorted({0, count, *layer.pen.groups})
        groups.append([(base + a, base + b) for a, b in zip(cuts, cuts[1:], strict=False)])
        spans.append((base, base + count))
        base += count
    return groups, spans


def _colours(layers: Sequence[Layer], tint: Colour, haze: Colour) -> tuple[list[Colour], list[Colour]]:
    """Fill and ink colours of all shapes under the light, far things faded towards the haze."""
    raw = np.array([shape.colour for layer in layers for shape in layer.pen.shapes])
    lit = ~np.array([shape.glows for layer in layers for shape in layer.pen.shapes])
    faded = np.array([layer.haze for layer in layers for _ in layer.pen.shapes])[:, None]
    ink = raw * 0.34 + np.multiply(INK, 0.62)
    both = np.stack([raw, ink])
    both = np.where(lit[:, None], both * tint, both)
    both += (np.asarray(haze) - both) * faded
    fill, ink = np.clip(np.rint(both), 0, 255).tolist()
    return fill, ink


def paint(picture: Picture, outlines: Outlines, first_layer: int, last_layer: int) -> None:
    """Paints some layers onto a picture [H, W, 3] in place, group by group: first ink, then fills."""
    points, grown, spans = outlines.points, outlines.grown, outlines.spans
    colours, inks, lined, convex = outlines.colours, outlines.inks, outlines.lined, outlines.convex
    seen, alphas = outlines.seen, outlines.alphas
    fill, fill_convex, smooth = cv2.fillPoly, cv2.fillConvexPoly, cv2.LINE_AA
    for first, last in (group for layer in outlines.groups[first_layer:last_layer] for group in layer):
        for k in range(first, last):
            if lined[k] and seen[k]:
                a, b = spans[k]
                if convex[k]:
                    fill_convex(picture, grown[a:b], inks[k], smooth, _SHIFT)
                else:
                    fill(picture, [grown[a:b]], inks[k], smooth, _SHIFT)
        for k in range(first, last):
            if seen[k]:
                a, b = spans[k]
                if alphas[k] < 1:
                    _veil(picture, points[a:b], colours[k], alphas[k])
                elif convex[k]:
                    fill_convex(picture, points[a:b], colours[k], smooth, _SHIFT)
                else:
                    fill(picture, [points[a:b]], colours[k], smooth, _SHIFT)


def _veil(picture: Picture, corners: NDArray[np.int32], colour: Colour, alpha: float) -> None:
    """Fills an outline so that the picture shows through."""
    height, width = picture.shape[:2]
    x0, y0 = np.maximum((corners.min(axis=0) >> _SHIFT) - 1, 0).tolist()
    x1, y1 = np.minimum((corners.max(axis=0) >> _SHIFT) + 2, (width, height)).tolist()
    if x0 < x1 and y0 < y1:
        below = picture[y0:y1, x0:x1]
        above = below.copy()
        moved = corners - np.array([x0, y0], dtype=np.int32) * (1 << _SHIFT)
        cv2.fillPoly(above, [moved], colour, cv2.LINE_AA, _SHIFT)
        cv2.addWeighted(above, alpha, below, 1 - alpha, 0, dst=below)


def write_codes(codes: Picture, outlines: Outlines, layer: int) -> None:
    """Writes a layer's code into a map [H, W] in place wherever its owned outlines are, ink included."""
    points, grown, spans = outlines.points, outlines.grown, outlines.spans
    for k in range(*outlines.layers[layer]):
        code = outlines.codes[k]
        if code and outlines.owned[k] and outlines.seen[k]:
            a, b = spans[k]
            corners = grown[a:b] if outlines.lined[k] else points[a:b]
            if outlines.convex[k]:
                cv2.fillConvexPoly(codes, corners, code, cv2.LINE_8, _SHIFT)
            else:
                cv2.fillPoly(codes, [corners], code, cv2.LINE_8, _SHIFT)
