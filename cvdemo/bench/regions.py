"""Selective Search: candidates per second and recall against `selectivesearch` and OpenCV's, in one run."""

from __future__ import annotations

import importlib.util
import subprocess
import tempfile
import time
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from cvdemo import world
from cvdemo.bench import regions_opencv
from cvdemo.data.pictures import sample
from cvdemo.errors import CvdemoError
from cvdemo.metrics.proposals import recall
from cvdemo.ops.regions import FAST, LEAST_SIDE, QUALITY, Strategy, selective_search

Picture: TypeAlias = NDArray[np.uint8]
Boxes: TypeAlias = NDArray[np.floating[Any]]

PHOTO, PHOTO_SIZE = "cat", (320, 240)
SCENE_SIZE = (192, 160)
MOST = 1000
TURN = 10  # scenes of one method at a time
THRESHOLDS = (0.5, 0.7)
COUNTS = (10, 20, 50, 100, 200, 500, 1000)


class SearchResult(NamedTuple):
    """For each picture: boxes in order of priority, seconds, and processor seconds of all cores together."""

    boxes: list[Boxes]
    seconds: list[float]
    processor: list[float]


Search: TypeAlias = Callable[[Sequence[Picture]], SearchResult]


def run(*, n: int = 100, repeats: int = 3, opencv_python: Path | None = None) -> dict[str, Any]:
    """All methods in turn: on the photo, `repeats` times, and on n drawn scenes of the split "test", once.

    Recall is that of the first boxes, at most `MOST`, once those with a side below `LEAST_SIDE` of the
    picture's longer side are left out, of every method. A peer that is not there is named in `left out`.
    """
    methods, left_out = _methods(opencv_python)
    photo = np.asarray(cv2.resize(sample(PHOTO), PHOTO_SIZE, interpolation=cv2.INTER_AREA), np.uint8)
    drawn = [world.draw(world.scene(seed, split="test"), *SCENE_SIZE) for seed in range(n)]
    pictures, truth = [picture for picture, _ in drawn], [t.boxes[~t.difficult] for _, t in drawn]
    return {
        "photo": {
            "name": PHOTO,
            "size": list(PHOTO_SIZE),
            "rows": _speeds(_in_turn(methods, [photo] * repeats, 1)),
        },
        "scenes": {
            "n": n,
            "size": list(SCENE_SIZE),
            "rows": _recalls(_in_turn(methods, pictures, TURN), truth),
        },
        "left out": left_out,
    }


def _in_turn(methods: dict[str, Search], pictures: Sequence[Picture], turn: int) -> dict[str, SearchResult]:
    """The results of each method; methods alternate every `turn` pictures, so that other load affects all."""
    results = {name: SearchResult([], [], []) for name in methods}
    for start in range(0, len(pictures), turn):
        for name, search in methods.items():
            part = search(pictures[start : start + turn])
            results[name].boxes.extend(part.boxes)
            results[name].seconds.extend(part.seconds)
            results[name].processor.extend(part.processor)
    return results


def _methods(opencv_python: Path | None) -> tuple[dict[str, Search], list[str]]:
    methods: dict[str, Search] = {"cvdemo fast": _ours(FAST), "cvdemo quality": _ours(QUALITY)}
    left_out = []
    if importlib.util.find_spec("selectivesearch"):
        methods["selectivesearch, as in its README"] = _pypi(500, 0.9, 10)
        methods["selectivesearch, our scale"] = _pypi(50, 0.8, 12)
    else:
        left_out.append("selectivesearch is not installed: pip install 'cvdemo[bench]'")
    if opencv_python is None:
        left_out.append("OpenCV's needs an interpreter with opencv-contrib-python 4.12: --opencv-python PATH")
    else:
        methods["OpenCV fast"] = opencv(opencv_python, "fast")
        methods["OpenCV quality"] = opencv(opencv_python, "quality")
    return methods, left_out


def _ours(strategies: tuple[Strategy, ...]) -> Search:
    return _each(lambda picture: selective_search(picture, most=MOST, strategies=strategies).boxes)


def _pypi(scale: float, sigma: float, min_size: int) -> Search:
    """The boxes of the peer's regions in its order: segments, then merged regions."""

    def search(picture: Picture) -> Boxes:
        from selectivesearch import selective_search as peer

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of scikit-image about the texture that it computes
            regions = peer(picture, scale=scale, sigma=sigma, min_size=min_size)[1]
        rects = np.array([region["rect"] for region in regions])
        boxes = rects.reshape(-1, 4).astype(float)
        boxes[:, 2:] += boxes[:, :2]
        return boxes

    return _each(search)


