"""Simulated detections: the truth with noise, misses, duplicates, wrong classes and background boxes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from cvdemo.errors import DataError

Floats: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True)
class SimulatedErrors:
    """Error rates of the simulated detector, each a share 0..1 or a mean number; DataError below 0."""

    jitter: float = 0.07  # standard deviation of a corner, as a share of the box's side
    missed: float = 0.1  # share of objects without any box; higher for occluded ones
    confused: float = 0.1  # share of objects detected as another class
    duplicates: float = 1.5  # mean number of duplicate boxes per detected object, before NMS
    background: float = 1.0  # mean number of boxes per image on background

    def __post_init__(self) -> None:
        for name in ("jitter", "missed", "confused", "duplicates", "background"):
            if not 0 <= getattr(self, name) < 1000:
                raise DataError(f"{name} must be 0 or more, it is {getattr(self, name)}")


def simulated(
    truth: Mapping[str, Any], errors: SimulatedErrors | None = None, *, seed: int = 0
) -> list[dict[str, Any]]:
    """Detections before NMS in COCO's results format for a truth in COCO's format, determined by the seed.

    As with a trained detector, better localised boxes have higher scores on average. Boxes lie inside
    their images.
    """
    errors = errors or SimulatedErrors()
    rng = np.random.default_rng(seed)
    classes = [c["id"] for c in truth["categories"]]
    found: list[dict[str, Any]] = []
    for image in truth["images"]:
        size = np.array([image["width"], image["height"]], dtype=np.float64)
        for annotation in truth["annotations"]:
            if annotation["image_id"] == image["id"]:
                found += _detected(rng, annotation, size, classes, errors)
        for _ in range(rng.poisson(errors.background)):
            side = size[1] * np.exp(rng.uniform(np.log(0.08), np.log(0.4), 2))
            corner = rng.uniform(0, 1, 2) * np.maximum(size - side, 0)
            box = np.concatenate([corner, corner + side])
            found.append(_detection(image["id"], rng.choice(classes), box, size, rng.beta(1.3, 3.5)))
    return found


def _detected(
    rng: np.random.Generator,
    annotation: Mapping[str, Any],
    size: Floats,
    classes: list[Any],
    errors: SimulatedErrors,
) -> list[dict[str, Any]]:
    """The boxes that the detector gives to one annotation: none, one, or one and its duplicates."""
    visible = float(annotation.get("visible", 1.0))
    if rng.random() < errors.missed * (3 - 2 * visible):
        return []
    x, y, w, h = annotation["bbox"]
    sides = np.array([w, h, w, h])
    best = rng.beta(5 + 4 * visible, 2.2)
    category = annotation["category_id"]
    if rng.random() < errors.confused and len(classes) > 1:
        category = rng.choice([c for c in classes if c != category])
        best *= 0.8
    boxes = []
    for k in range(1 + rng.poisson(errors.duplicates)):
        error = rng.normal(0, errors.jitter * (1 + 0.25 * (k > 0)), 4)
        score = best - 1.2 * float(np.abs(error).mean()) - (k > 0) * rng.uniform(0.02, 0.35)
        box = np.array([x, y, x + w, y + h]) + error * sides
        boxes.append(_detection(annotation["image_id"], category, box, size, score))
    return boxes


def _detection(image_id: Any, category: Any, box: Floats, size: Floats, score: float) -> dict[str, Any]:
    x1, y1, x2, y2 = np.clip(box, 0, np.tile(size, 2)).round(2).tolist()
    return {
        "image_id": image_id,
        "category_id": category if isinstance(category, str) else int(category),
        "bbox": [x1, y1, round(max(x2 - x1, 1.0), 2), round(max(y2 - y1, 1.0), 2)],
        "score": round(float(np.clip(score, 0.02, 0.995)), 4),
    }
