"""The fully connected CRF: pairwise potentials between all pixels, mean field by message passing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple, TypeAlias

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from cvdemo.errors import DataError
from cvdemo.ops.crf_kernels import Filter, bilateral_filter, gaussian_filter
from cvdemo.ops.parallel import bands, in_parallel

Floats: TypeAlias = NDArray[np.float32]

HIGHEST = 80.0  # of scores whose exponential float32 can hold
LEAST = 1e-5  # smaller probabilities are raised to this, so that the logarithm is finite


class Kernel(NamedTuple):
    """One Gaussian kernel of the pairwise potential: its weight, and the filter that sums over all pixels."""

    weight: float
    filter: Filter


@dataclass(frozen=True, eq=False)
class CrfStep:
    """The distributions after one iteration of mean field, and the mean energies per pixel in nats.

    Mean field minimises the free energy, unary + pairwise - entropy: up to a constant, the Kullback-Leibler
    divergence of Q from the CRF's distribution.
    """

    iteration: int  # 0 is the start: the input probabilities
    q: Floats  # [C, H, W], sums to 1 over C
    labels: NDArray[np.intp]  # [H, W], the most probable class
    changed: int  # number of pixels whose label differs from the previous step
    unary: float  # expected unary cost: -log of the network's probabilities
    pairwise: float  # expected cost of pairs of pixels with different labels
    entropy: float  # entropy of Q

    @property
    def free_energy(self) -> float:
        """The free energy, which mean field minimises."""
        return self.unary + self.pairwise - self.entropy


def dense_crf(
    probabilities: ArrayLike,
    kernels: Sequence[Kernel],
    *,
    iterations: int = 10,
    compatibility: ArrayLike | None = None,
) -> Floats:
    """Mean-field inference in the fully connected CRF: Q [C, H, W] after `iterations` iterations.

    probabilities [C, H, W] from a network's softmax; compatibility [C, C] is the symmetric cost of a pair of
    classes, by default 1 for different classes and 0 for equal ones (Potts). As in the authors' code, the
    sums over all pixels include the pixel itself. Raises DataError for wrong shapes and values.
    Krahenbuhl and Koltun, NIPS 2011, arXiv:1210.5644, alg. 1.
    """
    unary, mu = _checked(probabilities, iterations, compatibility)
    q = _softmax(np.zeros_like(unary), unary)
    for _ in range(iterations):
        q = _update(unary, _messages(q, kernels), mu)
    return _maps(q)


def dense_crf_steps(
    probabilities: ArrayLike,
    kernels: Sequence[Kernel],
    *,
    iterations: int = 10,
    compatibility: ArrayLike | None = None,
) -> Iterator[CrfStep]:
    """`dense_crf` as steps: the input probabilities, then each iteration; the last step has the result."""
    unary, mu = _checked(probabilities, iterations, compatibility)
    return _steps(unary, kernels, iterations, mu)


def _steps(unary: Floats, kernels: Sequence[Kernel], iterations: int, mu: Floats | None) -> Iterator[CrfStep]:
    q = _softmax(np.zeros_like(unary), unary)
    before = None
    for iteration in range(iterations + 1):
        maps = _maps(q)
        labels = maps.argmax(axis=0)
        messages = _messages(q, kernels)
        yield CrfStep(
            iteration,
            maps,
            labels,
            0 if before is None else int((labels != before).sum()),
            unary=_dot(q, unary),
            pairwise=_pairwise(q, messages, mu),
            entropy=-_dot(q, np.log(np.maximum(q, np.finfo(np.float32).tiny))),
        )
        before = labels
        if iteration < iterations:
            q = _update(unary, messages, mu)


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
    """A network's probabilities [C, h, w] refined by the CRF of the picture [H, W, 3]: Q [C, H, W].

    The probabilities are resized to the picture first. The default widths were chosen on the validation split
    of the drawn world, at 192 x 160 pixels.
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


