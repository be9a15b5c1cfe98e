"""Truth and results in the text format of Object-Detection-Metrics: one file per image, class names in it."""

from __future__ import annotations

from typing import Any, Literal

from cvdemo.data.annotations import EvalSet
from cvdemo.data.coco import build
from cvdemo.data.layouts import label_files
from cvdemo.data.problems import Problem, Report
from cvdemo.data.text_files import Files, Rows, TextLine, by_stem, coco_truth, number, opened
from cvdemo.errors import DataError

BoxFormat = Literal["xywh", "xyxy"]
LITTLE = 0.05  # by how much a fraction of the image may reach beyond it


def read_odm(
    truth: Files, results: Files, *, box_format: BoxFormat = "xywh", skip_bad: bool = False
) -> EvalSet:
    """Read text files, one per image: `class left top width height`, in results `class score left ...`.

    Boxes are in pixels; with box_format "xyxy" a line ends in `right bottom`. Where no number of a side is
    above 1, that side holds fractions of the image, `class [score] x y width height` with the box's centre,
    which are scored as such and noted. The images are the truth's files, by name. Raises DataError as
    `read_coco`, with file and line.
    """
    report = Report(skip_bad=skip_bad)
    (truth, there_name), (results, found_name) = opened(truth, "truth"), opened(results, "results")
    there, found = Rows(there_name, report), Rows(found_name, report)
    images = []
    for stem, path in by_stem(label_files(truth)).items():
        images.append({"id": stem, "file_name": stem})
        _read(there.lines(truth, path), stem, there, scored=False)
    for stem, path in by_stem(label_files(results)).items():
        _read(found.lines(results, path), stem, found, scored=True)
    sized = not _are_fractions(there, found)
    for entry in (*there.entries, *found.entries):
        centred = not sized and box_format == "xywh"
        entry["bbox"] = from_centre(entry["bbox"]) if centred else as_xywh(entry["bbox"], box_format)
    names = {name: name for name in sorted({entry["category_id"] for entry in there.entries})}
    return build(
        coco_truth(there, images, names), found.named(found.entries), "bbox", report, sized=sized
    )  # fmt: skip


def _read(rows_of_text: list[TextLine], stem: str, rows: Rows, *, scored: bool) -> None:
    count = 5 if scored else 4  # numbers at the end; the name before them may have spaces
    expected = f"class{' score' if scored else ''} and four numbers of a box"
    for line in rows_of_text:
        if len(line.fields) <= count:
            rows.refuse(line.label, f"has {len(line.fields)} fields, not {expected}")
            continue
        name, values = " ".join(line.fields[:-count]), [number(field) for field in line.fields[-count:]]
        entry: dict[str, Any] = {"image_id": stem, "category_id": name, "bbox": values[-4:]}
        if scored:
            entry["score"] = values[0]
        rows.add(entry, line.label)


def _are_fractions(there: Rows, found: Rows) -> bool:
    """Whether the boxes of both sides are fractions of the image; DataError if only one side's are."""
    sides = [rows for rows in (there, found) if rows.entries]
    relative = [rows for rows in sides if _all_fractions(rows)]
    if not relative:
        return False
    text = "no number of a box is above 1, as in fractions of the image"
    if len(relative) < len(sides):
        pixels = next(rows for rows in sides if rows is not relative[0])
        raise DataError(f"{relative[0].name}: {text}, but {pixels.name} has pixels")
    there.report.note(
        Problem(
            there.name, "", "", f"{text}: read as x and y of the centre, width and height; no scores by size"
        )
    )
    return True


def _all_fractions(rows: Rows) -> bool:
    numbers = [value for entry in rows.entries for value in entry["bbox"] if not isinstance(value, str)]
    return bool(numbers) and all(-LITTLE <= value <= 1 + LITTLE for value in numbers)


def from_centre(values: list[float | str]) -> list[float | str]:
    """A box centre-x centre-y width height as left top width height; unchanged if it holds text."""
    if any(isinstance(value, str) for value in values):
        return values
    x, y, width, height = (float(value) for value in values)
    return [x - width / 2, y - height / 2, width, height]


def as_xywh(values: list[float | str], box_format: BoxFormat = "xyxy") -> list[float | str]:
    """A box left top right bottom as left top width height; unchanged if it is that or holds text."""
    if box_format == "xywh" or any(isinstance(value, str) for value in values):
        return values
    x1, y1, x2, y2 = (float(value) for value in values)
    return [x1, y1, x2 - x1, y2 - y1]
