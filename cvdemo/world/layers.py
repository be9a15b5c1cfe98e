"""Overlays of each kind of ground truth on a scene, and contact sheets."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from cvdemo.errors import DataError
from cvdemo.world.captions.grammar import write_captions
from cvdemo.world.difficulty import Difficulty
from cvdemo.world.painting import lay_out, paint_picture
from cvdemo.world.raster import Picture
from cvdemo.world.reading import Truth, read_truth
from cvdemo.world.sampling.scene import scene as sample_scene
from cvdemo.world.vocabulary import COLOURS, SEMANTIC, SKELETON, THINGS

LAYERS = ("picture", "boxes", "full boxes", "masks", "semantic", "keypoints", "order", "caption")
"""The kinds of ground truth that can be drawn over a picture."""

_LEFT, _RIGHT, _MIDDLE = (0, 158, 115), (213, 94, 0), (240, 228, 66)


def overlay(picture: Picture, truth: Truth, layers: Sequence[str]) -> Picture:
    """A copy of the picture [H, W, 3] with kinds of truth drawn over it; DataError for unknown kinds."""
    unknown = [name for name in layers if name not in LAYERS]
    if unknown:
        raise DataError(f"no layer named {unknown[0]!r}: there are {', '.join(LAYERS)}")
    canvas: Picture = picture.copy()
    if "semantic" in layers:
        table = np.array([COLOURS[name] for name in SEMANTIC], dtype=np.uint8)
        canvas = cv2.addWeighted(canvas, 0.25, table[truth.semantic], 0.75, 0)  # type: ignore[assignment]
    if "masks" in layers:
        _masks(canvas, truth)
    if "boxes" in layers:
        _boxes(canvas, truth, truth.boxes, dashed=False)
    if "full boxes" in layers:
        _boxes(canvas, truth, truth.full_boxes, dashed=True)
    if "keypoints" in layers:
        _keypoints(canvas, truth)
    if "order" in layers:
        _order(canvas, truth)
    if "caption" in layers:
        _caption(canvas, write_captions(truth)[0])
    return canvas


def _thin(truth: Truth) -> int:
    return max(1, round(truth.height / 320))


def _colour(truth: Truth, row: int) -> tuple[int, int, int]:
    return COLOURS[THINGS[truth.classes[row]]]


def _masks(canvas: Picture, truth: Truth) -> None:
    for row, mask in enumerate(truth.masks):
        canvas[mask] = canvas[mask] * 0.45 + np.multiply(_colour(truth, row), 0.55)
        edges, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
        cv2.drawContours(canvas, edges, -1, (255, 255, 255), _thin(truth), cv2.LINE_AA)


def _boxes(canvas: Picture, truth: Truth, boxes: np.ndarray, *, dashed: bool) -> None:
    thin = _thin(truth)
    for row, box in enumerate(boxes):
        x1, y1, x2, y2 = np.rint(box).astype(int).tolist()
        for width, colour in (
            (thin + 2, (255, 255, 255) if sum(_colour(truth, row)) < 300 else (40, 36, 40)),
            (thin, _colour(truth, row)),
        ):
            if dashed:
                _dashed(canvas, (x1, y1, x2 - 1, y2 - 1), colour, width)
            else:
                cv2.rectangle(canvas, (x1, y1), (x2 - 1, y2 - 1), colour, width)


def _dashed(
    canvas: Picture, box: tuple[int, int, int, int], colour: tuple[int, int, int], width: int
) -> None:
    x1, y1, x2, y2 = box
    step = max(4, 4 * width)
    for x in range(x1, x2, 2 * step):
        for y in (y1, y2):
            cv2.line(canvas, (x, y), (min(x + step, x2), y), colour, width)
    for y in range(y1, y2, 2 * step):
        for x in (x1, x2):
            cv2.line(canvas, (x, y), (x, min(y + step, y2)), colour, width)


def _keypoints(canvas: Picture, truth: Truth) -> None:
    """Draw keypoints: green on the person's left, orange on the right; filled if visible, else hollow."""
    thin = _thin(truth)
    for points in truth.keypoints:
        for a, b in SKELETON:
            if points[a, 2] and points[b, 2]:
                ends = [(round(float(points[k, 0])), round(float(points[k, 1]))) for k in (a, b)]
                cv2.line(canvas, ends[0], ends[1], (255, 255, 255), thin + 2, cv2.LINE_AA)
                cv2.line(canvas, ends[0], ends[1], _side(a, b), thin, cv2.LINE_AA)
        for k, (x, y, seen) in enumerate(points):
            if seen:
                place, radius = (round(float(x)), round(float(y))), 2 * thin
                cv2.circle(canvas, place, radius + 1, (255, 255, 255), -1, cv2.LINE_AA)
                cv2.circle(canvas, place, radius, _side(k, k), -1 if seen == 2 else thin, cv2.LINE_AA)


def _side(a: int, b: int) -> tuple[int, int, int]:
    sides = {0 if k == 0 else 1 if k % 2 else 2 for k in (a, b)}
    return _LEFT if sides == {1} else _RIGHT if sides == {2} else _MIDDLE


def _order(canvas: Picture, truth: Truth) -> None:
    size = max(8.0, 0.040 * truth.height)
    for row in range(len(truth)):
        text = str(row + 1)
        x1, y1 = np.maximum(truth.boxes[row, :2], 0).astype(int).tolist()
        corner = (x1 + _length(text, size) + 8, y1 + round(1.3 * size))
        cv2.rectangle(canvas, (x1, y1), corner, (40, 34, 38), -1)
        _write(canvas, text, (x1 + 4, y1 + round(size)), size)


def _caption(canvas: Picture, text: str) -> None:
    height, width = canvas.shape[:2]
    size = 0.042 * height
    while size > 6 and _length(text, size) > width - 16:
        size *= 0.94
    band = canvas[height - round(1.9 * size) :]
    band[:] = band * 0.35
    _write(canvas, text, (8, height - round(0.6 * size)), size)


def _length(text: str, size: float) -> int:
    return int(cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, size / 30, 1)[0][0])


def _write(canvas: Picture, text: str, place: tuple[int, int], size: float) -> None:
    cv2.putText(canvas, text, place, cv2.FONT_HERSHEY_SIMPLEX, size / 30, (255, 255, 255), 1, cv2.LINE_AA)


def sheet(
    seeds: Sequence[int],
    *,
    split: str = "train",
    columns: int = 4,
    width: int = 480,
    height: int = 360,
    layers: Sequence[str] = (),
    difficulty: Difficulty | None = None,
) -> Picture:
    """Many scenes in one picture, `columns` side by side, with a white gap; layers as in `overlay`."""
    if not seeds or columns < 1:
        raise DataError("a sheet needs at least one scene and one column")
    gap = max(2, width // 80)
    rows = -(-len(seeds) // columns)
    board: Picture = np.full(
        (rows * (height + gap) + gap, columns * (width + gap) + gap, 3), 255, dtype=np.uint8
    )
    for k, seed in enumerate(seeds):
        drawn = lay_out(sample_scene(seed, split=split, difficulty=difficulty), width, height)
        picture = paint_picture(drawn)
        if layers:
            picture = overlay(picture, read_truth(drawn), layers)
        y, x = gap + (k // columns) * (height + gap), gap + (k % columns) * (width + gap)
        board[y : y + height, x : x + width] = picture
    return board
