"""COCO's JSON: instances, keypoints, captions and panoptic segmentation.

Lin et al., arXiv:1405.0312; panoptic: Kirillov et al., arXiv:1801.00868. Layout: `annotations/*_SPLIT.json`
beside `images/SPLIT` or `SPLIT`. Several files of one set are joined by the images' file names.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from cvdemo.data import rle
from cvdemo.data.archive import Archive
from cvdemo.data.dataset import Builder, Dataset, MapFile, Region, Rle
from cvdemo.data.finding import PictureFinder, stated_size
from cvdemo.data.formats.writing import copy_pictures, image_name, write_bytes
from cvdemo.data.layouts import is_coco, json_content
from cvdemo.errors import DataError

TITLE = "COCO JSON"
HOLDS = frozenset({
    "boxes", "masks", "keypoints", "crowd", "scores", "tracks", "attributes", "captions", "regions", "splits",
})  # fmt: skip
KNOWN = frozenset({
    "id", "image_id", "category_id", "bbox", "area", "segmentation", "iscrowd", "keypoints", "num_keypoints",
    "score", "track_id", "caption", "segments_info", "file_name",
})  # fmt: skip
"""Fields of an annotation that have a column; others are attributes."""


def fits(archive: Archive) -> bool:
    """Whether a JSON file begins like COCO's truth."""
    return any(is_coco(archive, path) for path in archive.paths(".json"))


def read(archive: Archive) -> Dataset:
    """All COCO files of an archive as one data set."""
    builder = Builder(TITLE, archive)
    find = PictureFinder(archive)
    for path in archive.paths(".json"):
        if is_coco(archive, path):
            try:
                _File(builder, find, path, json_content(archive, path)).read()
            except DataError as error:
                builder.leave_out(path, str(error).removeprefix(f"{path}: "))
    return builder.build()