def _each(search: Callable[[Picture], Boxes]) -> Search:
    noise = np.random.default_rng(0).integers(0, 256, (32, 32, 3), dtype=np.uint8)
    search(noise)  # warm-up: imports and preparation are not timed

    def over(pictures: Sequence[Picture]) -> SearchResult:
        found = SearchResult([], [], [])
        for picture in pictures:
            wall, busy = time.perf_counter(), time.process_time()
            found.boxes.append(search(picture))
            found.seconds.append(time.perf_counter() - wall)
            found.processor.append(time.process_time() - busy)
        return found

    return over


def opencv(python: Path, mode: str) -> Search:
    """OpenCV's search by another interpreter, "fast" or "quality"; CvdemoError if it cannot run it."""

    def over(pictures: Sequence[Picture]) -> SearchResult:
        with tempfile.TemporaryDirectory() as folder:
            source, target = Path(folder, "pictures.npz"), Path(folder, "boxes.npz")
            np.savez(source, *pictures)
            call = [str(python), str(regions_opencv.__file__), str(source), str(target), mode]
            try:
                subprocess.run(call, check=True, capture_output=True, text=True)
            except (OSError, subprocess.CalledProcessError) as error:
                why = (getattr(error, "stderr", None) or str(error)).strip().splitlines()[-1]
                raise CvdemoError(f"{python} cannot run OpenCV's Selective Search: {why}") from error
            with np.load(target) as found:
                boxes = [found[f"arr_{k}"].astype(float) for k in range(len(pictures))]
                return SearchResult(boxes, found["seconds"].tolist(), found["processor"].tolist())

    return over


def _speeds(results: dict[str, SearchResult]) -> list[dict[str, Any]]:
    """Distinct boxes per second and in all, and the ratio to ours in fast mode; medians."""
    rows: list[dict[str, Any]] = []
    for name, answer in results.items():
        count = len(np.unique(answer.boxes[0], axis=0))
        speed = count / median(answer.seconds)
        rows.append({"method": name, "boxes": count} | _times(answer) | {"candidates a second": round(speed)})
    ours = rows[0]["candidates a second"]
    return [row | {"ratio to cvdemo": round(row["candidates a second"] / ours, 3)} for row in rows]


def _times(answer: SearchResult) -> dict[str, float]:
    return {
        "ms": round(1000 * median(answer.seconds), 1),
        "processor ms": round(1000 * median(answer.processor), 1),
    }


def _recalls(results: dict[str, SearchResult], truth: list[Boxes]) -> list[dict[str, Any]]:
    """Recall of each method, and of ours in fast mode with the same number of boxes per scene."""
    kept = {name: [_worth(boxes) for boxes in answer.boxes] for name, answer in results.items()}
    ours, our_times = kept["cvdemo fast"], _times(results["cvdemo fast"])
    our_curve = recall(ours, truth, THRESHOLDS, range(MOST + 1))
    rows = []
    for name, boxes in kept.items():
        found = recall(boxes, truth, THRESHOLDS, [MOST])[:, 0]
        as_many = [b[: len(theirs)] for b, theirs in zip(ours, boxes, strict=True)]
        same = recall(as_many, truth, THRESHOLDS, [MOST])[:, 0]
        enough = [int(np.argmax(curve >= r)) if (curve >= r).any() else None
                  for curve, r in zip(our_curve, found, strict=True)]  # fmt: skip
        rows.append(
            {
                "method": name,
                "boxes a scene": round(float(np.mean([len(b) for b in boxes])), 1),
                **_times(results[name]),
                "time to cvdemo's": round(_times(results[name])["ms"] / our_times["ms"], 2),
                "recall at IoU .5, .7": found.round(4).tolist(),
                "cvdemo's with as many boxes": same.round(4).tolist(),
                "ratio": (found / same).round(3).tolist(),
                "boxes that cvdemo needs for as much": enough,
                "recall of the first": dict(
                    zip(COUNTS, recall(boxes, truth, THRESHOLDS, COUNTS).T.round(3).tolist(), strict=True)
                ),
            }
        )
    return rows


def _worth(boxes: Boxes) -> Boxes:
    """The first `MOST` distinct boxes that are not too small, in their order."""
    _, first = np.unique(boxes, axis=0, return_index=True)
    boxes = boxes[np.sort(first)]
    large = (boxes[:, 2:] - boxes[:, :2] >= LEAST_SIDE * max(SCENE_SIZE)).all(axis=1)
    return boxes[large][:MOST]
