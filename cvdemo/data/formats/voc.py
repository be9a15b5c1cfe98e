"""PASCAL VOC: an XML file per image, semantic and instance maps with VOC's palette, lists of splits.

Everingham et al., IJCV 2010, and the development kit's layout: `Annotations/NAME.xml`, `JPEGImages/NAME.jpg`,
`SegmentationClass/NAME.png`, `SegmentationObject/NAME.png`, `ImageSets/*/SPLIT.txt`.
"""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath
from typing import Any
from xml.etree import ElementTree

import numpy as np

from cvdemo.data.archive import Archive
from cvdemo.data.dataset import VOID, Builder, Dataset, MapFile, map_values, mask_rle
from cvdemo.data.finding import PictureFinder, stated_size
from cvdemo.data.formats.writing import copy_pictures, indexed_png, write_bytes
from cvdemo.data.layouts import is_annotation_xml
from cvdemo.data.xml_files import parse_xml
from cvdemo.errors import DataError

TITLE = "PASCAL VOC"
HOLDS = frozenset({"boxes", "masks", "difficult", "scores", "attributes", "labels", "semantic", "splits"})
CLASSES = (
    "background", "aeroplane", "bicycle", "bird", "boat", "bottle", "bus", "car", "cat", "chair", "cow",
    "diningtable", "dog", "horse", "motorbike", "person", "pottedplant", "sheep", "sofa", "train",
    "tvmonitor",
)  # fmt: skip
"""What the values of VOC's own label maps mean."""

CORNERS = ("xmin", "ymin", "xmax", "ymax")
PIXEL = 1.0
"""VOC counts pixels from 1, and xmax is the last pixel inside: x1 = xmin - 1, x2 = xmax."""

CLASS_MAPS, OBJECT_MAPS = "SegmentationClass", "SegmentationObject"
LABEL_FILE = "labelmap.txt"


def fits(archive: Archive) -> bool:
    """Whether an XML file is an annotation with boxes, or there are label maps in VOC's folders."""
    if any(CLASS_MAPS in PurePosixPath(p).parts for p in archive.paths(".png")):
        return True
    xml = archive.paths(".xml")
    return any(is_annotation_xml(archive, p) and b"<bndbox" in archive.read(p, 2**16) for p in xml[:50])


def read(archive: Archive) -> Dataset:
    """Annotations, label maps and image lists; images that are only listed or only pictures count too."""
    builder = Builder(TITLE, archive)
    find = PictureFinder(archive)
    splits = _splits(archive)
    for path in archive.paths(".xml"):
        if is_annotation_xml(archive, path):
            _read_annotation(builder, find, archive, path, splits)
    for stem, split in splits.items():
        builder.image(stem, find(stem, "JPEGImages"), split=split)
    _read_maps(builder, find, archive, splits)
    _read_image_labels(builder, archive)
    return builder.build()


def _splits(archive: Archive) -> dict[str, str]:
    """The split of each image that a list of ImageSets names: train before val before others."""
    found: dict[str, str] = {}
    lists = [p for p in archive.paths(".txt") if "ImageSets" in PurePosixPath(p).parts]
    plain = [p for p in lists if PurePosixPath(p).stem in ("train", "val", "test")]
    for path in sorted(plain, key=lambda p: ("train", "val", "test").index(PurePosixPath(p).stem)):
        for line in archive.read(path).decode("utf-8", "replace").splitlines():
            is_main = PurePosixPath(path).parent.name == "Main"
            name = line.strip() if is_main else re.sub(r"\s+-?\d+$", "", line.strip())  # Layout adds a number
            if name:
                found.setdefault(name, PurePosixPath(path).stem)
    return found


def _read_annotation(
    builder: Builder, find: PictureFinder, archive: Archive, path: str, splits: dict[str, str]
) -> None:
    name = PurePosixPath(path).stem
    try:
        root = parse_xml(archive.read(path))
    except DataError as error:
        builder.leave_out(PurePosixPath(path).name, f"{error}; left out")
        return
    size = stated_size(*(_number(root.findtext(f"size/{side}")) for side in ("width", "height")))
    file = find(root.findtext("filename") or name, "JPEGImages") or find(name)
    image = builder.image(name, file, size, splits.get(name, ""))
    for i, item in enumerate(root.iter("object")):
        _read_object(builder, image, item, f"{PurePosixPath(path).name} object {i}")


