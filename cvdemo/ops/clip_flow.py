"""Optical flow from each frame of a clip to the next, quick enough to be computed while a net looks on."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray


def clip_flow(frames: NDArray[np.uint8]) -> NDArray[np.float32]:
    """The flow [T - 1, H, W, 2] in pixels between frames [T, H, W, 3] uint8 RGB, each side at least 16.

    Dense inverse search (arXiv:1603.03590) down to the frames' own pixels: OpenCV's presets end at a quarter
    or half of them, which in small frames loses a hand. There is no variational refinement.
    """
    method = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_FAST)
    method.setFinestScale(0)
    method.setVariationalRefinementIterations(0)
    grey = [cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY) for frame in frames]
    found = np.zeros((max(0, len(grey) - 1), *frames.shape[1:3], 2), np.float32)
    for k in range(len(found)):
        found[k] = method.calc(grey[k], grey[k + 1], None)  # type: ignore[call-overload]
    return found
