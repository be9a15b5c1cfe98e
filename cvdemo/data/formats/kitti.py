"""KITTI: a text file of objects per image, or label maps and instance maps in the same folders.

Geiger et al., CVPR 2012, and the object development kit's readme: `training/image_2/NAME.png`,
`training/label_2/NAME.txt` with a line per object: `type truncated occluded alpha left top right bottom
height width length x y z rotation_y [score]`. Alhaija et al., arXiv:1708.01566: `training/instance/NAME.png`
(16 bit, 256 times Cityscapes' class plus the number of the instance) and `training/semantic/NAME.png`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from cvdemo.data.archive import Archive
from cvdemo.data.dataset import VOID, Builder, Dataset, MapFile
from cvdemo.data.finding import PictureFinder
from cvdemo.data.formats import cityscapes
from cvdemo.data.formats.writing import copy_pictures, grey_png, other_attributes, readable_map, write_bytes
from cvdemo.data.suffixes import PICTURES
from cvdemo.data.text_files import TextLine, lines, number
from cvdemo.errors import DataError

TITLE = "KITTI"
HOLDS = frozenset({"boxes", "crowd", "scores", "attributes", "semantic", "splits"})
DONT_CARE = "DontCare"
"""The type of regions in which objects are not annotated: boxes are neither right nor wrong there."""

FOLDERS = {"train": "training", "test": "testing"}
SPLITS = {folder: split for split, folder in FOLDERS.items()}
IMAGES, LABELS, SEMANTIC, INSTANCE = "image_2", "label_2", "semantic", "instance"
UNKNOWN: dict[str, Any] = {
    "truncated": -1.0, "occluded": -1, "alpha": -10.0, "dimensions": [-1.0] * 3, "location": [-1000.0] * 3,
    "rotation_y": -10.0,
}  # fmt: skip
"""What stands for a value that is not known; the other values are kept as attributes of these names."""

NUMBERS = 14  # of a line behind the type; a score is a further one


def fits(archive: Archive) -> bool:
    """Whether texts lie in a folder `label_2`, or maps in `instance` or `semantic` beside `image_2`."""
    if any(PurePosixPath(path).parent.name == LABELS for path in archive.paths(".txt")):
        return True
    folders = {PurePosixPath(path).parent for path in archive.paths(".png")}
    return any(f.name in (INSTANCE, SEMANTIC) and f.parent / IMAGES in folders for f in folders)


def read(archive: Archive) -> Dataset:
    """Objects of texts and of instance maps, semantic maps, and the pictures that have none."""
    builder, find = Builder(TITLE, archive), PictureFinder(archive)
    for path in archive.paths(".txt"):
        if PurePosixPath(path).parent.name == LABELS:
            _read_texts(builder, _image(builder, find, path), path)
    maps = [p for p in archive.paths(".png") if PurePosixPath(p).parent.name in (INSTANCE, SEMANTIC)]
    classes = cityscapes.add_classes(builder) if maps else {}
    for path in sorted(maps, key=lambda p: PurePosixPath(p).parent.name, reverse=True):  # semantic first
        _read_map(builder, _image(builder, find, path), path, classes)
    for path in archive.paths(*PICTURES):
        if PurePosixPath(path).parent.name == IMAGES:
            _image(builder, find, path)
    return builder.build()


def _image(builder: Builder, find: PictureFinder, path: str) -> int:
    """The image of a file NAME in SPLIT/FOLDER."""
    pure = PurePosixPath(path)
    folder = pure.parts[-3] if len(pure.parts) > 2 else ""
    split = SPLITS.get(folder, folder)
    name = f"{split}/{pure.stem}" if split else pure.stem
    return builder.image(name, find(f"{folder}/{IMAGES}/{pure.stem}", IMAGES), split=split)


def _read_texts(builder: Builder, image: int, path: str) -> None:
    try:
        rows = lines(builder.archive, path)
    except DataError as error:
        name, _, why = str(error).partition(": ")
        builder.leave_out(name, f"{why}; left out")
        return
    for line in rows:
        _read_line(builder, image, line)


def _read_line(builder: Builder, image: int, line: TextLine) -> None:
    kind, values = line.fields[0], [number(field) for field in line.fields[1:]]
    numbers = [float(v) for v in values if not isinstance(v, str) and np.isfinite(v)]
    if len(values) not in (NUMBERS, NUMBERS + 1) or len(numbers) != len(values):
        builder.leave_out(line.label, "is not a type with 14 numbers, or 15 with a score; left out")
        return
    x1, y1, x2, y2 = numbers[3:7]
    if x2 < x1 or y2 < y1:
        builder.leave_out(line.label, "its box ends before it begins; left out")
        return
    score = numbers[NUMBERS] if len(numbers) > NUMBERS else float("nan")
    builder.object(
        image,
        builder.category(kind),
        (x1, y1, x2, y2),
        crowd=kind == DONT_CARE,
        score=score,
        attributes=_attributes(numbers),
    )


def _attributes(numbers: Sequence[float]) -> dict[str, Any]:
    occluded = int(numbers[1]) if numbers[1].is_integer() else numbers[1]
    named = (numbers[0], occluded, numbers[2], list(numbers[7:10]), list(numbers[10:13]), numbers[13])
    return {key: v for (key, unknown), v in zip(UNKNOWN.items(), named, strict=True) if v != unknown}


def _read_map(builder: Builder, image: int, path: str, classes: Mapping[int, int]) -> None:
    if PurePosixPath(path).parent.name == SEMANTIC:
        builder.extra.setdefault("semantic", {})[image] = MapFile(path, classes)
        return
    try:
        cityscapes.read_instances(builder, image, path, classes, _meaning)
    except DataError as error:
        why = str(error).removeprefix(f"{path}: ")
        builder.leave_out(PurePosixPath(path).name, f"{why}; left out")


def _meaning(value: int) -> tuple[int, bool]:
    """The class of a value and whether it is one object: the instance 0 is a class without objects."""
    return value // 256, value % 256 > 0


def limits(dataset: Dataset) -> list[str]:
    """Attributes but the type's own, crowds but DontCare, spaces in names, classes without a value."""
    o, names = dataset.objects, dataset.categories
    lost = other_attributes(dataset, UNKNOWN)
    if any(names[c] != DONT_CARE for c in o.category[o.crowd].tolist()):
        lost.append(f"which objects are crowds, but for those of class {DONT_CARE}")
    if spaced := [name for name in (names[c] for c in np.unique(o.category)) if name != _type(name)]:
        lost.append(f"spaces in names of classes, which become _: {', '.join(spaced[:6])}")
    if dataset.semantic and (unknown := [name for name in names if name not in cityscapes.BY_NAME]):
        lost.append(f"in semantic maps the classes that Cityscapes has not: {', '.join(unknown[:6])}")
    return lost


