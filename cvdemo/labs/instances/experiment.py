"""Instances of one picture: what thresholds leave of a model's raw masks, scores, areas and cut-outs."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
import supervision as sv
from numpy.typing import NDArray

from cvdemo.data.detections_json import class_names
from cvdemo.metrics.scene import SceneMatches, scene_matches
from cvdemo.ops.detections import at_mask_threshold, masks_of, select
from cvdemo.ops.masks import PastedMasks
from cvdemo.world.reading import Truth

DRAWN = "mask-rcnn"  # the net of the drawn world that the page opens with
LEAST_THRESHOLD = 0.05  # of a mask


class InstanceScores(NamedTuple):
    """Detections on a drawn scene, matched to its objects by their boxes and by their masks."""

    boxes: SceneMatches
    masks: SceneMatches


class ClassArea(NamedTuple):
    """A class in a picture: its objects, the pixels that any of them covers, and in how many regions.

    A region is a connected part of the semantic map, where pixels that share a side are neighbours: two
    objects of a class that touch are one region.
    """

    name: str
    objects: int
    area: int
    regions: int


def find_instances(
    raw: sv.Detections, *, score: float = 0.5, iou: float = 0.5, mask: float = 0.5, limit: int = 100
) -> sv.Detections:
    """The raw detections left after score threshold and NMS, their masks cut at the threshold `mask`."""
    return at_mask_threshold(select(raw, score=score, iou=iou, max_detections=limit), mask)


def score_instances(found: sv.Detections, truth: Truth) -> InstanceScores:
    """Box AP and mask AP of detections on a drawn scene, and which object each has found."""
    return InstanceScores(scene_matches(found, truth), scene_matches(found, truth, "segm"))


def semantic_map(found: sv.Detections) -> NDArray[np.int32]:
    """What is left of instances when all of a class are one: [H, W] of 1 + class id, 0 for no object.

    Where masks overlap, the detection with the higher score is on top.
    """
    masks = _masks(found)
    labels = np.zeros(masks.size, np.int32)
    ids = np.asarray(found.class_id, int)
    for row in reversed(range(len(masks))):
        patch = masks.patch(row)
        labels[patch.within][patch.values >= masks.threshold] = 1 + ids[row]
    return labels


def areas_by_class(found: sv.Detections) -> list[ClassArea]:
    """Objects, area and regions of each class that was found, the largest area first."""
    labels, ids = semantic_map(found), np.asarray(found.class_id, int)
    names = dict(zip(ids.tolist(), class_names(found), strict=True))
    rows = []
    for class_id, name in names.items():
        own = labels == 1 + class_id
        regions = cv2.connectedComponents(own.astype(np.uint8), connectivity=4)[0] - 1
        rows.append(ClassArea(name, int((ids == class_id).sum()), int(own.sum()), regions))
    return sorted(rows, key=lambda row: -row.area)


def cut_out(picture: NDArray[np.uint8], found: sv.Detections, row: int) -> NDArray[np.uint8]:
    """One object of a picture [H, W, 3] alone, [h, w, 4]: RGB, and alpha 255 within its mask, else 0.

    It is as large as the mask; one transparent pixel where the mask is empty.
    """
    masks = _masks(found)
    patch = masks.patch(row)
    inside = patch.values >= masks.threshold
    rows, columns = (np.flatnonzero(inside.any(axis=axis)) for axis in (1, 0))
    if not len(rows):
        return np.zeros((1, 1, 4), np.uint8)
    part = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    alpha = 255 * inside[part].astype(np.uint8)
    return np.dstack([picture[patch.within][part], alpha])


def _masks(found: sv.Detections) -> PastedMasks:
    masks = masks_of(found)
    assert masks is not None
    return masks