def _read_object(builder: Builder, image: int, item: ElementTree.Element, where: str) -> None:
    name, box = (item.findtext("name") or "").strip(), item.find("bndbox")
    corners = [_number(None if box is None else box.findtext(corner)) for corner in CORNERS]
    if not name or None in corners:
        builder.leave_out(where, "has no name or no box of four numbers; left out")
        return
    x1, y1, x2, y2 = (float(c or 0) for c in corners)
    if x2 < x1 or y2 < y1:
        builder.leave_out(where, "its box ends before it begins; left out")
        return
    score = _number(item.findtext("score") or item.findtext("confidence"))
    attributes: dict[str, Any] = {
        key: value for key in ("pose", "truncated", "occluded") if (value := item.findtext(key))
    }
    actions = [a.tag for a in item.iterfind("actions/*") if a.text == "1"]
    if actions:
        attributes["actions"] = ", ".join(actions)
    builder.object(
        image,
        builder.category(name),
        (max(x1 - PIXEL, 0), max(y1 - PIXEL, 0), x2, y2),  # labelImg writes 0 for the first pixel
        difficult=item.findtext("difficult") == "1",
        score=float("nan") if score is None else score,
        attributes=attributes,
    )


def _number(text: str | None) -> float | None:
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if np.isfinite(value) else None


def _read_maps(builder: Builder, find: PictureFinder, archive: Archive, splits: dict[str, str]) -> None:
    """Label maps by image; instance maps become objects where the XML files have given none."""
    values = _values(archive)
    classes = {value: builder.category(name) for value, name in values.items()}
    for path in archive.paths(".png"):
        pure = PurePosixPath(path)
        if CLASS_MAPS not in pure.parts:
            continue
        image = builder.image(
            pure.stem, find(pure.stem, "JPEGImages"), split=splits.get(pure.stem, "")
        )  # fmt: skip
        builder.extra.setdefault("semantic", {})[image] = MapFile(path, classes)
        instances = path.replace(CLASS_MAPS, OBJECT_MAPS)
        if instances in archive.paths(".png"):
            _read_instances(builder, archive, image, path, instances, classes)


def _values(archive: Archive) -> dict[int, str]:
    """The class of each value of the label maps: VOC's, or by the lines of `labelmap.txt` (name:...)."""
    listed = [p for p in archive.paths(".txt") if PurePosixPath(p).name == LABEL_FILE]
    if not listed:
        has_maps = any(CLASS_MAPS in PurePosixPath(p).parts for p in archive.paths(".png"))
        return dict(enumerate(CLASSES)) if has_maps else {}
    lines = archive.read(listed[0]).decode("utf-8", "replace").splitlines()
    return dict(enumerate(ln.split(":")[0] for ln in lines if ln.strip() and not ln.startswith("#")))


def _read_instances(
    builder: Builder, archive: Archive, image: int, path: str, instances: str, classes: dict[int, int]
) -> None:
    """Give the masks of an instance map to the objects in whose box they lie, or to new ones."""
    try:
        semantic, ids = (map_values(archive.read(p), p) for p in (path, instances))
    except DataError as error:
        builder.leave_out(PurePosixPath(instances).name, f"{error}; left out")
        return
    if semantic.shape != ids.shape:
        builder.leave_out(PurePosixPath(instances).name, "has another size than the class map; left out")
        return
    rows = builder.rows_of(image)
    for number in np.unique(ids).tolist():
        mask = ids == number
        value = int(np.bincount(semantic[mask]).argmax())
        if number in (0, VOID) or value not in classes or value in (0, VOID):
            continue
        ys, xs = np.nonzero(mask)
        box = (float(xs.min()), float(ys.min()), float(xs.max() + 1), float(ys.max() + 1))
        row = next((r for r in rows if builder.is_box(r, box, classes[value])), None)
        if row is None:
            builder.object(image, classes[value], box, mask=mask_rle(mask))
        else:
            builder.set_mask(row, mask_rle(mask))
            rows.remove(row)


def _read_image_labels(builder: Builder, archive: Archive) -> None:
    """Lists CLASS_SPLIT.txt of ImageSets/Main: image and 1, 0 (difficult) or -1."""
    labels = builder.extra.setdefault("labels", [])
    with_boxes = {(i, c) for i, c in builder.image_categories()}
    for path in archive.paths(".txt"):
        pure = PurePosixPath(path)
        name, _, split = pure.stem.rpartition("_")
        if pure.parent.name != "Main" or not name or split not in ("train", "val", "test"):
            continue
        for line in archive.read(path).decode("utf-8", "replace").splitlines():
            fields = line.strip().rsplit(None, 1)  # names of images may have spaces
            if len(fields) == 2 and fields[1] == "1" and fields[0] in builder.images:
                label = (builder.images[fields[0]], builder.category(name))
                if label not in with_boxes and label not in labels:
                    labels.append(label)


