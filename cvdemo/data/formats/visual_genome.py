"""Visual Genome: objects, attributes, relationships and described regions, a JSON list of images each.

Krishna et al., arXiv:1602.07332. Layout: `image_data.json`, `objects.json`, `attributes.json`,
`relationships.json`, `region_descriptions.json`, pictures `VG_100K/ID.jpg` and `VG_100K_2/ID.jpg`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any, TypeAlias

import numpy as np

from cvdemo.data.archive import Archive
from cvdemo.data.dataset import Builder, Dataset, Region, Relation
from cvdemo.data.finding import PictureFinder, stated_size
from cvdemo.data.formats.writing import copy_pictures, image_name, other_attributes, write_bytes
from cvdemo.data.suffixes import PICTURES

TITLE = "Visual Genome"
HOLDS = frozenset({"boxes", "attributes", "regions", "relations"})
IMAGES = "image_data.json"
FILES = {
    "objects.json": "objects", "attributes.json": "attributes", "relationships.json": "relationships",
    "region_descriptions.json": "regions",
}  # fmt: skip
"""The files in the order in which they are read, and the list that each of their images has."""

HELD = ("attributes", "names", "synsets")
"""Attributes of objects: words, further names, senses of WordNet."""

Item: TypeAlias = Mapping[str, Any]


def fits(archive: Archive) -> bool:
    """Whether there are the list of images and one of the files of annotations."""
    names = {PurePosixPath(path).name for path in archive.paths(".json")}
    return IMAGES in names and bool(names & FILES.keys())


def read(archive: Archive) -> Dataset:
    """All files that are there; an object that several of them describe is one."""
    reader = _Reader(archive)
    for path in _called(archive, IMAGES):
        for item in reader.items(path):
            reader.read_image(item)
    for name, key in FILES.items():
        for path in _called(archive, name):
            for item in reader.items(path):
                reader.read_list(path, key, item)
    known = {*reader.builder.files}
    for path in archive.paths(*PICTURES):
        if path not in known:
            reader.builder.image(image_name(PurePosixPath(path).name), path)
    return reader.builder.build()


def _called(archive: Archive, name: str) -> list[str]:
    return [path for path in archive.paths(".json") if PurePosixPath(path).name == name]


class _Reader:
    """Images and objects by their ids."""

    def __init__(self, archive: Archive) -> None:
        self.archive = archive
        self.builder = Builder(TITLE, archive)
        self.find = PictureFinder(archive)
        self.images: dict[Any, int] = {}
        self.objects: dict[tuple[int, Any], int] = {}

    def items(self, path: str) -> Iterator[Item]:
        """The objects of a JSON list one after another; what follows a fault is left out."""
        name = PurePosixPath(path).name
        try:
            text = self.archive.read(path).decode("utf-8-sig").lstrip()
            if not text.startswith("["):
                raise ValueError("no list of images")
            decoder, at = json.JSONDecoder(), 1
            while at := _next(text, at):
                item, at = decoder.raw_decode(text, at)
                if isinstance(item, Mapping):
                    yield item
                else:
                    self.builder.leave_out(name, "has an entry that is no object; left out")
        except (ValueError, RecursionError) as error:
            self.builder.leave_out(name, f"not JSON of this format ({error}); the rest is left out")

    def read_image(self, item: Item) -> None:
        """An entry of the list of images: id, size, and the address that ends in the picture's name."""
        own = item.get("image_id", item.get("id"))
        url = item.get("url")
        tail = "/".join(PurePosixPath(url.replace("\\", "/")).parts[-2:]) if isinstance(url, str) else ""
        size = stated_size(item.get("width"), item.get("height"))
        if not isinstance(own, int | str):
            self.builder.leave_out(IMAGES, "has an image without an id; left out")
            return
        name = image_name(PurePosixPath(tail).name or f"{own}.jpg")
        self.images[own] = self.builder.image(name, self.find(tail or str(own)), size)

    def read_list(self, path: str, key: str, item: Item) -> None:
        """The annotations of one image in one of the files."""
        file = PurePosixPath(path).name
        own = item.get("image_id", item.get("id"))
        rows = item.get(key)
        if not isinstance(own, int | str) or not isinstance(rows, list):
            self.builder.leave_out(file, f"has an image without id or '{key}'; left out")
            return
        if own not in self.images:
            self.images[own] = self.builder.image(str(own), self.find(str(own)))
        for i, row in enumerate(rows):
            if not isinstance(row, Mapping) or not READERS[key](self, self.images[own], row):
                where = f"{file} image {own} {key}[{i}]"
                self.builder.leave_out(where, "has no box, name or phrase of the right form; left out")

    def read_object(self, image: int, row: Item) -> bool:
        """Whether the entry is an object."""
        return self.object(image, row) is not None

    def object(self, image: int, row: Any) -> int | None:
        """The row of an object, which is added if its id is new; None where it has no box or name."""
        if not isinstance(row, Mapping):
            return None
        own = row.get("object_id")
        key = (image, own)
        if isinstance(own, int | str) and key in self.objects:
            return self.objects[key]
        names, box = _words(row.get("names", row.get("name"))), _box(row, "w", "h")
        if not names or box is None:
            return None
        found = {"names": names[1:], "synsets": _words(row.get("synsets"))}
        attributes = {key: words for key, words in found.items() if words}
        number = self.builder.object(image, self.builder.category(names[0]), box, attributes=attributes)
        if isinstance(own, int | str):
            self.objects[key] = number
        return number

    def read_attributes(self, image: int, row: Item) -> bool:
        """Whether the entry is an object, whose attributes are added."""
        number, words = self.object(image, row), _words(row.get("attributes"))
        if number is not None and words:
            self.builder.add_attributes(number, {"attributes": words})
        return number is not None

    def read_relationship(self, image: int, row: Item) -> bool:
        """Whether the entry relates two objects."""
        subject, other = self.object(image, row.get("subject")), self.object(image, row.get("object"))
        predicate = row.get("predicate")
        if subject is None or other is None or not isinstance(predicate, str):
            return False
        self.builder.extra.setdefault("relations", []).append(Relation(subject, predicate, other))
        return True

    def read_region(self, image: int, row: Item) -> bool:
        """Whether the entry is a region with a phrase."""
        box, phrase = _box(row, "width", "height"), row.get("phrase")
        if box is None or not isinstance(phrase, str):
            return False
        self.builder.extra.setdefault("regions", []).append(Region(image, box, phrase))
        return True


