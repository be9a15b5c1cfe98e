"""Open Images: CSV files of boxes, masks, labels of images and relations, class names, a hierarchy as JSON.

Kuznetsova et al., arXiv:1811.00982, and the files of version 6 and 7. Coordinates are fractions of the
image's sides; these stand in `images.meta` (`ID height width` per line, an addition of
Datumaro's) or in the pictures.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any, TypeAlias

import cv2
import numpy as np

from cvdemo.data.archive import Archive
from cvdemo.data.csv_files import csv_header, csv_rows
from cvdemo.data.dataset import Builder, Dataset, Relation, map_values, mask_rle
from cvdemo.data.finding import PictureFinder, known_size
from cvdemo.data.formats.open_images_writing import FLAGS, limits, write
from cvdemo.data.formats.writing import image_name
from cvdemo.data.layouts import HEAD, json_content
from cvdemo.data.suffixes import PICTURES
from cvdemo.data.text_files import lines, number
from cvdemo.errors import DataError

__all__ = ["HOLDS", "TITLE", "fits", "limits", "read", "write"]

TITLE = "Open Images"
HOLDS = frozenset({
    "boxes", "masks", "crowd", "scores", "attributes", "relations", "labels", "confidences", "splits",
})  # fmt: skip
CORNERS = ("XMin", "YMin", "XMax", "YMax")
OWN_SPLITS = {"validation": "val"}
MASK = re.compile(r"_m\w+_[0-9a-f]{8}$")  # the end of a mask's name: class and box
SPLIT = re.compile(r"(?:^|[-_/])(train|validation|val|test|challenge)(?=[-_/.]|$)")
DIGITS = 6  # of fractions that name the same box in files of boxes, masks and relations

Row: TypeAlias = Mapping[str, str]


def fits(archive: Archive) -> bool:
    """Whether the first line of a CSV file has the columns of boxes, masks, relations, labels or images."""
    return any(_kind(csv_header(archive, path)) in READERS for path in archive.paths(".csv"))


def _kind(header: list[str]) -> str:
    """What a file holds, by its columns; "" for others."""
    there = set(header)
    if "ImageID" not in there:
        return "classes" if {"LabelName", "DisplayName"} <= there else ""
    if "RelationshipLabel" in there:
        return "relations"
    if "MaskPath" in there:
        return "masks"
    if "LabelName" in there:
        return "boxes" if there.issuperset(CORNERS) else "labels"
    return "images" if "Subset" in there else ""


def read(archive: Archive) -> Dataset:
    """All files together; images are those that a file or a picture names."""
    reader = _Reader(archive)
    kinds: dict[str, list[str]] = {}
    for path in archive.paths(".csv"):
        kind = "classes" if "class-descriptions" in path else _kind(csv_header(archive, path))
        kinds.setdefault(kind, []).append(path)
    for path in kinds.get("classes", []):
        reader.read_names(path)
    for kind, read_row in READERS.items():
        for path in kinds.get(kind, []):
            reader.read_rows(path, read_row)
    for path in archive.paths(".json"):
        reader.read_hierarchy(path)
    reader.add_pictures()
    return reader.builder.build()


class _Reader:
    """What is known while the files are read one after another."""

    def __init__(self, archive: Archive) -> None:
        self.archive = archive
        self.builder = Builder(TITLE, archive)
        self.masks = {PurePosixPath(p).name: p for p in archive.paths(".png")}
        self.names: dict[str, str] = {}  # the class's name by its id such as /m/01g317
        self.images: dict[str, int] = {}
        self.rows: dict[tuple[Any, ...], int] = {}
        self.split = self.where = ""
        self.listed = _listed_sizes(archive)
        self.find = PictureFinder(archive)

    def read_names(self, path: str) -> None:
        """Class names, with or without a first line of columns."""
        try:
            for _, fields in csv_rows(self.archive, path):
                if len(fields) >= 2 and fields[0] != "LabelName":
                    self.names[fields[0].strip()] = fields[1].strip()
                    self.builder.category(fields[1].strip())
        except DataError as error:
            self._leave_out(error)

    def read_rows(self, path: str, read_row: Callable[[_Reader, Row], None]) -> None:
        """Hand each row of a file on; what is wrong with it is noted."""
        found = SPLIT.search(PurePosixPath(path).name)
        self.split = found[1] if found else ""
        header: list[str] = []
        try:
            for line, fields in csv_rows(self.archive, path):
                if not header:
                    header = [field.strip() for field in fields]
                    continue
                self.where = f"{PurePosixPath(path).name} line {line}"
                if len(fields) < len(header) and read_row is not READERS["images"]:
                    self.builder.leave_out(self.where, "has fewer fields than the first line; left out")
                else:
                    read_row(self, dict(zip(header, fields, strict=False)))
        except DataError as error:
            self._leave_out(error)

    def _leave_out(self, error: DataError) -> None:
        name, _, why = str(error).partition(": ")
        self.builder.leave_out(name, f"{why}; the rest is left out")

    def image(self, row: Row) -> int:
        """The image of a row; its size is taken from its picture where no file lists it."""
        own = row["ImageID"].strip()
        if own not in self.images:
            subset = row.get("Subset", "").strip()
            split = subset if re.fullmatch(r"[\w-]+", subset) else self.split
            file = self.find(own, split)
            size = self.listed.get(own) or (known_size(self.builder.archive, file) if file else (0, 0))
            split = OWN_SPLITS.get(split, split)
            self.images[own] = self.builder.image(image_name(f"{own}.jpg", split), file, size, split)
        return self.images[own]

    def category(self, label: str) -> int:
        """The category of a class's id."""
        return self.builder.category(self.names.get(label.strip(), label.strip()) or "?")

    def box(self, row: Row, prefix: str = "", suffix: str = "") -> tuple[float, ...] | None:
        """The fractions x1 y1 x2 y2 of a row, None with a note where they are none."""
        values = [number(row.get(f"{prefix}{corner}{suffix}", "")) for corner in CORNERS]
        numbers = [v for v in values if not isinstance(v, str) and abs(v) < 1e6]
        if len(numbers) == 4 and numbers[0] <= numbers[2] and numbers[1] <= numbers[3]:
            return tuple(numbers)
        self.builder.leave_out(self.where, "has no box of four numbers; left out")
        return None

    def object(self, image: int, category: int, box: tuple[float, ...], **more: Any) -> int | None:
        """Add an object by fractions; None with a note where the size of the image is not known."""
        if not all(self.builder.sizes[image]):
            why = "the size of its image is not known, for the picture is missing; left out"
            self.builder.leave_out(self.where, why)
            return None
        pixels = np.array(box) * np.tile(self.builder.sizes[image], 2)
        row = self.builder.object(image, category, pixels.tolist(), **more)
        self.rows[image, category, *(round(v, DIGITS) for v in box)] = row
        return row

    def same(self, image: int, category: int, box: tuple[float, ...]) -> int | None:
        """The row of an object that another file has given, else a new one."""
        row = self.rows.get((image, category, *(round(v, DIGITS) for v in box)))
        return self.object(image, category, box) if row is None else row

    def read_image(self, row: Row) -> None:
        """A row of the list of images: its split."""
        self.image(row)

    def read_box(self, row: Row) -> None:
        """A row of a file of boxes; its confidence is 1 where people have drawn it."""
        box, score = self.box(row), number(row.get("Confidence", ""))
        if box is None:
            return
        flags = {own: row[key] == "1" for key, own in FLAGS.items() if row.get(key) in ("0", "1")}
        sure = isinstance(score, str) or not 0 <= score < 1
        self.object(
            self.image(row),
            self.category(row["LabelName"]),
            box,
            crowd=row.get("IsGroupOf") == "1",
            score=float("nan") if sure else score,
            attributes=flags,
        )

    def read_mask(self, row: Row) -> None:
        """A row of a file of masks: a PNG that is white inside, of the image's proportions."""
        box = self.box(row, "Box")
        if box is None:
            return
        path = self.masks.get(PurePosixPath(row["MaskPath"].replace("\\", "/")).name)
        image = self.image(row)
        mine = self.same(image, self.category(row["LabelName"]), box)
        if path is None:
            self.builder.leave_out(self.where, "its mask is not among the files; the box is kept")
        elif mine is not None:
            try:
                values = (map_values(self.archive.read(path), path) > 0).astype(np.uint8)
            except DataError:
                self.builder.leave_out(self.where, "its mask cannot be read; the box is kept")
                return
            mask = cv2.resize(values, self.builder.sizes[image], interpolation=cv2.INTER_NEAREST)
            self.builder.set_mask(mine, mask_rle(mask.astype(bool)))

    def read_label(self, row: Row) -> None:
        """A row of a file of labels: 1 and 0 are people's answers, others a model's confidence."""
        label = (self.image(row), self.category(row["LabelName"]))
        value = number(row.get("Confidence") or "1")
        if isinstance(value, str) or not 0 <= value <= 1:
            self.builder.leave_out(self.where, "its confidence is no number of 0..1; left out")
            return
        labels = self.builder.extra.setdefault("labels", {})
        if value > 0:
            labels[label] = None
        if value < 1:
            self.builder.extra.setdefault("confidences", {})[label] = value

    def read_relation(self, row: Row) -> None:
        """A row of a file of relations; `is` says what an object is like."""
        first, second = self.box(row, "", "1"), self.box(row, "", "2")
        if first is None or second is None:
            return
        image = self.image(row)
        subject = self.same(image, self.category(row["LabelName1"]), first)
        other = self.same(image, self.category(row["LabelName2"]), second)
        if subject is not None and other is not None:
            relation = Relation(subject, row["RelationshipLabel"], other)
            self.builder.extra.setdefault("relations", []).append(relation)

    def read_hierarchy(self, path: str) -> None:
        """The classes above classes, from a JSON file of nested `Subcategory` lists."""
        if b'"LabelName"' not in self.archive.read(path, HEAD):
            return
        try:
            for above, name in _below(json_content(self.archive, path)):
                own = self.names.get(name, name)
                self.builder.extra.setdefault("parents", {})[own] = self.names.get(above, above)
        except DataError as error:
            self._leave_out(error)

    def add_pictures(self) -> None:
        """Pictures that no file names; masks are none."""
        known = {*self.builder.files}
        for path in self.archive.paths(*PICTURES):
            pure = PurePosixPath(path)
            if path not in known and "masks" not in pure.parts and not MASK.search(pure.stem):
                found = SPLIT.search(f"/{pure.parent}/")
                split = OWN_SPLITS.get(found[1], found[1]) if found else ""
                self.builder.image(image_name(pure.name, split), path, split=split)
        labels = self.builder.extra.get("labels")
        if labels is not None:
            self.builder.extra["labels"] = list(labels)


