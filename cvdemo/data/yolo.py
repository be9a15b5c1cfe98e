"""Truth and results in YOLO's text format: one file per image, boxes or polygons as fractions of its size."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from cvdemo.data.annotations import EvalSet, IouType
from cvdemo.data.coco import build
from cvdemo.data.problems import Problem, Report
from cvdemo.data.text_files import Rows, TextLine, coco_truth, files, lines, number
from cvdemo.errors import DataError

NAME_FILES = ("classes.txt", "obj.names")
PICTURES = (".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff")
Size = tuple[int, int]


def read_yolo(
    truth: str | Path, results: str | Path, iou_type: IouType = "bbox", *, skip_bad: bool = False
) -> EvalSet:
    """Read two folders of text files: `class x y width height`, in results with `confidence` at the end.

    x and y are the box's centre; all four are fractions of the image. A polygon, `class x1 y1 x2 y2 x3 y3
    ...`, may replace the box: its box is scored, or with iou_type "segm" its mask. Class names come from
    `classes.txt` or `obj.names` in the truth's folder or its parent. If every picture lies next to its file,
    or in an `images` folder next to `labels`, boxes are converted to pixels. Otherwise they stay fractions:
    IoU and AP are the same, but there are no scores by size and no masks. Raises DataError as `read_coco`,
    with file and line.
    """
    report = Report(skip_bad=skip_bad)
    folder = Path(truth)
    there, found = Rows(folder, report), Rows(Path(results), report)
    truth_files = [file for file in files(folder, ".txt") if file.name not in NAME_FILES]
    sizes = _sizes(folder, truth_files, report)
    if iou_type == "segm" and not sizes:
        raise DataError(
            f"{folder.name}: masks need the size of every image: lay the pictures beside the files"
        )
    for file in truth_files:
        _read(file, there, sizes, iou_type, scored=False)
    for file in files(results, ".txt"):
        if file.name not in NAME_FILES:
            _read(file, found, sizes, iou_type, scored=True)
    images = [{"id": f.stem, "file_name": f.stem, **_sides(sizes, f.stem)} for f in truth_files]
    names = _names(folder, there, found)
    sized = bool(sizes)
    return build(coco_truth(there, images, names), found.named(found.entries), iou_type, report, sized=sized)


def _read(file: Path, rows: Rows, sizes: dict[str, Size], iou_type: IouType, *, scored: bool) -> None:
    size = sizes.get(file.stem, (1, 1))
    for line in lines(file):
        values = _values(line, rows, scored=scored)
        if values is None:
            continue
        shape = _shape(values[1:-1] if scored else values[1:], size, iou_type)
        if shape is None:
            rows.refuse(line.label, "is a box, not a polygon, so it has no mask", "segmentation")
            continue
        entry: dict[str, Any] = {"image_id": file.stem, "category_id": int(values[0]), **shape}
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


def _names(folder: Path, *rows: Rows) -> dict[int, str]:
    """Class names by number: from the names file, or the numbers that occur in the truth."""
    for path in (place / name for place in (folder, folder.parent) for name in NAME_FILES):
        if path.is_file():
            return {i: " ".join(line.fields) for i, line in enumerate(lines(path))}
    return {i: str(i) for i in sorted({entry["category_id"] for entry in rows[0].entries})}


def _sizes(folder: Path, truth_files: list[Path], report: Report) -> dict[str, Size]:
    """Width and height of every image by name, or {} if a picture is missing."""
    from PIL import Image

    places = [
        folder,
        folder.parent / "images",
        Path(*("images" if p == "labels" else p for p in folder.parts)),
    ]
    pictures: dict[str, Path] = {}
    for place in places:
        if place.is_dir():
            pictures |= {p.stem: p for p in sorted(place.iterdir()) if p.suffix.lower() in PICTURES}
    sizes: dict[str, Size] = {}
    for file in truth_files:
        try:
            with Image.open(pictures[file.stem]) as picture:
                sizes[file.stem] = picture.size
        except (KeyError, OSError):
            text = f"no picture of {file.stem} found, so small, medium and large are not told apart"
            report.note(Problem(folder.name, file.name, "", text))
            return {}
    return sizes


def _sides(sizes: dict[str, Size], stem: str) -> dict[str, int]:
    return dict(zip(("width", "height"), sizes.get(stem, (0, 0)), strict=True))