class _File:
    """One JSON file that is being read into a builder."""

    def __init__(self, builder: Builder, find: PictureFinder, path: str, data: Any) -> None:
        if not isinstance(data, Mapping):
            raise DataError("is not an object with 'images' and 'annotations'")
        self.builder = builder
        self.find = find
        self.path = path
        self.data = data
        self.split = _split_of(path)
        self.images: dict[Any, int] = {}
        self.categories: dict[Any, int] = {}

    def rows(self, key: str) -> list[Mapping[str, Any]]:
        """A list of the file, without what is no object."""
        value = self.data.get(key)
        rows = value if isinstance(value, list) else []
        return [row for row in rows if isinstance(row, Mapping)]

    def read(self) -> None:
        """Add images, categories and annotations."""
        for row in self.rows("categories"):
            self._category(row)
        for row in self.rows("images"):
            name = str(row.get("file_name") or row.get("id"))
            file = self.find(name, self.split)
            image = self.builder.image(
                image_name(name, self.split),
                file,
                stated_size(row.get("width"), row.get("height")),
                self.split,
            )
            self.images[row.get("id")] = image
        for i, row in enumerate(self.rows("annotations")):
            image = self.images.get(row.get("image_id"), -1)
            if image < 0:
                self._leave_out(i, "belongs to no image of the file; left out")
            elif "segments_info" in row:
                self._panoptic(image, row)
            elif "caption" in row and "bbox" not in row:
                self.builder.extra.setdefault("captions", []).append((image, str(row["caption"])))
            else:
                self._object(i, image, row)

    def _leave_out(self, i: int, why: str) -> None:
        self.builder.leave_out(f"{PurePosixPath(self.path).name} annotations[{i}]", why)

    def _category(self, row: Mapping[str, Any]) -> None:
        name = str(row.get("name", row.get("id")))
        self.categories[row.get("id")] = self.builder.category(name)
        if row.get("supercategory") and row["supercategory"] != name:
            self.builder.extra.setdefault("parents", {})[name] = str(row["supercategory"])
        points = row.get("keypoints")
        if isinstance(points, list) and points:
            self.builder.extra["keypoint_names"] = tuple(map(str, points))
            pairs = row.get("skeleton") or []
            self.builder.extra["skeleton"] = tuple(
                (int(a) - 1, int(b) - 1) for a, b in pairs if max(a, b) <= len(points)
            )

    def _object(self, i: int, image: int, row: Mapping[str, Any]) -> None:
        text = row.get("phrase") or (row.get("caption") if "bbox" in row else None)
        box = _box(row.get("bbox"))
        if row.get("category_id") not in self.categories:
            if text and box:
                self.builder.extra.setdefault("regions", []).append(Region(image, box, str(text)))
            else:
                self._leave_out(i, "has a category that the file does not list; left out")
            return
        mask, points = self._mask(i, image, row), _keypoints(row)
        if box is None and mask is None:
            self._leave_out(i, "has neither a box of four numbers nor a mask; left out")
            return
        self.builder.object(
            image,
            self.categories[row["category_id"]],
            box or _mask_box(mask),
            mask=mask,
            keypoints=points,
            crowd=row.get("iscrowd") in (1, True),
            score=float(row["score"]) if isinstance(row.get("score"), int | float) else float("nan"),
            track=row["track_id"] if isinstance(row.get("track_id"), int) else -1,
            attributes={k: v for k, v in row.items() if k not in KNOWN},
        )

    def _mask(self, i: int, image: int, row: Mapping[str, Any]) -> Any:
        """Polygons or run lengths, None where there are none."""
        found = row.get("segmentation")
        if not found:
            return None
        try:
            return (
                rle.polygons_of(found)
                if isinstance(found, list)
                else _checked(found, self.builder.sizes[image])
            )
        except ValueError as error:
            self._leave_out(i, f"its mask {error}; the box is kept")
            return None

    def _panoptic(self, image: int, row: Mapping[str, Any]) -> None:
        """The segments of an image: things become objects, all together a semantic map."""
        stem = PurePosixPath(self.path).stem
        file = self.find(str(row.get("file_name", "")), stem)
        segments = [s for s in row.get("segments_info") or [] if isinstance(s, Mapping)]
        known = [s for s in segments if s.get("category_id") in self.categories]
        things = {c.get("id") for c in self.rows("categories") if c.get("isthing", 1)}
        for segment in known:
            box = _box(segment.get("bbox"))
            if segment["category_id"] in things and box:
                category = self.categories[segment["category_id"]]
                self.builder.object(image, category, box, crowd=bool(segment.get("iscrowd")))
        if file and isinstance(row.get("file_name"), str):
            # A segment's id is r + 256 g + 65536 b, a map's value 65536 r + 256 g + b.
            classes = {_swapped(int(s["id"])): self.categories[s["category_id"]] for s in known if "id" in s}
            self.builder.extra.setdefault("semantic", {})[image] = MapFile(file, classes)


def _swapped(number: int) -> int:
    return (number & 255) << 16 | number & 0xFF00 | number >> 16 & 255


def _split_of(path: str) -> str:
    """The split in a file's name: instances_val2017.json, or the folder that Roboflow puts it into."""
    pure = PurePosixPath(path)
    found = re.search(r"_(?:coco_)?((?:train|val|valid|test|minival|image_info)[^_/]*)$", pure.stem)
    if found:
        return found[1]
    return pure.parent.name if pure.parent.name in ("train", "val", "valid", "test") else ""


def _box(value: Any) -> tuple[float, float, float, float] | None:
    if not isinstance(value, list | tuple) or len(value) != 4:
        return None
    if not all(isinstance(v, int | float) and abs(v) < 1e9 for v in value):
        return None
    x, y, width, height = value
    return (x, y, x + width, y + height) if width >= 0 and height >= 0 else None


def _checked(found: Any, size: tuple[int, int]) -> Rle:
    rle.as_rle(found, *size)
    return dict(found)


def _mask_box(mask: Any) -> tuple[float, ...] | None:
    """The box of a run-length mask; that of polygons is found by the builder."""
    if not isinstance(mask, dict):
        return None
    x, y, width, height = rle.boxes([rle.as_rle(mask, 0, 0)])[0].tolist()
    return x, y, x + width, y + height


def _keypoints(row: Mapping[str, Any]) -> Any:
    points = row.get("keypoints")
    if not isinstance(points, list) or not points or len(points) % 3:
        return None
    return points if all(isinstance(v, int | float) for v in points) and any(points) else None


