"""What looks wrong in a data set: boxes outside, empty or twice, images and classes without annotations."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cvdemo.data.dataset import Dataset

Indices = NDArray[np.int64]

SLACK = 1.0  # pixels by which a box may lie outside: tools round, and VOC counts from 1
LISTED = 20  # places of each kind that are named


class Oddity(NamedTuple):
    """One kind of thing that looks wrong, in words, and where it is: M rows each.

    `images` [M] are -1 where it concerns no image, `rows` [M] are -1 where it concerns no object; `names` [M]
    say what it is about.
    """

    kind: str
    title: str
    images: Indices
    rows: Indices
    names: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.images)


def oddities(dataset: Dataset) -> list[Oddity]:
    """Everything odd that can be seen without opening a picture, without the kinds that there are none of."""
    found = (
        _of_objects(dataset, "outside", "boxes reach beyond their image", _outside(dataset)),
        _of_objects(dataset, "empty", "boxes have no width or no height", _empty(dataset)),
        _of_objects(dataset, "twice", "objects are there twice: same image, class and box", _twice(dataset)),
        _of_images(dataset, "bare", "images have no annotation", _bare(dataset)),
        _of_images(dataset, "missing", "pictures are not among the files", _missing(dataset)),
        _unused(dataset),
    )
    return [oddity for oddity in found if len(oddity)]


def _of_objects(dataset: Dataset, kind: str, title: str, wrong: NDArray[np.bool_]) -> Oddity:
    rows = np.flatnonzero(wrong)
    images = dataset.objects.image[rows]
    names = (dataset.categories[k] for k in dataset.objects.category[rows].tolist())
    return Oddity(kind, title, images, rows, tuple(names))


def _of_images(dataset: Dataset, kind: str, title: str, wrong: NDArray[np.bool_]) -> Oddity:
    images = np.flatnonzero(wrong)
    names = tuple(dataset.names[i] for i in images.tolist())
    return Oddity(kind, title, images, np.full(len(images), -1), names)


def _outside(dataset: Dataset) -> NDArray[np.bool_]:
    boxes, sizes = dataset.objects.boxes, dataset.sizes[dataset.objects.image]
    known = (sizes > 0).all(axis=1)
    beyond = (boxes[:, :2] < -SLACK).any(axis=1) | (boxes[:, 2:] > sizes + SLACK).any(axis=1)
    return np.asarray(known & beyond)


def _empty(dataset: Dataset) -> NDArray[np.bool_]:
    boxes = dataset.objects.boxes
    return np.asarray((boxes[:, 2:] <= boxes[:, :2]).any(axis=1))


def _twice(dataset: Dataset) -> NDArray[np.bool_]:
    """All but the first of the objects with the same image, class and box to a tenth of a pixel."""
    objects = dataset.objects
    boxes = np.nan_to_num(objects.boxes * 10, nan=-1e12).round()
    table = np.column_stack([objects.image, objects.category, objects.track, boxes])
    order = np.lexsort(table.T[::-1])
    same = (np.diff(table[order], axis=0) == 0).all(axis=1) if len(table) else np.zeros(0, bool)
    wrong = np.zeros(len(table), bool)
    wrong[order[1:][same]] = True
    return wrong & np.isfinite(objects.boxes).all(axis=1)


def _bare(dataset: Dataset) -> NDArray[np.bool_]:
    bare = np.ones(len(dataset), bool)
    bare[dataset.objects.image] = False
    for image in (
        *(image for image, _ in dataset.captions),
        *(image for image, _ in dataset.labels),
        *(region.image for region in dataset.regions),
        *dataset.semantic,
    ):
        bare[image] = False
    return bare


def _missing(dataset: Dataset) -> NDArray[np.bool_]:
    return np.array([not file for file in dataset.files], bool)


def _unused(dataset: Dataset) -> Oddity:
    """Classes without an object, a label of an image, or a value in a semantic map."""
    used = set(dataset.objects.category.tolist()) | {category for _, category in dataset.labels}
    # Maps of one data set share their table of values as a rule: each table counts once.
    tables = {id(file.classes): file.classes for file in dataset.semantic.values()}
    for classes in tables.values():
        used.update(classes.values())
    names = [name for k, name in enumerate(dataset.categories) if k not in used]
    none = np.full(len(names), -1)
    return Oddity("unused", "classes are never used", none, none, tuple(names))


def as_dict(dataset: Dataset, found: list[Oddity]) -> dict[str, Any]:
    """Oddities by kind for JSON: the sentence, how many, and the first `LISTED` places."""
    return {
        oddity.kind: {
            "what": oddity.title,
            "count": len(oddity),
            "first": [place for _, place in zip(range(LISTED), places(dataset, oddity), strict=False)],
        }
        for oddity in found
    }


def places(dataset: Dataset, oddity: Oddity) -> Iterator[dict[str, Any]]:
    """Each place of an oddity: image, class and box, as far as it has them."""
    for image, row, name in zip(oddity.images.tolist(), oddity.rows.tolist(), oddity.names, strict=True):
        place: dict[str, Any] = {"image": dataset.names[image]} if image >= 0 else {"class": name}
        if row >= 0:
            place |= {"class": name, "box": dataset.objects.boxes[row].round(2).tolist()}
        yield place


def sentences(found: list[Oddity], shown: Callable[[int], str] = str) -> list[str]:
    """One line for each kind, such as "12 boxes reach beyond their image"."""
    return [f"{shown(len(oddity))} {oddity.title}" for oddity in found]
