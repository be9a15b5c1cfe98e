"""Boxes and labels on pictures, by supervision's annotators."""

from __future__ import annotations

import numpy as np
import supervision as sv

from cvdemo.draw.colours import PALETTE, palette_lookup
from cvdemo.ops.detections import confidence


def draw_detections(picture: np.ndarray, detections: sv.Detections, *, labels: bool = True) -> np.ndarray:
    """A copy of a picture [H, W, 3] uint8 RGB with boxes, and labels "class score" where wanted."""
    scene = picture[..., ::-1].copy()  # supervision draws its colours in OpenCV's BGR order
    if not len(detections):
        return picture.copy()
    size = max(picture.shape[:2])
    thickness = max(2, round(size / 320))
    lookup = palette_lookup(detections)
    boxes = sv.BoxAnnotator(PALETTE, thickness=thickness)
    scene = boxes.annotate(scene, detections, custom_color_lookup=lookup)
    if labels and min(picture.shape[:2]) >= 40:
        scale = max(0.4, size / 1100)
        names = zip(detections.data["class_name"], confidence(detections), strict=True)
        texts = [f"{name} {score:.2f}" for name, score in names]
        writer = sv.LabelAnnotator(
            PALETTE,
            text_color=sv.Color.BLACK,
            text_scale=scale,
            text_thickness=max(1, round(scale * 1.6)),
            text_padding=4,
            smart_position=len(detections) <= 30,  # keeps labels apart and on the picture; slow for many
        )
        scene = writer.annotate(scene, detections, labels=texts, custom_color_lookup=lookup)
    return np.ascontiguousarray(scene[..., ::-1])
