"""Dense motion from one frame of a clip to a later one, and what that one hides."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from cvdemo.errors import DataError
from cvdemo.world.film.clip import Clip
from cvdemo.world.film.truth import lay_out_frame
from cvdemo.world.graph import FigureLook
from cvdemo.world.painting import SceneLayout
from cvdemo.world.raster import SHIFT, Outlines

TOLERANCE = 0.5
"""Pixels by which the motion forwards and back again may miss where a point is seen in both frames."""

Affines = NDArray[np.float64]  # [S, 2, 3]: a point (x, y, 1) of one frame to (x, y) of the other
Sums = NDArray[np.float64]  # [S, 12]


class Motion(NamedTuple):
    """`flow` [H, W, 2], float32: how many pixels to the right and down each point goes until the other frame.

    `occluded` [H, W]: whether it is hidden there, or has left the picture.
    """

    flow: NDArray[np.float32]
    occluded: NDArray[np.bool_]


def clip_motion(clip: Clip, k: int, width: int = 1280, height: int = 960, *, to: int | None = None) -> Motion:
    """The motion from frame k to frame `to` (k + 1), exact for all that is drawn; DataError for other frames.

    It is that of surfaces: a shadow's edge, rain, noise, texture on limbs and light on a turning ball do not
    count.
    """
    other = k + 1 if to is None else to
    if not 0 <= k < len(clip):
        raise DataError(f"no motion from frame {k} of {len(clip)}: they count from 0")
    if not 0 <= other < len(clip):
        raise DataError(f"no motion from frame {k} of {len(clip)} to frame {other}: there is no such frame")
    return motion_between(lay_out_frame(clip, k, width, height), lay_out_frame(clip, other, width, height))


def motion_between(
    first: tuple[SceneLayout, tuple[int, ...]], second: tuple[SceneLayout, tuple[int, ...]]
) -> Motion:
    """The motion from one frame to another of the same clip and size, each as `lay_out_frame` gives it."""
    (a, tracks_a), (b, tracks_b) = first, second
    there, back = match(a, tracks_a, b, tracks_b), match(b, tracks_b, a, tracks_a)
    flow, flow_back = _dense(a, there), _dense(b, back)
    return Motion(flow, _occluded(flow, flow_back))


def match(a: SceneLayout, tracks_a: tuple[int, ...], b: SceneLayout, tracks_b: tuple[int, ...]) -> Affines:
    """The motion of every outline of one frame into another, [S + 1, 2, 3], in pixels of the raster.

    Row 0 is what the camera does to all that stands still; an outline that the other frame lacks moves as the
    rest of its part, or as its figure as a whole.
    """
    camera = _camera(a, b)
    motion = np.concatenate([camera[None], np.zeros((len(a.outlines.spans), 2, 3))])
    other = {key: layer for layer, key in enumerate(_keys(b, tracks_b))}
    for layer, key in enumerate(_keys(a, tracks_a)):
        first, last = a.outlines.layers[layer]
        if key in other:
            motion[first + 1 : last + 1] = _match_layer(a, b, layer, other[key])
        else:
            motion[first + 1 : last + 1] = camera
    return motion


def _keys(drawn: SceneLayout, tracks: tuple[int, ...]) -> list[tuple[int, int]]:
    """What each layer is, the same in all frames: the track it belongs to, and which of its layers it is."""
    seen: dict[int, int] = {}
    found = []
    for layer in drawn.composition.layers:
        track = 0 if layer.owner is None else tracks[layer.owner]
        seen[track] = seen.get(track, -1) + 1
        found.append((track, seen[track]))
    return found


def _camera(a: SceneLayout, b: SceneLayout) -> NDArray[np.float64]:
    """Where the camera's movement takes a point that stands still, [2, 3]."""
    zoom = b.frame.pixels / a.frame.pixels
    shift = (np.array(b.frame.shift) - a.frame.shift) * b.frame.pixels + 0.5 * zoom - 0.5
    return np.array([[zoom, 0.0, shift[0]], [0.0, zoom, shift[1]]])


