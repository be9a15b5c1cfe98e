"""Cityscapes: polygons as JSON, label maps and instance maps per image, in folders of splits and cities.

Cordts et al., arXiv:1604.01685. Layout: `gtFine/SPLIT/CITY/STEM_gtFine_polygons.json`, `_labelIds.png`,
`_instanceIds.png`, and `leftImg8bit/SPLIT/CITY/STEM_leftImg8bit.png`; `gtCoarse` alike.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cvdemo.data import rle
from cvdemo.data.archive import Archive
from cvdemo.data.dataset import VOID, Builder, Dataset, MapFile, map_values, mask_rle
from cvdemo.data.finding import PictureFinder
from cvdemo.data.formats.writing import copy_pictures, flat_names, grey_png, readable_map, write_bytes
from cvdemo.data.layouts import json_content
from cvdemo.data.outline import outlines
from cvdemo.errors import DataError

TITLE = "Cityscapes"
HOLDS = frozenset({"boxes", "masks", "crowd", "semantic", "splits"})


class Label(NamedTuple):
    """A row of the published table: its value in label maps and in those of training (255: not used)."""

    name: str
    id: int
    train_id: int
    category: str
    has_instances: bool = False


LABELS = (
    Label("unlabeled", 0, 255, "void"),
    Label("ego vehicle", 1, 255, "void"),
    Label("rectification border", 2, 255, "void"),
    Label("out of roi", 3, 255, "void"),
    Label("static", 4, 255, "void"),
    Label("dynamic", 5, 255, "void"),
    Label("ground", 6, 255, "void"),
    Label("road", 7, 0, "flat"),
    Label("sidewalk", 8, 1, "flat"),
    Label("parking", 9, 255, "flat"),
    Label("rail track", 10, 255, "flat"),
    Label("building", 11, 2, "construction"),
    Label("wall", 12, 3, "construction"),
    Label("fence", 13, 4, "construction"),
    Label("guard rail", 14, 255, "construction"),
    Label("bridge", 15, 255, "construction"),
    Label("tunnel", 16, 255, "construction"),
    Label("pole", 17, 5, "object"),
    Label("polegroup", 18, 255, "object"),
    Label("traffic light", 19, 6, "object"),
    Label("traffic sign", 20, 7, "object"),
    Label("vegetation", 21, 8, "nature"),
    Label("terrain", 22, 9, "nature"),
    Label("sky", 23, 10, "sky"),
    Label("person", 24, 11, "human", True),
    Label("rider", 25, 12, "human", True),
    Label("car", 26, 13, "vehicle", True),
    Label("truck", 27, 14, "vehicle", True),
    Label("bus", 28, 15, "vehicle", True),
    Label("caravan", 29, 255, "vehicle", True),
    Label("trailer", 30, 255, "vehicle", True),
    Label("train", 31, 16, "vehicle", True),
    Label("motorcycle", 32, 17, "vehicle", True),
    Label("bicycle", 33, 18, "vehicle", True),
    Label("license plate", -1, -1, "vehicle"),
)
"""The classes of cityscapesScripts' `helpers/labels.py`; 19 of them are trained and scored."""

BY_NAME = {label.name: label for label in LABELS}
UNLABELED = 0
GROUP = "group"  # the end of a label that outlines several objects which cannot be told apart
FILE = re.compile(r"(.+)_(gtFine|gtCoarse)_(polygons\.json|(?:labelIds|instanceIds|labelTrainIds)\.png)$")
PICTURE = "_leftImg8bit"


def fits(archive: Archive) -> bool:
    """Whether a file is named like Cityscapes' annotations."""
    return any(FILE.match(path) for path in archive.paths(".json", ".png"))


def add_classes(builder: Builder) -> dict[int, int]:
    """Add the classes with those above them; gives the category of each value of label maps."""
    parents = builder.extra.setdefault("parents", {})
    classes = {}
    for label in LABELS:
        if label.id != UNLABELED:
            classes[label.id] = builder.category(label.name)
            if label.category != label.name:
                parents[label.name] = label.category
    return classes


