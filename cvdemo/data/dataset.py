"""A data set in columns, whatever format it came in: what the readers of `cvdemo.data.formats` give.

Pictures and label maps stay in the archive until they are asked for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePosixPath
from typing import Any, NamedTuple, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from cvdemo.data import rle
from cvdemo.data.archive import Archive
from cvdemo.data.finding import known_size
from cvdemo.data.label_maps import palette_indices
from cvdemo.data.pictures import read_picture
from cvdemo.errors import DataError, PictureError

Rle: TypeAlias = dict[str, Any]
Polygons: TypeAlias = list[list[float]]
Mask: TypeAlias = Polygons | Rle
"""Polygons x1 y1 x2 y2 ... in pixels, or COCO's run-length code."""

KINDS = (
    "boxes", "masks", "keypoints", "crowd", "difficult", "scores", "tracks", "attributes", "captions",
    "regions", "relations", "labels", "confidences", "semantic", "splits", "synsets",
)  # fmt: skip
"""What a data set may hold beside pictures and class names."""

VOID = 255
"""The value of pixels without a class in a semantic map."""


class MapFile(NamedTuple):
    """A label map in the archive: `classes` is the category index of each of its values, others are void.

    A colour map's values are 65536 r + 256 g + b.
    """

    path: str
    classes: Mapping[int, int]


class Region(NamedTuple):
    """A caption of a part of an image: its box x1 y1 x2 y2 in pixels."""

    image: int
    box: tuple[float, float, float, float]
    text: str


class Relation(NamedTuple):
    """A person (subject) rides (predicate) a horse (object): rows of the objects and the words between."""

    subject: int
    predicate: str
    object: int


@dataclass(eq=False)
class Objects:
    """N annotated objects, a row each."""

    image: NDArray[np.int64]  # [N] row of the image
    category: NDArray[np.int64]  # [N] row of the category
    boxes: NDArray[np.float64]  # [N, 4] x1 y1 x2 y2 in pixels, NaN where only the image is labelled
    crowd: NDArray[np.bool_]  # [N] a region of many, COCO's iscrowd and Open Images' IsGroupOf
    difficult: NDArray[np.bool_]  # [N] VOC's difficult
    score: NDArray[np.float64]  # [N] 0..1, NaN where none is given
    track: NDArray[np.int64]  # [N] id of the object over all frames, -1 where none is given
    masks: list[Mask | None]
    keypoints: list[NDArray[np.float64] | None]  # each [K, 3] x y visibility (0, 1, 2)
    attributes: list[dict[str, Any]]

    def __len__(self) -> int:
        return len(self.image)


