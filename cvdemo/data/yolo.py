"""Truth and results in YOLO's text format: one file per image, boxes or polygons as fractions of its size."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import Any

from cvdemo.data.annotations import EvalSet, IouType
from cvdemo.data.archive import Archive
from cvdemo.data.coco import build
from cvdemo.data.finding import size_in
from cvdemo.data.layouts import around_labels, class_names, label_files
from cvdemo.data.problems import Problem, Report
from cvdemo.data.suffixes import PICTURES
from cvdemo.data.text_files import Files, Rows, TextLine, by_stem, coco_truth, number, opened
from cvdemo.errors import DataError, PictureError

Size = tuple[int, int]


def read_yolo(truth: Files, results: Files, iou_type: IouType = "bbox", *, skip_bad: bool = False) -> EvalSet:
    """Read text files, one per image: `class x y width height`, in results with `confidence` at the end.

    x and y are the box's centre; all four are fractions of the image. A polygon, `class x1 y1 x2 y2 x3 y3
    ...`, may replace the box: its box is scored, or with iou_type "segm" its mask. Class names come from
    `classes.txt`, `obj.names` or `data.yaml` in the truth's folder or above. If every picture lies next to
    its file, or in an `images` folder next to `labels`, boxes are converted to pixels. Otherwise they stay
    fractions: IoU and AP are the same, but there are no scores by size and no masks. Raises DataError as
    `read_coco`, with file and line.
    """
    report = Report(skip_bad=skip_bad)
    truth, there_name = _with_pictures(truth)
    results, found_name = opened(results, "results")
    there, found = Rows(there_name, report), Rows(found_name, report)
    truth_files = by_stem(label_files(truth))
    sizes = _sizes(truth, truth_files, there)
    if iou_type == "segm" and not sizes:
        raise DataError(
            f"{there_name}: masks need the size of every image: lay the pictures beside the files"
        )
    for stem, path in truth_files.items():
        _read(there.lines(truth, path), stem, there, sizes, iou_type, scored=False)
    for stem, path in by_stem(label_files(results)).items():
        _read(found.lines(results, path), stem, found, sizes, iou_type, scored=True)
    images = [{"id": stem, "file_name": stem, **_sides(sizes, stem)} for stem in truth_files]
    names = _names(truth, there)
    sized = bool(sizes)
    return build(coco_truth(there, images, names), found.named(found.entries), iou_type, report, sized=sized)


def _with_pictures(truth: Files) -> tuple[Archive, str]:
    """The truth's files, for a folder with the pictures and names beside it, and what messages call them."""
    if not isinstance(truth, Archive) and Path(truth).is_dir():
        return around_labels(Path(truth).resolve()), Path(truth).name
    return opened(truth, "truth")


def _read(
    rows_of_text: list[TextLine], stem: str, rows: Rows, sizes: dict[str, Size], iou_type: IouType, *,
    scored: bool,
) -> None:  # fmt: skip
    size = sizes.get(stem, (1, 1))
    for line in rows_of_text:
        values = _values(line, rows, scored=scored)
        if values is None:
            continue
        shape = _shape(values[1:-1] if scored else values[1:], size, iou_type)
        if shape is None:
            rows.refuse(line.label, "is a box, not a polygon, so it has no mask", "segmentation")
            continue
        entry: dict[str, Any] = {"image_id": stem, "category_id": int(values[0]), **shape}
        if scored:
            entry["score"] = values[-1]
        rows.add(entry, line.label)


def _shape(values: list[float], size: Size, iou_type: IouType) -> dict[str, Any] | None:
    """A box of four fractions, or a polygon of six or more, in pixels; None if a box is given for a mask."""
    scaled = [value * size[k % 2] for k, value in enumerate(values)]
    if len(scaled) > 4:
        if iou_type == "segm":
            return {"segmentation": [scaled]}
        (left, right), (top, bottom) = ((min(v), max(v)) for v in (scaled[::2], scaled[1::2]))
        return {"bbox": [left, top, right - left, bottom - top]}
    x, y, w, h = scaled
    return None if iou_type == "segm" else {"bbox": [x - w / 2, y - h / 2, w, h]}


def _values(line: TextLine, rows: Rows, *, scored: bool) -> list[float] | None:
    """The numbers of a line, or None if it was refused."""
    points = len(line.fields) - 1 - scored
    names = ["class", *(["x", "y", "width", "height"] if points < 6 else ["x", "y"] * (points // 2))]
    names += ["confidence"] if scored else []
    if len(line.fields) != len(names):
        box = f"class x y width height{' confidence' if scored else ''}"
        rows.refuse(line.label, f"has {len(line.fields)} fields, not {box} or a polygon in place of the box")
        return None
    values: list[float] = []
    for name, field in zip(names, line.fields, strict=True):
        value = number(field)
        if isinstance(value, str) or (name == "class" and not (value >= 0 and value.is_integer())):
            rows.refuse(
                line.label, f"{field!r} is not {'a class number' if name == 'class' else 'a number'}", name
            )
            return None
        if name in ("x", "y", "width", "height") and abs(value) > 2:
            rows.refuse(line.label, f"{field} is not a fraction of the image", name)
            return None
        values.append(value)
    return values


def _names(truth: Archive, rows: Rows) -> dict[int, str]:
    """Class names by number, from a file of names; the numbers of classes that it lacks name themselves."""
    used = sorted({entry["category_id"] for entry in rows.entries})
    try:
        names = class_names(truth)
    except DataError as error:
        rows.refuse("", f"the class names cannot be read ({error})")
        names = {}
    nameless = [i for i in used if i not in names]
    if names and nameless:
        text = f"the file of class names has {len(names)}, so class {nameless[0]} is named by its number"
        rows.report.note(Problem(rows.name, "", "", text, len(nameless)))
    return names | {i: str(i) for i in nameless}


def _sizes(truth: Archive, truth_files: dict[str, str], rows: Rows) -> dict[str, Size]:
    """Width and height of every image by name, or {} if the picture of one is missing or cannot be read."""
    pictures = {PurePosixPath(path).stem: path for path in reversed(truth.paths(*PICTURES))}
    sizes: dict[str, Size] = {}
    for stem, file in truth_files.items():
        try:
            path = pictures[stem]
            sizes[stem] = size_in(truth, path)
        except (KeyError, PictureError, DataError) as error:
            missing = f"no picture of {stem} found" if isinstance(error, KeyError) else str(error)
            text = f"{missing}, so small, medium and large are not told apart"
            rows.report.note(Problem(rows.name, PurePosixPath(file).name, "", text))
            return {}
    return sizes


def _sides(sizes: dict[str, Size], stem: str) -> dict[str, int]:
    return dict(zip(("width", "height"), sizes.get(stem, (0, 0)), strict=True))
