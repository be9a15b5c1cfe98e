"""Detections as files: COCO's JSON and CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import supervision as sv

from cvdemo.ops.detections import confidence


class PictureDetections(NamedTuple):
    """The detections of one picture: its file name, `size` (width, height) in pixels, and the detections."""

    name: str
    size: tuple[int, int]
    detections: sv.Detections


def to_coco(detections: sv.Detections, image_id: int) -> list[dict[str, Any]]:
    """COCO's results list: image_id, category_id, bbox (x y width height, to 0.01 pixel), score (to 1e-5)."""
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


def coco_file(found: Sequence[PictureDetections], names: Mapping[int, str]) -> dict[str, Any]:
    """One COCO-style object of several pictures: images, categories, and annotations with scores.

    Images are numbered from 1 in their order; `names` maps category ids to class names. The list
    `annotations` by itself is in COCO's results format.
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
    """CSV with a header and a line per detection: class, score, and x1 y1 x2 y2 in pixels."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["class", "score", "x1", "y1", "x2", "y2"])
    rows = zip(class_names(detections), confidence(detections), detections.xyxy, strict=True)
    writer.writerows([name, f"{score:.5f}", *(f"{v:.2f}" for v in box)] for name, score, box in rows)
    return out.getvalue()


def class_names(detections: sv.Detections) -> list[str]:
    """The class names of the detections, or their class ids if they have no names; [] without detections."""
    names = detections.data.get("class_name", detections.class_id)
    return [] if names is None else [str(name) for name in names]
