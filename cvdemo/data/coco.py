"""Truth and results in COCO's JSON format, checked entry by entry, as columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from cvdemo.data import rle
from cvdemo.data.annotations import EvalSet, GroundTruth, IouType, Results
from cvdemo.data.finding import stated_size
from cvdemo.data.json_files import JsonSource, Named, kind, objects, read_json
from cvdemo.data.problems import Problem, Report, Table
from cvdemo.errors import DataError

Floats: TypeAlias = NDArray[np.float64]

IOU_TYPES: tuple[IouType, ...] = ("bbox", "segm", "keypoints")


def read_coco(
    truth: JsonSource, results: JsonSource, iou_type: IouType = "bbox", *, skip_bad: bool = False
) -> EvalSet:
    """Read truth (a COCO object) and results (a list of detections), each a file or already decoded.

    Entries of images or categories that the truth lacks are left out, boxes outside their image are kept;
    both are listed in `problems`. Entries that cannot be scored (NaN, negative sizes, missing fields) raise
    DataError with file, entry and field; with skip_bad they are left out and listed. Areas as in
    pycocotools. An empty list of results is valid and scores 0.
    """
    report = Report(skip_bad=skip_bad)
    return build(read_json(truth, "truth"), read_json(results, "results"), iou_type, report)


def build(truth: Named, results: Named, iou_type: IouType, report: Report, *, sized: bool = True) -> EvalSet:
    """The evaluation set of decoded truth and results; readers of other formats call it with COCO objects."""
    if iou_type not in IOU_TYPES:
        raise DataError(f"iou_type is one of {', '.join(IOU_TYPES)}, not {iou_type!r}")
    images = _by_id(truth, "images", report)
    categories = _by_id(truth, "categories", report)
    points = max((len(c.get("keypoints") or ()) for c in categories.rows), default=0) or 17
    context = _Context(iou_type, images.position, categories.position, _sizes(images.rows), points, sized)
    truth_columns = _truth(truth, context, report)
    result_columns = _results(results, truth.file, context, report)
    return EvalSet(
        iou_type=iou_type,
        image_ids=tuple(images.position),
        image_names=tuple(str(row.get("file_name", row["id"])) for row in images.rows),
        image_sizes=context.sizes,
        category_ids=tuple(categories.position),
        category_names=tuple(str(row.get("name", row["id"])) for row in categories.rows),
        truth=truth_columns,
        results=result_columns,
        problems=tuple(report.problems),
        sized=sized,
    )


class _Indexed(NamedTuple):
    rows: list[dict[str, Any]]  # sorted by id
    position: dict[Any, int]  # id to row


class _Context(NamedTuple):
    iou_type: IouType
    images: dict[Any, int]
    categories: dict[Any, int]
    sizes: NDArray[np.int64]  # [I, 2] width height
    points: int
    sized: bool


def _section(truth: Named, key: str) -> list[dict[str, Any]]:
    """One of the lists of a COCO object; DataError if it is missing or empty."""
    if not isinstance(truth.data, Mapping):
        expected = "an object with 'images', 'annotations' and 'categories'"
        raise DataError(f"{truth.file}: the truth must be {expected}, this is {kind(truth.data)}")
    rows = truth.data.get(key)
    if not isinstance(rows, list):
        found = ", ".join(repr(k) for k in list(truth.data)[:8]) or "nothing"
        raise DataError(f"{truth.file}: field '{key}': must be a list, the file has {found}")
    if not rows:
        raise DataError(f"{truth.file}: field '{key}': is empty, so there is nothing to score against")
    return objects(rows, truth.file, lambda i: f"{key}[{i}]")


def _by_id(truth: Named, key: str, report: Report) -> _Indexed:
    rows = _section(truth, key)
    table = Table(truth.file, rows, lambda i: f"{key}[{i}]", report)
    table.positions("id", {})
    ids = [row.get("id") for row in rows]
    seen: set[Any] = set()
    again = np.zeros(len(rows), dtype=bool)
    for i in np.flatnonzero(table.keep):
        again[i] = ids[i] in seen
        seen.add(ids[i])
    table.refuse(again, "id", lambda i: f"{ids[i]!r} is given twice")
    kept = [row for row, keep in zip(rows, table.keep, strict=True) if keep]
    kept.sort(key=lambda row: (isinstance(row["id"], str), row["id"]))
    return _Indexed(kept, {row["id"]: i for i, row in enumerate(kept)})


def _sizes(images: list[dict[str, Any]]) -> NDArray[np.int64]:
    sizes = [stated_size(row.get("width"), row.get("height")) for row in images]
    return np.array(sizes, np.int64).reshape(-1, 2)


def _placed(table: Table, context: _Context, absent: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The image and category index of every entry, [N] each; entries of unknown ones are left out."""

    def found(field: str, index: dict[Any, int], what: str) -> NDArray[np.int64]:
        where = table.positions(field, index)
        text = f"{absent} no such {what}; left out"
        table.leave_out(where < 0, field, lambda i: f"{table.entries[i].get(field)!r}: {text}")
        return where

    image = found("image_id", context.images, "image")
    category = found("category_id", context.categories, "category")
    _some_left(table)
    return image, category


