"""Less jitter along a track: moving average, exponential and One-Euro smoothing, a vote on the class."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cvdemo.errors import DataError
from cvdemo.ops.tracks import Tracks, with_boxes

Floats = NDArray[np.float64]
Smoothing = Literal["none", "moving average", "exponential", "one euro"]
SMOOTHINGS: tuple[Smoothing, ...] = ("none", "moving average", "exponential", "one euro")


def moving_average(values: ArrayLike, window: int) -> Floats:
    """The mean of each value and its neighbours, `window` in all, an odd number.

    values [T, C] at equal distances in time. At the ends fewer neighbours count, as many on both sides. It
    looks ahead, so it does not lag.
    """
    rows = np.asarray(values, np.float64)
    if window < 1 or window % 2 == 0:
        raise DataError(f"the window of a moving average is odd and at least 1, not {window}")
    sums = np.concatenate([np.zeros((1, rows.shape[1])), rows.cumsum(axis=0)])
    at = np.arange(len(rows))
    reach = np.minimum(window // 2, np.minimum(at, len(rows) - 1 - at))[:, None]
    first, last = at[:, None] - reach, at[:, None] + reach + 1
    return (sums[last[:, 0]] - sums[first[:, 0]]) / (last - first)


def exponential(values: ArrayLike, alpha: float) -> Floats:
    """Each value is `alpha` of the new and 1 - alpha of the last smoothed one; values [T, C], alpha in 0..1.

    It knows the past only, and lags behind what moves.
    """
    if not 0 < alpha <= 1:
        raise DataError(f"alpha must be above 0 and at most 1, not {alpha}")
    smooth = np.array(values, np.float64)
    for t in range(1, len(smooth)):
        smooth[t] = alpha * smooth[t] + (1 - alpha) * smooth[t - 1]
    return smooth


def one_euro(values: ArrayLike, rate: float, *, cutoff: float = 1.0, beta: float = 0.02) -> Floats:
    """Exponential smoothing that is strong at rest and weak in motion, so that it lags little.

    values [T, C], `rate` in values a second. The cutoff frequency is `cutoff` in Hz plus `beta` times the
    speed, which is smoothed at 1 Hz. Casiez et al., "1 Euro Filter", CHI 2012, eq. 1 to 9.
    """
    smooth = np.array(values, np.float64)
    speed = np.zeros(smooth.shape[1:])
    for t in range(1, len(smooth)):
        change = (smooth[t] - smooth[t - 1]) * rate
        share = _share(1.0, rate)
        speed = share * change + (1 - share) * speed
        share = _share(cutoff + beta * np.abs(speed), rate)
        smooth[t] = share * smooth[t] + (1 - share) * smooth[t - 1]
    return smooth


def _share(cutoff: ArrayLike, rate: float) -> Floats:
    """The weight of a new value for a cutoff frequency in Hz."""
    tau = 1 / (2 * np.pi * np.asarray(cutoff, np.float64))
    return np.asarray(1 / (1 + tau * rate))


def smooth_boxes(tracks: Tracks, how: Smoothing, strength: float, rate: float) -> Tracks:
    """Tracks whose boxes are smoothed along each unbroken part; centre and size each by itself.

    `strength` 0..1 stands for windows of 1 to 15 frames, an alpha of 1 to .1, a cutoff of 6 to .3 Hz; `rate`
    are frames a second. Raises DataError for another name.
    """
    smoothers: dict[str, Callable[[Floats], Floats]] = {
        "none": lambda v: v,
        "moving average": lambda v: moving_average(v, 2 * round(7 * strength) + 1),
        "exponential": lambda v: exponential(v, 1 - 0.9 * strength),
        "one euro": lambda v: one_euro(v, rate, cutoff=6 * 0.05**strength),
    }
    if how not in smoothers:
        raise DataError(f"no smoothing is called '{how}': there are {', '.join(SMOOTHINGS)}")
    boxes = tracks.boxes.copy()
    for rows in tracks.each():
        for part in np.split(rows, np.flatnonzero(np.diff(tracks.frame[rows]) > 1) + 1):
            corners = tracks.boxes[part]
            middle, size = (corners[:, :2] + corners[:, 2:]) / 2, corners[:, 2:] - corners[:, :2]
            smooth = smoothers[how](np.hstack([middle, size]))
            boxes[part] = np.hstack([smooth[:, :2] - smooth[:, 2:] / 2, smooth[:, :2] + smooth[:, 2:] / 2])
    return with_boxes(tracks, boxes)


def vote_classes(
    tracks: Tracks, classes: ArrayLike, scores: ArrayLike, window: int | None = None
) -> NDArray[np.int64]:
    """The class of each box [R] by a vote of its track, each box with the weight of its score.

    classes [R] and scores [R] are those of the tracks' boxes; boxes that fill a gap have a score of 0. With
    a window, only the frames up to half of it before and after vote; of equal sums the smaller class wins.
    """
    own, weights = np.asarray(classes, np.int64), np.asarray(scores, np.float64)
    voted = own.copy()
    for rows in tracks.each():
        kinds, places = np.unique(own[rows], return_inverse=True)
        votes = np.zeros((len(rows), len(kinds)))
        votes[np.arange(len(rows)), places] = weights[rows]
        if window is None:
            totals = np.broadcast_to(votes.sum(axis=0), votes.shape)
        else:
            near = np.abs(tracks.frame[rows][:, None] - tracks.frame[rows][None]) <= window // 2
            totals = near @ votes
        voted[rows] = kinds[totals.argmax(axis=1)]
    return voted
