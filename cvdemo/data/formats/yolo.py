"""YOLO's text: a file per image, a line per object, coordinates as fractions of the image.

`class x y width height` (the box's centre), `class x1 y1 x2 y2 ...` (a polygon), or where data.yaml has
`kpt_shape: [K, 2 or 3]`, `class x y width height` and K keypoints. Layouts of Ultralytics, Roboflow, CVAT,
Label Studio and Darknet; class names in data.yaml, obj.names or classes.txt.
"""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import Any

import cv2
import numpy as np
import yaml

from cvdemo.data.archive import Archive
from cvdemo.data.dataset import Builder, Dataset
from cvdemo.data.finding import PictureFinder, known_size
from cvdemo.data.formats.writing import copy_pictures, write_bytes
from cvdemo.data.layouts import YAML, class_names, first_line, is_fraction, is_list_file, label_files
from cvdemo.data.outline import outlines
from cvdemo.data.suffixes import PICTURES
from cvdemo.data.text_files import lines, number
from cvdemo.errors import DataError

TITLE = "YOLO text"
HOLDS = frozenset({"boxes", "masks", "keypoints", "splits"})
SPLITS = ("train", "val", "valid", "validation", "test")


def fits(archive: Archive) -> bool:
    """Whether the first text file with a line that is no side file has numbers alone."""
    for path in label_files(archive):
        if fields := first_line(archive, path).split():
            return len(fields) >= 5 and fields[0].isdigit() and all(map(is_fraction, fields[1:5]))
    return False


def read(archive: Archive) -> Dataset:
    """All label files, and the pictures without one as images without objects."""
    names = class_names(archive)
    last = max(names, default=-1)
    builder = Builder(TITLE, archive, [names.get(i, str(i)) for i in range(last + 1)])
    find, shape = PictureFinder(archive), _keypoint_shape(archive)
    listed = _listed_splits(archive)
    seen = set()
    for path in label_files(archive):
        file = _picture_of(find, path)
        seen.add(file)
        image = _image(builder, file or path, file, listed)
        _read_labels(builder, archive, path, image, shape)
    for file in archive.paths(*PICTURES):
        if file not in seen:
            _image(builder, file, file, listed)
    return builder.build()


def _picture_of(find: PictureFinder, path: str) -> str:
    """The picture of a label file: `images` in place of `labels`, or beside it."""
    pure = PurePosixPath(path)
    twin = PurePosixPath(*("images" if part == "labels" else part for part in pure.parts)).with_suffix("")
    return find(str(twin)) or find(pure.stem)


def _image(builder: Builder, path: str, file: str, listed: dict[str, str]) -> int:
    pure = PurePosixPath(path)
    split = next((part for part in reversed(pure.parts[:-1]) if part in SPLITS), "")
    split = split or listed.get(pure.stem, "")
    name = f"{split}/{pure.stem}" if split else pure.stem
    if name in builder.images and builder.files[builder.images[name]] != file:
        name = str(pure.with_suffix(""))
    image = builder.image(name, file, split=split)
    if file and not all(builder.sizes[image]):
        builder.sizes[image] = known_size(builder.archive, file)
    return image


def _listed_splits(archive: Archive) -> dict[str, str]:
    """The split of each picture that train.txt, val.txt or test.txt lists, by file name."""
    found: dict[str, str] = {}
    for path in archive.paths(".txt"):
        if PurePosixPath(path).stem in SPLITS and is_list_file(archive, path):
            for line in lines(archive, path):
                stem = PurePosixPath(line.text.strip().replace("\\", "/")).stem
                found.setdefault(stem, PurePosixPath(path).stem)
    return found


def _keypoint_shape(archive: Archive) -> tuple[int, int] | None:
    for path in archive.paths(*YAML):
        try:
            content = yaml.safe_load(archive.read(path))
            points, values = content["kpt_shape"]
        except (yaml.YAMLError, ValueError, TypeError, KeyError, RecursionError):
            continue
        if isinstance(points, int) and points > 0 and values in (2, 3):
            return points, values
    return None


def _read_labels(
    builder: Builder, archive: Archive, path: str, image: int, shape: tuple[int, int] | None
) -> None:
    try:
        rows = lines(archive, path)
    except DataError as error:
        builder.leave_out(PurePosixPath(path).name, f"{error}; left out")
        return
    size = np.array(builder.sizes[image], float)
    if rows and not size.all():
        builder.leave_out(PurePosixPath(path).name, "its picture is missing, so fractions stay fractions")
        size = np.ones(2)
    for line in rows:
        values = [number(field) for field in line.fields]
        if any(isinstance(v, str) or not np.isfinite(v) or abs(v) > 1e6 for v in values):
            builder.leave_out(line.label, "is not a line of numbers; left out")
            continue
        _read_line(builder, image, line.label, [float(v) for v in values], size, shape)