def _some_left(table: Table) -> None:
    if len(table) and not table.keep.any():
        raise DataError(f"{table.report.problems[-1]}; nothing remains to be scored")


def _truth(truth: Named, context: _Context, report: Report) -> GroundTruth:
    label = truth.label or "annotations[{}]".format
    table = Table(truth.file, _section(truth, "annotations"), label, report)
    image, category = _placed(table, context, "the file has")
    with_box = context.iou_type == "bbox" or (context.iou_type == "keypoints" and "bbox" in table.entries[0])
    shape = _shapes(table, context, image, with_box=with_box)
    area = table.numbers("area", default=shape.area)
    table.refuse(area < 0, "area", lambda i: f"{area[i]:g} is negative")
    unlabelled = None
    if shape.keypoints is not None:
        visible = (shape.keypoints[..., 2] > 0).sum(axis=1).astype(np.float64)
        unlabelled = table.numbers("num_keypoints", default=visible) == 0
    if context.sized:
        _note_fractions(table, shape.boxes, context.sizes[image])
    crowd, difficult = table.flags("iscrowd"), table.flags("difficult")
    _some_left(table)
    k = table.keep
    return GroundTruth(
        entry=np.flatnonzero(k),
        image=image[k],
        category=category[k],
        boxes=shape.boxes[k],
        box_area=shape.box_area[k],
        area=area[k],
        crowd=crowd[k],
        difficult=difficult[k],
        masks=_picked(shape.masks, k),
        keypoints=None if shape.keypoints is None else shape.keypoints[k],
        unlabelled=None if unlabelled is None else unlabelled[k],
    )


def _results(results: Named, truth_file: str, context: _Context, report: Report) -> Results:
    table = Table(results.file, _detections(results), results.label or "entry {}".format, report)
    image, category = _placed(table, context, f"{truth_file} has")
    score = table.numbers("score")
    with_box = context.iou_type == "bbox" or bool(len(table) and table.entries[0].get("bbox"))
    shape = _shapes(table, context, image, with_box=with_box)
    if context.sized:
        _note_outside(table, shape.boxes, context.sizes[image])
        _note_fractions(table, shape.boxes, context.sizes[image])
    _some_left(table)
    if not len(table):
        report.note(Problem(results.file, "", "", "no detections, so everything is missed"))
    k = table.keep
    return Results(
        entry=np.flatnonzero(k),
        image=image[k],
        category=category[k],
        score=score[k],
        boxes=shape.boxes[k],
        box_area=shape.box_area[k],
        area=shape.area[k],
        masks=_picked(shape.masks, k),
        keypoints=None if shape.keypoints is None else shape.keypoints[k],
    )


def _detections(results: Named) -> list[dict[str, Any]]:
    rows = results.data.get("annotations") if isinstance(results.data, Mapping) else results.data
    if not isinstance(rows, Sequence) or isinstance(rows, str):
        expected = "a list of detections, each with 'image_id', 'category_id', 'score' and what was found"
        raise DataError(f"{results.file}: the results must be {expected}, this is {kind(results.data)}")
    return objects(rows, results.file, results.label or "entry {}".format)


