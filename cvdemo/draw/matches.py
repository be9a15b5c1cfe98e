"""Detections of a scene marked as true or false positives, and its missed objects."""

from __future__ import annotations

import cv2
import numpy as np
import supervision as sv
from numpy.typing import NDArray

from cvdemo.draw.detections import measures
from cvdemo.ops.detections import confidence
from cvdemo.ops.iou import box_iou
from cvdemo.world.reading import Truth

RIGHT, WRONG, MISSED = (0, 200, 120), (240, 60, 60), (255, 255, 255)


def match_detections(
    found: sv.Detections, truth: Truth, *, threshold: float = 0.5
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which detections [N] are correct, and which objects [T] are found, by descending score.

    A detection is correct if its IoU with an object of its class is at least `threshold`. Detections of a
    difficult object also count as correct.
    """
    right, taken = np.zeros(len(found), bool), np.zeros(len(truth), bool)
    if not len(found) or not len(truth):
        return right, taken
    assert found.class_id is not None
    iou = box_iou(found.xyxy, truth.boxes)  # [N, T]
    iou = np.where(found.class_id[:, None] == truth.classes[None], iou, 0)
    for n in np.argsort(-confidence(found), kind="stable"):
        free = np.where(taken & ~truth.difficult, 0, iou[n])
        best = int(free.argmax())
        if free[best] >= threshold:
            right[n] = taken[best] = True
    return right, taken


def draw_matches(picture: NDArray[np.uint8], found: sv.Detections, truth: Truth) -> NDArray[np.uint8]:
    """A copy of the picture [H, W, 3]: true positives green, false ones red, missed objects dashed white."""
    right, taken = match_detections(found, truth)
    return draw_errors(picture, found, right, truth.boxes[~taken & ~truth.difficult])


def draw_errors(
    picture: NDArray[np.uint8], found: sv.Detections, right: NDArray[np.bool_], missed: NDArray[np.floating]
) -> NDArray[np.uint8]:
    """A copy of the picture [H, W, 3]: detections [N] in green or red by `right` [N], missed boxes dashed."""
    canvas = picture.copy()
    pen = measures(picture)
    for box in missed:
        _dashed(canvas, box, pen.line)
    names = found.data.get("class_name", np.zeros(len(found), str))
    for n in reversed(range(len(found))):
        ink = RIGHT if right[n] else WRONG
        x1, y1, x2, y2 = (round(float(v)) for v in found.xyxy[n])
        cv2.rectangle(canvas, (x1, y1), (x2, y2), ink, pen.line + 1)
        if pen.label:
            _label(canvas, f"{names[n]} {confidence(found)[n]:.2f}", (x1, y1), ink, pen.label, pen.text_scale)
    return canvas


def _label(
    canvas: NDArray[np.uint8],
    text: str,
    at: tuple[int, int],
    ink: tuple[int, int, int],
    high: int,
    scale: float,
) -> None:
    font, thick = cv2.FONT_HERSHEY_SIMPLEX, max(1, round(scale * 1.6))
    (wide, tall), _ = cv2.getTextSize(text, font, scale, thick)
    x, y = at[0], at[1] if at[1] < high else at[1] - high
    cv2.rectangle(canvas, (x, y), (x + wide + 8, y + high), ink, -1)
    cv2.putText(canvas, text, (x + 4, y + (high + tall) // 2), font, scale, (0, 0, 0), thick, cv2.LINE_AA)


def _dashed(canvas: NDArray[np.uint8], box: NDArray[np.floating], line: int, dash: int = 7) -> None:
    x1, y1, x2, y2 = (float(v) for v in box)
    step = dash * line
    for (ax, ay), (bx, by) in (
        ((x1, y1), (x2, y1)),
        ((x1, y2), (x2, y2)),
        ((x1, y1), (x1, y2)),
        ((x2, y1), (x2, y2)),
    ):
        length = max(abs(bx - ax), abs(by - ay), 1e-9)
        for start in np.arange(0, length, step):
            ends = [(ax + (bx - ax) * t / length, ay + (by - ay) * t / length)
                    for t in (start, min(start + 0.6 * step, length))]  # fmt: skip
            (px, py), (qx, qy) = ((round(x), round(y)) for x, y in ends)
            cv2.line(canvas, (px, py), (qx, qy), (0, 0, 0), line + 3)
            cv2.line(canvas, (px, py), (qx, qy), MISSED, line)
