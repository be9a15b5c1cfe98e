"""LabelMe: the JSON of the labelme program, and the XML of the web tool with polygons, boxes and masks.

Russell et al., "LabelMe: a database and web-based tool for image annotation", IJCV 2008.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any
from xml.etree import ElementTree

import numpy as np

from cvdemo.data import rle
from cvdemo.data.archive import Archive
from cvdemo.data.dataset import Builder, Dataset, Mask, map_values, mask_rle
from cvdemo.data.finding import PictureFinder, stated_size
from cvdemo.data.formats.writing import copy_pictures, write_bytes
from cvdemo.data.layouts import HEAD, json_content
from cvdemo.data.outline import outlines
from cvdemo.data.text_files import number
from cvdemo.data.xml_files import parse_xml
from cvdemo.errors import DataError

TITLE = "LabelMe"
HOLDS = frozenset({"boxes", "masks", "attributes"})
LEAST_POINTS = {"polygon": 3, "rectangle": 2, "circle": 2}
CIRCLE = 32  # corners of a circle's polygon


def fits(archive: Archive) -> bool:
    """Whether a JSON file has labelme's `shapes`, or an XML file polygons of points."""
    if any(b'"shapes"' in archive.read(path, HEAD) for path in archive.paths(".json")[:50]):
        return True
    heads = (archive.read(path, HEAD) for path in archive.paths(".xml")[:50])
    return any(b"<pt>" in head or b"<segm>" in head for head in heads)


def read(archive: Archive) -> Dataset:
    """All JSON and XML files, one image each."""
    builder, find = Builder(TITLE, archive), PictureFinder(archive)
    for path in archive.paths(".json", ".xml"):
        try:
            if path.lower().endswith(".json"):
                _read_json(builder, find, path, json_content(archive, path))
            else:
                _read_xml(builder, find, archive, path, parse_xml(archive.read(path)))
        except DataError as error:
            builder.leave_out(PurePosixPath(path).name, f"{str(error).removeprefix(f'{path}: ')}; left out")
    return builder.build()


def _read_json(builder: Builder, find: PictureFinder, path: str, data: Any) -> None:
    if not isinstance(data, Mapping) or not isinstance(data.get("shapes"), list):
        raise DataError("has no list 'shapes'")
    name = PurePosixPath(path)
    file = find(str(data.get("imagePath") or name.stem)) or find(name.stem)
    size = stated_size(data.get("imageWidth"), data.get("imageHeight"))
    image = builder.image(str(name.with_suffix("")), file, size)
    grouped: dict[tuple[str, Any], list[Mapping[str, Any]]] = {}
    for i, shape in enumerate(data["shapes"]):
        if isinstance(shape, Mapping) and isinstance(shape.get("label"), str):
            group = shape.get("group_id")
            key = (shape["label"], i if group is None else f"group {group}")
            grouped.setdefault(key, []).append(shape)
        else:
            builder.leave_out(f"{name.name} shapes[{i}]", "has no label; left out")
    for (label, group), shapes in grouped.items():
        _add_shapes(builder, image, label, shapes, f"{name.name} {group}")


def _add_shapes(builder: Builder, image: int, label: str, shapes: list[Any], where: str) -> None:
    """One object of the shapes of a group: its polygons together, or its rectangle."""
    polygons: list[list[float]] = []
    flags = {k: v for shape in shapes for k, v in (shape.get("flags") or {}).items()}
    for shape in shapes:
        points = _points(shape)
        kind = shape.get("shape_type") or "polygon"
        if points is None or len(points) < LEAST_POINTS.get(kind, 99):
            builder.leave_out(where, f"a {kind} of this form is no area; left out")
        elif kind == "rectangle" and len(shapes) == 1:
            (x1, y1), (x2, y2) = points.min(axis=0), points.max(axis=0)
            builder.object(image, builder.category(label), (x1, y1, x2, y2), attributes=flags)
        elif kind == "circle":
            angles = np.linspace(0, 2 * np.pi, CIRCLE, endpoint=False)
            radius = float(np.hypot(*(points[1] - points[0])))
            ring = points[0] + radius * np.stack([np.cos(angles), np.sin(angles)], axis=1)
            polygons.append(ring.ravel().tolist())
        else:
            polygons.append(points.ravel().tolist())
    if polygons:
        builder.object(image, builder.category(label), mask=polygons, attributes=flags)


def _points(shape: Mapping[str, Any]) -> Any:
    """The points [P, 2] of a shape, None where they are no finite numbers."""
    try:
        points = np.array(shape.get("points"), np.float64)
    except (ValueError, TypeError):
        return None
    return points if points.ndim == 2 and points.shape[1] == 2 and np.isfinite(points).all() else None