def read(archive: Archive) -> Dataset:
    """Objects are the polygons, where there are none the instances of instance maps."""
    builder, find = Builder(TITLE, archive), PictureFinder(archive)
    classes = add_classes(builder)
    for stem, files in _annotated(archive).items():
        image = _image(builder, find, stem)
        label_maps = [(files[k], c) for k, c in _map_classes(classes).items() if k in files]
        if label_maps:
            builder.extra.setdefault("semantic", {})[image] = MapFile(*label_maps[0])
        path = files.get("polygons.json") or files.get("instanceIds.png") or ""
        try:
            if path.endswith(".json"):
                _read_polygons(builder, image, path)
            elif path:
                read_instances(builder, image, path, classes, _meaning)
        except DataError as error:
            why = str(error).removeprefix(f"{path}: ")
            builder.leave_out(PurePosixPath(path).name, f"{why}; left out")
    for path in archive.paths(".png", ".jpg", ".jpeg"):
        if PurePosixPath(path).stem.endswith(PICTURE):  # those of the test split have no annotations
            _image(builder, find, path.rpartition(PICTURE)[0])
    return builder.build()


def _annotated(archive: Archive) -> dict[str, dict[str, str]]:
    """The annotation files of each image by kind; the key is the path up to the image's name."""
    found: dict[str, dict[str, str]] = {}
    for path in archive.paths(".json", ".png"):
        if match := FILE.match(path):
            found.setdefault(match[1], {})[match[3]] = path
    return found


def _map_classes(classes: dict[int, int]) -> dict[str, dict[int, int]]:
    """What the values of the kinds of label maps mean, the fullest kind first."""
    trained = {label.train_id: classes[label.id] for label in LABELS if 0 <= label.train_id < 255}
    return {"labelIds.png": classes, "labelTrainIds.png": trained}


def _image(builder: Builder, find: PictureFinder, stem: str) -> int:
    pure = PurePosixPath(stem)
    split = pure.parts[-3] if len(pure.parts) > 2 else ""
    name = f"{split}/{pure.name}" if split else pure.name
    return builder.image(name, find(f"{split}/{pure.parent.name}/{pure.name}{PICTURE}"), split=split)


def _read_polygons(builder: Builder, image: int, path: str) -> None:
    """One object for each polygon; polygons with the same id are parts of one object."""
    data, file = json_content(builder.archive, path), PurePosixPath(path).name
    if not isinstance(data, Mapping) or not isinstance(data.get("objects"), list):
        raise DataError("has no list 'objects'")
    sides = [data.get(key) for key in ("imgWidth", "imgHeight")]
    if all(isinstance(side, int) and 0 < side < 2**31 for side in sides):
        builder.sizes[image] = (sides[0], sides[1])  # type: ignore[assignment]
    parts: dict[Any, list[list[float]]] = {}
    for i, item in enumerate(data["objects"]):
        polygon = _polygon(item)
        if polygon is None:
            builder.leave_out(f"{file} objects[{i}]", "has no label or no polygon of three points; left out")
        elif not item.get("deleted"):
            own = item.get("id")
            key = (item["label"], f"id {own}" if isinstance(own, int | str) else i)
            parts.setdefault(key, []).append(polygon)
    for (label, _), polygons in parts.items():
        is_group = label not in BY_NAME and label.endswith(GROUP) and label[: -len(GROUP)] in BY_NAME
        category = builder.category(label.removesuffix(GROUP) if is_group else label)
        builder.object(image, category, mask=polygons, crowd=is_group)


def _polygon(item: Any) -> list[float] | None:
    """The coordinates x1 y1 x2 y2 ... of a labelled polygon, None for anything else."""
    if not isinstance(item, Mapping) or not isinstance(item.get("label"), str) or not item["label"]:
        return None
    points = item.get("polygon")
    if not isinstance(points, list) or not all(isinstance(p, list) and len(p) == 2 for p in points):
        return None
    try:
        return rle.polygons_of([[v for point in points for v in point]])[0]
    except ValueError:
        return None


def read_instances(
    builder: Builder,
    image: int,
    path: str,
    classes: Mapping[int, int],
    meaning: Callable[[int], tuple[int, bool]],
) -> None:
    """The objects of a map whose values mean (class, whether it is one object).

    Where the image has no label map, this is its semantic map too.
    """
    file = PurePosixPath(path).name
    values = map_values(builder.archive.read(path), path)
    if values.shape[0] * values.shape[1] and not all(builder.sizes[image]):
        builder.sizes[image] = (values.shape[1], values.shape[0])
    meanings = {value: meaning(value) for value in np.unique(values).tolist()}
    known = {value: classes[own] for value, (own, _) in meanings.items() if own in classes}
    builder.extra.setdefault("semantic", {}).setdefault(image, MapFile(path, known))
    for value, (_, is_object) in meanings.items():
        if is_object and value in known:
            add_instance(builder, image, known[value], values == value)
        elif is_object:
            builder.leave_out(file, "has instances of classes that are not in the table; left out")


