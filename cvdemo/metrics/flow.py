"""How far a flow is from the true one: end-point error, and KITTI's share of outliers."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

OUTLIER_PIXELS = 3.0
OUTLIER_SHARE = 0.05
"""A pixel is an outlier where it is off by more than both: 3 pixels, and 5 % of the true motion.

M. Menze, A. Geiger, "Object scene flow for autonomous vehicles", CVPR 2015 (KITTI 2015).
"""

Flow = NDArray[np.float32]  # [H, W, 2]: pixels to the right and down


class FlowScore(NamedTuple):
    """What is counted in one pair: sums over its known pixels, so that pairs add up."""

    pixels: int
    error: float  # the sum of end-point errors
    outliers: int
    occluded_pixels: int
    occluded_error: float


def end_point_error(flow: Flow, truth: Flow) -> NDArray[np.float32]:
    """The distance in pixels between where the flow and the truth lead from every pixel, [H, W].

    Where either is not finite it is NaN.
    """
    return np.asarray(np.hypot(*np.moveaxis(flow - truth, -1, 0)), np.float32)


def is_outlier(error: NDArray[np.float32], truth: Flow) -> NDArray[np.bool_]:
    """Which pixels count as wrong by KITTI 2015, [H, W]; `error` [H, W] is their end-point error."""
    length = np.hypot(*np.moveaxis(truth, -1, 0))
    return np.asarray((error > OUTLIER_PIXELS) & (error > OUTLIER_SHARE * length))


def score_flow(flow: Flow, truth: Flow, occluded: NDArray[np.bool_] | None = None) -> FlowScore:
    """What is counted in one pair; pixels whose truth is not finite are left out.

    `occluded` [H, W] are the pixels that the second picture does not show, where that is known.
    """
    error = end_point_error(flow, truth)
    known = np.isfinite(truth).all(axis=-1)
    wrong = is_outlier(error, truth) | ~np.isfinite(error)
    hidden = known & (np.zeros_like(known) if occluded is None else occluded)
    sums = (float(error[which].sum(dtype=np.float64)) for which in (known, hidden))
    all_error, hidden_error = sums
    return FlowScore(int(known.sum()), all_error, int(wrong[known].sum()), int(hidden.sum()), hidden_error)


def flow_numbers(scores: Iterable[FlowScore]) -> dict[str, float]:
    """The numbers of pairs together, each over all their pixels; a number of no pixels is left out.

    `EPE` is the mean end-point error, `EPE_occluded` that of the occluded pixels alone, `Fl_all` the share of
    outliers, 0..1.
    """
    pixels, error, outliers, hidden, hidden_error = np.sum([*scores, FlowScore(0, 0.0, 0, 0, 0.0)], axis=0)
    sums = {"EPE": (error, pixels), "EPE_occluded": (hidden_error, hidden), "Fl_all": (outliers, pixels)}
    return {name: float(total / count) for name, (total, count) in sums.items() if count}


def psnr(first: NDArray[np.uint8], second: NDArray[np.floating[Any]] | NDArray[np.uint8]) -> float:
    """How alike two pictures [H, W, 3] in 0..255 are, in decibels: 10 log10(255² / mean squared difference).

    Of the first picture and the second one brought back by a flow, it says how well the flow explains what is
    seen, without any truth. Equal pictures have infinity.
    """
    error = float(np.square(first.astype(np.float64) - second).mean())
    return 10 * math.log10(255**2 / error) if error else math.inf
