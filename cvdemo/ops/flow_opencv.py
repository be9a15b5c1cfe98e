"""Optical flow as OpenCV has it, at its usual settings: Farnebäck's polynomials and inverse search, DIS."""

from __future__ import annotations

import cv2
import numpy as np

from cvdemo.ops.flow import Flow, Grey


def farneback(
    first: Grey, second: Grey, *, levels: int = 5, window: int = 15, iterations: int = 3, degree: int = 5
) -> Flow:
    """The flow [H, W, 2] from one grey picture [H, W] to another by polynomials fitted round every pixel.

    `degree` is the side of the pixels' surroundings that a polynomial is fitted to, 5 or 7 (G. Farnebäck,
    "Two-frame motion estimation based on polynomial expansion", SCIA 2003).
    """
    sigma = 1.2 if degree == 5 else 1.5
    found = cv2.calcOpticalFlowFarneback(
        _bytes(first),
        _bytes(second),
        None,
        0.5,
        levels,
        window,
        iterations,
        degree,
        sigma,
        0,  # type: ignore[call-overload]
    )
    return np.asarray(found, np.float32)


def dis(first: Grey, second: Grey) -> Flow:
    """The flow [H, W, 2] from one grey picture [H, W] to another by dense inverse search (arXiv:1603.03590).

    OpenCV's preset "medium": patches of 8 x 8 pixels, found from coarse to fine, then refined.
    """
    method = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    # Zeros in place of None are another start than its own, and give a worse flow.
    return np.asarray(method.calc(_bytes(first), _bytes(second), None), np.float32)  # type: ignore[call-overload]


def _bytes(grey: Grey) -> np.ndarray:
    return grey.round().clip(0, 255).astype(np.uint8)
