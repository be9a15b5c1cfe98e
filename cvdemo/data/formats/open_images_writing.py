"""Writing Open Images' CSV files, masks, class descriptions and hierarchy."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from cvdemo.data.dataset import Dataset
from cvdemo.data.formats.writing import copy_pictures, grey_png, other_attributes, write_bytes

FLAGS = {
    "IsOccluded": "occluded", "IsTruncated": "truncated", "IsDepiction": "depiction", "IsInside": "inside",
}  # fmt: skip
"""Columns that are attributes of objects: 1 and 0, -1 where nobody has said."""

SPLITS = {"": "train", "val": "validation", "valid": "validation"}
FRACTIONS = ("XMin", "XMax", "YMin", "YMax")
LABELS = ("ImageID", "Source", "LabelName", "Confidence")
BOXES = (*LABELS, *FRACTIONS, "IsOccluded", "IsTruncated", "IsGroupOf", "IsDepiction", "IsInside")
MASKS = (
    "MaskPath", "ImageID", "LabelName", "BoxID", *(f"Box{f}" for f in FRACTIONS), "PredictedIoU", "Clicks",
)  # fmt: skip
RELATIONS = (
    "ImageID", "LabelName1", "LabelName2", *(f"{f}1" for f in FRACTIONS), *(f"{f}2" for f in FRACTIONS),
    "RelationshipLabel",
)  # fmt: skip


def limits(dataset: Dataset) -> list[str]:
    """Attributes without a column."""
    return other_attributes(dataset, FLAGS.values())


def write(dataset: Dataset, folder: Path) -> None:
    """`annotations/SPLIT-*.csv`, `masks/SPLIT`, `images/SPLIT`; images without a split go into train."""
    splits = [SPLITS.get(split, split) for split in dataset.splits]
    names = copy_pictures(dataset, folder, lambda i, name: f"images/{splits[i]}/{name}")
    stems = [PurePosixPath(name).stem for name in names]
    place = folder / "annotations"
    described = [(_id(i), name) for i, name in enumerate(dataset.categories)]
    _write(place / "class-descriptions.csv", ("LabelName", "DisplayName"), described)
    listed = zip(stems, splits, strict=True)
    _write(place / "image_ids_and_rotation.csv", ("ImageID", "Subset"), listed)
    sizes = [(stem, *dataset.size(i)) for i, stem in enumerate(stems) if " " not in stem]
    text = "".join(f"{stem} {height} {width}\n" for stem, width, height in sizes if width and height)
    write_bytes(place / "images.meta", text.encode())
    if dataset.parents:
        write_bytes(place / "bbox_labels_hierarchy.json", json.dumps(_hierarchy(dataset)).encode())
    for split in dict.fromkeys(splits):
        images = [i for i, own in enumerate(splits) if own == split]
        _write(place / f"{split}-annotations-bbox.csv", BOXES, _boxes(dataset, images, stems))
        if dataset.labels or dataset.confidences:
            path = place / f"{split}-annotations-human-imagelabels.csv"
            _write(path, LABELS, _labels(dataset, images, stems))
        if any(mask is not None for mask in dataset.objects.masks):
            rows = _masks(dataset, images, stems, folder / "masks" / split)
            _write(place / f"{split}-annotations-object-segmentation.csv", MASKS, rows)
        if dataset.relations:
            _write(place / f"{split}-annotations-vrd.csv", RELATIONS, _relations(dataset, images, stems))


def _write(path: Path, header: Sequence[str], rows: Any) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    write_bytes(path, text.getvalue().encode())


def _id(category: int) -> str:
    """An id of a class in the form of the set's own."""
    return f"/m/{category:05d}"


def _hierarchy(dataset: Dataset) -> dict[str, Any]:
    """The classes below those above them, all below one root."""
    ids = {name: _id(i) for i, name in enumerate(dataset.categories)}
    below: dict[str, list[Any]] = {}
    for name, above in dataset.parents.items():
        below.setdefault(above, []).append({"LabelName": ids.get(name, name)})
    tops = [{"LabelName": ids.get(above, above), "Subcategory": rows} for above, rows in below.items()]
    return {"LabelName": "/m/0bl9f", "Subcategory": tops}


def _fractions(dataset: Dataset, n: int) -> list[str] | None:
    """XMin XMax YMin YMax of an object; None without a box or where the size of the image is not known."""
    width, height = dataset.size(int(dataset.objects.image[n]))
    box = dataset.objects.boxes[n]
    if not (width and height and np.isfinite(box).all()):
        return None
    x1, y1, x2, y2 = (box / (width, height, width, height)).tolist()
    return [f"{value:.9g}" for value in (x1, x2, y1, y2)]


def _placed(dataset: Dataset, images: list[int]) -> Iterator[tuple[int, int, list[str]]]:
    """Image, row and fractions of the objects that have them."""
    for i in images:
        for n in dataset.rows_of(i).tolist():
            fractions = _fractions(dataset, n)
            if fractions:
                yield i, n, fractions


def _boxes(dataset: Dataset, images: list[int], stems: list[str]) -> Iterator[list[Any]]:
    o = dataset.objects
    for i, n, fractions in _placed(dataset, images):
        flags = [o.attributes[n].get(own) for own in FLAGS.values()]
        values = [-1 if flag is None else int(flag in (True, "1", "true")) for flag in flags]
        score = f"{o.score[n]:.9g}" if np.isfinite(o.score[n]) else "1"
        label = _id(int(o.category[n]))
        yield [stems[i], "xclick", label, score, *fractions, *values[:2], int(o.crowd[n]), *values[2:]]


def _labels(dataset: Dataset, images: list[int], stems: list[str]) -> Iterator[list[Any]]:
    there, all_labels = set(images), dict.fromkeys([*dataset.labels, *dataset.confidences])
    for i, category in all_labels:
        value = dataset.confidences.get((i, category), 1)
        source = "verification" if value in (0, 1) else "machine"
        if i in there:
            yield [stems[i], source, _id(category), f"{value:.9g}"]


def _masks(dataset: Dataset, images: list[int], stems: list[str], folder: Path) -> Iterator[list[Any]]:
    for i, n, fractions in _placed(dataset, images):
        mask = dataset.mask(n)
        if mask is not None:
            name, label = f"{stems[i]}_m{n:05d}_{n:08x}.png", _id(int(dataset.objects.category[n]))
            write_bytes(folder / name, grey_png(mask.astype(np.uint8) * 255))
            yield [name, stems[i], label, f"{n:08x}", *fractions, "", ""]


def _relations(dataset: Dataset, images: list[int], stems: list[str]) -> Iterator[list[Any]]:
    o, there = dataset.objects, set(images)
    for relation in dataset.relations:
        pair = (relation.subject, relation.object)
        i = int(o.image[relation.subject])
        places = [_fractions(dataset, n) for n in pair]
        if i in there and places[0] and places[1]:
            ids = [_id(int(o.category[n])) for n in pair]
            yield [stems[i], *ids, *places[0], *places[1], relation.predicate]