def write(dataset: Dataset, folder: Path) -> None:
    """`annotations/instances_SPLIT.json`, `captions_SPLIT.json` and the pictures in `images/SPLIT`.

    Objects that are difficult have `iscrowd` 0, for COCO knows no such flag.
    """
    names = copy_pictures(dataset, folder, lambda i, name: f"images/{dataset.splits[i] or 'all'}/{name}")
    for split in dict.fromkeys(dataset.splits):
        there = [i for i, s in enumerate(dataset.splits) if s == split]
        for kind, content in contents(dataset, there, names).items():
            _dump(folder / "annotations" / f"{kind}_{split or 'all'}.json", content)


def contents(dataset: Dataset, images: Sequence[int], names: Sequence[str]) -> dict[str, dict[str, Any]]:
    """COCO's objects of some images by kind: instances, and captions and regions where there are any.

    `names` [I] are the file names of all images. Ids are rows of the data set plus 1.
    """
    rows = [
        {
            "id": i + 1,
            "file_name": names[i],
            **dict(zip(("width", "height"), dataset.size(i), strict=True)),
        }
        for i in images
    ]
    common = {"info": {"description": f"from {dataset.format}"}, "licenses": [], "images": rows}
    objects = [_row(dataset, n) for i in images for n in dataset.rows_of(i).tolist()]
    found = {"instances": {**common, "categories": _categories(dataset), "annotations": objects}}
    there = set(images)
    captions = [(i, text) for i, text in dataset.captions if i in there]
    if captions:
        described = [{"id": k, "image_id": i + 1, "caption": t} for k, (i, t) in enumerate(captions, 1)]
        found["captions"] = {**common, "annotations": described}
    regions = [region for region in dataset.regions if region.image in there]
    if regions:
        described = [
            {"id": k, "image_id": r.image + 1, "bbox": _xywh(r.box), "phrase": r.text}
            for k, r in enumerate(regions, 1)
        ]
        found["regions"] = {**common, "annotations": described}
    return found


def _categories(dataset: Dataset) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = [
        {"id": i + 1, "name": name, "supercategory": dataset.parents.get(name, name)}
        for i, name in enumerate(dataset.categories)
    ]
    with_points = {
        int(c)
        for c, k in zip(dataset.objects.category, dataset.objects.keypoints, strict=True)
        if k is not None
    }
    for i in with_points:
        rows[i]["keypoints"] = list(dataset.keypoint_names) or [str(k) for k in range(_points(dataset))]
        rows[i]["skeleton"] = [[a + 1, b + 1] for a, b in dataset.skeleton]
    return rows


def _points(dataset: Dataset) -> int:
    return max((len(k) for k in dataset.objects.keypoints if k is not None), default=0)


def _row(dataset: Dataset, n: int) -> dict[str, Any]:
    o = dataset.objects
    mask = o.masks[n]
    row: dict[str, Any] = {
        **o.attributes[n],
        "id": n + 1,
        "image_id": int(o.image[n]) + 1,
        "category_id": int(o.category[n]) + 1,
        "iscrowd": int(o.crowd[n]),
    }
    if np.isfinite(o.boxes[n]).all():
        row["bbox"] = _xywh(o.boxes[n].tolist())
        row["area"] = row["bbox"][2] * row["bbox"][3]
    if mask is not None:
        row["segmentation"] = mask
        width, height = dataset.size(int(o.image[n]))
        if isinstance(mask, dict) or (width and height):
            with contextlib.suppress(ValueError):  # of another size than the picture
                row["area"] = float(rle.areas([rle.as_rle(mask, width, height)])[0])
    points = o.keypoints[n]
    if points is not None:
        row["keypoints"] = points.ravel().tolist()
        row["num_keypoints"] = int((points[:, 2] > 0).sum())
    if np.isfinite(o.score[n]):
        row["score"] = float(o.score[n])
    if o.track[n] >= 0:
        row["track_id"] = int(o.track[n])
    return row


def _xywh(box: Any) -> list[float]:
    x1, y1, x2, y2 = box
    return [x1, y1, x2 - x1, y2 - y1]


def _dump(path: Path, content: Any) -> None:
    write_bytes(path, json.dumps(content).encode())
