"""Boxes, labels, masks and skeletons on pictures, drawn by supervision's annotators."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple, cast

import numpy as np
import supervision as sv

from cvdemo.draw.colours import PALETTE, palette_lookup
from cvdemo.draw.skeletons import draw_skeletons
from cvdemo.ops.detections import confidence, keypoints_of, masks_of
from cvdemo.ops.masks import PastedMasks

# OpenCV loads its fonts in every thread that writes text, and a page runs in a new thread each time: threads
# that stay draw in a tenth of the time.
PENS = ThreadPoolExecutor(max_workers=2, thread_name_prefix="pen")


class Measures(NamedTuple):
    """Line width of boxes and height of labels in pixels (0 if the picture is too small for labels)."""

    line: int
    label: int
    text_scale: float  # OpenCV's


def measures(picture: np.ndarray) -> Measures:
    """The sizes of lines and labels that suit a picture [H, W, 3]."""
    size = max(picture.shape[:2])
    scale = max(0.4, size / 1100)
    label = round(30 * scale) + 8 if min(picture.shape[:2]) >= 40 else 0
    return Measures(max(2, round(size / 320)), label, scale)


def draw_detections(picture: np.ndarray, detections: sv.Detections, *, labels: bool = True) -> np.ndarray:
    """A copy of a picture [H, W, 3] uint8 RGB with boxes and, with `labels`, "class score" above each.

    Masks and skeletons are drawn too if the detections have them. Where they have numbers of tracks, a
    track has its own colour, and its number stands before the class.
    """
    return PENS.submit(_draw, picture, detections, labels).result()


def _draw(picture: np.ndarray, detections: sv.Detections, labels: bool) -> np.ndarray:
    scene = picture[..., ::-1].copy()  # supervision draws its colours in OpenCV's BGR order
    if not len(detections):
        return picture.copy()
    pen = measures(picture)
    lookup = palette_lookup(detections)
    if (masks := masks_of(detections)) is not None:
        lay_masks(scene, masks, [PALETTE.by_idx(int(k)).as_bgr() for k in lookup])
    boxes = sv.BoxAnnotator(PALETTE, thickness=pen.line)
    scene = boxes.annotate(scene, detections, custom_color_lookup=lookup)
    if labels and pen.label:
        scene = _write_labels(scene, detections, lookup, pen)
    drawn = np.ascontiguousarray(scene[..., ::-1])
    if (keypoints := keypoints_of(detections)) is not None:
        draw_skeletons(drawn, keypoints, pen.line)
    return drawn


def lay_masks(
    scene: np.ndarray,
    masks: PastedMasks,
    colours: Sequence[tuple[int, int, int]],
    *,
    opacity: float = 0.5,
) -> None:
    """Blend masks over a picture [H, W, 3] in place, the first on top.

    Where a mask is at least its threshold, its colour covers the picture by the opacity.
    """
    for row in range(len(masks))[::-1]:
        patch = masks.patch(row)
        part = scene[patch.within]
        inside = patch.values >= masks.threshold
        colour = opacity * np.array(colours[row], np.float32)
        part[inside] = ((1 - opacity) * part[inside] + colour).astype(np.uint8)


def _write_labels(
    scene: np.ndarray, detections: sv.Detections, lookup: np.ndarray, pen: Measures
) -> np.ndarray:
    """Draw labels above their boxes, or inside at the top edge; the highest score is drawn last.

    supervision's own `smart_position` also keeps labels on the picture, but takes more time than everything
    else that a slider triggers.
    """
    inside = detections.xyxy[:, 1] < pen.label
    ids = detections.tracker_id
    numbers = [""] * len(detections) if ids is None else [f"#{k} " for k in ids]
    names = zip(numbers, detections.data["class_name"], confidence(detections), strict=True)
    texts = np.array([f"{number}{name}{f' {score:.2f}' if score else ''}" for number, name, score in names])
    for rows, offset in ((~inside, 0), (inside, pen.label)):
        chosen = np.flatnonzero(rows)[::-1]
        if not len(chosen):
            continue
        writer = sv.LabelAnnotator(
            PALETTE,
            text_color=sv.Color.BLACK,
            text_scale=pen.text_scale,
            text_thickness=max(1, round(pen.text_scale * 1.6)),
            text_padding=4,
            text_offset=(0, offset),
        )
        some = cast(sv.Detections, detections[chosen])
        scene = writer.annotate(
            scene, some, labels=texts[chosen].tolist(), custom_color_lookup=lookup[chosen]
        )
    return scene