class _Shapes(NamedTuple):
    """Boxes, masks or keypoints of the entries; refused rows hold 0."""

    boxes: Floats  # [N, 4] x1 y1 x2 y2
    box_area: Floats  # [N]
    area: Floats  # [N] as in pycocotools: of the box if given, else of the mask or the keypoints' box
    masks: list[rle.Rle] | None
    keypoints: Floats | None  # [N, K, 3]


def _shapes(table: Table, context: _Context, image: NDArray[np.int64], *, with_box: bool) -> _Shapes:
    masks = keypoints = None
    xywh = table.numbers("bbox", 4) if with_box else np.zeros((len(table), 4))
    area = None
    if context.iou_type == "segm":
        masks = _masks(table, context.sizes[image])
        if not with_box:
            xywh, area = rle.boxes(masks), rle.areas(masks)
    if context.iou_type == "keypoints":
        keypoints = table.numbers("keypoints", 3 * context.points).reshape(len(table), context.points, 3)
        if not with_box:
            low, high = keypoints[..., :2].min(axis=1), keypoints[..., :2].max(axis=1)
            xywh = np.hstack([low, high - low])
    negative = np.asarray((xywh[:, 2:] < 0).any(axis=1))
    table.refuse(negative, "bbox", lambda i: f"{xywh[i].tolist()} has a negative width or height")
    boxes = np.hstack([xywh[:, :2], xywh[:, :2] + xywh[:, 2:]])
    box_area = xywh[:, 2] * xywh[:, 3]
    return _Shapes(boxes, box_area, box_area if area is None else area, masks, keypoints)


def _masks(table: Table, sizes: NDArray[np.int64]) -> list[rle.Rle]:
    empty: rle.Rle = {"counts": b"11", "size": [1, 1]}
    masks, problems = [empty] * len(table), {}
    for i, entry in enumerate(table.entries):
        try:
            masks[i] = rle.as_rle(entry.get("segmentation"), int(sizes[i, 0]), int(sizes[i, 1]))
        except ValueError as error:
            problems[i] = str(error) if "segmentation" in entry else "is missing"
        except Exception:  # pycocotools raises whatever odd content makes it trip over
            problems[i] = "cannot be read as a mask"
    bad = np.zeros(len(table), dtype=bool)
    bad[list(problems)] = True
    table.refuse(bad, "segmentation", problems.__getitem__)
    parts = np.array([rle.bad_parts(entry.get("segmentation")) for entry in table.entries], np.int64)
    text = "of the mask's parts is no polygon of three points or more; the rest is scored"
    table.note(parts > 0, "segmentation", lambda i: f"{parts[i]} {text}")
    return masks


def _note_outside(table: Table, boxes: Floats, sizes: NDArray[np.int64]) -> None:
    """Record a warning for boxes that extend more than a pixel beyond their image."""
    beyond = np.asarray((boxes[:, :2] < -1).any(axis=1) | (boxes[:, 2:] > sizes + 1).any(axis=1))
    known = np.asarray((sizes > 0).all(axis=1))

    def text(i: int) -> str:
        size = f"{sizes[i][0]} x {sizes[i][1]} pixels"
        return f"the box {boxes[i].tolist()} reaches beyond its image of {size}; scored as it is"

    table.note(beyond & known, "bbox", text)


def _note_fractions(table: Table, boxes: Floats, sizes: NDArray[np.int64]) -> None:
    """Record a warning where all boxes of a file look like fractions of the image instead of pixels."""
    kept = table.keep & np.asarray((sizes > 10).all(axis=1))
    if kept.any() and (np.abs(boxes[kept]) <= 1).all():
        text = "no number of any box is above 1, as in fractions of the image; scored as pixels"
        table.note(kept, "bbox", lambda i: text)


def _picked(items: list[rle.Rle] | None, keep: NDArray[np.bool_]) -> list[rle.Rle] | None:
    return None if items is None else [item for item, k in zip(items, keep, strict=True) if k]
