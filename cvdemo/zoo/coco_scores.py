"""COCO's numbers of detections in COCO's form, by pycocotools, which prints nothing."""

from __future__ import annotations

import contextlib
import io
from typing import Any

import numpy as np

from cvdemo.ops.iou import box_iou

Rows = list[dict[str, Any]]

NUMBERS = ("AP", "AP50", "AP75", "APs", "APm", "APl", "AR1", "AR10", "AR100", "ARs", "ARm", "ARl")
KEYPOINT_NUMBERS = ("AP", "AP50", "AP75", "APm", "APl", "AR", "AR50", "AR75", "ARm", "ARl")
NAMED = {"bbox": ("", NUMBERS), "segm": ("mask_", NUMBERS), "keypoints": ("keypoint_", KEYPOINT_NUMBERS)}
HEIGHTS = ((0.0, 0.3), (0.3, 0.45), (0.45, 2.0))
"""From and up to which people are scored together, in heights of their picture."""


def coco_numbers(truth: dict[str, Any], results: Rows, kind: str = "bbox") -> dict[str, float]:
    """COCO's numbers of results by name; -1 where there is no truth.

    `kind` is "bbox", "segm" or "keypoints"; the names of the latter begin with `mask_` and `keypoint_`.
    A result whose `area` is given has that one: below every range it counts only where it matches.
    """
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval

    prefix, names = NAMED[kind]
    rows = [{"area": _area(row, kind), **row} for row in results]
    with contextlib.redirect_stdout(io.StringIO()):
        evaluation = COCOeval(
            _indexed(COCO(), truth, truth["annotations"]), _indexed(COCO(), truth, rows), kind
        )
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    return {f"{prefix}{name}": value for name, value in zip(names, evaluation.stats.tolist(), strict=True)}


def _area(row: dict[str, Any], kind: str) -> float:
    """What pycocotools takes for the size of a result: of its mask, its keypoints' extent, or its box."""
    if kind == "segm":
        from pycocotools.mask import area

        return float(area(row["segmentation"]))
    if kind == "keypoints":
        x, y = row["keypoints"][0::3], row["keypoints"][1::3]
        return (max(x) - min(x)) * (max(y) - min(y))
    return float(row["bbox"][2] * row["bbox"][3])


def ap_by_height(truth: dict[str, Any], results: Rows) -> dict[str, float]:
    """Keypoint AP of the people of each range of `HEIGHTS`, whose bounds are in the names.

    Nothing where the truth does not say how high its pictures are.
    """
    if not all(image.get("height") for image in truth["images"]):
        return {}
    return {
        f"keypoint_AP_height_{low:g}_{high:g}": ap_of_height(truth, results, low, high)
        for low, high in HEIGHTS
    }


def ap_of_height(truth: dict[str, Any], results: Rows, low: float, high: float) -> float:
    """Keypoint AP of the people whose box is `low` to `high` times as high as their picture.

    As with COCO's ranges of area, others are neither asked for nor punished, and detections of another height
    count only where they match a person of this one.
    """
    heights = {image["id"]: image["height"] for image in truth["images"]}

    def inside(row: dict[str, Any]) -> bool:
        return bool(low <= row["bbox"][3] / heights[row["image_id"]] < high)

    # pycocotools does not ask for people without labelled keypoints, and reads no other mark
    people = [row if inside(row) else {**row, "num_keypoints": 0} for row in truth["annotations"]]
    found = [row if inside(row) else {**row, "area": -1.0} for row in results]
    return coco_numbers({**truth, "annotations": people}, found, "keypoints")["keypoint_AP"]


def single_numbers(truth: dict[str, Any], results: Rows) -> dict[str, float]:
    """How often the best detection has the class of a picture's only object, and its mean IoU with that box.

    Pictures with no object or several, not counting crowds (objects that are too hard), are left out;
    `pictures_of_one` are left. A picture without a detection is wrong and has an IoU of 0.
    """
    objects: dict[int, list[dict[str, Any]]] = {}
    for row in truth["annotations"]:
        if not row["iscrowd"]:
            objects.setdefault(row["image_id"], []).append(row)
    best: dict[int, dict[str, Any]] = {}
    for row in results:
        if row["image_id"] not in best or row["score"] > best[row["image_id"]]["score"]:
            best[row["image_id"]] = row
    pairs = [(rows[0], best.get(image_id)) for image_id, rows in objects.items() if len(rows) == 1]
    right = [found is not None and found["category_id"] == row["category_id"] for row, found in pairs]
    overlaps = [0.0 if found is None else _iou(row["bbox"], found["bbox"]) for row, found in pairs]
    share = float(np.mean(right)) if pairs else -1.0
    return {
        "accuracy": share,
        "box_IoU": float(np.mean(overlaps)) if pairs else -1.0,
        "pictures_of_one": len(pairs),
    }


def _iou(a: list[float], b: list[float]) -> float:
    """IoU of two boxes x, y, width, height."""
    one, other = (np.array([[x, y, x + w, y + h]], np.float64) for x, y, w, h in (a, b))
    return float(box_iou(one, other)[0, 0])


def _indexed(coco: Any, truth: dict[str, Any], rows: list[dict[str, Any]]) -> Any:
    """The COCO object with what pycocotools wants of each row filled in; the rows themselves stay."""
    annotations = [
        {"iscrowd": 0, "area": row["bbox"][2] * row["bbox"][3], **row, "id": number}
        for number, row in enumerate(rows, 1)
    ]
    coco.dataset = {"images": truth["images"], "categories": truth["categories"], "annotations": annotations}
    coco.createIndex()
    return coco