READERS: dict[str, Callable[[_Reader, Row], None]] = {
    "images": _Reader.read_image,
    "boxes": _Reader.read_box,
    "masks": _Reader.read_mask,
    "relations": _Reader.read_relation,
    "labels": _Reader.read_label,
}
"""What reads the rows of each kind of file, in the order in which they are read."""


def _listed_sizes(archive: Archive) -> dict[str, tuple[int, int]]:
    """The width and height of the images that `images.meta` lists."""
    found = {}
    for path in archive.paths(".meta"):
        try:
            rows = lines(archive, path)
        except DataError:
            continue
        for line in rows:
            height, width = line.fields[-2:] if len(line.fields) == 3 else ("", "")
            if height.isdecimal() and width.isdecimal() and 0 < int(height) < 2**31 > int(width) > 0:
                found[line.fields[0]] = (int(width), int(height))
    return found


def _below(node: Any) -> Iterator[tuple[str, str]]:
    """All pairs of a class and one below it."""
    waiting = [node]
    while waiting:
        own = waiting.pop()
        children = own.get("Subcategory") if isinstance(own, Mapping) else None
        for child in children if isinstance(children, list) else ():
            if isinstance(child, Mapping) and isinstance(child.get("LabelName"), str):
                yield str(own.get("LabelName")), child["LabelName"]
                waiting.append(child)
