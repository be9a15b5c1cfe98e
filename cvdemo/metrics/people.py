"""The score of the people found on one drawn scene against its truth: AP at object keypoint similarity."""

from __future__ import annotations

from typing import Any

import numpy as np
import supervision as sv

from cvdemo.metrics import load
from cvdemo.metrics.coco import score
from cvdemo.metrics.eligible_pairs import eligible_pairs
from cvdemo.metrics.scene import MATCH_IOU, SceneScore, as_xywh
from cvdemo.ops.detections import confidence, keypoints_of
from cvdemo.world.reading import Truth
from cvdemo.world.vocabulary import KEYPOINTS, THINGS


def people_rows(truth: Truth) -> np.ndarray:
    """The rows [P] of a scene's truth that are people."""
    return np.flatnonzero(truth.classes == THINGS.index("person"))


def people_score(found: sv.Detections, truth: Truth) -> SceneScore:
    """The score of detections with keypoints on a scene by COCO's rules, all of them as people.

    People who are difficult, or have no keypoint in the picture, need not be found.
    """
    points = keypoints_of(found)
    rows = [] if points is None else zip(found.xyxy, confidence(found).tolist(), points, strict=True)
    results = [
        {"image_id": 1, "category_id": 1, "bbox": as_xywh(box), "score": s, "keypoints": p.ravel().tolist()}
        for box, s, p in rows
    ]
    people = people_rows(truth)
    labelled = (truth.keypoints[people][..., 2] > 0).any(axis=1)
    asked = int((labelled & ~truth.difficult[people]).sum())
    if not len(people):
        return SceneScore(-1.0, -1.0, 0, 0, len(results))
    data = load(_as_coco(truth, people), results, "keypoints")
    scores = score(data)
    matches = eligible_pairs(data).match((MATCH_IOU,))
    return SceneScore(
        scores.mean_ap(),
        scores.mean_ap(iou_threshold=0.5),
        int(matches.true_positives.sum()),
        asked,
        int(matches.false_positives.sum()),
    )


def _as_coco(truth: Truth, people: np.ndarray) -> dict[str, Any]:
    annotations = [
        {
            "id": number + 1,
            "image_id": 1,
            "category_id": 1,
            "bbox": as_xywh(truth.boxes[row]),
            "area": float(truth.masks[row].sum()),
            "iscrowd": int(truth.difficult[row]),
            "keypoints": truth.keypoints[row].ravel().tolist(),
            "num_keypoints": int((truth.keypoints[row][:, 2] > 0).sum()),
        }
        for number, row in enumerate(people)
    ]
    return {
        "images": [{"id": 1, "width": truth.width, "height": truth.height}],
        "categories": [{"id": 1, "name": "person", "keypoints": list(KEYPOINTS)}],
        "annotations": annotations,
    }
