"""Truth and results in the text format of Object-Detection-Metrics: one file per image, class names in it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from cvdemo.data.annotations import EvalSet
from cvdemo.data.coco import build
from cvdemo.data.problems import Report
from cvdemo.data.text_files import Rows, coco_truth, files, lines, number

BoxFormat = Literal["xywh", "xyxy"]


def read_odm(
    truth: str | Path, results: str | Path, *, box_format: BoxFormat = "xywh", skip_bad: bool = False
) -> EvalSet:
    """Read two folders of text files: `class left top width height`, in results `class score left ...`.

    Boxes are in pixels; with box_format "xyxy" a line ends in `right bottom`. The images are the truth's
    files, by name. Raises DataError as `read_coco`, with file and line.
    """
    report = Report(skip_bad=skip_bad)
    there, found = Rows(Path(truth), report), Rows(Path(results), report)
    images = []
    for file in files(truth, ".txt"):
        images.append({"id": file.stem, "file_name": file.stem})
        _read(file, there, box_format, scored=False)
    for file in files(results, ".txt"):
        _read(file, found, box_format, scored=True)
    names = {name: name for name in sorted({entry["category_id"] for entry in there.entries})}
    return build(coco_truth(there, images, names), found.named(found.entries), "bbox", report)


def _read(file: Path, rows: Rows, box_format: BoxFormat, *, scored: bool) -> None:
    count = 5 if scored else 4  # numbers at the end; the name before them may have spaces
    expected = f"class{' score' if scored else ''} and four numbers of a box"
    for line in lines(file):
        if len(line.fields) <= count:
            rows.refuse(line.label, f"has {len(line.fields)} fields, not {expected}")
            continue
        name, values = " ".join(line.fields[:-count]), [number(field) for field in line.fields[-count:]]
        entry: dict[str, Any] = {"image_id": file.stem, "category_id": name, "bbox": values[-4:]}
        if scored:
            entry["score"] = values[0]
        if box_format == "xyxy":
            entry["bbox"] = as_xywh(values[-4:])
        rows.add(entry, line.label)


def as_xywh(values: list[float | str]) -> list[float | str]:
    """A box left top right bottom as left top width height; unchanged if it holds text."""
    if any(isinstance(value, str) for value in values):
        return values
    x1, y1, x2, y2 = (float(value) for value in values)
    return [x1, y1, x2 - x1, y2 - y1]
