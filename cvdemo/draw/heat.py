"""Heat maps over pictures."""

from __future__ import annotations

import cv2
import numpy as np


def overlay_heat(picture: np.ndarray, heat: np.ndarray, *, opacity: float = 0.55) -> np.ndarray:
    """A picture [H, W, 3] uint8 RGB with a heat map [H, W] over it, transparent where the heat is low.

    The heat is scaled to 0..1 by its own range; `opacity` (0..1) applies to the hottest pixel.
    """
    heat = heat - heat.min()
    heat = heat / max(float(heat.max()), 1e-9)
    colours = cv2.applyColorMap((heat * 255).astype(np.uint8), cv2.COLORMAP_INFERNO)[..., ::-1]
    weight = (opacity * np.sqrt(heat))[..., None]
    return (picture * (1 - weight) + colours * weight).round().astype(np.uint8)
