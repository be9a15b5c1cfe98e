"""ImageNet's lists and boxes: `path class` per line with the classes' names, or XML files by WordNet ids.

Russakovsky et al., arXiv:1409.0575. Lists: `SPLIT.txt` with the numbers of the lines of `synsets.txt` or
`synset_words.txt`. CLS-LOC: `Annotations/CLS-LOC/SPLIT/[ID/]NAME.xml` as VOC's, pictures
`Data/CLS-LOC/SPLIT/[ID/]NAME.JPEG`, `LOC_synset_mapping.txt`, `LOC_SPLIT_solution.csv`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from cvdemo.data.archive import Archive
from cvdemo.data.csv_files import csv_header, csv_rows
from cvdemo.data.dataset import Builder, Dataset
from cvdemo.data.finding import PictureFinder
from cvdemo.data.formats.writing import copy_pictures, image_name, write_bytes
from cvdemo.data.layouts import HEAD
from cvdemo.data.suffixes import PICTURES
from cvdemo.data.synsets import MAPPING, display_names, synset_words
from cvdemo.data.text_files import lines, number
from cvdemo.data.xml_files import parse_xml
from cvdemo.errors import DataError

TITLE = "ImageNet lists and boxes"
HOLDS = frozenset({"labels", "splits", "synsets"})
NAMES = ("synsets.txt", "synset_words.txt")
"""Files whose lines name the classes 0, 1, 2 ... of the lists, in this order of preference."""

SYNSET = re.compile(r"n\d{8}")
LINE = re.compile(r"\s*(\S.*?)((?:\s+\d+)*)\s*")  # a path, which may have spaces, and numbers of classes
SPLITS = ("train", "val", "validation", "test")
SOLUTION = ["ImageId", "PredictionString"]
CORNERS = ("xmin", "ymin", "xmax", "ymax")
PIXEL = 1.0  # the last pixel is inside, as in VOC


def fits(archive: Archive) -> bool:
    """Whether there are lists with the names of their classes, or XML files of objects with WordNet ids."""
    if _names_file(archive) and any(True for _ in _lists(archive)):
        return True
    xml = (archive.read(path, HEAD) for path in archive.paths(".xml")[:20])
    return any(re.search(rb"<name>\s*n\d{8}\s*</name>", head) for head in xml)


def _names_file(archive: Archive) -> str:
    paths = {PurePosixPath(path).name: path for path in archive.paths(".txt")}
    return next((paths[name] for name in NAMES if name in paths), "")


def _lists(archive: Archive) -> Iterator[str]:
    """The text files whose first line is a picture and a number."""
    for path in archive.paths(".txt"):
        if PurePosixPath(path).name not in (*NAMES, MAPPING):
            head = archive.read(path, HEAD).decode("utf-8", "replace").splitlines()
            first = next((line for line in head if line.strip()), "")
            match = LINE.fullmatch(first)
            if match and (
                PurePosixPath(match[1]).suffix.lower() in PICTURES or (match[2] and " " not in match[1])
            ):
                yield path


def read(archive: Archive) -> Dataset:
    """Labels of the lists, objects of the XML files, and the pictures that neither names."""
    reader = _Reader(archive)
    if _names_file(archive):
        for path in _lists(archive):
            reader.read_list(path)
    for path in archive.paths(".xml"):
        reader.read_xml(path)
    for path in archive.paths(".csv"):
        if csv_header(archive, path) == SOLUTION:
            reader.read_solution(path)
    known = {*reader.builder.files}
    for path in archive.paths(*PICTURES):
        if path not in known:
            reader.image(path, _split_of(path))
    reader.builder.extra["labels"] = list(reader.labels)
    return reader.builder.build()


def _split_of(path: str) -> str:
    """The split that a file or one of the folders above it is named after."""
    parts = (PurePosixPath(path).stem, *reversed(PurePosixPath(path).parts[:-1]))
    return next((part for part in parts if part in SPLITS), "")


class _Reader:
    """Classes by number and by WordNet id, labels once each."""

    def __init__(self, archive: Archive) -> None:
        self.archive = archive
        self.builder = Builder(TITLE, archive)
        self.find = PictureFinder(archive)
        self.labels: dict[tuple[int, int], None] = {}
        words = synset_words(archive)
        listed = self._listed()
        self.names = display_names(dict.fromkeys([*listed, *words]), words)
        self.numbers = [self.category(own) for own in listed]

    def _listed(self) -> list[str]:
        """The classes of the lists by their number: a WordNet id, or whatever the line says."""
        path = _names_file(self.archive)
        text = self.archive.read(path).decode("utf-8-sig", "replace").rstrip() if path else ""
        rows = [line.strip() for line in text.splitlines()]
        return [(SYNSET.match(row) or [row])[0] or str(i) for i, row in enumerate(rows)]

    def category(self, own: str) -> int:
        """The category of a WordNet id or name."""
        name = self.names.get(own, own)
        if SYNSET.fullmatch(own) and name != own:
            self.builder.extra.setdefault("synsets", {})[name] = own
        return self.builder.category(name)

    def image(self, path: str, split: str) -> int:
        """The image of a picture's path."""
        pure = PurePosixPath(path.replace("\\", "/"))
        file = self.find(str(pure), split) or self.find(pure.name)
        return self.builder.image(image_name(pure.name or "image", split), file, split=split)

    def read_list(self, path: str) -> None:
        """The lines of a list, each a picture and the numbers of its classes."""
        try:
            rows = lines(self.archive, path)
        except DataError as error:
            self.builder.leave_out(PurePosixPath(path).name, f"{str(error).partition(': ')[2]}; left out")
            return
        for line in rows:
            match = LINE.fullmatch(line.text)
            picture, numbers = (match[1], match[2].split()) if match else ("", [])
            image = self.image(picture, _split_of(path))
            for text in numbers:
                if len(text) < 9 and int(text) < len(self.numbers):
                    self.labels[image, self.numbers[int(text)]] = None
                else:
                    why = f"has a class that {PurePosixPath(_names_file(self.archive)).name} does not list"
                    self.builder.leave_out(line.label, f"{why}; left out")

    def read_xml(self, path: str) -> None:
        """The objects of an image; each of their classes is a label too."""
        pure = PurePosixPath(path)
        try:
            root = parse_xml(self.archive.read(path))
        except DataError as error:
            self.builder.leave_out(pure.name, f"{error}; left out")
            return
        image = self.image(f"{pure.stem}.JPEG", _split_of(path))
        size = [number(root.findtext(f"size/{side}") or "") for side in ("width", "height")]
        if all(isinstance(side, float) and 0 < side < 2**31 for side in size):
            self.builder.sizes[image] = (int(size[0]), int(size[1]))
        for i, item in enumerate(root.iter("object")):
            box = [item.findtext(f"bndbox/{corner}") or "" for corner in CORNERS]
            self._object(image, (item.findtext("name") or "").strip(), box, f"{pure.name} object {i}")

    def _object(self, image: int, own: str, fields: list[str], where: str) -> None:
        values = [v for v in map(number, fields) if isinstance(v, float) and abs(v) < 1e9]
        if not own or len(values) != 4 or values[0] > values[2] or values[1] > values[3]:
            self.builder.leave_out(where, "has no name or no box of four numbers; left out")
            return
        category = self.category(own)
        x1, y1, x2, y2 = values
        self.builder.object(image, category, (max(x1 - PIXEL, 0), max(y1 - PIXEL, 0), x2, y2))
        self.labels[image, category] = None

    def read_solution(self, path: str) -> None:
        """A file `NAME,ID x1 y1 x2 y2 ID ...`: objects of the images that no XML file describes."""
        try:
            for line, fields in csv_rows(self.archive, path):
                if fields == SOLUTION:
                    continue
                split = next((s for s in SPLITS if s in PurePosixPath(path).stem.split("_")), "")
                image = self.image(f"{fields[0]}.JPEG", split)
                words = fields[1].split() if len(fields) > 1 else []
                where = f"{PurePosixPath(path).name} line {line}"
                if not self.builder.rows_of(image):
                    for k in range(0, len(words), 5):
                        self._object(image, words[k], words[k + 1 : k + 5], where)
        except DataError as error:
            self.builder.leave_out(PurePosixPath(path).name, f"{error}; the rest is left out")


def write(dataset: Dataset, folder: Path) -> None:
    """`images`, a list for each split and `synsets.txt`; images without a split go into train.txt."""
    names = copy_pictures(dataset, folder, lambda i, name: f"images/{name}")
    splits = [split or "train" for split in dataset.splits]
    numbers: dict[int, list[str]] = {}
    for image, category in dict.fromkeys(dataset.labels):
        numbers.setdefault(image, []).append(str(category))
    for split in dict.fromkeys(splits):
        rows = (" ".join([names[i], *numbers.get(i, ())]) for i, own in enumerate(splits) if own == split)
        write_bytes(folder / f"{split}.txt", "".join(f"{row}\n" for row in rows).encode())
    classes = [dataset.synsets.get(name) or name for name in dataset.categories]
    write_bytes(folder / NAMES[0], "".join(f"{own}\n" for own in classes).encode())
    if dataset.synsets:
        text = "".join(f"{own} {name}\n" for name, own in dataset.synsets.items())
        write_bytes(folder / MAPPING, text.encode())