def _type(name: str) -> str:
    """A class's name as a field of a line."""
    return "_".join(name.split()) or "_"


def write(dataset: Dataset, folder: Path) -> None:
    """`label_2` and, where there are semantic maps, `semantic`; images without a split go into training."""
    places = [FOLDERS.get(split or "train", split) for split in dataset.splits]
    names = copy_pictures(dataset, folder, lambda i, name: f"{places[i]}/{IMAGES}/{name}")
    has_objects = bool(len(dataset.objects)) or not dataset.semantic
    ids = [cityscapes.BY_NAME[n].id if n in cityscapes.BY_NAME else 0 for n in dataset.categories]
    ids_of = np.array([*(max(0, i) for i in ids[:VOID]), *[0] * (VOID + 1 - len(ids))], np.uint8)
    for i, name in enumerate(names):
        place, stem = folder / places[i], PurePosixPath(name).stem
        if has_objects:
            text = "".join(f"{line}\n" for line in _lines(dataset, i))
            write_bytes(place / LABELS / f"{stem}.txt", text.encode())
        semantic = readable_map(dataset, i)
        if semantic is not None:
            write_bytes(place / SEMANTIC / f"{stem}.png", grey_png(ids_of[semantic]))


def _lines(dataset: Dataset, image: int) -> Iterator[str]:
    o = dataset.objects
    for n in dataset.rows_of(image).tolist():
        if not np.isfinite(o.boxes[n]).all():
            continue
        own = [_fitting(o.attributes[n].get(key), unknown) for key, unknown in UNKNOWN.items()]
        values = [*own[0], *own[1], *own[2], *o.boxes[n].tolist(), *own[3], *own[4], *own[5]]
        values += [float(o.score[n])] if np.isfinite(o.score[n]) else []
        kind = _type(dataset.categories[o.category[n]])
        yield " ".join([kind, *(f"{round(v, 6):.12g}" for v in values)])


def _fitting(value: Any, unknown: Any) -> list[float]:
    """An attribute as numbers, as many as its unknown value has; that one for anything else."""
    wanted = unknown if isinstance(unknown, list) else [unknown]
    given = value if isinstance(value, list | tuple) else [value]
    fits_in = len(given) == len(wanted) and all(isinstance(v, int | float) for v in given)
    return [float(v) for v in (given if fits_in and np.isfinite(given).all() else wanted)]
