"""Metrics of the detections of one drawn scene against its truth."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import supervision as sv

from cvdemo.data.detections_json import class_names
from cvdemo.metrics import load
from cvdemo.metrics.coco import score
from cvdemo.metrics.eligible_pairs import eligible_pairs
from cvdemo.ops.detections import confidence
from cvdemo.world.truth import Truth
from cvdemo.world.vocabulary import THINGS

SYNONYMS = {"sports ball": "ball"}  # COCO's name for it


class SceneScore(NamedTuple):
    """Detections of one scene: COCO's AP and AP50 (0..1, -1 without truth), and counts at IoU .5."""

    ap: float
    ap50: float
    found: int
    asked: int
    false: int

    def text(self) -> str:
        """One line for the page."""
        numbers = "" if self.ap < 0 else f"AP **{self.ap:.3f}** · AP50 **{self.ap50:.3f}** · "
        return f"{numbers}{self.found} of {self.asked} objects found, {self.false} false"


def scene_score(found: sv.Detections, truth: Truth) -> SceneScore:
    """The metrics of detections on a scene by COCO's rules; classes are matched by name.

    Difficult objects are ignored. Detections of classes that the world lacks are false positives.
    """
    names = [SYNONYMS.get(name, name) for name in class_names(found)]
    known = {name: k + 1 for k, name in enumerate((*THINGS, "something else"))}
    results = [
        {"image_id": 1, "category_id": known.get(n, known["something else"]), "bbox": _xywh(box), "score": s}
        for n, box, s in zip(names, found.xyxy, confidence(found).tolist(), strict=True)
    ]
    data = load(_as_coco(truth, known), results)
    scores = score(data)
    matches = eligible_pairs(data).match((0.5,))
    return SceneScore(
        scores.mean_ap(),
        scores.mean_ap(iou_threshold=0.5),
        int(matches.true_positives.sum()),
        int((~truth.difficult).sum()),
        int(matches.false_positives.sum()),
    )


def _as_coco(truth: Truth, categories: dict[str, int]) -> dict[str, Any]:
    annotations = [
        {
            "id": row + 1,
            "image_id": 1,
            "category_id": int(truth.classes[row]) + 1,
            "bbox": _xywh(box),
            "area": float(np.prod(box[2:] - box[:2])),
            "iscrowd": int(truth.difficult[row]),
        }
        for row, box in enumerate(truth.boxes)
    ]
    return {
        "images": [{"id": 1, "width": truth.width, "height": truth.height}],
        "categories": [{"id": i, "name": name} for name, i in categories.items()],
        "annotations": annotations,
    }


def _xywh(box: np.ndarray) -> list[float]:
    return [*map(float, box[:2]), *map(float, box[2:] - box[:2])]
