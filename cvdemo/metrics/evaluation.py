"""Evaluation of files in one call, for notebooks and the command line."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, Literal, TypeAlias

from cvdemo.data.annotations import EvalSet, IouType
from cvdemo.data.coco import read_coco
from cvdemo.data.json_files import JsonSource
from cvdemo.data.odm import read_odm
from cvdemo.data.voc import read_voc
from cvdemo.data.yolo import read_yolo
from cvdemo.errors import DataError
from cvdemo.metrics.ap import ApMethod
from cvdemo.metrics.coco import score
from cvdemo.metrics.conventions import (
    COCO,
    COCO_KEYPOINTS,
    OBJECT_DETECTION_METRICS,
    VOC_2010,
    Conventions,
)
from cvdemo.metrics.curve import ApTable, ap_table
from cvdemo.metrics.eligible_pairs import EligiblePairs

Format: TypeAlias = Literal["coco", "voc", "yolo", "odm"]


def evaluate(
    truth: JsonSource,
    results: JsonSource,
    iou_type: IouType = "bbox",
    *,
    format: Format = "coco",
    conventions: Conventions | None = None,
    skip_bad: bool = False,
) -> dict[str, float]:
    """COCO's metrics of results against truth, each a COCO object, a file, or a folder of another format.

    Boxes and masks: AP AP50 AP75 APs APm APl AR1 AR10 AR100 ARs ARm ARl; keypoints: AP AP50 AP75 APm APl
    AR AR50 AR75 ARm ARl; 0..1, or -1 without truth. Equal to pycocotools. Raises DataError for files that
    cannot be scored; `load` also returns warnings.
    """
    data = load(truth, results, iou_type, format=format, skip_bad=skip_bad)
    return score(data, conventions or conventions_for(format, iou_type)).summary()


def evaluate_at(
    truth: JsonSource,
    results: JsonSource,
    iou_threshold: float = 0.5,
    iou_type: IouType = "bbox",
    *,
    format: Format = "coco",
    conventions: Conventions | None = None,
    skip_bad: bool = False,
) -> dict[str, Any]:
    """AP at one IoU threshold: AP_all_point, AP_11_point, AP_101_point, as mean and `per_class` by name."""
    data = load(truth, results, iou_type, format=format, skip_bad=skip_bad)
    used = conventions or conventions_for(format, iou_type, averaged=False)
    return as_dict(ap_table(EligiblePairs(data, used), iou_threshold))


def as_dict(table: ApTable) -> dict[str, Any]:
    """A table of AP as a dictionary for JSON: `iou`, the means `AP_<method>`, and `per_class`."""

    def named(row: dict[ApMethod, float]) -> dict[str, float]:
        return {f"AP_{method.replace('-', '_')}": value for method, value in row.items()}

    per_class = {name: named(row) for name, row in table.per_class.items()}
    return {"iou": table.iou_threshold, **named(table.mean), "per_class": per_class}


def conventions_for(format: Format, iou_type: IouType = "bbox", *, averaged: bool = True) -> Conventions:
    """The default conventions of a format; box coordinates are always continuous.

    Averaged over thresholds, COCO's rules apply, and VOC's difficult objects are ignored. At one threshold,
    VOC and Object-Detection-Metrics files are matched by VOC's rule without a limit on detections.
    """
    if format in ("coco", "yolo"):
        return COCO_KEYPOINTS if iou_type == "keypoints" else COCO
    own = VOC_2010 if format == "voc" else OBJECT_DETECTION_METRICS
    if averaged:
        return replace(COCO, difficult=own.difficult)
    return replace(own, pixel="continuous")


def load(
    truth: JsonSource,
    results: JsonSource,
    iou_type: IouType = "bbox",
    *,
    format: Format = "coco",
    skip_bad: bool = False,
) -> EvalSet:
    """The evaluation set of truth and results, with `problems`, one sentence per entry left out or warning.

    format "coco" takes objects or JSON files, "voc", "yolo" and "odm" (Object-Detection-Metrics) folders
    with a file per image; these hold boxes only, yolo also polygons ("segm").
    """
    if format == "coco":
        return read_coco(truth, results, iou_type, skip_bad=skip_bad)
    readers = {"voc": read_voc, "odm": read_odm}
    if format not in (*readers, "yolo"):
        raise DataError(f"format is one of coco, voc, yolo, odm, not {format!r}")
    if iou_type != "bbox" and (format, iou_type) != ("yolo", "segm"):
        raise DataError(f"{format} holds boxes only: iou_type must be bbox, not {iou_type!r}")
    if not isinstance(truth, str | Path) or not isinstance(results, str | Path):
        raise DataError(f"{format} is read from folders: give truth and results as paths")
    if format == "yolo":
        return read_yolo(truth, results, iou_type, skip_bad=skip_bad)
    return readers[format](truth, results, skip_bad=skip_bad)