def _read_xml(
    builder: Builder, find: PictureFinder, archive: Archive, path: str, root: ElementTree.Element
) -> None:
    if root.tag != "annotation":
        raise DataError("has no <annotation>")
    pure = PurePosixPath(path)
    file = find(root.findtext("filename") or pure.stem, root.findtext("folder") or "") or find(pure.stem)
    size = stated_size(*(number(root.findtext(f"imagesize/{side}") or "") for side in ("ncols", "nrows")))
    folder = (root.findtext("folder") or "").strip("/ .")
    name = f"{folder}/{pure.stem}" if folder else pure.stem
    image = builder.image(name, file, size)
    for i, item in enumerate(root.iterfind("object")):
        if (item.findtext("deleted") or "0").strip() == "1":
            continue
        label = (item.findtext("name") or "").strip()
        box, mask = _xml_shape(builder, archive, item, f"{pure.name} object {i}")
        if label and (box or mask):
            builder.object(image, builder.category(label), box, mask=mask, attributes=_xml_attributes(item))
        else:
            builder.leave_out(f"{pure.name} object {i}", "has no name, polygon or box; left out")


def _xml_shape(
    builder: Builder, archive: Archive, item: ElementTree.Element, where: str
) -> tuple[tuple[float, ...] | None, Mask | None]:
    """Box and mask of an object of the web tool; its bounding boxes are polygons of four points."""
    try:
        points = [float(v.text or "") for pt in item.iterfind("polygon/pt") for v in (pt[0], pt[1])]
        corners = [float(item.findtext(f"segm/box/{c}") or "nan") for c in ("xmin", "ymin", "xmax", "ymax")]
    except (ValueError, IndexError):
        return None, None
    if len(points) >= 6 and np.isfinite(points).all():
        is_box = (item.findtext("type") or "").strip() == "bounding_box"
        xs, ys = points[::2], points[1::2]
        return (min(xs), min(ys), max(xs), max(ys)), None if is_box else [points]
    if not np.isfinite(corners).all():
        return None, None
    box = (corners[0], corners[1], corners[2] + 1, corners[3] + 1)  # the last pixel is inside
    name = PurePosixPath((item.findtext("segm/mask") or "").replace("\\", "/")).name
    path = next((p for p in archive.paths(".png") if PurePosixPath(p).name == name), "") if name else ""
    if not path:
        return box, None
    try:
        return box, mask_rle(map_values(archive.read(path), name) > 0)
    except DataError as error:
        builder.leave_out(where, f"{error}; the box is kept")
        return box, None


def _xml_attributes(item: ElementTree.Element) -> dict[str, Any]:
    found = {key: (item.findtext(key) or "").strip() for key in ("occluded", "attributes")}
    return {key: value for key, value in found.items() if value and value != "no"}


def write(dataset: Dataset, folder: Path) -> None:
    """A JSON file of the labelme program beside each picture; polygons of one object share a group."""
    names = copy_pictures(dataset, folder, lambda i, name: name)
    for i in range(len(dataset)):
        width, height = dataset.size(i)
        shapes = [shape for n in dataset.rows_of(i) for shape in _shapes(dataset, int(n))]
        content: dict[str, Any] = {
            "version": "5.0.0", "flags": {}, "shapes": shapes, "imagePath": names[i], "imageData": None,
            "imageHeight": height, "imageWidth": width,
        }  # fmt: skip
        data = json.dumps(content, ensure_ascii=False, indent=1).encode()
        write_bytes(folder / f"{PurePosixPath(names[i]).stem}.json", data)


def _shapes(dataset: Dataset, n: int) -> list[dict[str, Any]]:
    o = dataset.objects
    polygons = _polygons(dataset, n)
    common = {"label": dataset.categories[o.category[n]], "flags": o.attributes[n], "description": ""}
    if polygons:
        group = n if len(polygons) > 1 else None
        return [
            {**common, "points": np.reshape(p, (-1, 2)).tolist(), "group_id": group, "shape_type": "polygon"}
            for p in polygons
        ]
    if not np.isfinite(o.boxes[n]).all():
        return []
    points = o.boxes[n].reshape(2, 2).tolist()
    return [{**common, "points": points, "group_id": None, "shape_type": "rectangle"}]


def _polygons(dataset: Dataset, n: int) -> list[list[float]]:
    """An object's mask as polygons; run lengths are outlined."""
    mask = dataset.objects.masks[n]
    if isinstance(mask, list):
        return rle.polygons_of(mask)
    if mask is None:
        return []
    whole = dataset.mask(n)
    return [] if whole is None else outlines(whole)
