"""Optical flow as colours of Middlebury's wheel, and as arrows."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from cvdemo.metrics.flow import Flow, end_point_error

SEGMENTS = {"red to yellow": 15, "to green": 6, "to cyan": 4, "to blue": 11, "to magenta": 13, "to red": 6}
"""How many of the wheel's 55 colours lie between two pure ones: people tell more of some apart."""

_ENDS = ((255, 0, 0), (255, 255, 0), (0, 255, 0), (0, 255, 255), (0, 0, 255), (255, 0, 255), (255, 0, 0))


@cache
def colour_wheel() -> NDArray[np.float64]:
    """The colours of 55 directions, [55, 3] in 0..255, from right over down, left and up.

    S. Baker et al., "A database and evaluation methodology for optical flow", IJCV 2011.
    """
    parts = []
    for count, one, two in zip(SEGMENTS.values(), _ENDS[:-1], _ENDS[1:], strict=True):
        share = np.arange(count)[:, None] / count
        # The colour that rises or falls does so in whole steps, as in the original.
        change = np.floor(255 * share) * np.sign(np.subtract(two, one))
        parts.append(np.array(one) + change)
    return np.concatenate(parts)


def flow_colours(flow: Flow, most: float | None = None) -> NDArray[np.uint8]:
    """A flow [H, W, 2] as a picture [H, W, 3]: the hue is the direction, white is no motion.

    The colour is full at a length of `most` pixels (the longest where None); what is longer is darker. What
    is not finite is black.
    """
    length = np.hypot(flow[..., 0], flow[..., 1])
    known = np.isfinite(length)
    if most is None:
        most = float(length[known].max(initial=0))
    share = np.where(known, length, 0) / max(most, 1e-6)
    turn = np.arctan2(-flow[..., 1], -flow[..., 0]) / np.pi  # -1..1, -1 is to the right
    wheel = colour_wheel() / 255
    place = np.where(known, (turn + 1) / 2, 0) * (len(wheel) - 1)
    first = np.floor(place).astype(int)
    part = (place - first)[..., None]
    colour = (1 - part) * wheel[first] + part * wheel[(first + 1) % len(wheel)]
    inside = (share <= 1)[..., None]
    colour = np.where(inside, 1 - share[..., None] * (1 - colour), 0.75 * colour)
    return np.asarray(np.where(known[..., None], np.floor(255 * colour), 0), np.uint8)


def wheel_picture(side: int = 160) -> NDArray[np.uint8]:
    """The wheel as a key, [side, side, 4] RGBA: the colour of every motion, clear beyond the longest."""
    y, x = (np.indices((side, side), dtype=np.float32) + 0.5) / side * 2 - 1
    colours = flow_colours(np.stack([x, y], axis=-1), 1.0)
    edge = np.clip((1 - np.hypot(x, y)) * side / 2, 0, 1)
    return np.dstack([colours, (255 * edge).round().astype(np.uint8)])


def error_colours(flow: Flow, truth: Flow, most: float = 5.0) -> NDArray[np.uint8]:
    """The end-point error as a picture [H, W, 3]: black is none, bright is `most` pixels or more."""
    return bright(end_point_error(flow, truth), most)


def bright(error: NDArray[np.float64] | NDArray[np.float32], most: float) -> NDArray[np.uint8]:
    """A map [H, W] of what is wrong as a picture [H, W, 3]: black is none, bright is `most` or more."""
    share = np.nan_to_num(error / max(most, 1e-6), nan=0.0).clip(0, 1)
    return np.asarray(cv2.applyColorMap((255 * share).astype(np.uint8), cv2.COLORMAP_INFERNO)[..., ::-1])


def draw_arrows(
    picture: NDArray[np.uint8], flow: Flow, *, step: int = 16, scale: float = 1.0, least: float = 0.25,
    thick: int = 1,
) -> NDArray[np.uint8]:  # fmt: skip
    """The picture [H, W, 3] with an arrow every `step` pixels, `scale` times as long as the motion.

    Motions shorter than `least` pixels are a dot. The colours are those of the wheel's directions.
    """
    height, width = flow.shape[:2]
    y, x = (a.ravel() for a in np.mgrid[step // 2 : height : step, step // 2 : width : step])
    vectors = np.nan_to_num(flow[y, x])
    lengths = np.hypot(*vectors.T)
    colours = flow_colours((vectors / np.maximum(lengths, 1e-6)[:, None])[None], 1.0)[0]
    ends = np.rint(np.column_stack([x, y]) + scale * vectors).astype(int)
    shown = picture.copy()
    for start, end, length, colour in zip(
        zip(x.tolist(), y.tolist(), strict=True), ends.tolist(), lengths, colours.tolist(), strict=True
    ):
        if length < least:
            cv2.circle(shown, start, thick, (255, 255, 255), -1, cv2.LINE_AA)
            continue
        tip = min(0.4, 5 * thick / max(1.0, scale * float(length)))
        cv2.arrowedLine(shown, start, end, (0, 0, 0), 3 * thick, cv2.LINE_AA, 0, tip)
        cv2.arrowedLine(shown, start, end, colour, thick, cv2.LINE_AA, 0, tip)
    return shown