def _read_line(
    builder: Builder, image: int, label: str, values: list[float], size: Any, shape: tuple[int, int] | None
) -> None:
    """One object: a box, a box with keypoints, a polygon; a sixth number is a score."""
    kind, rest = values[0], values[1:]
    if kind < 0 or not kind.is_integer() or len(rest) < 4:
        builder.leave_out(label, "is no class number and four numbers of a box; left out")
        return
    category = builder.category_number(int(kind))
    if shape and len(rest) == 4 + shape[0] * shape[1]:
        points = np.array(rest[4:]).reshape(shape)
        seen = points[:, 2:] if shape[1] == 3 else np.where(points.any(axis=1, keepdims=True), 2, 0)
        keypoints = np.hstack([points[:, :2] * size, seen])
        builder.object(image, category, _box(rest[:4], size), keypoints=keypoints)
    elif len(rest) in (4, 5):
        score = rest[4] if len(rest) == 5 else float("nan")
        builder.object(image, category, _box(rest[:4], size), score=score)
    elif len(rest) >= 6 and len(rest) % 2 == 0:
        polygon = (np.array(rest).reshape(-1, 2) * size).ravel().tolist()
        builder.object(image, category, mask=[polygon])
    else:
        builder.leave_out(label, "is neither a box nor a polygon of points; left out")


def _box(values: list[float], size: Any) -> tuple[float, float, float, float]:
    x, y, width, height = np.array(values) * np.tile(size, 2)
    return x - width / 2, y - height / 2, x + width / 2, y + height / 2


def write(dataset: Dataset, folder: Path) -> None:
    """Ultralytics' layout: images/SPLIT, labels/SPLIT, data.yaml.

    Where objects have keypoints, all lines hold K of them; else an object with a mask is written as its
    largest polygon, since a line holds one, and others as boxes.
    """
    names = copy_pictures(dataset, folder, lambda i, name: f"images/{dataset.splits[i] or 'train'}/{name}")
    points = max((len(k) for k in dataset.objects.keypoints if k is not None), default=0)
    for i in range(len(dataset)):
        split = dataset.splits[i] or "train"
        text = "".join(f"{line}\n" for n in dataset.rows_of(i) if (line := _line(dataset, int(n), points)))
        write_bytes(folder / "labels" / split / f"{PurePosixPath(names[i]).stem}.txt", text.encode())
    splits = dict.fromkeys(s or "train" for s in dataset.splits)
    content: dict[str, Any] = {"path": ".", **{s: f"images/{s}" for s in splits}}
    content["names"] = dict(enumerate(dataset.categories))
    if points:
        content["kpt_shape"] = [points, 3]
    text = yaml.safe_dump(content, allow_unicode=True, sort_keys=False)
    write_bytes(folder / "data.yaml", text.encode())


def _line(dataset: Dataset, n: int, points: int) -> str:
    """A line, "" for an object without box or in an image of unknown size."""
    o = dataset.objects
    size = np.array(dataset.size(int(o.image[n])), float)
    if not size.all() or not np.isfinite(o.boxes[n]).all():
        return ""
    x1, y1, x2, y2 = o.boxes[n] / np.tile(size, 2)
    box = [(x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1]
    if points:
        own = o.keypoints[n]
        given = np.zeros((points, 3)) if own is None else np.vstack([own, np.zeros((points - len(own), 3))])
        values = [*box, *(given / [*size, 1]).ravel()]
    else:
        polygon = _largest_polygon(dataset, n)
        values = box if polygon is None else list((polygon / size).ravel())
    return " ".join([str(int(o.category[n])), *(f"{v:.8g}" for v in values)])


def _largest_polygon(dataset: Dataset, n: int) -> Any:
    """The polygon [P, 2] of the largest area of an object's mask, None without one."""
    mask = dataset.objects.masks[n]
    if isinstance(mask, dict):
        whole = dataset.mask(n)
        mask = [] if whole is None else outlines(whole)
    polygons = [np.array(p).reshape(-1, 2) for p in mask or []]
    if not polygons:
        return None
    return max(polygons, key=lambda p: cv2.contourArea(p.astype(np.float32)))
