"""One colour per class, the same on every page, from a palette that is safe for colour-blind people."""

from __future__ import annotations

import zlib

import numpy as np
import supervision as sv

# Okabe and Ito's eight without black (too dark on photos), then Paul Tol's "muted".
HEX = (
    "#E69F00", "#56B4E9", "#009E73", "#F0E442", "#0072B2", "#D55E00", "#CC79A7",
    "#88CCEE", "#44AA99", "#DDCC77", "#CC6677", "#AA4499", "#999933",
)  # fmt: skip
PALETTE = sv.ColorPalette.from_hex(list(HEX))
FIXED = {
    name: i
    for i, name in enumerate(
        ("cat", "person", "cup", "dog", "car", "chair", "motorcycle", "bowl", "dining table")
    )
}


def palette_index(name: str) -> int:
    """The palette index of a class name: fixed for the lecture's usual classes, by checksum for others."""
    return FIXED.get(name, zlib.crc32(name.encode()) % len(HEX))


def palette_lookup(detections: sv.Detections) -> np.ndarray:
    """Palette indices [N] of detections for supervision's annotators (`custom_color_lookup`).

    Those of their tracks where they have any, else those of their classes.
    """
    if detections.tracker_id is not None:
        return np.asarray(detections.tracker_id, dtype=int) % len(HEX)
    names = detections.data.get("class_name", np.zeros(0, str))
    return np.array([palette_index(str(n)) for n in names], dtype=int)


def colour(name: str) -> str:
    """The colour of a class name as "#rrggbb"."""
    return HEX[palette_index(name)]
