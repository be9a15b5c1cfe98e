"""Evaluation of files in one call, for notebooks and the command line."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from cvdemo.data.annotations import IouType
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
from cvdemo.metrics.readers import Format, Source, format_of, load


def evaluate(
    truth: Source,
    results: Source,
    iou_type: IouType = "bbox",
    *,
    format: Format | None = None,
    conventions: Conventions | None = None,
    skip_bad: bool = False,
) -> dict[str, float]:
    """COCO's metrics of results against truth, each as `load` takes them.

    Boxes and masks: AP AP50 AP75 APs APm APl AR1 AR10 AR100 ARs ARm ARl; keypoints: AP AP50 AP75 APm APl
    AR AR50 AR75 ARm ARl; 0..1, or -1 without truth. Equal to pycocotools. Raises DataError for files that
    cannot be scored; `load` also returns warnings.
    """
    data = load(truth, results, iou_type, format=format, skip_bad=skip_bad)
    return score(data, conventions or conventions_for(format or format_of(truth), iou_type)).summary()


def evaluate_at(
    truth: Source,
    results: Source,
    iou_threshold: float = 0.5,
    iou_type: IouType = "bbox",
    *,
    format: Format | None = None,
    conventions: Conventions | None = None,
    skip_bad: bool = False,
) -> dict[str, Any]:
    """AP at one IoU threshold: AP_all_point, AP_11_point, AP_101_point, as mean and `per_class` by name."""
    data = load(truth, results, iou_type, format=format, skip_bad=skip_bad)
    used = conventions or conventions_for(format or format_of(truth), iou_type, averaged=False)
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
