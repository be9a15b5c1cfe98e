"""Views of a pair of frames for training: zoomed, turned and mirrored, each with its exact motion."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from cvdemo.world import FlowPair

ZOOM, ANGLE = 1.4, 8.0
"""Largest zoom, and largest angle in degrees, of both pictures together."""

FURTHER = (0.04, 0.05, 3.0)
"""Of the second picture against the first: a shift in heights of the picture, a zoom, an angle in degrees."""

FAR = (0.12, 0.1, 6.0)
"""The same of a view of large motions, which are some cells of a coarse map."""

Affine = NDArray[np.float64]  # [3, 3]: a point (x, y, 1) to (x, y, 1)


class View(NamedTuple):
    """Two pictures [H, W, 3] uint8 and the flow [H, W, 2] between them; `known` [H, W] is where it counts."""

    first: NDArray[np.uint8]
    second: NDArray[np.uint8]
    flow: NDArray[np.float32]
    known: NDArray[np.bool_]


def mirrored(view: View) -> View:
    """The pair seen in a mirror: what went to the right goes to the left."""
    flow = view.flow[:, ::-1] * np.array([-1, 1], np.float32)
    return View(view.first[:, ::-1], view.second[:, ::-1], flow, view.known[:, ::-1])


def random_view(pair: FlowPair, size: tuple[int, int], rng: np.random.Generator, *, far: float = 0.0) -> View:
    """A view of a size (width, height), at most the pair's: one half of them is only cut out.

    The others are zoomed and turned, and of these one half has a further movement of the camera. A share
    `far` of all has a large one.
    """
    view = View(pair.first, pair.second, pair.flow, np.ones(pair.flow.shape[:2], bool))
    if rng.random() < 0.5:
        view = mirrored(view)
    large = far > 0 and rng.random() < far
    if not large and rng.random() < 0.5:
        return cut(view, size, rng)
    height, width = view.flow.shape[:2]
    both = turned(width / 2, height / 2, rng.uniform(1, ZOOM), rng.uniform(-ANGLE, ANGLE))
    further = np.eye(3)
    if large or rng.random() < 0.5:
        shift, *more = FAR if large else FURTHER
        zoom, angle = rng.uniform(-1, 1, 2) * more
        further = turned(width / 2, height / 2, 1 + zoom, angle)
        further[:2, 2] += rng.uniform(-1, 1, 2) * shift * height
    return cut(warped(view, both, further), size, rng)


def cut(view: View, size: tuple[int, int], rng: np.random.Generator) -> View:
    """A part of a view of a size (width, height), at a random place."""
    height, width = view.flow.shape[:2]
    left, top = (
        int(rng.integers(0, whole - part + 1)) for whole, part in zip((width, height), size, strict=True)
    )
    part = np.s_[top : top + size[1], left : left + size[0]]
    return View(view.first[part], view.second[part], view.flow[part], view.known[part])


def warped(view: View, both: Affine, further: Affine) -> View:
    """Both pictures under an affine map, the second under a further one; the flow goes along exactly.

    It is known where the first picture has a pixel of its own.
    """
    height, width = view.flow.shape[:2]
    first, second = (
        cv2.warpAffine(picture, m[:2], (width, height), borderMode=cv2.BORDER_REPLICATE).astype(np.uint8)
        for picture, m in ((view.first, both), (view.second, further @ both))
    )
    here = np.stack([*np.meshgrid(np.arange(width), np.arange(height)), np.ones((height, width))])  # x, y, 1
    old = np.tensordot(np.linalg.inv(both), here, 1)  # where each pixel comes from
    column, row = np.rint(old[:2]).astype(int)
    inside = (column >= 0) & (row >= 0) & (column < width) & (row < height)
    nearest = row.clip(0, height - 1), column.clip(0, width - 1)  # so that the motion's edges stay sharp
    old[:2] += view.flow[nearest].transpose(2, 0, 1)
    flow = np.tensordot(further @ both, old, 1)[:2] - here[:2]
    return View(first, second, flow.transpose(1, 2, 0).astype(np.float32), inside & view.known[nearest])


def turned(x: float, y: float, zoom: float, degrees: float) -> Affine:
    """The map that zooms and turns about a point."""
    return np.concatenate([cv2.getRotationMatrix2D((x, y), degrees, zoom), [[0, 0, 1]]])
