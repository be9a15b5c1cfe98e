"""Dense captioning mAP, and what is said of the regions that lie right, on drawn scenes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cvdemo import world
from cvdemo.errors import DataError
from cvdemo.metrics.captions import by_kind
from cvdemo.metrics.dense_captions import DenseCaptionScores, TrueRegions, matched
from cvdemo.world.difficulty import Difficulty
from cvdemo.world.reading import Truth
from cvdemo.zoo.dense_captioner import LEAST, NMS_IOU, DenseCaptioner, RawRegions
from cvdemo.zoo.evaluate import SIZE

MATCH_IOU = 0.5


class DescribedScene(NamedTuple):
    """A drawn scene: what is known of it, at the size that is scored, and how to come by its picture."""

    truth: Truth
    picture: Callable[[], NDArray[np.uint8]]


def open_dense(data: str, n: int | None) -> list[DescribedScene]:
    """No data but drawn scenes have descriptions of regions that can be read here: a `DataError`."""
    raise DataError(f"cannot score dense captions on '{data[:80]}': use world:SPLIT")


def drawn_dense(
    split: str, n: int, difficulty: Difficulty | None = None, *, size: tuple[int, int] = SIZE
) -> list[DescribedScene]:
    """Drawn scenes of the seeds 0 to n - 1 of a split, in pixels of the `size` (width, height)."""
    scenes = (world.scene(seed, split=split, difficulty=difficulty) for seed in range(n))
    return [DescribedScene(world.truth(s, *size), partial(world.render, s, *size)) for s in scenes]


class _Claims:
    """What is said of the regions that lie right: their METEOR, word by word, and their statements."""

    def __init__(self) -> None:
        self.meteors: list[float] = []
        self.exact: list[bool] = []
        self.statements: list[world.Statement] = []

    def add(self, found: RawRegions, truth: Truth) -> None:
        """Count the first region of each true one, from `MATCH_IOU` on."""
        known = world.describe_regions(truth)
        each = TrueRegions(_boxes(known), tuple((r.text,) for r in known))
        matches = matched(found.boxes, found.scores, found.texts, each)
        for text, match in zip(found.texts, matches, strict=True):
            if not match.first or match.iou < MATCH_IOU:
                continue
            region = known[match.truth]
            self.meteors.append(match.meteor)
            self.exact.append(text == region.text)
            self.statements += world.check(text, truth, thing=region.id)

    def numbers(self) -> dict[str, Any]:
        """Means, and the share of true statements, of all and of each kind; 0 where nothing lies right."""
        kinds = sorted(by_kind(self.statements).items())
        return {
            "METEOR": _mean(self.meteors),
            "exact": _mean(self.exact),
            "truthful": _mean([statement.true for statement in self.statements]),
            "per_kind": {kind: round(true / total, 4) for kind, (true, total) in kinds},
        }


def _mean(values: list[Any]) -> float:
    return float(np.mean(values)) if values else 0.0


def evaluate_dense(
    model: DenseCaptioner,
    data: Iterable[DescribedScene],
    *,
    progress: Callable[[Iterable[Any]], Iterable[Any]] = iter,
) -> dict[str, Any]:
    """Dense captioning mAP (`cvdemo.metrics.dense_captions`), AP of the boxes alone, words, milliseconds.

    Regions score at least `LEAST` and are left by NMS at `NMS_IOU`. `METEOR`, `exact` and `truthful` are of
    the regions that are the first on an object at an IoU of .5. The time is that of the model's call, without
    drawing the picture.
    """
    scores, claims = DenseCaptionScores(), _Claims()
    seconds, regions = [], 0
    for scene in progress(data):
        picture = scene.picture()
        start = time.perf_counter()
        found = model(picture, score=LEAST, iou=NMS_IOU)
        seconds.append(time.perf_counter() - start)
        known = world.describe_regions(scene.truth)
        scores.add(found.boxes, found.scores, found.texts, _boxes(known), [r.text for r in known])
        claims.add(found, scene.truth)
        regions += len(found)
    if not seconds:
        raise DataError("there are no scenes to score dense captions on")
    return {
        "mAP": scores.mean_ap(),
        "AP_boxes": float(scores.localization_ap().mean()),
        **claims.numbers(),
        "n": len(seconds),
        "regions_per_image": round(regions / len(seconds), 2),
        "ms_per_image": round(1000 * float(np.mean(seconds)), 2),
    }


def _boxes(known: Iterable[world.RegionDescription]) -> NDArray[np.float64]:
    return np.array([r.box for r in known], np.float64).reshape(-1, 4)
