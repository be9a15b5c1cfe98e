"""Simulated proposals: boxes of a drawn scene like a detector's, without a network."""

from __future__ import annotations

import numpy as np
import supervision as sv

from cvdemo.ops.iou import box_iou
from cvdemo.world.reading import Truth
from cvdemo.world.vocabulary import THINGS

SHIFT, STRETCH = 0.09, 0.10
"""Standard deviations of a box's centre, as a share of its side, and of the logarithm of its sides."""

CONFUSED = 0.12  # share of proposals with a wrong class
MOST = 16  # proposals of an object without occlusion


def simulated_proposals(truth: Truth, seed: int = 0) -> sv.Detections:
    """Boxes jittered around the truth, like the raw detections of a detector; no network runs.

    Less occluded objects have more boxes and higher scores; boxes with a higher IoU score higher. Some boxes
    have a wrong class. Boxes lie inside the picture, in pixels, by descending score.
    """
    rng = np.random.default_rng((seed, 1710))
    counts = np.maximum(3, np.round(MOST * truth.visible)).astype(int) if len(truth) else np.zeros(0, int)
    rows = np.repeat(np.arange(len(truth)), counts)
    box = truth.boxes[rows].astype(np.float64)
    sides = box[:, 2:] - box[:, :2]
    centre = (box[:, :2] + box[:, 2:]) / 2 + sides * rng.normal(0, SHIFT, (len(rows), 2))
    sides = sides * np.exp(rng.normal(0, STRETCH, (len(rows), 2)))
    limits = np.array([truth.width, truth.height] * 2)
    boxes = np.clip(np.hstack([centre - sides / 2, centre + sides / 2]), 0, limits)
    near = np.diagonal(box_iou(boxes, box)) if len(rows) else np.zeros(0)
    quality = near**1.5 * (0.55 + 0.45 * truth.visible[rows])
    confused = rng.random(len(rows)) < CONFUSED
    other = (truth.classes[rows] + rng.integers(1, len(THINGS), len(rows))) % len(THINGS)
    classes = np.where(confused, other, truth.classes[rows])
    scores = quality * np.where(confused, 0.3, 1.0) + rng.normal(0, 0.03, len(rows))
    scores = np.clip(scores, 0.02, 0.99)
    order = np.argsort(-scores, kind="stable")
    return sv.Detections(
        xyxy=boxes[order],
        confidence=scores[order],
        class_id=classes[order].astype(int),
        data={"class_name": np.array(THINGS)[classes[order]]},
    )
