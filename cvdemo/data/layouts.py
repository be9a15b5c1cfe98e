"""The layouts in which tools export data sets: what holds labels, what names the classes, what does neither.

Roboflow (README.*.txt, data.yaml, train/labels), CVAT (obj.names, obj.data, train.txt, obj_train_data), Label
Studio (classes.txt, notes.json, labels), Ultralytics (data.yaml, labels/train), labelImg (classes.txt).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any

import yaml

from cvdemo.data.archive import Archive, add_folder, read_file
from cvdemo.data.suffixes import PICTURES
from cvdemo.data.text_files import number
from cvdemo.errors import DataError

NAME_FILES = ("classes.txt", "obj.names", "predefined_classes.txt", "_darknet.labels")
YAML = (".yaml", ".yml")
SIDE_FILES = re.compile(
    r"readme.*|licen[cs]e.*|notes?|changelog|requirements|classes|predefined_classes|labels?|names"
    r"|(train|val|valid|validation|test|trainval|minival)(_?list|_?images)?",
    re.IGNORECASE,
)
"""Stems of text files that tools write beside labels."""

HEAD = 2**16  # bytes that tell what a file is


def label_files(archive: Archive) -> list[str]:
    """The text files that hold labels or results, one per image.

    Left out are lists of pictures, files of class names and, unless their first line reads like a label, what
    `SIDE_FILES` names. Where folders called `labels` have text files, only those are taken.
    """
    found = [path for path in archive.paths(".txt") if not _is_side_file(archive, path)]
    return [path for path in found if "labels" in PurePosixPath(path.lower()).parts[:-1]] or found


def _is_side_file(archive: Archive, path: str) -> bool:
    if PurePosixPath(path).name.lower() in NAME_FILES:
        return True
    is_side_name = bool(SIDE_FILES.fullmatch(PurePosixPath(path).stem))
    try:
        fields = first_line(archive, path).split()
    except DataError:  # whoever reads it as labels says so
        return is_side_name
    if len(fields) >= 5 and not any(isinstance(number(field), str) for field in fields[-4:]):
        return False
    return is_list_file(archive, path) or is_side_name


def first_line(archive: Archive, path: str) -> str:
    """The first line of a text file that is not empty; "" without one."""
    head = archive.read(path, HEAD).decode("utf-8", "replace").splitlines()
    return next((line.strip() for line in head if line.strip()), "")


def is_list_file(archive: Archive, path: str) -> bool:
    """Whether the first line of a text file is a picture's path."""
    return PurePosixPath(first_line(archive, path).replace("\\", "/")).suffix.lower() in PICTURES


def is_fraction(text: str) -> bool:
    """Whether a field may be a coordinate as a fraction of the image, which may reach a little beyond it."""
    value = number(text)
    return not isinstance(value, str) and -0.5 <= value <= 1.5


def class_names(archive: Archive) -> dict[int, str]:
    """Class names by number from a names file or data.yaml, the one nearest to the top; {} without one.

    A class's number is that of its line, counted from 0, empty lines included.
    """
    paths = [p for p in archive.paths() if PurePosixPath(p).name.lower() in NAME_FILES]
    for path in sorted(paths, key=_depth):
        text = archive.read(path).decode("utf-8-sig", "replace").rstrip()
        if text:
            return {i: line.strip() or str(i) for i, line in enumerate(text.splitlines())}
    for path in sorted(archive.paths(*YAML), key=_depth):
        if names := _yaml_names(archive.read(path)):
            return names
    return {}


def _depth(path: str) -> tuple[int, str]:
    return path.count("/"), path


def _yaml_names(data: bytes) -> dict[int, str]:
    """The `names` of Ultralytics's data.yaml, a list or a table by number; {} if there are none."""
    try:
        content = yaml.safe_load(data)
    except (yaml.YAMLError, ValueError, RecursionError):
        return {}
    names = content.get("names") if isinstance(content, Mapping) else None
    if isinstance(names, list):
        return {i: str(name) for i, name in enumerate(names)}
    if isinstance(names, Mapping):
        return {key: str(name) for key, name in names.items() if isinstance(key, int) and key >= 0}
    return {}


def is_coco(archive: Archive, path: str) -> bool:
    """Whether a JSON file begins like COCO's truth; `notes.json` and the like do not."""
    head = archive.read(path, HEAD)
    if re.search(rb'"(images|annotations)"\s*:\s*\[', head):
        return True
    return len(head) == HEAD and head.lstrip()[:1] == b"{"  # a long preface


def is_results(archive: Archive, path: str) -> bool:
    """Whether a JSON file begins like COCO's results, a list of objects."""
    return bool(re.match(rb"\s*\[\s*(\{|\]\s*$)", archive.read(path, HEAD)))


def is_annotation_xml(archive: Archive, path: str) -> bool:
    """Whether an XML file begins like an annotation of VOC."""
    return bool(re.search(rb"<annotation[\s/>]", archive.read(path, HEAD).replace(b"\0", b"")))  # or UTF-16


def around_labels(folder: Path) -> Archive:
    """The files of a folder of labels, with the pictures and class names that lie beside it.

    Pictures are looked for in its parent and where `images` stands in place of `labels` in its path; names in
    its parent and grandparent, where exporters lay data.yaml.
    """
    found = Archive()
    inside = "/".join(part for part in folder.parts[-3:] if part not in ("/", ".."))
    add_folder(found, folder, f"{inside}/")
    twin = Path(*("images" if part == "labels" else part for part in folder.parts))
    for place in {twin, folder.parent / "images"} - {folder}:
        if place.is_dir():
            add_folder(found, place, f"images/{place.name}/")
    for parent in (folder.parent, folder.parent.parent):
        for path in sorted(parent.iterdir()) if parent.is_dir() else ():
            if path.is_file() and (path.name in NAME_FILES or path.suffix.lower() in YAML):
                found.add(path.name, partial(read_file, path))
    return found


def json_content(archive: Archive, path: str) -> Any:
    """The content of a JSON file; DataError if it is none."""
    try:
        return json.loads(archive.read(path))
    except (ValueError, RecursionError) as error:
        raise DataError(f"{path}: not JSON ({error})") from error