def _match_layer(a: SceneLayout, b: SceneLayout, here: int, there: int) -> Affines:
    """The motion of each outline of a layer, [S, 2, 3]."""
    one, two = a.composition.layers[here], b.composition.layers[there]
    start_a, start_b = a.outlines.layers[here][0], b.outlines.layers[there][0]
    rigid = _rigid(a, b, here, there)
    spans_a, spans_b = _parts(one.pen.parts, len(one.pen.shapes)), _parts(two.pen.parts, len(two.pen.shapes))
    motion = np.repeat(rigid[None], len(one.pen.shapes), axis=0)
    for name, (first, last) in spans_a.items():
        pair = spans_b.get(name)
        if pair is None or pair[1] - pair[0] != last - first:
            continue
        shapes_a = [a.outlines.spans[start_a + k] for k in range(first, last)]
        shapes_b = [b.outlines.spans[start_b + k] for k in range(*pair)]
        motion[first:last] = _fit_part(a.outlines, b.outlines, shapes_a, shapes_b, rigid)
    thing = None if one.owner is None else a.scene.things[one.owner]
    if thing is not None and thing.kind == "ball" and one.code:
        motion[0] = _rolled(a, b, here, there)
    return motion


def _parts(parts: list[tuple[int, str]], count: int) -> dict[str, tuple[int, int]]:
    """The span of shapes of each named part; what comes before the first is called ''."""
    starts = [(0, ""), *parts, (count, "")]
    return {name: (first, last) for (first, name), (last, _) in pairwise(starts) if last > first}


def _fit_part(
    a: Outlines, b: Outlines, shapes_a: list[tuple[int, int]], shapes_b: list[tuple[int, int]], rigid: Affines
) -> Affines:
    """The affine motion of each shape of a part whose shapes correspond one to one, [S, 2, 3]."""
    same = [x1 - x0 == y1 - y0 for (x0, x1), (y0, y1) in zip(shapes_a, shapes_b, strict=True)]
    found = np.repeat(rigid[None], len(same), axis=0)
    which = np.flatnonzero(same)
    if not len(which):
        return found
    p = [a.exact[slice(*shapes_a[k])] for k in which]
    q = [b.exact[slice(*shapes_b[k])] for k in which]
    starts = np.cumsum([0, *(len(x) for x in p[:-1])])
    sums = _sums(np.concatenate(p), np.concatenate(q), starts)
    found[which] = _affines(sums)
    if len(which) < len(same):
        found[~np.array(same)] = _affines(sums.sum(axis=0, keepdims=True))
    return found


def _sums(p: NDArray[np.float64], q: NDArray[np.float64], starts: NDArray[np.intp]) -> Sums:
    """What a least-squares fit of q by p needs, of each span of points: n, sums and products, [S, 12]."""
    x, y, u, v = p[:, 0], p[:, 1], q[:, 0], q[:, 1]
    columns = np.stack([np.ones_like(x), x, y, u, v, x * x, x * y, y * y, x * u, y * u, x * v, y * v], axis=1)
    return np.add.reduceat(columns, starts, axis=0)


def _affines(sums: Sums) -> Affines:
    """The best affine map of each row of sums, [S, 2, 3]; of flat shapes, the best shift."""
    n, x, y, u, v, xx, xy, yy, xu, yu, xv, yv = sums.T
    cxx, cxy, cyy = xx - x * x / n, xy - x * y / n, yy - y * y / n
    det = cxx * cyy - cxy * cxy
    flat = det <= 1e-6 * (cxx + cyy) ** 2 + 1e-9
    safe = np.where(flat, 1.0, det)
    found = np.zeros((len(n), 2, 3))
    for row, (w, xw, yw) in enumerate(((u, xu, yu), (v, xv, yv))):
        cxw, cyw = xw - x * w / n, yw - y * w / n
        a = np.where(flat, 1.0 - row, (cxw * cyy - cyw * cxy) / safe)
        b = np.where(flat, float(row), (cyw * cxx - cxw * cxy) / safe)
        found[:, row] = np.stack([a, b, (w - a * x - b * y) / n], axis=1)
    return found


def _rigid(a: SceneLayout, b: SceneLayout, here: int, there: int) -> Affines:
    """The motion of a figure as a whole: from its frame in one picture to its frame in the other, [2, 3]."""
    return _through(_placed(a, here), _placed(b, there))


def _placed(drawn: SceneLayout, layer: int) -> Affines:
    """The map of a figure's frame into the raster's pixels, [2, 3]."""
    pen, frame = drawn.composition.layers[layer].pen, drawn.frame
    shift = (pen.origin + frame.shift) * frame.pixels - 0.5
    return np.concatenate([pen.to_scene.T * frame.pixels, shift[:, None]], axis=1)


