"""Detections as files to take away: COCO's JSON and CSV."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import supervision as sv

from cvdemo.ops.detections import confidence


class PictureDetections(NamedTuple):
    """What was found on one picture: its file name, width and height in pixels, and the detections."""

    name: str
    size: tuple[int, int]
    detections: sv.Detections


def to_coco(detections: sv.Detections, image_id: int) -> list[dict[str, Any]]:
    """COCO's results: image_id, category_id, bbox (x y width height, to 0.01 pixel), score (to 1e-5)."""
    class_ids = [] if detections.class_id is None else detections.class_id.tolist()
    rows = zip(detections.xyxy.tolist(), class_ids, confidence(detections).tolist(), strict=True)
    return [
        {
            "image_id": image_id,
            "category_id": class_id,
            "bbox": [round(v, 2) for v in (x1, y1, x2 - x1, y2 - y1)],
            "score": round(score, 5),
        }
        for (x1, y1, x2, y2), class_id, score in rows
    ]


def coco_text(detections: sv.Detections) -> str:
    """One picture's detections as a file of COCO's results, the picture as image 1."""
    return json.dumps(to_coco(detections, image_id=1), indent=1)


def coco_file(found: Sequence[PictureDetections], names: Mapping[int, str]) -> dict[str, Any]:
    """One COCO-style object of several pictures: images, categories, and annotations that have a score.

    Images are numbered from 1 in their order; `names` are the class names by category id. The list
    `annotations` alone is what COCO's tools read as results.
    """
    images, annotations = [], []
    for image_id, (name, (width, height), detections) in enumerate(found, 1):
        images.append({"id": image_id, "file_name": name, "width": width, "height": height})
        annotations += to_coco(detections, image_id)
    for number, row in enumerate(annotations, 1):
        area = round(row["bbox"][2] * row["bbox"][3], 2)
        row.update(id=number, area=area, iscrowd=0)
    categories = [{"id": i, "name": name} for i, name in sorted(names.items())]
    return {"images": images, "categories": categories, "annotations": annotations}


def to_csv(detections: sv.Detections) -> str:
    """A line per detection under a heading: class, score, and the box's corners in pixels."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["class", "score", "x1", "y1", "x2", "y2"])
    rows = zip(class_names(detections), confidence(detections), detections.xyxy, strict=True)
    writer.writerows([name, f"{score:.5f}", *(f"{v:.2f}" for v in box)] for name, score, box in rows)
    return out.getvalue()


def class_names(detections: sv.Detections) -> list[str]:
    """The class names of detections that have them, else their class ids; none where nothing was found."""
    names = detections.data.get("class_name", detections.class_id)
    return [] if names is None else [str(name) for name in names]
