"""A segmenter's scores on pictures with label maps: drawn scenes, or CamVid."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np

from cvdemo import world
from cvdemo.data import camvid, msrc
from cvdemo.data.pictures import read_picture
from cvdemo.errors import DataError
from cvdemo.metrics.segmentation import IGNORED, SegmentationScores
from cvdemo.world.difficulty import Difficulty
from cvdemo.zoo.evaluate import SIZE
from cvdemo.zoo.frame_stack import FrameSegmenter
from cvdemo.zoo.model import Segmenter

NUMBERS = ("mIoU", "pixel_accuracy", "class_accuracy", "boundary_F1", "per_class", "n", "ms_per_image")


class MapData(NamedTuple):
    """Pictures with their true label maps, one function each, and the names of the maps' values.

    `also` are names that a model may have for one of them; `rare` are left out of the means over classes.
    """

    names: tuple[str, ...]
    pictures: list[Callable[[], tuple[np.ndarray, np.ndarray]]]
    also: Mapping[str, str] = MappingProxyType({})
    rare: tuple[str, ...] = ()


def drawn_maps(
    split: str, n: int, difficulty: Difficulty | None = None, *, size: tuple[int, int] = SIZE
) -> MapData:
    """The drawn scenes of the seeds 0 to n - 1 of a split at a size (width, height)."""

    def draw(seed: int) -> tuple[np.ndarray, np.ndarray]:
        picture, truth = world.draw(world.scene(seed, split=split, difficulty=difficulty), *size)
        return picture, truth.semantic

    world.scene(0, split=split)  # says at once that there is no such split
    return MapData(world.SEMANTIC, [lambda seed=seed: draw(seed) for seed in range(n)])  # type: ignore[misc]


def camvid_maps(folder: Path, n: int | None = None, *, split: str = "test") -> MapData:
    """The first n frames of a split of CamVid, all where None."""
    files = camvid.pairs(folder, split)[:n]

    def read(frame: Path, labels: Path) -> tuple[np.ndarray, np.ndarray]:
        return read_picture(frame), camvid.read_map(labels)

    return MapData(camvid.NAMES, [partial(read, f, m) for f, m in files], camvid.ALSO)


def msrc_maps(folder: Path, n: int | None = None, *, split: str = "test") -> MapData:
    """The first n photos of a split of MSRC v2, all where None."""
    files = msrc.pairs(folder, split)[:n]

    def read(photo: Path, labels: Path) -> tuple[np.ndarray, np.ndarray]:
        return read_picture(photo), msrc.read_map(labels)

    return MapData(msrc.NAMES, [partial(read, f, m) for f, m in files], msrc.ALSO, msrc.RARE)


def open_maps(data: str, n: int | None) -> MapData:
    """The first n test pictures of "camvid:DIR" or "msrc:DIR", all where None."""
    kind, _, folder = data.partition(":")
    if kind not in READERS or not folder:
        raise DataError(
            f"cannot use '{data[:80]}' for a segmenter: write it as world:SPLIT, camvid:DIR or msrc:DIR"
        )
    return READERS[kind](Path(folder), n)


READERS = {"camvid": camvid_maps, "msrc": msrc_maps}


def evaluate_maps(
    model: Segmenter | FrameSegmenter,
    data: MapData,
    *,
    progress: Callable[[Iterable[Any]], Iterable[Any]] = iter,
) -> dict[str, Any]:
    """mIoU, accuracies and boundary F1 of a segmenter, mIoU's parts by class, n and milliseconds.

    Classes are matched by name, and pixels of those that the model does not know are left out; a model
    and data without a common class are a `DataError`. The time is that of the model's call.
    """
    known = {
        i: name if name in data.names else data.also.get(name, name) for i, name in model.names().items()
    }
    common = [name for name in data.names if name in known.values()]
    if not common:
        raise DataError(f"{model.spec.title} knows none of the truth's classes by name")
    truth_ids = _renumber(dict(enumerate(data.names)), common)
    found_ids = _renumber(known, common)
    scores, seconds = SegmentationScores(len(common)), []
    for picture, truth in _read(progress(data.pictures)):
        start = time.perf_counter()
        found = model(picture)
        seconds.append(time.perf_counter() - start)
        scores.add(truth_ids[truth], found_ids[found])
    per_class = {
        name: round(float(v), 4) for name, v in zip(common, scores.iou(), strict=True) if not np.isnan(v)
    }
    counted = np.array([name not in data.rare for name in common])
    numbers = (
        scores.mean_iou(counted),
        scores.pixel_accuracy(),
        scores.mean_class_accuracy(counted),
        scores.mean_boundary_f1(counted),
        per_class,
    )
    timing = (len(seconds), round(1000 * float(np.mean(seconds)), 2))
    return dict(zip(NUMBERS, (*numbers, *timing), strict=True))


def _read(readers: Iterable[Any]) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    for reader in readers:
        yield reader()


def _renumber(names: dict[int, str], common: list[str]) -> np.ndarray:
    """Table [256] from a class id to its place among the common classes, 255 for others."""
    table = np.full(256, IGNORED, dtype=np.uint8)
    for i, name in names.items():
        if name in common:
            table[i] = common.index(name)
    return table
