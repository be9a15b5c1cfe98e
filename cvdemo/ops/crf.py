"""The fully connected CRF: every pixel talks to every other, and those that look alike agree."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple, TypeAlias

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from cvdemo.errors import DataError
from cvdemo.ops.crf_kernels import Filter, bilateral_filter, gaussian_filter

Floats: TypeAlias = NDArray[np.float32]
Blocks: TypeAlias = NDArray[np.float32]
"""[B, H, W, C / B]: classes in blocks, because they do not mix in a filter and each block has its thread."""

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
            pairwise=_pairwise(q, heard, mu),
            entropy=-_dot(q, np.log(np.maximum(q, np.finfo(np.float32).tiny))),
        )
        before = labels
        if iteration < iterations:
            q = _update(unary, heard, mu)


def refine(
    probabilities: ArrayLike,
    picture: NDArray[np.uint8],
    *,
    smooth_weight: float = 3.0,
    smooth_sxy: float = 1.5,
    bilateral_weight: float = 5.0,
    bilateral_sxy: float = 30.0,
    bilateral_srgb: float = 10.0,
    iterations: int = 10,
) -> Floats:
    """A network's probabilities [C, h, w] sharpened by the picture [H, W, 3]: Q [C, H, W].

    The probabilities are stretched to the picture's size first. The widths suit scenes of 192 x 160; they
    were compared on scenes of the validation split.
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


def _costs(heard: Blocks, mu: Floats) -> Blocks:
    """What each class of each pixel costs by what was heard."""
    return _blocks(np.tensordot(mu, _classes(heard, len(mu)), axes=1), len(heard))


def _pairwise(q: Blocks, heard: Blocks, mu: Floats | None) -> float:
    """The mean cost of a pixel's pairs, each counted half; for Potts all heard of other classes."""
    if mu is not None:
        return 0.5 * _dot(q, _costs(heard, mu))
    return 0.5 * (float(heard.sum(dtype=float)) / (q.shape[1] * q.shape[2]) - _dot(q, heard))


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
