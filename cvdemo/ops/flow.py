"""Optical flow: warping by it, following points along it, and where two flows contradict each other.

A flow is float32 [H, W, 2], in pixels to the right and down: what the first picture shows at the middle of
pixel (x, y), the second shows at (x + u, y + v).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

Flow: TypeAlias = NDArray[np.float32]
Floats: TypeAlias = NDArray[np.floating[Any]]
Grey: TypeAlias = NDArray[np.float32]  # [H, W], 0..255


def to_grey(picture: NDArray[np.uint8]) -> Grey:
    """The brightness of a picture [H, W, 3] uint8 RGB, [H, W] float32 in 0..255 (ITU-R BT.601)."""
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), np.float32)


def sample(values: NDArray[Any], x: Floats, y: Floats) -> NDArray[np.float32]:
    """The values [H, W] or [H, W, C] at points between the pixels, bilinear; [*x.shape] or [*x.shape, C].

    The middle of the first pixel is (0, 0). A point outside has the value of the border next to it.
    """
    height, width = values.shape[:2]
    x, y = np.clip(x, 0, width - 1), np.clip(y, 0, height - 1)
    left, top = x.astype(np.intp), y.astype(np.intp)
    fx, fy = (x - left).astype(np.float32), (y - top).astype(np.float32)
    fx, fy = (part.reshape(part.shape + (1,) * (values.ndim - 2)) for part in (fx, fy))
    flat = values.reshape(height * width, *values.shape[2:])
    corner = top * width + left
    right = np.where(left < width - 1, 1, 0)
    below = np.where(top < height - 1, width, 0)
    upper = flat[corner] * (1 - fx) + flat[corner + right] * fx
    lower = flat[corner + below] * (1 - fx) + flat[corner + below + right] * fx
    return np.asarray(upper * (1 - fy) + lower * fy, np.float32)


def targets(flow: Flow) -> tuple[Floats, Floats]:
    """Where each pixel goes: x and y, [H, W] each."""
    y, x = np.indices(flow.shape[:2], dtype=np.float32)
    return x + flow[..., 0], y + flow[..., 1]


def warp(values: NDArray[Any], flow: Flow) -> NDArray[np.float32]:
    """The second picture brought back onto the first: at each pixel what is seen where the flow leads.

    `values` are [H, W] or [H, W, C]; the result is float32. Where the flow is true and nothing is hidden it
    is the first picture.
    """
    return sample(values, *targets(flow))


def leaves_picture(flow: Flow) -> NDArray[np.bool_]:
    """Where the flow leads out of the picture, [H, W]."""
    height, width = flow.shape[:2]
    x, y = targets(flow)
    return np.asarray((x < -0.5) | (y < -0.5) | (x > width - 0.5) | (y > height - 0.5))


def round_trip_error(flow: Flow, back: Flow) -> NDArray[np.float32]:
    """How many pixels a point misses itself after going along `flow` and then along `back`, [H, W]."""
    return np.asarray(np.hypot(*np.moveaxis(flow + warp(back, flow), -1, 0)), np.float32)


def occluded(flow: Flow, back: Flow, *, share: float = 0.01, least: float = 0.5) -> NDArray[np.bool_]:
    """Where the flows forwards and back contradict each other, or lead out of the picture, [H, W].

    A pixel contradicts where |w + w'|² > share (|w|² + |w'|²) + least, with w' the flow back at its target
    (Sundaram, Brox, Keutzer, "Dense point trajectories by GPU-accelerated large displacement optical flow",
    ECCV 2010, eq. 5).
    """
    there = warp(back, flow)
    missed = np.square(flow + there).sum(axis=-1)
    length = np.square(flow).sum(axis=-1) + np.square(there).sum(axis=-1)
    return np.asarray((missed > share * length + least) | leaves_picture(flow))


def follow(flows: Sequence[Flow], x: float, y: float) -> NDArray[np.float32]:
    """Where a point of the first picture is in every picture of a clip, [T + 1, 2], along the T flows.

    From the picture that it leaves on, it is NaN.
    """
    path = np.full((len(flows) + 1, 2), np.nan, np.float32)
    path[0] = x, y
    for k, flow in enumerate(flows):
        height, width = flow.shape[:2]
        step = sample(flow, path[k, :1], path[k, 1:])[0]
        there = path[k] + step
        if not ((there > -0.5) & (there < (width - 0.5, height - 0.5))).all():
            break
        path[k + 1] = there
    return path


def gradients(grey: Grey) -> tuple[Grey, Grey]:
    """The change of brightness per pixel to the right and down, [H, W] each (Scharr's filter)."""
    along, across = np.array([-1, 0, 1], np.float32) / 2, np.array([3, 10, 3], np.float32) / 16
    return (
        np.asarray(cv2.sepFilter2D(grey, cv2.CV_32F, along, across), np.float32),
        np.asarray(cv2.sepFilter2D(grey, cv2.CV_32F, across, along), np.float32),
    )


def pyramid(grey: Grey, levels: int, *, least: int = 32) -> list[Grey]:
    """The picture and its half, quarter ... sizes, finest first; at most `levels`, none thinner than `least`.

    Each is smoothed by 1 4 6 4 1 / 16 before every second row and column goes: pixel (x, y) of a level is
    pixel (2x, 2y) of the one below.
    """
    found = [grey]
    while len(found) < levels and (min(found[-1].shape) + 1) // 2 >= least:
        found.append(np.asarray(cv2.pyrDown(found[-1]), np.float32))
    return found


def enlarge(flow: Flow, size: tuple[int, ...], scale: float = 2.0) -> Flow:
    """A coarser level's flow on a level of a size (height, width), where all is `scale` times as long."""
    y, x = np.indices(size[:2], dtype=np.float32) / np.float32(scale)
    return sample(flow, x, y) * np.float32(scale)


def resized(flow: Flow, size: tuple[int, ...]) -> Flow:
    """A flow at another size (width, height), its vectors as they are."""
    if flow.shape[1::-1] == size:
        return flow
    return np.asarray(cv2.resize(flow, size, interpolation=cv2.INTER_LINEAR), np.float32)


def median_filter(flow: Flow, side: int) -> Flow:
    """The flow with the median of `side` x `side` pixels (3 or 5; 0 for none) at each, u and v by themselves.

    It removes what fits nothing around it, and keeps edges (D. Sun, S. Roth, M. Black, "Secrets of optical
    flow estimation and their principles", CVPR 2010).
    """
    if side == 0:
        return flow
    return np.stack([cv2.medianBlur(flow[..., part].copy(), side) for part in (0, 1)], axis=-1)
