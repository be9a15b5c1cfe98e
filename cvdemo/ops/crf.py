"""The fully connected CRF: every pixel talks to every other, and those that look alike agree."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any, Literal, NamedTuple, TypeAlias

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from cvdemo.errors import DataError
from cvdemo.ops.lattice import permutohedral_lattice

Floats: TypeAlias = NDArray[np.float32]
Blocks: TypeAlias = NDArray[np.float32]
"""[B, H, W, C / B]: classes in blocks, because they do not mix in a filter and each block has its thread."""
Filter: TypeAlias = Callable[[Floats], Floats]
"""Sums over all pixels: values [H, W, C] to sum_j k(i, j) values_j, [H, W, C]."""
Normalisation: TypeAlias = Literal["symmetric", "none"]

EXACT_PIXELS = 1600  # up to so many, all pairs are summed; beyond, the lattice
REACH = 4.5  # standard deviations after which the spatial Gaussian, 4e-5 there, is cut off
WORKERS = 2  # threads: sparse products and OpenCV run outside Python's lock
ALONE = 1 << 16  # values of Q below which a second thread does not pay
MOST_CLASSES = 64  # OpenCV filters no more than 128 channels at once
NEVER = 1e4  # what a class costs that only fills a block
LEAST = 1e-5  # a probability below counts as this: its logarithm must be finite


class Kernel(NamedTuple):
    """One Gaussian of the pairwise potential: how much it weighs, and its sums over all pixels."""

    weight: float
    filter: Filter


@dataclass(frozen=True, eq=False)
class CrfStep:
    """The distributions after one iteration of mean field, and the mean energies of a pixel in nats.

    The free energy, unary + pairwise - entropy, is what mean field brings down: the distance
    (Kullback-Leibler) of Q to the CRF's distribution, but for a constant.
    """

    iteration: int  # 0 is where it starts: the probabilities themselves
    q: Floats  # [C, H, W], sums to 1 over C
    labels: NDArray[np.intp]  # [H, W], the most probable class
    changed: int  # pixels whose label is another one than a step before
    unary: float  # expected cost of leaving what the network said
    pairwise: float  # expected cost of pairs that disagree
    entropy: float  # how undecided the pixels are

    @property
    def free_energy(self) -> float:
        """What falls from step to step."""
        return self.unary + self.pairwise - self.entropy


def gaussian_filter(
    height: int, width: int, sxy: float, *, normalisation: Normalisation = "symmetric"
) -> Filter:
    """The smoothness kernel exp(-|p_i - p_j|^2 / 2 sxy^2) of pixels as a separable convolution.

    sxy above 0 in pixels. "symmetric" divides by the square roots of both pixels' sums.
    """
    _check_width("sxy", sxy)
    reach = max(1, min(int(np.ceil(REACH * sxy)), max(height, width)))
    taps = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sxy) ** 2).astype(np.float32)

    def convolve(values: Floats) -> Floats:
        done = cv2.sepFilter2D(values, -1, taps, taps, borderType=cv2.BORDER_CONSTANT)
        return done.reshape(values.shape).astype(np.float32, copy=False)

    if normalisation == "none":
        return convolve
    scale = np.float32(1) / np.sqrt(convolve(np.ones((height, width, 1), np.float32)))

    def normalised(values: Floats) -> Floats:
        done = convolve(values * scale)
        done *= scale
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
    floats), "lattice" is the permutohedral approximation of any size; "auto" is exact up to
    `EXACT_PIXELS`. What it costs is to make the filter: it depends on the widths, not on the weight.
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
            lattice = lattice.scaled(np.float32(1) / np.sqrt(lattice(one)[:, 0]))
        filter_ = lattice
    return lambda values: filter_(values.reshape(height * width, -1)).reshape(values.shape)


def dense_crf(
    probabilities: ArrayLike,
    kernels: Sequence[Kernel],
    *,
    iterations: int = 10,
    compatibility: ArrayLike | None = None,
) -> Floats:
    """Mean-field inference in the fully connected CRF: Q [C, H, W] after some iterations.

    probabilities [C, H, W] as a network's softmax gives them; compatibility [C, C] is what a pair of
    classes costs, symmetric, by default 1 for any two that differ (Potts). As in the authors' code, a
    pixel is among those that it listens to. Raises DataError for wrong shapes and values.
    Krahenbuhl and Koltun, NIPS 2011, arXiv:1210.5644, alg. 1.
    """
    unary, mu = _checked(probabilities, iterations, compatibility)
    q = _softmax(-unary)
    for _ in range(iterations):
        q = _update(unary, _messages(q, kernels), mu)
    return _classes(q, len(np.asarray(probabilities)))


def dense_crf_steps(
    probabilities: ArrayLike,
    kernels: Sequence[Kernel],
    *,
    iterations: int = 10,
    compatibility: ArrayLike | None = None,
) -> Iterator[CrfStep]:
    """`dense_crf` as steps: the probabilities, then each iteration; the last one's q is its answer."""
    unary, mu = _checked(probabilities, iterations, compatibility)
    return _steps(unary, kernels, iterations, mu, len(np.asarray(probabilities)))


