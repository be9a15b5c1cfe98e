"""Detections as files: COCO's JSON and CSV."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import supervision as sv
from numpy.typing import NDArray

from cvdemo.ops.detections import confidence, keypoints_of, masks_of
from cvdemo.ops.keypoints import KEYPOINT_NAMES, LIMBS


class PictureDetections(NamedTuple):
    """The detections of one picture: its file name, `size` (width, height) in pixels, and the detections."""

    name: str
    size: tuple[int, int]
    detections: sv.Detections


def to_coco(detections: sv.Detections, image_id: int) -> list[dict[str, Any]]:
    """COCO's results list: image_id, category_id, bbox (x y width height, to 0.01 pixel), score (to 1e-5).

    Masks add a run-length encoded `segmentation`, keypoints their flat list of x, y and score.
    """
    class_ids = [] if detections.class_id is None else detections.class_id.tolist()
    rows = zip(detections.xyxy.tolist(), class_ids, confidence(detections).tolist(), strict=True)
    results = [
        {
            "image_id": image_id,
            "category_id": class_id,
            "bbox": [round(v, 2) for v in (x1, y1, x2 - x1, y2 - y1)],
            "score": round(score, 5),
        }
        for (x1, y1, x2, y2), class_id, score in rows
    ]
    if (masks := masks_of(detections)) is not None:
        for row, mask in zip(results, masks.each(), strict=True):
            row["segmentation"] = run_lengths(mask)
    if (keypoints := keypoints_of(detections)) is not None:
        for row, points in zip(results, keypoints, strict=True):
            flat = enumerate(points.ravel().tolist())
            row["keypoints"] = [round(v, 2 if k % 3 < 2 else 5) for k, v in flat]
    return results


def run_lengths(mask: NDArray[np.bool_]) -> dict[str, Any]:
    """A mask [H, W] in COCO's compressed run lengths."""
    from pycocotools.mask import encode

    code = encode(np.asfortranarray(mask, np.uint8))
    return {"size": [int(side) for side in code["size"]], "counts": code["counts"].decode("ascii")}


def coco_text(detections: sv.Detections) -> str:
    """One picture's detections as a file of COCO's results, the picture as image 1."""
    return json.dumps(to_coco(detections, image_id=1), indent=1)


def coco_file(found: Sequence[PictureDetections], names: Mapping[int, str]) -> dict[str, Any]:
    """One COCO-style object of several pictures: images, categories, and annotations with scores.

    Images are numbered from 1 in their order; `names` maps category ids to class names. The list
    `annotations` by itself is in COCO's results format. With keypoints, categories name them and their
    skeleton, and annotations have `num_keypoints`, those that score anything.
    """
    images, annotations = [], []
    for image_id, (name, (width, height), detections) in enumerate(found, 1):
        images.append({"id": image_id, "file_name": name, "width": width, "height": height})
        annotations += to_coco(detections, image_id)
    for number, row in enumerate(annotations, 1):
        row.update(id=number, area=_area(row), iscrowd=0)
        if "keypoints" in row:
            row["num_keypoints"] = sum(score > 0 for score in row["keypoints"][2::3])
    with_keypoints = any(keypoints_of(one.detections) is not None for one in found)
    more = {"keypoints": list(KEYPOINT_NAMES), "skeleton": [[a + 1, b + 1] for a, b in LIMBS]}
    categories = [
        {"id": i, "name": name, **(more if with_keypoints else {})} for i, name in sorted(names.items())
    ]
    return {"images": images, "categories": categories, "annotations": annotations}


def _area(row: dict[str, Any]) -> float:
    """The mask's pixels where there is a mask, else the box's area."""
    if "segmentation" in row:
        from pycocotools.mask import area

        return float(area(row["segmentation"]))
    return float(round(row["bbox"][2] * row["bbox"][3], 2))


def to_csv(detections: sv.Detections) -> str:
    """CSV with a header and a line per detection: class, score, and x1 y1 x2 y2 in pixels.

    Masks add their areas in pixels, keypoints x, y and score of each.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    heads, columns = _further_columns(detections)
    writer.writerow(["class", "score", "x1", "y1", "x2", "y2", *heads])
    boxes = [[f"{v:.2f}" for v in box] for box in detections.xyxy]
    rows = zip(class_names(detections), confidence(detections), boxes, columns, strict=True)
    writer.writerows([name, f"{score:.5f}", *box, *more] for name, score, box, more in rows)
    return out.getvalue()


def _further_columns(detections: sv.Detections) -> tuple[list[str], list[list[str]]]:
    """Headings and cells of masks and keypoints; none where there are none."""
    heads: list[str] = []
    columns: list[list[str]] = [[] for _ in range(len(detections))]
    if (masks := masks_of(detections)) is not None:
        heads.append("area")
        columns = [[str(area)] for area in masks.areas()]
    if (keypoints := keypoints_of(detections)) is not None:
        heads += [f"{name}_{part}" for name in KEYPOINT_NAMES for part in ("x", "y", "score")]
        pairs = zip(columns, keypoints, strict=True)
        columns = [[*cells, *(f"{v:.2f}" for v in points.ravel())] for cells, points in pairs]
    return heads, columns


def class_names(detections: sv.Detections) -> list[str]:
    """The class names of the detections, or their class ids if they have no names; [] without detections."""
    names = detections.data.get("class_name", detections.class_id)
    return [] if names is None else [str(name) for name in names]