@dataclass(eq=False)
class Dataset:
    """Images, categories and all their annotations; `problems` holds a sentence for all that was left out."""

    format: str
    archive: Archive
    names: list[str]  # [I] an image's name: its path without the folders that hold all images, no suffix
    files: list[str]  # [I] its path in the archive, "" where the picture is not there
    sizes: NDArray[np.int64]  # [I, 2] width height in pixels, 0 where unknown
    splits: list[str]  # [I] "train", "val", "test" or whatever the data set calls them, "" without
    categories: list[str]
    objects: Objects
    keypoint_names: tuple[str, ...] = ()
    skeleton: tuple[tuple[int, int], ...] = ()  # pairs of keypoints from 0
    parents: dict[str, str] = field(default_factory=dict)  # category to the one above it
    captions: list[tuple[int, str]] = field(default_factory=list)  # image, text
    regions: list[Region] = field(default_factory=list)
    relations: list[Relation] = field(default_factory=list)
    labels: list[tuple[int, int]] = field(default_factory=list)  # image, category of the whole image
    confidences: dict[tuple[int, int], float] = field(default_factory=dict)
    """Of labels that are not certain, 0..1; 0 for a category that was looked for and is not there."""
    synsets: dict[str, str] = field(default_factory=dict)  # category to its WordNet id
    semantic: dict[int, MapFile] = field(default_factory=dict)  # by image
    problems: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.names)

    def picture(self, image: int) -> NDArray[np.uint8]:
        """The picture [H, W, 3] of an image; PictureError where it is not there or cannot be read."""
        file = self.files[image]
        if not file:
            raise PictureError(f"the picture of '{self.names[image]}' is not among the files")
        return read_picture(self.archive.read(file), name=PurePosixPath(file).name)

    def size(self, image: int) -> tuple[int, int]:
        """Width and height of an image, from its picture where the annotations do not say; (0, 0) unknown."""
        if not self.sizes[image].all() and self.files[image]:
            self.sizes[image] = known_size(self.archive, self.files[image])
        return int(self.sizes[image, 0]), int(self.sizes[image, 1])

    def semantic_map(self, image: int) -> NDArray[np.uint8] | None:
        """The category of each pixel [H, W], `VOID` without one; None where the image has no map."""
        file = self.semantic.get(image)
        return None if file is None else read_map(self.archive, file)

    def mask(self, row: int) -> NDArray[np.bool_] | None:
        """The mask [H, W] of an object, None where it has none, or one of another size than the image."""
        mask = self.objects.masks[row]
        if mask is None:
            return None
        width, height = self.size(int(self.objects.image[row]))
        from pycocotools import mask as coco_mask

        try:
            return np.asarray(coco_mask.decode(rle.as_rle(mask, width, height)), bool)
        except ValueError:
            return None

    def rows_of(self, image: int) -> NDArray[np.int64]:
        """The objects' rows of an image."""
        order, starts = self._by_image
        return order[starts[image] : starts[image + 1]]

    @property
    def _by_image(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        if "_order" not in self.__dict__:
            order = np.argsort(self.objects.image, kind="stable")
            starts = np.searchsorted(self.objects.image[order], np.arange(len(self) + 1))
            self.__dict__["_order"] = (order, starts)
        found: tuple[NDArray[np.int64], NDArray[np.int64]] = self.__dict__["_order"]
        return found

    @cached_property
    def nbytes(self) -> int:
        """About how much memory the annotations take, with what the archive holds of an upload."""
        o = self.objects
        columns = (o.image, o.category, o.boxes, o.crowd, o.difficult, o.score, o.track, self.sizes)
        polygons = [part for mask in o.masks if isinstance(mask, list) for part in mask]
        numbers = sum(map(len, polygons)) + sum(k.size for k in o.keypoints if k is not None)
        rows = 400 * len(o) + 300 * len(self) + 200 * (len(self.captions) + len(self.regions))
        codes = sum(len(mask["counts"]) for mask in o.masks if isinstance(mask, dict))
        return sum(c.nbytes for c in columns) + 32 * numbers + rows + codes + self.archive.nbytes

    def kinds(self) -> frozenset[str]:
        """Which of `KINDS` there are."""
        o = self.objects
        there = {
            "boxes": bool(np.isfinite(o.boxes).all(axis=1).any()) if len(o) else False,
            "masks": any(m is not None for m in o.masks),
            "keypoints": any(k is not None for k in o.keypoints),
            "crowd": bool(o.crowd.any()),
            "difficult": bool(o.difficult.any()),
            "scores": bool(np.isfinite(o.score).any()),
            "tracks": bool((o.track >= 0).any()),
            "attributes": any(o.attributes),
            "captions": bool(self.captions),
            "regions": bool(self.regions),
            "relations": bool(self.relations),
            "labels": bool(self.labels),
            "confidences": bool(self.confidences),
            "semantic": bool(self.semantic),
            "splits": any(self.splits),
            "synsets": bool(self.synsets),
        }
        return frozenset(kind for kind, is_there in there.items() if is_there)


class Builder:
    """Collects a data set row by row; images and categories are found again by name."""

    def __init__(self, format: str, archive: Archive, categories: Sequence[str] = ()) -> None:
        self.format = format
        self.archive = archive
        self.images: dict[str, int] = {}
        self.files: list[str] = []
        self.sizes: list[tuple[int, int]] = []
        self.splits: list[str] = []
        self.categories: dict[str, int] = {name: i for i, name in enumerate(categories)}
        self._columns: list[list[Any]] = [[] for _ in range(10)]
        self._rows: dict[int, list[int]] = {}
        self.extra: dict[str, Any] = {}
        self.problems: dict[str, tuple[str, int]] = {}

    def image(self, name: str, file: str = "", size: tuple[int, int] = (0, 0), split: str = "") -> int:
        """The row of an image, a new one for a new name."""
        if name not in self.images:
            self.images[name] = len(self.files)
            self.files.append(file)
            self.sizes.append(size)
            self.splits.append(split)
        return self.images[name]

    def category(self, name: str) -> int:
        """The row of a category, a new one for a new name."""
        return self.categories.setdefault(name, len(self.categories))

    def category_number(self, number: int) -> int:
        """The row of a category that is known by its number alone; missing ones are named by theirs."""
        for i in range(len(self.categories), number + 1):
            self.category(str(i))
        return number

    def object(
        self,
        image: int,
        category: int,
        box: Sequence[float] | None = None,
        *,
        mask: Mask | None = None,
        keypoints: Any = None,
        crowd: bool = False,
        difficult: bool = False,
        score: float = float("nan"),
        track: int = -1,
        attributes: Mapping[str, Any] | None = None,
    ) -> int:
        """Add an object and give its row; without a box, that of its mask, which must be polygons then."""
        if box is None:
            box = box_of(mask) if isinstance(mask, list) else (float("nan"),) * 4
        points = None if keypoints is None else np.asarray(keypoints, np.float64).reshape(-1, 3)
        row = (image, category, tuple(map(float, box)), crowd, difficult, score, track, mask, points)
        for column, value in zip(self._columns, (*row, dict(attributes or {})), strict=True):
            column.append(value)
        row_number = len(self._columns[0]) - 1
        self._rows.setdefault(image, []).append(row_number)
        return row_number

    def rows_of(self, image: int) -> list[int]:
        """The objects' rows of an image, so far."""
        return list(self._rows.get(image, ()))

    def image_categories(self) -> set[tuple[int, int]]:
        """Which images have objects of which categories, so far."""
        return set(zip(self._columns[0], self._columns[1], strict=True))

    def is_box(self, row: int, box: Sequence[float], category: int) -> bool:
        """Whether an object is of a category and its box is this one but for a pixel on each side."""
        same = all(abs(a - b) <= 1.5 for a, b in zip(self._columns[2][row], box, strict=True))
        return same and self._columns[1][row] == category

    def set_mask(self, row: int, mask: Mask) -> None:
        """Give an object its mask."""
        self._columns[7][row] = mask

    def add_attributes(self, row: int, attributes: Mapping[str, Any]) -> None:
        """Give an object further attributes."""
        self._columns[9][row] |= attributes

    def leave_out(self, where: str, why: str) -> None:
        """Note something that is left out; what is said of many is said once with their number."""
        first, count = self.problems.get(why, (where, 0))
        self.problems[why] = (first, count + 1)

    def build(self) -> Dataset:
        """The data set; DataError if it has no images."""
        if not self.files:
            problems = "; ".join(self._sentences()) or "no images and no annotations were found"
            raise DataError(f"{self.format}: {problems}")
        image, category, boxes, crowd, difficult, score, track, masks, keypoints, attributes = self._columns
        objects = Objects(
            np.array(image, np.int64),
            np.array(category, np.int64),
            np.array(boxes, np.float64).reshape(-1, 4),
            np.array(crowd, bool),
            np.array(difficult, bool),
            np.array(score, np.float64),
            np.array(track, np.int64),
            masks,
            keypoints,
            attributes,
        )
        return Dataset(
            self.format, self.archive, list(self.images), self.files,
            np.array(self.sizes, np.int64).reshape(-1, 2), self.splits, list(self.categories), objects,
            problems=self._sentences(), **self.extra,
        )  # fmt: skip

    def _sentences(self) -> list[str]:
        return [
            f"{where}: {why}{f' ({count} are like this)' if count > 1 else ''}"
            for why, (where, count) in self.problems.items()
        ]


def box_of(polygons: Polygons) -> tuple[float, float, float, float]:
    """The box x1 y1 x2 y2 around polygons."""
    xs = [v for polygon in polygons for v in polygon[::2]]
    ys = [v for polygon in polygons for v in polygon[1::2]]
    return min(xs), min(ys), max(xs), max(ys)


def read_map(archive: Archive, file: MapFile) -> NDArray[np.uint8]:
    """The category of each pixel [H, W], `VOID` for values without one.

    DataError for a damaged map, and for one with a category from the 256th on.
    """
    values = map_values(archive.read(file.path), file.path)
    found = np.full(values.shape, VOID, np.uint8)
    for value in np.unique(values).tolist():
        if file.classes.get(value, 0) >= VOID:
            raise DataError(f"{file.path}: maps hold {VOID} classes, this one has a further one")
        if value in file.classes:
            found[values == value] = file.classes[value]
    return found


def map_values(data: bytes, name: str) -> NDArray[np.int64]:
    """The values [H, W] of a label map: palette indices, grey values of 8 or 16 bit, or 24-bit colours."""
    values = palette_indices(data)
    if values is None:
        found = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED) if data else None
        if found is None:
            raise DataError(f"{name}: is not a label map that can be read")
        values = found.astype(np.int64)
        if values.ndim == 3:
            values = values[..., 2] * 65536 + values[..., 1] * 256 + values[..., 0]
    return values


def mask_rle(mask: NDArray[np.bool_]) -> Rle:
    """A mask [H, W] as COCO's compressed run-length code, its counts as text."""
    from pycocotools import mask as coco_mask

    code = coco_mask.encode(np.asfortranarray(mask, dtype=np.uint8))
    return {"size": list(code["size"]), "counts": code["counts"].decode("ascii")}