READERS: dict[str, Callable[[_Reader, int, Item], bool]] = {
    "objects": _Reader.read_object,
    "attributes": _Reader.read_attributes,
    "relationships": _Reader.read_relationship,
    "regions": _Reader.read_region,
}


def _next(text: str, at: int) -> int:
    """Where the next entry of a list begins, 0 at its end; ValueError where there is neither."""
    while at < len(text) and text[at] in " \t\r\n,":
        at += 1
    if at == len(text):
        raise ValueError("cut short")
    return 0 if text[at] == "]" else at


def _words(value: Any) -> list[str]:
    """The words of a list, or a word alone."""
    given = value if isinstance(value, list) else [value]
    return [word.strip() for word in given if isinstance(word, str) and word.strip()]


def _box(row: Item, width: str, height: str) -> tuple[float, float, float, float] | None:
    values = [row.get(key) for key in ("x", "y", width, height)]
    if not all(isinstance(v, int | float) and abs(v) < 1e9 for v in values):
        return None
    x, y, w, h = (float(v) for v in values)  # type: ignore[arg-type]
    return (x, y, x + w, y + h) if w >= 0 and h >= 0 else None


def limits(dataset: Dataset) -> list[str]:
    """Attributes but lists of words under the names that Visual Genome has."""
    return other_attributes(dataset, HELD)


def write(dataset: Dataset, folder: Path) -> None:
    """The five files and the pictures in VG_100K; images are numbered from 1, their names stay in `url`."""
    names = copy_pictures(dataset, folder, lambda i, name: f"VG_100K/{name}")
    sizes = [dataset.size(i) for i in range(len(dataset))]
    images = [
        {"image_id": i, "url": f"VG_100K/{name}", "width": w, "height": h, "coco_id": None, "flickr_id": None}
        for i, (name, (w, h)) in enumerate(zip(names, sizes, strict=True), 1)
    ]
    _dump(folder / IMAGES, images)
    rows = [[_object(dataset, int(n)) for n in dataset.rows_of(i)] for i in range(len(dataset))]
    _dump(folder / "objects.json", _lists("objects", rows))
    described = [
        [{**row, "attributes": own} for row in objects if (own := _own_words(dataset, row["object_id"] - 1))]
        for objects in rows
    ]
    _dump(folder / "attributes.json", _lists("attributes", described))
    _dump(folder / "relationships.json", _lists("relationships", _relationships(dataset)))
    content = [{"id": i, "regions": own} for i, own in enumerate(_regions(dataset), 1)]
    _dump(folder / "region_descriptions.json", content)


def _relationships(dataset: Dataset) -> list[list[dict[str, Any]]]:
    """The entries of each image."""
    found: list[list[dict[str, Any]]] = [[] for _ in range(len(dataset))]
    for k, relation in enumerate(dataset.relations, 1):
        subject, other = (_object(dataset, n) for n in (relation.subject, relation.object))
        entry = {"relationship_id": k, "predicate": relation.predicate, "synsets": []}
        image = int(dataset.objects.image[relation.subject])
        found[image].append(entry | {"subject": subject, "object": other})
    return found


def _regions(dataset: Dataset) -> list[list[dict[str, Any]]]:
    """The described regions of each image."""
    found: list[list[dict[str, Any]]] = [[] for _ in range(len(dataset))]
    for k, region in enumerate(dataset.regions, 1):
        x1, y1, x2, y2 = region.box
        entry = {"region_id": k, "image_id": region.image + 1, "phrase": region.text}
        found[region.image].append(entry | {"x": x1, "y": y1, "width": x2 - x1, "height": y2 - y1})
    return found


def _lists(key: str, rows: list[list[Any]]) -> list[dict[str, Any]]:
    return [{"image_id": i, key: own} for i, own in enumerate(rows, 1)]


def _object(dataset: Dataset, n: int) -> dict[str, Any]:
    o = dataset.objects
    x1, y1, x2, y2 = (round(v, 6) for v in np.nan_to_num(o.boxes[n]).tolist())
    names = [dataset.categories[o.category[n]], *_words(o.attributes[n].get("names"))]
    synsets = _words(o.attributes[n].get("synsets"))
    box = {"x": x1, "y": y1, "w": round(x2 - x1, 6), "h": round(y2 - y1, 6)}
    return {"object_id": n + 1, **box, "names": names, "synsets": synsets}


def _own_words(dataset: Dataset, n: int) -> list[str]:
    return _words(dataset.objects.attributes[n].get("attributes"))


def _dump(path: Path, content: Any) -> None:
    write_bytes(path, json.dumps(content, ensure_ascii=False).encode())