def write(dataset: Dataset, folder: Path) -> None:
    """The development kit's layout; classes with numbers of their own are listed in labelmap.txt."""
    names = copy_pictures(dataset, folder, lambda i, name: f"JPEGImages/{name}")
    stems = [PurePosixPath(name).stem for name in names]
    for i in range(len(dataset)):
        root = _annotation(dataset, i, names[i])
        ElementTree.indent(root)
        text = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
        write_bytes(folder / "Annotations" / f"{stems[i]}.xml", text)
        _write_maps(dataset, i, stems[i], folder)
    if dataset.semantic or any(m is not None for m in dataset.objects.masks):
        lines = ["# label:color_rgb:parts:actions", *(f"{n}:::" for n in _listed(dataset))]
        write_bytes(folder / LABEL_FILE, ("\n".join(lines) + "\n").encode())
    for split in dict.fromkeys(filter(None, dataset.splits)):
        listed = "".join(f"{s}\n" for s, own in zip(stems, dataset.splits, strict=True) if own == split)
        write_bytes(folder / "ImageSets" / "Main" / f"{split}.txt", listed.encode())
    for category in sorted({c for _, c in dataset.labels}):
        for split in dict.fromkeys(s or "train" for s in dataset.splits):
            rows = [
                f"{stems[i]} {1 if (i, category) in dataset.labels else -1}\n"
                for i in range(len(dataset))
                if (dataset.splits[i] or "train") == split
            ]
            name = f"{dataset.categories[category]}_{split}.txt"
            write_bytes(folder / "ImageSets" / "Main" / name, "".join(rows).encode())


def _listed(dataset: Dataset) -> list[str]:
    """The names of the label maps' values: 0 is the background."""
    return ["background", *(name for name in dataset.categories if name != "background")]


def _annotation(dataset: Dataset, image: int, file_name: str) -> ElementTree.Element:
    root = ElementTree.Element("annotation")
    ElementTree.SubElement(root, "filename").text = file_name
    size = ElementTree.SubElement(root, "size")
    for side, value in zip(("width", "height"), dataset.size(image), strict=True):
        ElementTree.SubElement(size, side).text = str(value)
    ElementTree.SubElement(size, "depth").text = "3"
    o = dataset.objects
    for n in dataset.rows_of(image):
        if not np.isfinite(o.boxes[n]).all():
            continue
        item = ElementTree.SubElement(root, "object")
        ElementTree.SubElement(item, "name").text = dataset.categories[o.category[n]]
        for key, value in o.attributes[n].items():
            if key in ("pose", "truncated", "occluded"):
                ElementTree.SubElement(item, key).text = str(value)
        ElementTree.SubElement(item, "difficult").text = str(int(o.difficult[n]))
        if np.isfinite(o.score[n]):
            ElementTree.SubElement(item, "score").text = f"{o.score[n]:.6g}"
        box = ElementTree.SubElement(item, "bndbox")
        for corner, value in zip(CORNERS, o.boxes[n] + (PIXEL, PIXEL, 0, 0), strict=True):
            ElementTree.SubElement(box, corner).text = f"{value:.10g}"
    return root


def _write_maps(dataset: Dataset, image: int, stem: str, folder: Path) -> None:
    """The semantic map, and an instance map of the masks, each with the objects' numbers from 1."""
    value_of = np.full(256, VOID, np.uint8)
    listed = _listed(dataset)
    for i, name in enumerate(dataset.categories):
        value_of[i] = listed.index(name)
    semantic = dataset.semantic_map(image)
    rows = [n for n in dataset.rows_of(image) if dataset.objects.masks[n] is not None]
    if semantic is None and not rows:
        return
    width, height = dataset.size(image)
    classes = np.zeros((height, width), np.uint8) if semantic is None else value_of[semantic]
    instances = np.zeros((height, width), np.uint8)
    for number, n in enumerate(rows[:254], 1):
        mask = dataset.mask(int(n))
        if mask is None:
            continue
        instances[mask] = number
        if semantic is None:
            classes[mask] = value_of[dataset.objects.category[n]]
    write_bytes(folder / CLASS_MAPS / f"{stem}.png", indexed_png(classes))
    if rows:
        write_bytes(folder / OBJECT_MAPS / f"{stem}.png", indexed_png(instances))
