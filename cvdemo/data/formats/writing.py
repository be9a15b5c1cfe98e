"""What writers of data sets share: pictures under unique names, files with their folders, VOC's palette."""

from __future__ import annotations

import io
from collections.abc import Callable, Collection
from pathlib import Path, PurePosixPath

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cvdemo.data.dataset import Dataset
from cvdemo.errors import DataError, PictureError

COPIED = (".jpg", ".jpeg", ".png")
"""Suffixes of pictures that every reader knows and that are copied as they are; others become PNG."""


def image_name(file_name: str, split: str = "") -> str:
    """An image's name from its file name in annotations: without suffix and without the split's folder."""
    pure = PurePosixPath(file_name.replace("\\", "/"))
    stem = pure.with_suffix("") if pure.name else pure
    parts = [part for part in stem.parts if part not in ("/", "//", "..", ".", "images", split)]
    return "/".join(([split] if split else []) + parts) or "image"


def copy_pictures(dataset: Dataset, folder: Path, place: Callable[[int, str], str]) -> list[str]:
    """Copy every picture i to `folder / place(i, name)`; gives the [I] file names, without folders.

    Images whose picture is not there or cannot be read get a name and no file; a place of "" gives neither.
    """
    used: set[str] = set()
    names = []
    for i in range(len(dataset)):
        stem = flat_name(dataset, i)
        suffix = PurePosixPath(dataset.files[i]).suffix.lower()
        wanted = place(i, f"{stem}{suffix if suffix in COPIED else '.png'}")
        path = _unique(wanted, used) if wanted else ""
        names.append(PurePosixPath(path).name)
        data = _picture_bytes(dataset, i, suffix) if path and dataset.files[i] else None
        if data is not None:
            write_bytes(folder / path, data)
    return names


def flat_name(dataset: Dataset, image: int) -> str:
    """An image's name as a file name: without its split, folders joined by "_"."""
    name, split = dataset.names[image], dataset.splits[image]
    return name.removeprefix(f"{split}/").replace("/", "_") if split else name.replace("/", "_")


def flat_names(dataset: Dataset) -> list[str]:
    """The `flat_name` of each image [I], unique among those of its split."""
    used: set[str] = set()
    flat = [f"{split}/{flat_name(dataset, i)}." for i, split in enumerate(dataset.splits)]
    return [_unique(name, used).rpartition("/")[2].removesuffix(".") for name in flat]


def readable_map(dataset: Dataset, image: int) -> NDArray[np.uint8] | None:
    """The semantic map of an image; None without one that can be read and has the image's size."""
    try:
        found = dataset.semantic_map(image)
    except DataError:
        return None
    return found if found is not None and found.shape[::-1] == dataset.size(image) else None


def other_attributes(dataset: Dataset, held: Collection[str]) -> list[str]:
    """The attributes of objects that a format with places for some has none for, as a sentence in a list."""
    others = dict.fromkeys(key for row in dataset.objects.attributes for key in row if key not in held)
    named = ", ".join(list(others)[:6]) + (", ..." if len(others) > 6 else "")
    return [f"attributes of objects: {named}"] if others else []


def _unique(name: str, used: set[str]) -> str:
    stem, _, suffix = name.rpartition(".")
    number, found = 2, name
    while found.lower() in used:
        found, number = f"{stem}-{number}.{suffix}", number + 1
    used.add(found.lower())
    return found


def _picture_bytes(dataset: Dataset, image: int, suffix: str) -> bytes | None:
    from cvdemo.data.pictures import to_png

    try:
        if suffix in COPIED:
            return dataset.archive.read(dataset.files[image])
        return to_png(dataset.picture(image))
    except (DataError, PictureError):
        return None


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file, with the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def voc_palette() -> NDArray[np.uint8]:
    """VOC's colours [256, 3]: the bits of an index, spread over red, green and blue (development kit)."""
    colours, index = np.zeros((256, 3), np.uint8), np.arange(256)
    for bit in range(3):
        for channel in range(3):
            colours[:, channel] |= ((index >> (3 * bit + channel) & 1) << (7 - bit)).astype(np.uint8)
    return colours


def indexed_png(values: NDArray[np.uint8]) -> bytes:
    """Values [H, W] as a PNG with VOC's palette."""
    image = Image.fromarray(values).convert("P")
    image.putpalette(voc_palette().ravel().tolist())
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def grey_png(values: NDArray[np.uint8] | NDArray[np.uint16]) -> bytes:
    """Values [H, W] of 8 or 16 bit as a PNG with one channel."""
    return bytes(cv2.imencode(".png", values)[1])
