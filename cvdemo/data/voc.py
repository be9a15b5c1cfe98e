"""Truth and results in PASCAL VOC's formats: an XML file per image, or for results a text file per class."""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import PurePosixPath
from typing import Any
from xml.etree import ElementTree

from cvdemo.data.annotations import EvalSet
from cvdemo.data.archive import Archive
from cvdemo.data.coco import build
from cvdemo.data.layouts import SIDE_FILES, is_annotation_xml
from cvdemo.data.odm import as_xywh
from cvdemo.data.problems import Problem, Report
from cvdemo.data.text_files import Files, Rows, TextLine, by_stem, coco_truth, number, opened
from cvdemo.data.xml_files import parse_xml
from cvdemo.errors import DataError

SALT = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
CORNERS = ("xmin", "ymin", "xmax", "ymax")


def read_voc(truth: Files, results: Files, *, skip_bad: bool = False) -> EvalSet:
    """Read VOC's XML annotations, and results as XML or as the development kit's text files.

    Results in XML have a `score` (or `confidence`) in every object; a text file is named after its class,
    as `comp4_det_test_dog.txt` or `dog.txt`, with lines `image score xmin ymin xmax ymax`. Images are
    identified by file name without suffix. Coordinates are not changed; the pixel convention interprets them.
    Raises DataError as `read_coco`, with file and object or line.
    """
    report = Report(skip_bad=skip_bad)
    (truth, there_name), (results, found_name) = opened(truth, "truth"), opened(results, "results")
    there, found = Rows(there_name, report), Rows(found_name, report)
    read = (
        _read_xml(truth, stem, path, there, scored=False)
        for stem, path in _annotations(truth, there).items()
    )  # fmt: skip
    images = [image for image in read if image is not None]
    classes = {entry["category_id"] for entry in there.entries}
    for stem, path in _annotations(results, found).items():
        _read_xml(results, stem, path, found, scored=True)
    for path in results.paths(".txt"):
        if not SIDE_FILES.fullmatch(PurePosixPath(path).stem):
            _read_class(found.lines(results, path), class_of(PurePosixPath(path).stem, classes), found)
    names = {name: name for name in sorted(classes)}
    return build(coco_truth(there, images, names), found.named(found.entries), "bbox", report)


def _annotations(archive: Archive, rows: Rows) -> dict[str, str]:
    """The XML files that are annotations, by the name of their image; others are noted."""
    paths = archive.paths(".xml")
    others = [path for path in paths if not is_annotation_xml(archive, path)]
    if others:
        text = "has no <annotation>; passed over"
        rows.report.note(Problem(rows.name, PurePosixPath(others[0]).name, "", text, len(others)))
    return by_stem([path for path in paths if path not in others])


def _read_xml(archive: Archive, stem: str, path: str, rows: Rows, *, scored: bool) -> dict[str, Any] | None:
    """Add the objects of one file to the rows; returns its image, or None if the file was refused."""
    file = PurePosixPath(path).name
    root = _parsed(archive, path, rows)
    if root is None:
        return None
    for i, item in enumerate(root.iter("object")):
        label = f"{file} object {i}"
        name, box = item.findtext("name"), item.find("bndbox")
        corners = [None if box is None else box.findtext(corner) for corner in CORNERS]
        if not name or None in corners:
            missing = "name" if not name else "bndbox" if box is None else CORNERS[corners.index(None)]
            rows.refuse(label, "is missing", missing)
            continue
        entry: dict[str, Any] = {
            "image_id": stem,
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
    image: dict[str, Any] = {"id": stem, "file_name": root.findtext("filename") or stem}
    for side in ("width", "height"):
        image[side] = number(root.findtext(f"size/{side}") or "0")
    return image


def _parsed(archive: Archive, path: str, rows: Rows) -> ElementTree.Element | None:
    """The root of an XML file, or None if it was refused."""
    try:
        return parse_xml(archive.read(path))
    except DataError as error:
        rows.refuse(PurePosixPath(path).name, str(error))
        return None


def class_of(stem: str, classes: Collection[str]) -> str:
    """The class that a file of results is named after.

    The development kit writes comp4_det_test_dog, some tools put a random salt into it
    (comp4_<uuid>_det_test_dog, comp4_<uuid>_dog), others write dog. Where that leaves no class of the truth,
    the longest one that the name ends in counts.
    """
    name = re.sub(rf"^comp\d+_({SALT}_)?((det|cls)_[^_]+_)?", "", stem)
    if name in classes:
        return name
    return max((c for c in classes if stem.endswith(f"_{c}")), key=len, default=name)


def _read_class(rows_of_text: list[TextLine], name: str, rows: Rows) -> None:
    for line in rows_of_text:
        fields = line.text.strip().rsplit(None, 5)  # the image's name before them may have spaces
        if len(fields) != 6:
            rows.refuse(line.label, f"has {len(fields)} fields, not image, score and four of a box")
            continue
        values = [number(field) for field in fields[1:]]
        entry = {"image_id": fields[0], "category_id": name, "score": values[0]}
        rows.add(entry | {"bbox": as_xywh(values[1:])}, line.label)