def _meaning(value: int) -> tuple[int, bool]:
    """Values from 1000 are 1000 * class + number of the instance, smaller ones classes or groups."""
    return (value // 1000, True) if value >= 1000 else (value, False)


def add_instance(builder: Builder, image: int, category: int, mask: NDArray[np.bool_]) -> None:
    """Add an object by its mask [H, W] of at least one pixel."""
    ys, xs = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    box = (float(xs[0]), float(ys[0]), float(xs[-1] + 1), float(ys[-1] + 1))
    builder.object(image, category, box, mask=mask_rle(mask))


def limits(dataset: Dataset) -> list[str]:
    """Boxes without masks, and classes that Cityscapes' maps have no value for."""
    o = dataset.objects
    alone = sum(m is None and bool(np.isfinite(b).all()) for m, b in zip(o.masks, o.boxes, strict=True))
    unknown = [name for name in dataset.categories if name not in BY_NAME]
    lost = [f"{alone} objects without a mask"] if alone else []
    if unknown and (dataset.semantic or any(m is not None for m in o.masks)):
        lost.append(f"in label maps the classes that Cityscapes has not: {', '.join(unknown[:6])}")
    return lost


def write(dataset: Dataset, folder: Path) -> None:
    """Polygons, label ids and instance ids; images without a split go into train.

    Label maps without a semantic map are drawn from the masks, later objects over earlier ones, as
    cityscapesScripts does; classes that Cityscapes has not are unlabeled there and keep their polygons.
    """
    stems = flat_names(dataset)
    places = [f"{s or 'train'}/{_city(stem)}" for s, stem in zip(dataset.splits, stems, strict=True)]
    copy_pictures(
        dataset,
        folder,
        lambda i, name: f"leftImg8bit/{places[i]}/{stems[i]}{PICTURE}{PurePosixPath(name).suffix}",
    )
    for i, stem in enumerate(stems):
        _write_annotations(dataset, i, folder / "gtFine" / places[i] / f"{stem}_gtFine_")


def _city(stem: str) -> str:
    """The city in a name CITY_SEQUENCE_FRAME."""
    match = re.fullmatch(r"(.+)_\d{6}_\d{6}", stem)
    return match[1] if match else "city"


def _write_annotations(dataset: Dataset, image: int, start: Path) -> None:
    o, (width, height) = dataset.objects, dataset.size(image)
    rows = [n for n in dataset.rows_of(image).tolist() if o.masks[n] is not None]
    items = [item for number, n in enumerate(rows) for item in _items(dataset, n, number)]
    content = {"imgHeight": height, "imgWidth": width, "objects": items}
    data = json.dumps(content, ensure_ascii=False, indent=1).encode()
    write_bytes(start.with_name(f"{start.name}polygons.json"), data)
    semantic = readable_map(dataset, image)
    if not (width and height) or (semantic is None and not rows):
        return
    ids = np.array([max(0, _id(name)) for name in dataset.categories] or [0], np.int32)
    labels = np.zeros((height, width), np.int32)
    if semantic is not None:
        labels[semantic != VOID] = ids[semantic[semantic != VOID]]
    instances = labels.copy()
    for n, mask in ((n, dataset.mask(n)) for n in rows):
        if mask is None:
            continue
        own = int(ids[o.category[n]])
        if semantic is None:
            labels[mask] = own
        instances[mask] = own
        if BY_NAME.get(dataset.categories[o.category[n]], LABELS[0]).has_instances and not o.crowd[n]:
            instances[mask] = own * 1000 + _number(dataset, rows, n)
    write_bytes(start.with_name(f"{start.name}labelIds.png"), grey_png(labels.astype(np.uint8)))
    write_bytes(start.with_name(f"{start.name}instanceIds.png"), grey_png(instances.astype(np.uint16)))


def _id(name: str) -> int:
    return BY_NAME[name].id if name in BY_NAME else UNLABELED


def _number(dataset: Dataset, rows: list[int], n: int) -> int:
    """The number of an object among those of its class in the image, from 0."""
    own = dataset.objects.category[n]
    return [k for k in rows if dataset.objects.category[k] == own].index(n)


def _items(dataset: Dataset, n: int, number: int) -> Iterator[dict[str, Any]]:
    """The polygons of an object, which share an id."""
    o, mask = dataset.objects, dataset.objects.masks[n]
    label = dataset.categories[o.category[n]]
    if isinstance(mask, dict):
        whole = dataset.mask(n)
        mask = [] if whole is None else outlines(whole)
    if o.crowd[n] and label in BY_NAME:
        label += GROUP
    for polygon in mask or ():
        yield {"label": label, "id": number, "polygon": np.reshape(polygon, (-1, 2)).tolist()}