def _rolled(a: SceneLayout, b: SceneLayout, here: int, there: int) -> Affines:
    """The motion of a ball's plain paint, which turns with its pattern, [2, 3]."""
    one, two = a.composition.layers[here], b.composition.layers[there]
    turns = []
    for drawn, layer in ((a, one), (b, two)):
        assert layer.owner is not None
        look = drawn.scene.things[layer.owner].look
        assert isinstance(look, FigureLook)
        turns.append(look.phase)
    c, s = np.cos(turns[1] - turns[0]), np.sin(turns[1] - turns[0])
    spin = np.array([[c, -s, 0.5 * s], [s, c, 0.5 - 0.5 * c]])
    return _through(_placed(a, here), _after(_placed(b, there), spin))


def _after(second: Affines, first: Affines) -> Affines:
    """Two affine maps one after the other, [2, 3]."""
    return np.concatenate(
        [second[:, :2] @ first[:, :2], second[:, :2] @ first[:, 2:] + second[:, 2:]], axis=1
    )


def _through(one: Affines, two: Affines) -> Affines:
    """The map from where a frame's point is in one picture to where it is in the other, [2, 3]."""
    back = np.linalg.inv(one[:, :2])
    return _after(two, np.concatenate([back, -back @ one[:, 2:]], axis=1))


def _dense(drawn: SceneLayout, motion: Affines) -> NDArray[np.float32]:
    """The flow of each pixel, [H, W, 2] in the picture's pixels, by the outline that is seen there."""
    fine = drawn.fine
    ids = _topmost(drawn)[fine // 2 :: fine, fine // 2 :: fine]
    y, x = np.indices(ids.shape, dtype=np.float32)
    # A pixel's middle, in the raster's coordinates: those of its own middle and of the picture's differ.
    px, py = x * fine + (fine - 1) / 2, y * fine + (fine - 1) / 2
    m = motion.astype(np.float64)[ids]  # [H, W, 2, 3]
    u = m[..., 0, 0] * px + m[..., 0, 1] * py + m[..., 0, 2] - px
    v = m[..., 1, 0] * px + m[..., 1, 1] * py + m[..., 1, 2] - py
    return (np.stack([u, v], axis=-1) / fine).astype(np.float32)


def _topmost(drawn: SceneLayout) -> NDArray[np.int32]:
    """The outline seen at each pixel of the raster, 1 + its number, 0 where only ground or sky is: [H, W]."""
    frame, outlines = drawn.frame, drawn.outlines
    ids = np.zeros((frame.height, frame.width), dtype=np.int32)
    stages = drawn.composition
    for layer, groups in enumerate(outlines.groups):
        if layer == stages.hills:
            ids[max(0, round(frame.row(drawn.scene.land.horizon + 0.018))) :] = 0
        for first, last in groups:
            for use_ink in (True, False):
                for k in range(first, last):
                    if outlines.seen[k] and outlines.alphas[k] == 1:
                        edge = outlines.grown[k] if use_ink else outlines.points[slice(*outlines.spans[k])]
                        if edge is not None:
                            cv2.fillPoly(ids, [edge], k + 1, cv2.LINE_8, SHIFT)
    return ids


def _occluded(flow: NDArray[np.float32], back: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Where the motion forwards and back again does not return, or leaves the picture, [H, W]."""
    height, width = flow.shape[:2]
    y, x = np.indices((height, width), dtype=np.float32)
    tx, ty = x + flow[..., 0], y + flow[..., 1]
    outside = (tx < -0.5) | (ty < -0.5) | (tx > width - 0.5) | (ty > height - 0.5)
    # Of the four pixels round the target one that returns is enough: at an edge they belong to both sides.
    best = np.full((height, width), np.inf, dtype=np.float32)
    for dx in (0, 1):
        for dy in (0, 1):
            i = np.clip(np.floor(ty).astype(int) + dy, 0, height - 1)
            j = np.clip(np.floor(tx).astype(int) + dx, 0, width - 1)
            np.minimum(best, np.hypot(*np.moveaxis(flow + back[i, j], -1, 0)), out=best)
    return outside | (best > TOLERANCE)
