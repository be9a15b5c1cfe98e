"""The initial segments of Selective Search: labels, boxes, colour and texture histograms, neighbours."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple, TypeAlias, get_args

import cv2
import numpy as np
from numpy.typing import NDArray
from skimage.segmentation import felzenszwalb

from cvdemo.errors import DataError

Picture: TypeAlias = NDArray[np.uint8]
Labels: TypeAlias = NDArray[np.int64]
Floats: TypeAlias = NDArray[np.floating[Any]]

ColourSpace = Literal["rgb", "lab", "hsv", "grey"]
COLOUR_SPACES: tuple[ColourSpace, ...] = get_args(ColourSpace)

COLOUR_BINS = 25  # per channel (Uijlings et al. 2013, sec. 3.2)
TEXTURE_BINS = 10  # per channel and direction
DIRECTIONS = 8
STEEPEST = 32.0  # grey levels per pixel: larger derivatives fall into the last bin


class Segments(NamedTuple):
    """R segments of a picture with their features; N pairs of them touch."""

    labels: Labels  # [H, W] 0 … R - 1
    sizes: NDArray[np.int64]  # [R] pixels
    boxes: NDArray[np.int64]  # [R, 4] x1 y1 x2 y2, x2 and y2 exclusive
    colour: Floats  # [R, 75] colour histogram, sums to 1
    texture: Floats  # [R, 240] histogram of derivatives in eight directions, sums to 1
    touching: NDArray[np.int64]  # [N, 2] the smaller number first

    def __len__(self) -> int:
        return len(self.sizes)


def in_colours(picture: Picture, space: ColourSpace) -> Picture:
    """The picture [H, W, 3] in another colour space, uint8 [H, W, 3]; grey is repeated three times.

    Raises DataError for an unknown colour space.
    """
    if space == "rgb":
        return picture
    if space == "grey":
        return np.repeat(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)[..., None], 3, axis=2).astype(np.uint8)
    codes = {"lab": cv2.COLOR_RGB2LAB, "hsv": cv2.COLOR_RGB2HSV_FULL}
    if space not in codes:
        raise DataError(f"no colour space named {space!r}: there are {', '.join(COLOUR_SPACES)}")
    return cv2.cvtColor(picture, codes[space]).astype(np.uint8)


def felzenszwalb_labels(colours: Picture, scale: float, sigma: float = 0.8, min_size: int = 20) -> Labels:
    """The segment number of each pixel, [H, W] from 0, of a picture [H, W, 3] in any colour space.

    Two segments merge if the smallest colour difference between them is at most the largest one inside
    either, plus scale / size: a larger scale gives larger segments. The picture is blurred with `sigma`
    first; segments below `min_size` pixels are merged into a neighbour. Felzenszwalb and Huttenlocher, IJCV
    59(2), 2004, by scikit-image. Raises DataError for values out of range.
    """
    if not (scale > 0 and sigma >= 0 and min_size >= 0):
        raise DataError(f"scale must be above 0, sigma and min_size not below: {scale}, {sigma}, {min_size}")
    if min(colours.shape[:2]) < 2:
        return _line_labels(colours)
    return np.asarray(felzenszwalb(colours, scale=scale, sigma=sigma, min_size=min_size), np.int64)


def _line_labels(colours: Picture) -> Labels:
    """The labels of a picture one pixel wide or high, which scikit-image refuses: one per colour run."""
    line = colours.reshape(-1, colours.shape[-1])
    changes = (line[1:] != line[:-1]).any(axis=1)
    return np.concatenate([[0], np.cumsum(changes)]).reshape(colours.shape[:2])


def describe(labels: Labels, colours: Picture) -> Segments:
    """Sizes, boxes, histograms and neighbours of the segments of a label map [H, W] on colours [H, W, 3]."""
    count = int(labels.max()) + 1
    sizes = np.bincount(labels.ravel(), minlength=count)
    return Segments(
        labels,
        sizes,
        _boxes(labels, count),
        colour_histograms(labels, colours, count),
        texture_histograms(labels, colours, count),
        _touching(labels, count),
    )


def colour_histograms(labels: Labels, colours: Picture, count: int) -> Floats:
    """Colour histograms of `count` segments, 25 bins per channel, [R, 75]; rows sum to 1 (sec. 3.2)."""
    bins = colours.astype(np.int64) * COLOUR_BINS >> 8  # [H, W, 3]
    bins += np.arange(3) * COLOUR_BINS
    cells = labels[..., None] * (3 * COLOUR_BINS) + bins
    return _shares(np.bincount(cells.ravel(), minlength=count * 3 * COLOUR_BINS).reshape(count, -1))


def texture_histograms(labels: Labels, colours: Picture, count: int) -> Floats:
    """Histograms of Gaussian derivatives (sigma 1) in eight directions, [R, 240] (sec. 3.2).

    Ten bins per channel and direction; rows sum to 1. Opposite directions have opposite derivatives, and
    negative ones fall into the first bin, so one signed histogram gives both directions.
    """
    smooth = cv2.GaussianBlur(colours, (0, 0), 1.0).astype(np.float32)
    across = cv2.Sobel(smooth, cv2.CV_32F, 1, 0, ksize=1) / 2  # levels a pixel
    down = cv2.Sobel(smooth, cv2.CV_32F, 0, 1, ksize=1) / 2
    half, signed = DIRECTIONS // 2, 2 * TEXTURE_BINS - 1
    rows = labels * (3 * signed)
    flat = TEXTURE_BINS - 1
    found = np.empty((count, 3, half, 2, TEXTURE_BINS), np.int64)
    for k, angle in enumerate(np.arange(half) * np.pi / half):
        slope = across * np.float32(np.cos(angle)) + down * np.float32(np.sin(angle))  # [H, W, 3]
        steps = np.clip(slope * (TEXTURE_BINS / STEEPEST), -flat, flat).astype(np.int64) + flat
        cells = rows[..., None] + steps + np.arange(3) * signed
        both = np.bincount(cells.ravel(), minlength=count * 3 * signed).reshape(count, 3, signed)
        found[:, :, k, 0, 1:] = both[:, :, flat + 1 :]
        found[:, :, k, 1, 1:] = both[:, :, :flat][..., ::-1]
        found[:, :, k, :, 0] = both.sum(axis=2)[..., None] - found[:, :, k, :, 1:].sum(axis=-1)
    return _shares(found.reshape(count, -1))


def _shares(counts: NDArray[np.int64]) -> Floats:
    shares: Floats = counts / counts.sum(axis=1, keepdims=True)
    return shares


def _boxes(labels: Labels, count: int) -> NDArray[np.int64]:
    height, width = labels.shape
    rows, columns = np.zeros((count, height), bool), np.zeros((count, width), bool)
    rows[labels, np.arange(height)[:, None]] = True
    columns[labels, np.arange(width)] = True
    ends = [
        (there.argmax(axis=1), there.shape[1] - there[:, ::-1].argmax(axis=1)) for there in (columns, rows)
    ]
    return np.stack([ends[0][0], ends[1][0], ends[0][1], ends[1][1]], axis=1)


def _touching(labels: Labels, count: int) -> NDArray[np.int64]:
    """Pairs of segments [N, 2] that share a pixel edge, the smaller number first."""
    codes = []
    for a, b in ((labels[:, :-1], labels[:, 1:]), (labels[:-1], labels[1:])):
        apart = a != b
        low, high = np.minimum(a[apart], b[apart]), np.maximum(a[apart], b[apart])
        codes.append(low * count + high)
    pairs = np.unique(np.concatenate(codes))
    return np.stack([pairs // count, pairs % count], axis=1)
