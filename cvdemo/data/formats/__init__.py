"""The formats of data sets, one file each: what it holds, how it is recognised, reading and writing.

Each module has `TITLE`, `HOLDS` (of `cvdemo.data.dataset.KINDS`), `fits(archive)`, `read(archive)` and
`write(dataset, folder)`, where the format is one that is written; where it holds a kind only in part,
`limits(dataset)` says in words what of a data set is lost of it.
"""

from __future__ import annotations

import difflib
import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from cvdemo.data.archive import Archive, open_path
from cvdemo.data.dataset import Dataset
from cvdemo.errors import DataError

FORMATS = (
    "cityscapes", "kitti", "camvid", "open-images", "visual-genome", "mot", "imagenet", "voc", "coco",
    "labelme", "yolo", "imagenet-folders",
)  # fmt: skip
"""Keys in the order in which they are tried on unknown files: the most particular layout first."""


class Format(Protocol):
    """What a format's module offers."""

    TITLE: str
    HOLDS: frozenset[str]
    fits: Callable[[Archive], bool]
    read: Callable[[Archive], Dataset]
    write: Callable[[Dataset, Path], None]


def format_module(key: str) -> Format:
    """The module of a format; DataError with near names for an unknown key."""
    if key not in FORMATS:
        near = difflib.get_close_matches(key, FORMATS, n=3) or FORMATS
        raise DataError(f"no format is called '{key[:40]}': there is {', '.join(near)}")
    return importlib.import_module(f"cvdemo.data.formats.{key.replace('-', '_')}")


def guess(archive: Archive) -> str:
    """The key of the format that the files are laid out in; DataError if none fits."""
    for key in FORMATS:
        if format_module(key).fits(archive):
            return key
    known = ", ".join(format_module(key).TITLE for key in FORMATS)
    raise DataError(f"no known data set: neither of {known}")


def read_dataset(source: Archive | str | Path, key: str | None = None) -> Dataset:
    """The data set of a folder, a ZIP file or open files; the format is guessed unless its key is given.

    What cannot be read is left out and said in `problems`; DataError if nothing can be read.
    """
    archive = source if isinstance(source, Archive) else open_path(source)
    dataset = format_module(key or guess(archive)).read(archive)
    dataset.problems[:0] = archive.notes
    return dataset


LOST = {
    "boxes": "boxes of objects", "masks": "masks of objects", "keypoints": "keypoints",
    "crowd": "which objects are crowds", "difficult": "which objects are difficult", "scores": "scores",
    "tracks": "ids of objects over time", "attributes": "further attributes of objects",
    "captions": "captions", "regions": "descriptions of regions", "relations": "relations between objects",
    "labels": "labels of whole images", "confidences": "how certain labels of images are",
    "semantic": "semantic maps", "splits": "splits", "synsets": "WordNet ids of classes",
}  # fmt: skip
"""What a kind of annotation is called when a format cannot hold it."""


def cannot_hold(dataset: Dataset, key: str) -> list[str]:
    """What of a data set a format has no place for, in words."""
    module = format_module(key)
    lost = [text for kind, text in LOST.items() if kind in dataset.kinds() - module.HOLDS]
    return lost + (module.limits(dataset) if hasattr(module, "limits") else [])


def write_dataset(dataset: Dataset, folder: Path, key: str) -> list[str]:
    """Write a data set with its pictures into a new folder; gives what could not be held.

    Raises DataError where the folder has files already or cannot be written.
    """
    module = format_module(key)
    if not hasattr(module, "write"):
        raise DataError(f"{module.TITLE} is read and not written")
    if folder.exists() and any(folder.iterdir()):
        raise DataError(f"'{folder.name}' is not empty: give a new folder")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        module.write(dataset, folder)
    except OSError as error:
        raise DataError(
            f"cannot write to '{folder.name}': {(error.strerror or 'no access').lower()}"
        ) from error
    return cannot_hold(dataset, key)
