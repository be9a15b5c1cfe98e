"""Overlays of a clip's truth on its frames, and its frames one after the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import cv2
import numpy as np

from cvdemo.world.film.clip import Clip
from cvdemo.world.film.truth import ClipTruth, clip_picture, draw_clip_frame
from cvdemo.world.layers import LAYERS, overlay
from cvdemo.world.raster import Picture

CLIP_LAYERS = (*LAYERS, "tracks")
"""The kinds of truth that can be drawn over a frame."""


def clip_overlay(picture: Picture, truth: ClipTruth, layers: Sequence[str]) -> Picture:
    """A copy of a frame [H, W, 3] with kinds of truth over it; DataError for unknown kinds."""
    canvas = overlay(picture, truth, [name for name in layers if name != "tracks"])
    if "tracks" in layers:
        for box, track in zip(truth.boxes, truth.tracks.tolist(), strict=True):
            _number(canvas, box, track)
    return canvas


def shown_frames(clip: Clip, width: int, height: int, layers: Sequence[str] = ()) -> Iterator[Picture]:
    """The frames of a clip in their order, with kinds of truth over them."""
    for k in range(len(clip)):
        if layers:
            yield clip_overlay(*draw_clip_frame(clip, k, width, height), layers)
        else:
            yield clip_picture(clip, k, width, height)


def track_colour(track: int) -> tuple[int, int, int]:
    """A bright colour for a track id, RGB 0..255; neighbouring ids differ most."""
    hue = np.uint8(round(track * 137.508 / 2) % 180)  # the golden angle
    rgb = cv2.cvtColor(np.array([[[hue, 150, 250]]], dtype=np.uint8), cv2.COLOR_HSV2RGB)[0, 0]
    return int(rgb[0]), int(rgb[1]), int(rgb[2])


def _number(canvas: Picture, box: np.ndarray, track: int) -> None:
    """A track's number above the middle of its box."""
    height = canvas.shape[0]
    size, text = max(8.0, 0.042 * height) / 30, str(track)
    (wide, high), _ = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, size, 1)
    x = round(float(box[0] + box[2]) / 2 - wide / 2)
    y = max(high + 4, round(float(box[1])) - 4)
    cv2.rectangle(canvas, (x - 4, y - high - 4), (x + wide + 4, y + 4), track_colour(track), -1)
    cv2.putText(canvas, text, (x, y), cv2.FONT_HERSHEY_SIMPLEX, size, (20, 20, 20), 1, cv2.LINE_AA)