# Inside, Q, costs and messages are [H, W, C]: a pixel's classes lie together, as the lattice reads them.


def _messages(q: Floats, kernels: Sequence[Kernel]) -> Floats:
    """Message passing: the weighted sums of Q over all pixels, for all kernels; one thread for each."""
    used = [kernel for kernel in kernels if kernel.weight]
    if not used:
        return np.zeros_like(q)
    sums = in_parallel([partial(kernel.filter, q) for kernel in used], q.size)
    total = sums[0]

    def band(rows: slice) -> None:
        total[rows] *= np.float32(used[0].weight)
        for kernel, more in zip(used[1:], sums[1:], strict=True):
            more[rows] *= np.float32(kernel.weight)
            total[rows] += more[rows]

    in_parallel([partial(band, rows) for rows in bands(len(q), q.size)], q.size)
    return total


def _update(unary: Floats, messages: Floats, mu: Floats | None) -> Floats:
    """The next Q. With Potts, only the message of a class itself changes its cost relative to the others."""
    return _softmax(messages if mu is None else -_costs(messages, mu), unary)


def _costs(messages: Floats, mu: Floats) -> Floats:
    """The pairwise cost of each class at each pixel: the compatibility times the messages."""
    return messages @ mu


def _pairwise(q: Floats, messages: Floats, mu: Floats | None) -> float:
    """The mean pairwise cost per pixel, each pair counted half; for Potts, the messages of other classes."""
    if mu is not None:
        return 0.5 * _dot(q, _costs(messages, mu))
    return 0.5 * (float(messages.sum(dtype=float)) / (q.shape[0] * q.shape[1]) - _dot(q, messages))


def _softmax(scores: Floats, costs: Floats) -> Floats:
    """Softmax over the classes of the scores minus the costs, in place; bands of rows run in parallel."""
    classes = scores.shape[2]
    one = np.ones(classes, np.float32)

    def band(rows: slice) -> None:
        part = scores[rows]
        part -= costs[rows]
        if max(part.max(), -part.min()) > HIGHEST:
            part -= part.max(axis=2, keepdims=True)
        np.exp(part, out=part)
        share = 1 / (part @ one)
        part *= np.repeat(share, classes).reshape(part.shape)  # faster than along rows of few classes

    in_parallel([partial(band, rows) for rows in bands(len(scores), scores.size)], scores.size)
    return scores


def _maps(q: Floats) -> Floats:
    """Q as maps [C, H, W]."""
    return np.ascontiguousarray(q.transpose(2, 0, 1))


def _dot(a: Floats, b: Floats) -> float:
    """The mean over pixels of the sum over classes of a times b."""
    return float(np.vdot(a, b)) / (a.shape[0] * a.shape[1])


def _checked(
    probabilities: ArrayLike, iterations: int, compatibility: ArrayLike | None
) -> tuple[Floats, Floats | None]:
    """Unary costs -log p [H, W, C], and the compatibility [C, C] or None; DataError for wrong input."""
    p = np.asarray(probabilities, dtype=np.float32)
    if p.ndim != 3 or 0 in p.shape:
        raise DataError(f"probabilities must be [classes, height, width], they are {list(p.shape)}")
    if not np.isfinite(p).all() or (p < 0).any():
        raise DataError("probabilities must be numbers of 0 or more")
    if iterations < 0:
        raise DataError(f"iterations must be 0 or more, they are {iterations}")
    unary = np.maximum(np.ascontiguousarray(p.transpose(1, 2, 0)), LEAST)
    np.log(unary, out=unary)
    np.negative(unary, out=unary)
    if compatibility is None:
        return unary, None
    mu = np.asarray(compatibility, dtype=np.float32)
    if mu.shape != (len(p), len(p)) or not np.allclose(mu, mu.T):
        raise DataError(f"compatibility must be symmetric, [{len(p)}, {len(p)}]")
    return unary, mu
