"""Masks and keypoints of one detection and its truth as SVG paths."""

from __future__ import annotations

from typing import Any

import numpy as np

from cvdemo.data.annotations import EvalSet

_LIMBS = (
    (0, 1), (0, 2), (1, 3), (2, 4), (5, 6), (5, 7), (7, 9), (6, 8), (8, 10), (5, 11), (6, 12), (11, 12),
    (11, 13), (13, 15), (12, 14), (14, 16),
)  # fmt: skip


def outlines(data: EvalSet, detection: int, truth: int | None, outcome: str) -> list[tuple[str, str]]:
    """(class name of the style, path) of a truth and a detection; nothing for sets of boxes."""
    draw: Any = {"segm": _contours, "keypoints": _skeleton}.get(data.iou_type)
    if draw is None:
        return []
    there = [] if truth is None else [("truth", draw(data.truth, truth))]
    return [*there, (outcome, draw(data.results, detection))]


def _contours(columns: Any, row: int) -> str:
    import cv2
    from pycocotools import mask

    lines, _ = cv2.findContours(mask.decode(columns.masks[row]), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_TC89_L1)
    return "".join("M" + "L".join(f"{x} {y}" for x, y in line.reshape(-1, 2)) + "Z" for line in lines)


def _skeleton(columns: Any, row: int) -> str:
    points = columns.keypoints[row]
    there = points[:, 2] > 0 if points[:, 2].any() else np.ones(len(points), bool)
    limbs = [(a, b) for a, b in _LIMBS if b < len(points) and there[a] and there[b]]
    lines = "".join(
        f"M{points[a, 0]:.1f} {points[a, 1]:.1f}L{points[b, 0]:.1f} {points[b, 1]:.1f}" for a, b in limbs
    )
    dots = "".join(f"M{x - 2:.1f} {y:.1f}a2 2 0 1 0 4 0a2 2 0 1 0 -4 0" for x, y, _ in points[there])
    return lines + dots
