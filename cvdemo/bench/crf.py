"""The dense CRF on the CPU: time against pydensecrf2, the authors' C++, and the agreement of the results."""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median
from typing import Any, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from cvdemo.data.pictures import sample
from cvdemo.errors import CvdemoError
from cvdemo.ops.crf import Kernel, dense_crf
from cvdemo.ops.crf_kernels import bilateral_filter, gaussian_filter

Floats: TypeAlias = NDArray[np.float32]
Picture: TypeAlias = NDArray[np.uint8]

WIDTH, HEIGHT, CLASSES, ITERATIONS = 320, 240, 13, 10
SMOOTH = {"weight": 3.0, "sxy": 3.0}
APPEARANCE = {"weight": 10.0, "sxy": 80.0, "srgb": 13.0}
PATCHES = 16, 12  # across and down, from which the probabilities are made


def probabilities(picture: Picture, classes: int, rng: np.random.Generator) -> Floats:
    """Probabilities like a coarse network's, [classes, H, W]: a class per patch by mean colour, blurred."""
    height, width = picture.shape[:2]
    small = cv2.resize(picture, PATCHES, interpolation=cv2.INTER_AREA).astype(np.float32)
    centres = rng.uniform(0, 255, (classes, 3)).astype(np.float32)
    scores = -((small[None] - centres[:, None, None]) ** 2).sum(axis=-1) / 10_000
    scores += rng.normal(0, 1, scores.shape)
    full = np.stack([cv2.resize(s, (width, height)) for s in scores.astype(np.float32)])
    e = np.exp(full - full.max(axis=0))
    p: Floats = e / e.sum(axis=0)
    return p


def ours(p: Floats, picture: Picture, method: str = "auto") -> Floats:
    """Our CRF: kernels built and all iterations run, without caches."""
    height, width = picture.shape[:2]
    smooth = gaussian_filter(height, width, SMOOTH["sxy"])
    appearance = bilateral_filter(picture, APPEARANCE["sxy"], APPEARANCE["srgb"], method=method)  # type: ignore[arg-type]
    kernels = (Kernel(SMOOTH["weight"], smooth), Kernel(APPEARANCE["weight"], appearance))
    return dense_crf(p, kernels, iterations=ITERATIONS)


def peer(p: Floats, picture: Picture) -> Floats:
    """The same by pydensecrf2, with its defaults: Potts, symmetric normalisation."""
    from pydensecrf import densecrf

    classes, height, width = p.shape
    crf = densecrf.DenseCRF2D(width, height, classes)
    crf.setUnaryEnergy(np.ascontiguousarray(-np.log(np.maximum(p, 1e-5)).reshape(classes, -1)))
    crf.addPairwiseGaussian(sxy=SMOOTH["sxy"], compat=SMOOTH["weight"])
    crf.addPairwiseBilateral(
        sxy=APPEARANCE["sxy"], srgb=APPEARANCE["srgb"], rgbim=picture, compat=APPEARANCE["weight"]
    )
    return np.array(crf.inference(ITERATIONS), dtype=np.float32).reshape(p.shape)


def run(*, repeats: int = 5, seed: int = 0) -> dict[str, Any]:
    """Median milliseconds of both, alternating, on a photo and on noise, and the accuracy of the lattice.

    Times are of the whole call, including kernels; `processor ms` counts all threads. Raises CvdemoError
    without the peer.
    """
    try:
        import pydensecrf.densecrf  # noqa: F401
    except ImportError:
        raise CvdemoError("the peer is not installed: pip install pydensecrf2") from None
    rng = np.random.default_rng(seed)
    photo = _sized(sample("astronaut"), (WIDTH, HEIGHT))
    noise = rng.integers(0, 256, (HEIGHT, WIDTH, 3), dtype=np.uint8)
    rows = []
    for name, picture in (("photo", photo), ("noise", noise)):
        p = probabilities(picture, CLASSES, rng)
        rows.append({"picture": name} | _compare(p, picture, repeats))
    return {
        "size": [WIDTH, HEIGHT],
        "classes": CLASSES,
        "iterations": ITERATIONS,
        "smoothness": SMOOTH,
        "appearance": APPEARANCE,
        "rows": rows,
        "lattice against all pairs": [_accuracy(photo, s, rng) for s in ((20, 15), (60, 45))],
    }


def _compare(p: Floats, picture: Picture, repeats: int) -> dict[str, Any]:
    times: dict[str, list[tuple[float, float]]] = {"cvdemo": [], "pydensecrf2": []}
    answers = {}
    calls: dict[str, Callable[[Floats, Picture], Floats]] = {"cvdemo": ours, "pydensecrf2": peer}
    for _ in range(repeats):
        for name, call in calls.items():
            wall, processor = time.perf_counter(), time.process_time()
            answers[name] = call(p, picture)
            times[name].append((time.perf_counter() - wall, time.process_time() - processor))
    row: dict[str, Any] = {}
    for name, taken in times.items():
        row[f"{name} ms"] = round(1000 * median(wall for wall, _ in taken), 1)
        row[f"{name} processor ms"] = round(1000 * median(processor for _, processor in taken), 1)
    row["ratio"] = round(row["cvdemo ms"] / row["pydensecrf2 ms"], 2)
    return row | _agreement(answers["cvdemo"], answers["pydensecrf2"])


def _accuracy(photo: Picture, size: tuple[int, int], rng: np.random.Generator) -> dict[str, Any]:
    """Both against the sum over all pairs, on the photo at a small size."""
    picture = _sized(photo, size)
    p = probabilities(picture, CLASSES, rng)
    exact = ours(p, picture, "exact")
    return {
        "size": list(size),
        "lattice": _agreement(ours(p, picture, "lattice"), exact),
        "pydensecrf2": _agreement(peer(p, picture), exact),
    }


def _sized(picture: Picture, size: tuple[int, int]) -> Picture:
    return cv2.resize(picture, size, interpolation=cv2.INTER_AREA).astype(np.uint8)


def _agreement(a: Floats, b: Floats) -> dict[str, float]:
    return {
        "same label": round(float((a.argmax(axis=0) == b.argmax(axis=0)).mean()), 4),
        "mean |dQ|": round(float(np.abs(a - b).mean()), 5),
        "max |dQ|": round(float(np.abs(a - b).max()), 4),
    }
