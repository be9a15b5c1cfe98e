"""NMS on raw boxes: a replay of every step, how the kept boxes match the truth, and every IoU threshold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import supervision as sv
from numpy.typing import NDArray

from cvdemo.data.detections_json import class_names
from cvdemo.metrics.recall_counts import RecallCounts, recall_counts
from cvdemo.ops.detections import confidence
from cvdemo.ops.iou import box_iou
from cvdemo.ops.nms import batched_nms, nms
from cvdemo.ops.replay import Method, Replay, replay
from cvdemo.world.reading import Truth
from cvdemo.world.vocabulary import THINGS

FINE, COARSE = np.linspace(0, 1, 101), np.linspace(0, 1, 21)
FEW = 150  # for so many boxes all thresholds of FINE take less time than a slider's move


@dataclass(frozen=True)
class NMSSettings:
    """Both thresholds in 0..1, and whether a box suppresses boxes of its own class only."""

    iou: float
    score: float
    per_class: bool = True


class NMSRun(NamedTuple):
    """A method on the boxes that pass the score threshold, and their rows among the raw ones."""

    detections: sv.Detections
    rows: NDArray[np.int64]  # [N]
    replay: Replay

    @property
    def kept(self) -> sv.Detections:
        """The kept boxes with their final scores; fused ones where the fusion put them."""
        kept = self.detections[self.replay.kept]
        assert isinstance(kept, sv.Detections)
        kept.xyxy, kept.confidence = self.replay.kept_boxes.copy(), self.replay.kept_scores.copy()
        return kept


def run_nms(
    raw: sv.Detections,
    settings: NMSSettings,
    method: Method = Method.GREEDY,
    *,
    sigma: float = 0.5,
    classes: tuple[str, ...] = (),
) -> NMSRun:
    """Every step of a method on raw detections; `classes` are names, all where it is empty.

    `sigma` is the width of Gaussian Soft-NMS.
    """
    rows = _passing(raw, settings.score, classes)
    some = raw[rows]
    assert isinstance(some, sv.Detections)
    steps = replay(
        some.xyxy,
        confidence(some),
        some.class_id if settings.per_class else None,
        method,
        iou_threshold=settings.iou,
        sigma=sigma,
        score_threshold=settings.score,
    )
    return NMSRun(some, rows, steps)


def _passing(raw: sv.Detections, score: float, classes: tuple[str, ...]) -> NDArray[np.int64]:
    """Rows of the detections of at least a score, and of some classes where any are named."""
    passing = confidence(raw) >= score
    if classes:
        passing &= np.isin(class_names(raw), classes)
    return np.flatnonzero(passing)


@dataclass(frozen=True, eq=False)
class TruthMatches:
    """A drawn scene's true boxes [G, 4], their names [G], and how the kept boxes match them."""

    boxes: NDArray[np.floating]
    names: list[str]
    counts: RecallCounts


def match_kept(run: NMSRun, truth: Truth) -> TruthMatches:
    """Match the boxes that a method kept to a scene's truth, by class and at IoU .5."""
    kept = run.replay
    ids = world_ids(run.detections)[kept.kept]
    counts = recall_counts(kept.kept_boxes, kept.kept_scores, ids, truth.boxes, truth.classes)
    return TruthMatches(truth.boxes, [THINGS[k] for k in truth.classes], counts)


def best_boxes_of_lost(run: NMSRun, matches: TruthMatches) -> list[int]:
    """The highest-scoring box that matches each lost object, where there is one: rows of `run.detections`."""
    names = np.array(class_names(run.detections))
    lost = np.flatnonzero(~matches.counts.found)
    ious = box_iou(run.detections.xyxy, matches.boxes[lost])  # [N, lost]
    scores = confidence(run.detections)
    best = []
    for column, t in enumerate(lost):
        good = np.flatnonzero((ious[:, column] >= 0.5) & (names == matches.names[t]))
        if len(good):
            best.append(int(good[np.argmax(scores[good])]))
    return best


def world_ids(detections: sv.Detections) -> NDArray[np.int64]:
    """World class ids by name, -1 for names that the world does not have."""
    ids = {name: k for k, name in enumerate(THINGS)}
    return np.array([ids.get(n, -1) for n in class_names(detections)], dtype=np.int64)


class NMSSweep(NamedTuple):
    """Greedy NMS at each IoU threshold; found and duplicates are empty where the truth is not known."""

    thresholds: list[float]
    kept: list[int]
    found: list[int]
    duplicates: list[int]


def sweep_thresholds(
    raw: sv.Detections,
    score: float,
    *,
    per_class: bool = True,
    classes: tuple[str, ...] = (),
    truth: Truth | None = None,
) -> NMSSweep:
    """What greedy NMS keeps at every IoU threshold, and how many objects are found or found twice.

    `score` and `classes` select raw detections as in `run_nms`.
    """
    rows = _passing(raw, score, classes)
    boxes, scores = raw.xyxy[rows], confidence(raw)[rows]
    ids = world_ids(raw)[rows] if truth is not None else np.asarray(raw.class_id)[rows]
    result = NMSSweep((FINE if len(boxes) <= FEW else COARSE).round(2).tolist(), [], [], [])
    for threshold in result.thresholds:
        kept = batched_nms(boxes, scores, ids, threshold) if per_class else nms(boxes, scores, threshold)
        result.kept.append(len(kept))
        if truth is not None:
            counts = recall_counts(boxes[kept], scores[kept], ids[kept], truth.boxes, truth.classes)
            result.found.append(int(counts.found.sum()))
            result.duplicates.append(int(counts.duplicate.sum()))
    return result


def turning_points(swept: NMSSweep) -> tuple[float, float]:
    """The highest threshold that loses an object, and the lowest that gives one a duplicate.

    Where no threshold does, the lowest and the highest of all.
    """
    losing = np.flatnonzero(np.array(swept.found) < max(swept.found, default=0))
    doubling = np.flatnonzero(np.array(swept.duplicates) > 0)
    lost = swept.thresholds[losing[-1] if len(losing) else 0]
    return lost, swept.thresholds[doubling[0] if len(doubling) else -1]


def loses_and_doubles(swept: NMSSweep, objects: int) -> bool:
    """Whether all objects can be found, a threshold loses one, and a higher one gives one a duplicate."""
    lost, doubled = turning_points(swept)
    return max(swept.found, default=0) == objects and 0 < lost < doubled < 1
