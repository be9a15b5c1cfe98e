"""Truth and results in PASCAL VOC's formats: an XML file per image, or for results a text file per class."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from cvdemo.data.annotations import EvalSet
from cvdemo.data.coco import build
from cvdemo.data.odm import as_xywh
from cvdemo.data.problems import Report
from cvdemo.data.text_files import Rows, coco_truth, files, lines, number

CORNERS = ("xmin", "ymin", "xmax", "ymax")


def read_voc(truth: str | Path, results: str | Path, *, skip_bad: bool = False) -> EvalSet:
    """Read a folder of VOC's XML annotations, and results as XML or as the development kit's text files.

    Results in XML have a `score` (or `confidence`) in every object; a text file is named after its class,
    as `comp4_det_test_dog.txt` or `dog.txt`, with lines `image score xmin ymin xmax ymax`. Images are
    identified by file name without suffix. Coordinates are not changed; the pixel convention interprets them.
    Raises DataError as `read_coco`, with file and object or line.
    """
    report = Report(skip_bad=skip_bad)
    there, found = Rows(Path(truth), report), Rows(Path(results), report)
    read = (_read_xml(file, there, scored=False) for file in files(truth, ".xml"))
    images = [image for image in read if image is not None]
    for file in files(results, ".xml", ".txt"):
        if file.suffix.lower() == ".xml":
            _read_xml(file, found, scored=True)
        else:
            _read_class(file, found)
    names = {name: name for name in sorted({entry["category_id"] for entry in there.entries})}
    return build(coco_truth(there, images, names), found.named(found.entries), "bbox", report)


def _read_xml(file: Path, rows: Rows, *, scored: bool) -> dict[str, Any] | None:
    """Add the objects of one file to the rows; returns its image, or None if the file was refused."""
    root = _parsed(file, rows)
    if root is None:
        return None
    for i, item in enumerate(root.iter("object")):
        label = f"{file.name} object {i}"
        name, box = item.findtext("name"), item.find("bndbox")
        corners = [None if box is None else box.findtext(corner) for corner in CORNERS]
        if not name or None in corners:
            missing = "name" if not name else "bndbox" if box is None else CORNERS[corners.index(None)]
            rows.refuse(label, "is missing", missing)
            continue
        entry: dict[str, Any] = {
            "image_id": file.stem,
            "category_id": name.strip(),
            "bbox": as_xywh([number(str(corner)) for corner in corners]),
            "difficult": number(item.findtext("difficult") or "0"),
        }
        if scored:
            score = item.findtext("score") or item.findtext("confidence")
            if score is None:
                rows.refuse(label, "is missing", "score")
                continue
            entry["score"] = number(score)
        rows.add(entry, label)
    image: dict[str, Any] = {"id": file.stem, "file_name": root.findtext("filename") or file.stem}
    for side in ("width", "height"):
        image[side] = number(root.findtext(f"size/{side}") or "0")
    return image


def _parsed(file: Path, rows: Rows) -> ElementTree.Element | None:
    try:
        data = file.read_bytes()
        if (
            b"<!DOCTYPE" in data or b"<!ENTITY" in data
        ):  # annotations have none, and entities can expand without limit
            rows.refuse(file.name, "XML with a document type is not read")
            return None
        return ElementTree.fromstring(data)
    except (ElementTree.ParseError, OSError) as error:
        rows.refuse(file.name, f"cannot be read as XML ({error})")
        return None


def _read_class(file: Path, rows: Rows) -> None:
    name = re.sub(r"^comp\d+_(det|cls)_[^_]+_", "", file.stem)
    for line in lines(file):
        if len(line.fields) != 6:
            rows.refuse(line.label, f"has {len(line.fields)} fields, not image, score and four of a box")
            continue
        values = [number(field) for field in line.fields[1:]]
        entry = {"image_id": line.fields[0], "category_id": name, "score": values[0]}
        rows.add(entry | {"bbox": as_xywh(values[1:])}, line.label)