def _steps(
    unary: Blocks, kernels: Sequence[Kernel], iterations: int, mu: Floats | None, classes: int
) -> Iterator[CrfStep]:
    q = _softmax(-unary)
    before = None
    for iteration in range(iterations + 1):
        maps = _classes(q, classes)
        labels = maps.argmax(axis=0)
        heard = _messages(q, kernels)
        yield CrfStep(
            iteration,
            maps,
            labels,
            0 if before is None else int((labels != before).sum()),
            unary=_dot(q, unary),
            pairwise=0.5 * _dot(q, _costs(heard, mu)),
            entropy=-_dot(q, np.log(np.maximum(q, np.finfo(np.float32).tiny))),
        )
        before = labels
        if iteration < iterations:
            q = _update(unary, heard, mu)


def kernel_weights(picture: NDArray[np.uint8], x: int, y: int, sxy: float, srgb: float = np.inf) -> Floats:
    """How much pixel (x, y) listens to each other one, [H, W] in 0..1, before weight and normalisation.

    Without srgb the Gaussian of the distance alone. picture [H, W, 3]; widths as `bilateral_filter`.
    """
    height, width = picture.shape[:2]
    rows, columns = np.mgrid[:height, :width]
    away = ((columns - x) ** 2 + (rows - y) ** 2) / sxy**2
    colour = ((picture.astype(float) - picture[y, x]) ** 2).sum(axis=2) / srgb**2
    return np.exp(-0.5 * (away + colour)).astype(np.float32)


def refine(
    probabilities: ArrayLike,
    picture: NDArray[np.uint8],
    *,
    smooth_weight: float = 3.0,
    smooth_sxy: float = 3.0,
    bilateral_weight: float = 5.0,
    bilateral_sxy: float = 30.0,
    bilateral_srgb: float = 10.0,
    iterations: int = 10,
) -> Floats:
    """A network's probabilities [C, h, w] sharpened by the picture [H, W, 3]: Q [C, H, W].

    The probabilities are stretched to the picture's size first. The widths suit scenes of 192 x 160.
    """
    maps = np.asarray(probabilities, dtype=np.float32)
    height, width = picture.shape[:2]
    if maps.ndim == 3 and maps.shape[1:] != (height, width):
        maps = np.stack([cv2.resize(m, (width, height), interpolation=cv2.INTER_LINEAR) for m in maps])
    kernels = (
        Kernel(smooth_weight, gaussian_filter(height, width, smooth_sxy)),
        Kernel(bilateral_weight, bilateral_filter(picture, bilateral_sxy, bilateral_srgb)),
    )
    return dense_crf(maps, kernels, iterations=iterations)


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


def _messages(q: Blocks, kernels: Sequence[Kernel]) -> Blocks:
    """What every pixel hears of the others: the kernels' weighted sums of Q, each block in its thread."""
    heard = np.zeros_like(q)

    def listen(block: int) -> None:
        for kernel in kernels:
            if kernel.weight:
                sums = kernel.filter(q[block])
                sums *= np.float32(kernel.weight)
                heard[block] += sums

    _side_by_side(listen, range(len(q)))
    return heard


