"""Why evaluation tools disagree on the same files: AP by each tool's and by single conventions."""

from __future__ import annotations

from dataclasses import dataclass, replace

from cvdemo.data.annotations import EvalSet
from cvdemo.metrics.conventions import COCO, OBJECT_DETECTION_METRICS, VOC_2007, VOC_2010, Conventions
from cvdemo.metrics.curve import ap_table
from cvdemo.metrics.eligible_pairs import EligiblePairs

TOOLS: dict[str, Conventions] = {
    "COCO": COCO,
    "VOC 2007": VOC_2007,
    "VOC 2010": VOC_2010,
    "Object-Detection-Metrics": OBJECT_DETECTION_METRICS,
}


@dataclass(frozen=True)
class ConventionScore:
    """The AP of one set of conventions at one IoU threshold, averaged over classes."""

    name: str
    conventions: Conventions
    ap: float  # 0..1; -1 without truth


def score_under(data: EvalSet, name: str, conventions: Conventions, iou_threshold: float) -> ConventionScore:
    """AP at one IoU threshold under the given conventions."""
    table = ap_table(EligiblePairs(data, conventions), iou_threshold)
    return ConventionScore(name, conventions, table.mean[conventions.interpolation])


def ap_by_tool(data: EvalSet, iou_threshold: float = 0.5) -> list[ConventionScore]:
    """AP by each tool of `TOOLS`; tools that need pixels are left out if boxes are fractions."""
    usable = {n: c for n, c in TOOLS.items() if data.sized or c.pixel == "continuous"}
    return [score_under(data, name, conventions, iou_threshold) for name, conventions in usable.items()]


def ap_by_convention(
    data: EvalSet, base: Conventions = COCO, iou_threshold: float = 0.5
) -> list[ConventionScore]:
    """AP under the base conventions, then with each single convention changed to each other value."""
    options: dict[str, tuple[object, ...]] = {
        "pixel": ("continuous", "plus-one") if data.sized else ("continuous",),
        "matching": ("coco", "voc"),
        "interpolation": ("all-point", "11-point", "101-point"),
        "crowd": ("ignore", "count", "drop"),
        "difficult": ("ignore", "count"),
        "max_detections": (100, None),
    }
    found = [score_under(data, "as it is", base, iou_threshold)]
    for field, values in options.items():
        for value in values:
            if value != getattr(base, field):
                changed = replace(base, **{field: value})  # type: ignore[arg-type]
                found.append(score_under(data, f"{field} = {value}", changed, iou_threshold))
    return found
