"""The fully connected CRF: pairwise potentials between all pixels, mean field by message passing."""

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
"""[B, H, W, C / B]: classes in B blocks; filters treat classes independently, so each block has a thread."""

WORKERS = 2  # threads: sparse products and OpenCV release Python's global lock
ALONE = 1 << 16  # values of Q below which a second thread costs more than it saves
MOST_CLASSES = 64  # per block: OpenCV filters at most 128 channels at once
NEVER = 1e4  # unary cost of the padding classes that fill a block
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
    """`dense_crf` as steps: the input probabilities, then each iteration; the last step has the result."""
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


def _messages(q: Blocks, kernels: Sequence[Kernel]) -> Blocks:
    """Message passing: the weighted sums of Q over all pixels, for all kernels; one thread per block."""
    messages = np.zeros_like(q)

    def pass_messages(block: int) -> None:
        for kernel in kernels:
            if kernel.weight:
                sums = kernel.filter(q[block])
                sums *= np.float32(kernel.weight)
                messages[block] += sums

    _in_parallel(pass_messages, range(len(q)))
    return messages


def _update(unary: Blocks, messages: Blocks, mu: Floats | None) -> Blocks:
    """The next Q. With Potts, only the message of a class itself changes its cost relative to the others."""
    scores = messages if mu is None else -_costs(messages, mu)
    scores -= unary
    return _softmax(scores)


def _costs(messages: Blocks, mu: Floats) -> Blocks:
    """The pairwise cost of each class at each pixel: the compatibility times the messages."""
    return _blocks(np.tensordot(mu, _classes(messages, len(mu)), axes=1), len(messages))


def _pairwise(q: Blocks, messages: Blocks, mu: Floats | None) -> float:
    """The mean pairwise cost per pixel, each pair counted half; for Potts, the messages of other classes."""
    if mu is not None:
        return 0.5 * _dot(q, _costs(messages, mu))
    return 0.5 * (float(messages.sum(dtype=float)) / (q.shape[1] * q.shape[2]) - _dot(q, messages))


def _softmax(scores: Blocks) -> Blocks:
    """Softmax over the classes, in place; bands of rows run in parallel."""
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

    _in_parallel(band, [slice(k * height // blocks, (k + 1) * height // blocks) for k in range(blocks)])
    return scores


def _in_parallel(work: Callable[[Any], None], parts: Sequence[Any]) -> None:
    list(_pool().map(work, parts) if len(parts) > 1 else map(work, parts))


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(WORKERS, thread_name_prefix="crf")


def _blocks(maps: Floats, blocks: int, fill: float = 0) -> Blocks:
    """Maps [C, H, W] in blocks of equally many classes; padding classes have the value `fill`."""
    classes, height, width = maps.shape
    each = -(-classes // blocks)
    full = np.full((blocks * each, height, width), fill, np.float32)
    full[:classes] = maps
    return np.ascontiguousarray(full.reshape(blocks, each, height, width).transpose(0, 2, 3, 1))


def _classes(q: Blocks, classes: int) -> Floats:
    """Blocks [B, H, W, C / B] back as maps [C, H, W], without padding classes."""
    blocks, height, width, each = q.shape
    return q.transpose(0, 3, 1, 2).reshape(blocks * each, height, width)[:classes]


def _dot(a: Blocks, b: Blocks) -> float:
    """The mean over pixels of the sum over classes of a times b."""
    return float(np.vdot(a, b)) / (a.shape[1] * a.shape[2])


def _checked(
    probabilities: ArrayLike, iterations: int, compatibility: ArrayLike | None
) -> tuple[Blocks, Floats | None]:
    """Unary costs -log p in blocks, and the compatibility [C, C] or None; DataError for wrong input."""
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