def _update(unary: Blocks, heard: Blocks, mu: Floats | None) -> Blocks:
    """The next Q. Potts costs all classes the same but for what was heard of the class itself."""
    scores = heard if mu is None else -_costs(heard, mu)
    scores -= unary
    return _softmax(scores)


def _costs(heard: Blocks, mu: Floats | None) -> Blocks:
    """What each class of each pixel costs by what was heard."""
    if mu is None:
        costs: Blocks = heard.sum(axis=(0, 3))[None, ..., None] - heard
        return costs
    return _blocks(np.tensordot(mu, _classes(heard, len(mu)), axes=1), len(heard))


def _softmax(scores: Blocks) -> Blocks:
    """Softmax over the classes, in place, bands of rows side by side."""
    blocks, height, _, classes = scores.shape

    def band(rows: slice) -> None:
        part = scores[:, rows]
        highest = part[0, ..., 0].copy()
        for b in range(blocks):
            for k in range(classes):
                np.maximum(highest, part[b, ..., k], out=highest)  # faster than over rows of few classes
        part -= highest[..., None]
        np.exp(part, out=part)
        part /= (part @ np.ones(classes, np.float32)).sum(axis=0)[..., None]

    _side_by_side(band, [slice(k * height // blocks, (k + 1) * height // blocks) for k in range(blocks)])
    return scores


def _side_by_side(work: Callable[[Any], None], parts: Sequence[Any]) -> None:
    list(_pool().map(work, parts) if len(parts) > 1 else map(work, parts))


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(WORKERS, thread_name_prefix="crf")


def _blocks(maps: Floats, blocks: int, fill: float = 0) -> Blocks:
    """Maps [C, H, W] in blocks of equally many classes, those added at the end of one value."""
    classes, height, width = maps.shape
    each = -(-classes // blocks)
    full = np.full((blocks * each, height, width), fill, np.float32)
    full[:classes] = maps
    return np.ascontiguousarray(full.reshape(blocks, each, height, width).transpose(0, 2, 3, 1))


def _classes(q: Blocks, classes: int) -> Floats:
    """The maps [C, H, W] of blocks."""
    blocks, height, width, each = q.shape
    return q.transpose(0, 3, 1, 2).reshape(blocks * each, height, width)[:classes]


def _dot(a: Blocks, b: Blocks) -> float:
    """The mean over the pixels of the sum over the classes of a b."""
    return float(np.vdot(a, b)) / (a.shape[1] * a.shape[2])


def _checked(
    probabilities: ArrayLike, iterations: int, compatibility: ArrayLike | None
) -> tuple[Blocks, Floats | None]:
    """Unary costs -log p in blocks, and the compatibility [C, C]."""
    p = np.asarray(probabilities, dtype=np.float32)
    if p.ndim != 3 or 0 in p.shape:
        raise DataError(f"probabilities must be [classes, height, width], they are {list(p.shape)}")
    if not np.isfinite(p).all() or (p < 0).any():
        raise DataError("probabilities must be numbers of 0 or more")
    if iterations < 0:
        raise DataError(f"iterations must be 0 or more, they are {iterations}")
    blocks = max(WORKERS if p.size > ALONE else 1, -(-len(p) // MOST_CLASSES))
    unary = _blocks(-np.log(np.maximum(p, LEAST)), blocks, NEVER)
    if compatibility is None:
        return unary, None
    mu = np.asarray(compatibility, dtype=np.float32)
    if mu.shape != (len(p), len(p)) or not np.allclose(mu, mu.T):
        raise DataError(f"compatibility must be symmetric, [{len(p)}, {len(p)}]")
    return unary, mu


def _check_width(name: str, value: Any) -> None:
    if not (np.isfinite(value) and value > 0):
        raise DataError(f"{name} must be above 0, it is {value}")
