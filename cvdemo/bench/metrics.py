"""COCO's twelve metrics on a large random set: time against pycocotools and faster-coco-eval."""

from __future__ import annotations

import contextlib
import copy
import io
import time
from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

CocoObject: TypeAlias = dict[str, Any]
CocoResults: TypeAlias = list[dict[str, Any]]


def random_set(
    images: int = 5000, classes: int = 80, detections: int = 150_000, *, seed: int = 0
) -> tuple[CocoObject, CocoResults]:
    """Random truth and results in COCO's format: 7 objects per image, half of the detections near one.

    A fifth of these have another class. One truth in a hundred is a crowd; scores have ties.
    """
    rng = np.random.default_rng(seed)
    objects = 7 * images
    boxes = _boxes(rng, objects)
    image, category = rng.integers(1, images + 1, objects), rng.integers(1, classes + 1, objects)
    crowd = rng.random(objects) < 0.01
    near = rng.random(detections) < 0.5
    of = rng.integers(0, objects, detections)
    found = np.where(near[:, None], _jittered(rng, boxes[of]), _boxes(rng, detections))
    found_image = np.where(near, image[of], rng.integers(1, images + 1, detections))
    right = near & (rng.random(detections) < 0.8)
    found_category = np.where(right, category[of], rng.integers(1, classes + 1, detections))
    scores = np.round(rng.beta(np.where(right, 4, 1), 2), 4)
    truth = {
        "images": [{"id": i, "width": 640, "height": 480} for i in range(1, images + 1)],
        "categories": [{"id": c, "name": f"class {c}"} for c in range(1, classes + 1)],
        "annotations": [
            {"id": n + 1, "image_id": i, "category_id": c, "bbox": b, "area": b[2] * b[3], "iscrowd": int(o)}
            for n, (i, c, b, o) in enumerate(
                zip(image.tolist(), category.tolist(), boxes.tolist(), crowd.tolist(), strict=True)
            )
        ],
    }
    columns = (found_image.tolist(), found_category.tolist(), found.tolist(), scores.tolist())
    keys = ("image_id", "category_id", "bbox", "score")
    return truth, [dict(zip(keys, row, strict=True)) for row in zip(*columns, strict=True)]


def _boxes(rng: np.random.Generator, n: int) -> NDArray[np.float64]:
    """Boxes x y width height [n, 4] within 640 x 480, of all three sizes."""
    sides: NDArray[np.float64] = np.exp(rng.uniform(np.log(8), np.log(300), (n, 2)))
    corners = rng.uniform(0, 1, (n, 2)) * (np.array([640, 480]) - sides)
    return np.hstack([corners, sides]).round(2)


def _jittered(rng: np.random.Generator, boxes: NDArray[np.float64]) -> NDArray[np.float64]:
    """The boxes [n, 4] with random shifts and scales of about a tenth of their sides."""
    sides = boxes[:, 2:] * np.exp(rng.normal(0, 0.12, (len(boxes), 2)))
    corners = boxes[:, :2] + boxes[:, 2:] * rng.normal(0, 0.08, (len(boxes), 2))
    return np.hstack([corners, sides]).round(2)


def run(
    images: int = 5000, classes: int = 80, detections: int = 150_000, *, seed: int = 0, repeats: int = 1
) -> dict[str, Any]:
    """Score one random set with the three engines: seconds (best of `repeats`), ratios, largest differences.

    Each starts from the same decoded dictionaries and returns the twelve numbers.
    """
    truth, results = random_set(images, classes, detections, seed=seed)
    engines = {"cvdemo": _cvdemo, "pycocotools": _pycocotools, "faster-coco-eval": _faster_coco_eval}
    numbers, seconds = {}, {}
    for name, engine in engines.items():
        seconds[name] = float("inf")
        for _ in range(repeats):
            taken, numbers[name] = _timed(engine, truth, results)
            seconds[name] = min(seconds[name], taken)
    ours = seconds["cvdemo"]
    difference = {n: float(np.abs(np.subtract(numbers["cvdemo"], v)).max()) for n, v in numbers.items()}
    del difference["cvdemo"]
    return {
        "images": images,
        "classes": classes,
        "detections": detections,
        "seed": seed,
        "seconds": seconds,
        "times as fast": {name: seconds[name] / ours for name in difference},
        "largest difference": difference,
    }


def _timed(
    engine: Callable[[CocoObject, CocoResults], list[float]], truth: CocoObject, results: CocoResults
) -> tuple[float, list[float]]:
    truth, results = copy.deepcopy(truth), copy.deepcopy(results)  # the peers write into theirs
    start = time.perf_counter()
    with contextlib.redirect_stdout(io.StringIO()):
        numbers = engine(truth, results)
    return time.perf_counter() - start, numbers


def _cvdemo(truth: CocoObject, results: CocoResults) -> list[float]:
    from cvdemo.metrics import evaluate

    return list(evaluate(truth, results).values())


def _pycocotools(truth: CocoObject, results: CocoResults) -> list[float]:
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval

    return _coco_api(COCO(), COCOeval, truth, results)


def _faster_coco_eval(truth: CocoObject, results: CocoResults) -> list[float]:
    from faster_coco_eval import COCO, COCOeval_faster

    return _coco_api(COCO(), COCOeval_faster, truth, results)


def _coco_api(coco: Any, evaluator: Any, truth: CocoObject, results: CocoResults) -> list[float]:
    coco.dataset = truth
    coco.createIndex()
    run = evaluator(coco, coco.loadRes(results), "bbox")
    run.evaluate()
    run.accumulate()
    run.summarize()
    return [float(number) for number in list(run.stats)[:12]]
