"""Greedy NMS on the CPU: time against torchvision.ops.nms, on clustered and on sparse boxes."""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from cvdemo.ops.nms import nms

Boxes: TypeAlias = NDArray[np.float32]

SIZES = (1_000, 2_000, 5_000, 10_000, 20_000)
IOU_THRESHOLD = 0.5


def clustered(n: int, rng: np.random.Generator) -> Boxes:
    """Boxes [n, 4] like a detector's: about 50 around each of n / 50 objects, in 1000 x 1000 pixels."""
    objects = max(1, n // 50)
    centres, sides = rng.uniform(0, 1000, (objects, 2)), rng.uniform(20, 200, (objects, 2))
    of = rng.integers(0, objects, n)
    near = centres[of] + rng.normal(0, 0.08, (n, 2)) * sides[of]
    around = sides[of] * np.exp(rng.normal(0, 0.15, (n, 2)))
    return np.hstack([near - around / 2, near + around / 2]).astype(np.float32)


def sparse(n: int, rng: np.random.Generator) -> Boxes:
    """Small boxes [n, 4] at random places in 1000 x 1000 pixels, most of which NMS keeps."""
    centres, sides = rng.uniform(0, 1000, (n, 2)), np.exp(rng.uniform(np.log(8), np.log(64), (n, 2)))
    return np.hstack([centres - sides / 2, centres + sides / 2]).astype(np.float32)


def run(*, repeats: int = 9, seed: int = 0) -> dict[str, Any]:
    """Median milliseconds of both, alternating, and their ratio, for each kind and number of boxes."""
    import torch
    import torchvision

    rng = np.random.default_rng(seed)
    rows = []
    for kind, make in (("clustered", clustered), ("sparse", sparse)):
        for n in SIZES:
            boxes, scores = make(n, rng), rng.random(n, dtype=np.float32)
            tensors = torch.from_numpy(boxes), torch.from_numpy(scores)
            ours, peer = _in_turn(
                lambda b=boxes, s=scores: nms(b, s, IOU_THRESHOLD),  # type: ignore[misc]
                lambda t=tensors: torchvision.ops.nms(*t, IOU_THRESHOLD),  # type: ignore[misc]
                repeats,
            )
            kept = nms(boxes, scores, IOU_THRESHOLD)
            same = kept.tolist() == torchvision.ops.nms(*tensors, IOU_THRESHOLD).tolist()
            row = {
                "boxes": kind,
                "n": n,
                "kept": len(kept),
                "same": same,
                "cvdemo ms": ours,
                "torchvision ms": peer,
            }
            rows.append(row | {"ratio": ours / peer})
    return {"iou_threshold": IOU_THRESHOLD, "seed": seed, "repeats": repeats, "rows": rows}


def _in_turn(ours: Callable[[], object], peer: Callable[[], object], repeats: int) -> tuple[float, float]:
    """Median milliseconds of each, measured alternately."""
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(repeats):
        for call, taken in zip((ours, peer), times, strict=True):
            start = time.perf_counter()
            call()
            taken.append((time.perf_counter() - start) * 1e3)
    return median(times[0]), median(times[1])
