"""Which images of a data set are shown, what is said of one, and where data sets lie on the server."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cvdemo.data.by_image import Texts, texts_by_image
from cvdemo.data.dataset import Dataset
from cvdemo.data.inspection import SIZES, Inspection, find_sizes, inspect
from cvdemo.data.oddities import Oddity, oddities
from cvdemo.errors import DataError

VARIABLE = "CVDEMO_DATA"
MOST_HEADERS = 2000  # pictures that are opened for their size
LISTED = 200  # entries of a folder that are offered
Indices = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Opened:
    """A data set that is looked at, with all counts; `identity` is the same for the same files and format.

    `unknown` images have no size in the annotations and no picture that says it.
    """

    identity: str
    title: str
    dataset: Dataset
    found: Inspection
    odd: tuple[Oddity, ...]
    texts: Texts
    unknown: int

    @property
    def nbytes(self) -> int:
        """About how much memory it takes; the counts and texts are less than the annotations."""
        return 2 * self.dataset.nbytes


def opened(identity: str, title: str, dataset: Dataset) -> Opened:
    """A data set with its counts; sizes that annotations do not give are read from some pictures."""
    unknown = find_sizes(dataset, MOST_HEADERS)
    texts = texts_by_image(dataset)
    return Opened(
        identity, title, dataset, inspect(dataset), tuple(oddities(dataset)), texts, unknown
    )  # fmt: skip


class Filters(NamedTuple):
    """Which images are shown: those that satisfy everything that is set.

    `classes` all have an object (or the image a label) of one of them; `size` is one of `SIZES`; between
    `least` and `most` objects of these classes and this size; `text` in the name or a caption.
    """

    classes: tuple[str, ...] = ()
    size: str = ""
    least: int = 0
    most: int | None = None
    split: str = ""
    text: str = ""


def matching_images(dataset: Dataset, found: Inspection, filters: Filters) -> Indices:
    """The rows of the images that satisfy the filters, in the data set's order."""
    keep = np.ones(len(dataset), bool)
    objects = _counted(dataset, found, filters)
    count = np.bincount(dataset.objects.image[objects], minlength=len(dataset))
    if filters.classes or filters.size:
        has = count > 0
        if not filters.size:
            has[_labelled(dataset, filters.classes)] = True
        keep &= has
    keep &= count >= filters.least
    if filters.most is not None:
        keep &= count <= filters.most
    if filters.split:
        keep &= np.array(dataset.splits) == filters.split
    if filters.text.strip():
        keep &= _with_text(dataset, filters.text.strip().lower())
    return np.flatnonzero(keep)


def _counted(dataset: Dataset, found: Inspection, filters: Filters) -> NDArray[np.bool_]:
    """Which objects are of the chosen classes and size, [N]."""
    chosen = np.ones(len(dataset.objects), bool)
    if filters.classes:
        rows = [k for k, name in enumerate(dataset.categories) if name in filters.classes]
        chosen &= np.isin(dataset.objects.category, rows)
    if filters.size in SIZES:
        chosen &= found.size == SIZES.index(filters.size)
    return chosen


def _labelled(dataset: Dataset, classes: tuple[str, ...]) -> list[int]:
    return [image for image, category in dataset.labels if dataset.categories[category] in classes]


def _with_text(dataset: Dataset, text: str) -> NDArray[np.bool_]:
    """Which images have a text in their name, a caption or a region's description, [I]."""
    there = np.fromiter((text in name.lower() for name in dataset.names), bool, len(dataset))
    there[[image for image, caption in dataset.captions if text in caption.lower()]] = True
    there[[region.image for region in dataset.regions if text in region.text.lower()]] = True
    return there


def object_rows(dataset: Dataset, found: Inspection, image: int) -> list[dict[str, Any]]:
    """A row for each object of an image, for the table."""
    table = []
    objects = dataset.objects
    for row in dataset.rows_of(image).tolist():
        mask, points = objects.masks[row], objects.keypoints[row]
        entry: dict[str, Any] = {"class": dataset.categories[objects.category[row]]}
        if np.isfinite(objects.boxes[row]).all():
            entry |= zip(("x1", "y1", "x2", "y2"), objects.boxes[row].round(1).tolist(), strict=True)
        if not np.isnan(found.area[row]):
            entry["area"] = round(float(found.area[row]))
        if mask is not None:
            entry["mask"] = f"{len(mask)} polygons" if isinstance(mask, list) else "run lengths"
        if points is not None:
            entry["keypoints"] = int((points[:, 2] > 0).sum())
        flags = {"crowd": objects.crowd[row], "difficult": objects.difficult[row]}
        entry |= {name: True for name, is_set in flags.items() if is_set}
        if np.isfinite(objects.score[row]):
            entry["score"] = round(float(objects.score[row]), 4)
        if objects.track[row] >= 0:
            entry["track"] = int(objects.track[row])
        entry |= {name: str(value) for name, value in objects.attributes[row].items() if name not in entry}
        table.append(entry)
    return table


def texts_of_image(opened: Opened, image: int) -> dict[str, list[str]]:
    """What is said of an image: captions, labels, descriptions of regions, relations of its objects."""
    dataset, texts = opened.dataset, opened.texts

    def name(row: int) -> str:
        return dataset.categories[int(dataset.objects.category[row])]

    return {
        "captions": texts.captions.get(image, []),
        "labels": [dataset.categories[category] for category in texts.labels.get(image, ())],
        "regions": [region.text for region in texts.regions.get(image, ())],
        "relations": [
            f"{name(r.subject)} {r.predicate} {name(r.object)}" for r in texts.relations.get(image, ())
        ],
    }


def data_root() -> Path | None:
    """The folder of `CVDEMO_DATA`, below which data sets may be opened; None where there is none."""
    place = os.environ.get(VARIABLE, "").strip()
    return Path(place).resolve() if place and Path(place).is_dir() else None


def below(root: Path, asked: str) -> Path:
    """The folder or ZIP file of a path below the root; DataError for what is not there or leads out of it."""
    pure = PurePosixPath(asked.replace("\\", "/").strip())
    if pure.is_absolute() or ".." in pure.parts or "\0" in asked or ":" in asked:
        raise DataError(f"'{asked[:80]}' leads out of the folder of data sets")
    try:
        path = (root / pure).resolve()
        is_set = path.is_dir() or (path.is_file() and path.suffix.lower() == ".zip")
    except (OSError, ValueError, RuntimeError) as error:  # names that are too long, links in a circle
        raise DataError(f"'{asked[:80]}' is no path of a folder") from error
    if not path.is_relative_to(root):
        raise DataError(f"'{asked[:80]}' leads out of the folder of data sets")
    if not is_set:
        raise DataError(f"'{asked[:80]}' is neither a folder nor a ZIP file")
    return path


def entries(root: Path, folder: Path) -> list[str]:
    """Folders and ZIP files in a folder, as paths below the root; links that lead out are left out."""
    found = []
    for path in sorted(folder.iterdir(), key=lambda p: p.name.lower()):
        is_set = path.is_dir() or path.suffix.lower() == ".zip"
        if is_set and not path.name.startswith(".") and path.resolve().is_relative_to(root):
            found.append(path.relative_to(root).as_posix())
    return found[:LISTED]
