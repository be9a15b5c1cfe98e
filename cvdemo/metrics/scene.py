"""Metrics of the detections of one drawn scene against its truth."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal, NamedTuple

import numpy as np
import supervision as sv
from numpy.typing import NDArray

from cvdemo.data.detections_json import class_names, run_lengths
from cvdemo.data.photo_objects import PhotoObjects
from cvdemo.metrics import load
from cvdemo.metrics.coco import score
from cvdemo.metrics.eligible_pairs import EligiblePairs, Matches, eligible_pairs
from cvdemo.ops.detections import confidence, masks_of
from cvdemo.world.reading import Truth
from cvdemo.world.vocabulary import THINGS

SYNONYMS = {"sports ball": "ball"}  # COCO's name for it
OTHER = "something else"  # the class of detections whose class the truth lacks
MATCH_IOU = 0.5  # from which on a detection counts as right

Shape = Literal["bbox", "segm"]
"""What is compared: boxes or masks, as pycocotools calls them."""


class SceneScore(NamedTuple):
    """Detections of one scene: COCO's AP and AP50 (0..1, -1 without truth), and counts at IoU or OKS .5."""

    ap: float
    ap50: float
    found: int
    asked: int
    false: int

    def text(self, *, measure: str = "AP", objects: str = "objects") -> str:
        """One line for the page; `measure` is what AP is called, `objects` what was looked for."""
        numbers = "" if self.ap < 0 else f"{measure} **{self.ap:.3f}** · AP50 **{self.ap50:.3f}** · "
        return f"{numbers}{self.found} of {self.asked} {objects} found, {self.false} false"


class SceneMatches(NamedTuple):
    """The score of N detections on a scene, and which object each has found at IoU .5.

    `objects` [N] are rows of the truth, -1 where none is found; `ious` [N] the IoU with it, 0 where none.
    `ignored` [N] are neither right nor wrong. `missed` are the rows of the objects that are not found,
    without those that are difficult.
    """

    score: SceneScore
    objects: NDArray[np.int64]
    ious: NDArray[np.float64]
    ignored: NDArray[np.bool_]
    missed: NDArray[np.int64]


def scene_score(found: sv.Detections, truth: Truth, shape: Shape = "bbox") -> SceneScore:
    """The score of detections on a scene by COCO's rules; classes are matched by name.

    Difficult objects are ignored. Detections of classes that the world lacks are false positives. With "segm"
    masks are compared in place of boxes.
    """
    return scene_matches(found, truth, shape).score


def scene_matches(found: sv.Detections, truth: Truth, shape: Shape = "bbox") -> SceneMatches:
    """`scene_score`, and which detection found which object; in a scene without objects all are false."""
    if not len(truth):
        nothing = np.zeros(len(found))
        alone = SceneScore(-1.0, -1.0, 0, 0, len(found))
        return SceneMatches(alone, nothing.astype(int) - 1, nothing, nothing > 0, np.zeros(0, int))
    known = numbered((*THINGS, OTHER))
    total, pairs, matches = _scored(
        _as_coco(truth, known, shape), _as_results(found, known, shape), shape, asked=~truth.difficult
    )
    return _by_rows(total, pairs, matches, len(found), truth)


def photo_score(found: sv.Detections, objects: PhotoObjects) -> SceneScore:
    """The score of detections' boxes on a photo whose objects were drawn by hand, by the same rules."""
    known = numbered((*objects.names, OTHER))
    ids = np.array([known[name] for name in objects.names])
    truth = _coco_of(objects.boxes, ids, objects.difficult, (objects.width, objects.height), known)
    return _scored(truth, _as_results(found, known, "bbox"), "bbox", asked=~objects.difficult)[0]


def numbered(names: Iterable[str]) -> dict[str, int]:
    """Ids from 1 on of names, each once."""
    return {name: k + 1 for k, name in enumerate(dict.fromkeys(names))}


def _scored(
    truth: dict[str, Any], results: list[dict[str, Any]], shape: Shape, *, asked: NDArray[np.bool_]
) -> tuple[SceneScore, EligiblePairs, Matches]:
    data = load(truth, results, shape)
    scores, pairs = score(data, only_all_sizes=True), eligible_pairs(data)
    matches = pairs.match((MATCH_IOU,))
    total = SceneScore(
        scores.mean_ap(),
        scores.mean_ap(iou_threshold=0.5),
        int(matches.true_positives.sum()),
        int(asked.sum()),
        int(matches.false_positives.sum()),
    )
    return total, pairs, matches


def _by_rows(
    total: SceneScore, pairs: EligiblePairs, matches: Matches, detections: int, truth: Truth
) -> SceneMatches:
    """Matches of the columns as rows of the detections and of the truth; both may be ordered otherwise."""
    own, theirs = pairs.data.results.entry, pairs.data.truth.entry
    matched = matches.matched[0]
    objects, ious = np.full(detections, -1), np.zeros(detections)
    ignored = np.zeros(detections, bool)
    ignored[own] = matches.ignored[0]
    objects[own[matched >= 0]] = theirs[matched[matched >= 0]]
    same = matched[pairs.pairs.detection] == pairs.pairs.truth
    ious[own[pairs.pairs.detection[same]]] = pairs.pairs.iou[same]
    missed = ~truth.difficult
    missed[objects[objects >= 0]] = False
    return SceneMatches(total, objects, ious, ignored, np.flatnonzero(missed))


def _as_results(found: sv.Detections, known: dict[str, int], shape: Shape) -> list[dict[str, Any]]:
    names = [SYNONYMS.get(name, name) for name in class_names(found)]
    results: list[dict[str, Any]] = [
        {
            "image_id": 1,
            "category_id": known.get(n, known[OTHER]),
            "bbox": as_xywh(box),
            "score": s,
        }
        for n, box, s in zip(names, found.xyxy, confidence(found).tolist(), strict=True)
    ]
    masks = masks_of(found)
    if shape == "segm" and masks is not None:
        for row, mask in zip(results, masks.each(), strict=True):
            row["segmentation"] = run_lengths(mask)
    return results


def _as_coco(truth: Truth, categories: dict[str, int], shape: Shape) -> dict[str, Any]:
    size = truth.width, truth.height
    whole = _coco_of(truth.boxes, truth.classes + 1, truth.difficult, size, categories)
    if shape == "segm":
        instances = np.asfortranarray(truth.instances)  # run lengths go down the columns
        for annotation, number in zip(whole["annotations"], truth.ids.tolist(), strict=True):
            mask = instances == number + 1
            annotation.update(segmentation=run_lengths(mask), area=int(mask.sum()))
    return whole


def _coco_of(
    boxes: np.ndarray,
    ids: np.ndarray,
    difficult: np.ndarray,
    size: tuple[int, int],
    categories: dict[str, int],
) -> dict[str, Any]:
    """Boxes [N, 4] with their category ids as COCO's truth of one picture of a size (width, height)."""
    annotations: list[dict[str, Any]] = [
        {
            "id": row + 1,
            "image_id": 1,
            "category_id": int(ids[row]),
            "bbox": as_xywh(box),
            "area": float(np.prod(box[2:] - box[:2])),
            "iscrowd": int(difficult[row]),
        }
        for row, box in enumerate(boxes)
    ]
    return {
        "images": [{"id": 1, "width": size[0], "height": size[1]}],
        "categories": [{"id": i, "name": name} for name, i in categories.items()],
        "annotations": annotations,
    }


def as_xywh(box: np.ndarray) -> list[float]:
    """A box [4] x1 y1 x2 y2 as COCO's x, y, width, height."""
    return [*map(float, box[:2]), *map(float, box[2:] - box[:2])]
