"""Optical flow from each frame of a clip to the next, quick enough to be computed while a net looks on.

Beside it stands what it gets wrong: small things that move farther than they are wide have no flow, but leave
an error where they were and where they came to.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from cvdemo.ops.flow import targets

WINDOW = 7
"""Pixels across over which an error is a mean: in single ones a net would learn a clip's noise by heart."""

LARGEST_ERROR = 0.25
"""Photometric error from which on more looks the same, to a net and on a page."""


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


def photometric_error(frames: NDArray[np.uint8], flow: NDArray[np.float32]) -> NDArray[np.float32]:
    """How far each pixel's colour is from the one its flow leads to, [T - 1, H, W] from 0 to 1.

    `frames` are [T, H, W, 3] uint8 RGB, the flow [T - 1, H, W, 2] leads from each to the next. The error is a
    mean over RGB and `WINDOW` x `WINDOW` pixels: 0 where the flow explains the next frame. Where something is
    covered no flow does.
    """
    found = np.zeros(flow.shape[:3], np.float32)
    mean = np.full((1, 3), 1 / (3 * 255), np.float32)
    for k, one in enumerate(flow):
        # As `cvdemo.ops.flow.warp`, in a seventh of its time.
        next_one = cv2.remap(frames[k + 1], *targets(one), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        apart = cv2.absdiff(next_one, frames[k]).astype(np.float32)
        found[k] = cv2.blur(cv2.transform(apart, mean), (WINDOW, WINDOW))
    return found


def flow_with_error(frames: NDArray[np.uint8]) -> NDArray[np.float32]:
    """`clip_flow` of frames [T, H, W, 3], and its `photometric_error` as a third value: [T - 1, H, W, 3]."""
    flow = clip_flow(frames)
    return np.concatenate([flow, photometric_error(frames, flow)[..., None]], axis=-1)
