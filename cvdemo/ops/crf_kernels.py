"""The Gaussian kernels of the fully connected CRF, and filters that sum over all pixels."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from cvdemo.errors import DataError
from cvdemo.ops.lattice import permutohedral_lattice

Floats: TypeAlias = NDArray[np.float32]
Filter: TypeAlias = Callable[[Floats], Floats]
"""Maps values [H, W, C] to the sums over all pixels, sum_j k(i, j) values_j, [H, W, C].

The sums are a new array, which whoever asked may change.
"""
Normalisation: TypeAlias = Literal["symmetric", "none"]

EXACT_PIXELS = 1600  # up to this many pixels all pairs are summed; above, the lattice is used
MOST = 64  # classes at once: OpenCV filters at most 128 channels
REACH = 4.5  # standard deviations at which the spatial Gaussian (4e-5 there) is truncated


def gaussian_filter(
    height: int, width: int, sxy: float, *, normalisation: Normalisation = "symmetric"
) -> Filter:
    """The smoothness kernel exp(-|p_i - p_j|^2 / 2 sxy^2) as a separable convolution of [H, W, C].

    sxy in pixels, above 0. "symmetric" divides k(i, j) by the square root of the sums of pixels i and j.
    """
    _check_width("sxy", sxy)
    reach = max(1, min(int(np.ceil(REACH * sxy)), max(height, width)))
    taps = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sxy) ** 2).astype(np.float32)

    def convolve(values: Floats) -> Floats:
        _check_size(values, height, width)
        parts = [
            cv2.sepFilter2D(values[..., k : k + MOST], -1, taps, taps, borderType=cv2.BORDER_CONSTANT)
            for k in range(0, values.shape[2], MOST)
        ]
        done = parts[0] if len(parts) == 1 else np.dstack(parts)
        return done.reshape(values.shape).astype(np.float32, copy=False)

    if normalisation == "none":
        return convolve
    scale = _inverse_root(convolve(np.ones((height, width, 1), np.float32)))
    repeated = {1: scale}  # faster than along few classes; for one number of them

    def normalised(values: Floats) -> Floats:
        _check_size(values, height, width)
        count = values.shape[2]
        if (full := repeated.get(count)) is None:
            full = np.repeat(scale, count, axis=2)
            repeated.clear()
            repeated[count] = full
        done = convolve(values * full)
        done *= full
        return done

    return normalised


def bilateral_filter(
    picture: NDArray[np.uint8],
    sxy: float,
    srgb: float,
    *,
    normalisation: Normalisation = "symmetric",
    method: Literal["auto", "exact", "lattice"] = "auto",
) -> Filter:
    """The appearance kernel exp(-|p_i - p_j|^2 / 2 sxy^2 - |I_i - I_j|^2 / 2 srgb^2).

    picture [H, W, 3]; sxy in pixels and srgb in grey levels, both above 0. "exact" sums all pairs (N^2
    floats), "lattice" is the permutohedral approximation for any size; "auto" is exact up to
    `EXACT_PIXELS`. Building the filter takes most of the time; it depends on the widths, not on the weight.
    """
    _check_width("sxy", sxy)
    _check_width("srgb", srgb)
    height, width = picture.shape[:2]
    features = _features(picture, sxy, srgb)
    exact = method == "exact" or (method == "auto" and height * width <= EXACT_PIXELS)
    one = np.ones((height * width, 1), np.float32)
    filter_: Filter
    if exact:
        pairs = _gaussian_of_pairs(features)
        if normalisation == "symmetric":
            scale = np.float32(1) / np.sqrt(pairs @ one)
            pairs *= scale * scale.T
        filter_ = pairs.__matmul__
    else:
        lattice = permutohedral_lattice(features)
        if normalisation == "symmetric":
            lattice = lattice.scaled(_inverse_root(lattice(one)[:, 0]))
        filter_ = lattice

    def summed(values: Floats) -> Floats:
        _check_size(values, height, width)
        return filter_(values.reshape(height * width, -1)).reshape(values.shape)

    return summed


def kernel_weights(picture: NDArray[np.uint8], x: int, y: int, sxy: float, srgb: float = np.inf) -> Floats:
    """The kernel between pixel (x, y) and every pixel, [H, W] in 0..1, without weight and normalisation.

    With the default srgb, only the distance counts. picture [H, W, 3]; widths as in `bilateral_filter`.
    """
    height, width = picture.shape[:2]
    rows, columns = np.mgrid[:height, :width]
    away = ((columns - x) ** 2 + (rows - y) ** 2) / sxy**2
    colour = ((picture.astype(float) - picture[y, x]) ** 2).sum(axis=2) / srgb**2
    return np.exp(-0.5 * (away + colour)).astype(np.float32)


def _features(picture: NDArray[np.uint8], sxy: float, srgb: float) -> Floats:
    """Position and colour of each pixel in standard deviations, [H * W, 5]."""
    height, width = picture.shape[:2]
    rows, columns = np.mgrid[:height, :width].reshape(2, -1)
    place = np.stack([columns, rows], axis=1) / sxy
    return np.hstack([place, picture.reshape(-1, 3) / srgb]).astype(np.float32)


def _gaussian_of_pairs(features: Floats) -> Floats:
    """exp(-|f_i - f_j|^2 / 2) of all pairs, [N, N]."""
    f = features.astype(float)
    square = (f**2).sum(axis=1)
    apart = square[:, None] + square - 2 * f @ f.T
    return np.exp(-0.5 * np.maximum(apart, 0)).astype(np.float32)


def _inverse_root(sums: Floats) -> Floats:
    return (1 / np.sqrt(sums)).astype(np.float32, copy=False)


def _check_size(values: Floats, height: int, width: int) -> None:
    if values.shape[:2] != (height, width):
        size = f"{values.shape[1]} x {values.shape[0]}"
        raise DataError(f"the picture has {width} x {height} pixels, the probabilities {size}")


def _check_width(name: str, value: Any) -> None:
    if not (np.isfinite(value) and value > 0):
        raise DataError(f"{name} must be above 0, it is {value}")
