"""The R-CNN family on one picture: stages, detections against the truth, and R-CNN's idea on a photo."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NamedTuple, cast

import numpy as np
import supervision as sv

from cvdemo import zoo
from cvdemo.data.detections_json import class_names
from cvdemo.metrics.recall_counts import RecallCounts, recall_counts
from cvdemo.ops.detections import confidence, select
from cvdemo.ops.iou import box_iou
from cvdemo.ops.warp import warp_regions
from cvdemo.world.reading import Truth
from cvdemo.world.vocabulary import THINGS
from cvdemo.zoo.drawn_regions import (
    Prepared,
    RCNNDetector,
    RegionDetector,
    RegionFeatures,
    StagedRun,
    StageTimer,
)
from cvdemo.zoo.entries import entry
from cvdemo.zoo.model import workable
from cvdemo.zoo.photo_rcnn import CONTEXT, CROP, PhotoRCNN
from cvdemo.zoo.weights import has_weights

FAMILY = {key: entry(key).title for key in ("rcnn", "fast-rcnn", "faster-rcnn", "rfcn")}
"""The nets as published."""
WITH_ADDITIONS = {
    key: entry(key).title for key in ("rcnn", "fast-rcnn-plus", "faster-rcnn-plus", "rfcn-plus")
}
"""The same with what later work added; R-CNN, which has one map a region, is as it was."""
FAMILIES = ("as published", "with additions")
STEPS = (0, 10, 20, 50, 100, 150, 200, 300, 500, 1000)
"""Numbers of regions to choose from; R-CNN's cut-outs are computed once from one of them to the next."""

NOTHING = "nothing: each net's surest background"
MOST_FOLLOWED = 8  # objects to choose from
PHOTO_KEY = "rcnn-imagenet"


class FamilyRun(NamedTuple):
    """A net of the family and all its stages of a picture; `raw` is in pixels of the whole picture."""

    key: str
    detector: RegionDetector
    prepared: Prepared
    staged: StagedRun
    raw: sv.Detections

    @property
    def title(self) -> str:
        """The net's name."""
        return entry(self.key).title

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of the whole picture."""
        return self.prepared.picture.shape[0], self.prepared.picture.shape[1]

    @property
    def scale(self) -> np.ndarray:
        """Pixels of the working picture for one of the whole, [4] for x1 y1 x2 y2."""
        height, width = self.size
        return np.array([self.working.shape[1] / width, self.working.shape[0] / height] * 2)

    @property
    def working(self) -> np.ndarray:
        """The picture [h, w, 3] at the size of the net's input."""
        return self.staged.working

    @property
    def milliseconds(self) -> dict[str, float]:
        """Milliseconds of each stage."""
        return {stage: 1000 * seconds for stage, seconds in self.staged.seconds.items()}


class FollowedObject(NamedTuple):
    """What is followed through the nets: a box [4] in pixels of the picture and its class, or `NOTHING`."""

    name: str
    box: np.ndarray | None
    class_id: int


class Correction(NamedTuple):
    """A region [4] and the box [4] that the head makes of it for a class, in pixels of the working picture.

    `before` and `after` are their IoUs with the followed object; None where nothing is followed.
    """

    region: np.ndarray
    box: np.ndarray
    class_id: int
    before: float | None
    after: float | None


class KeptDetections(NamedTuple):
    """Raw detections after the threshold alone, and after NMS; `matches` of these where truth is known."""

    before_nms: sv.Detections
    after_nms: sv.Detections
    matches: RecallCounts | None


class PhotoRegions(NamedTuple):
    """A photo's regions [R, 4], the same warped [R, S, S, 3], raw detections, milliseconds of each step."""

    regions: np.ndarray
    warped: np.ndarray
    raw: sv.Detections
    milliseconds: dict[str, float]


def family(*, additions: bool) -> dict[str, str]:
    """Titles of the nets by key: as published, or with later work's additions."""
    return WITH_ADDITIONS if additions else FAMILY


def available(*, additions: bool = False) -> list[str]:
    """The keys of the family whose weights are here."""
    return [key for key in family(additions=additions) if has_weights(key)]


def detector(key: str) -> RegionDetector:
    """The loaded net of a key of a family."""
    return cast(RegionDetector, zoo.load(key))


def prepare(key: str, picture: np.ndarray, after: Prepared | None = None) -> Prepared:
    """What a net computes once for a picture [H, W, 3]; the search is taken over from `after`."""
    net = detector(key)
    searches_only = isinstance(net, RCNNDetector)  # no network runs yet: nothing to warm up
    warm = None if searches_only else workable(picture).shape
    return net.run(lambda: net.prepare(workable(picture), after=after), warm=warm).value


def steps_to(regions: int) -> list[tuple[int, int]]:
    """The parts, as first and last number, in which R-CNN's cut-outs are computed; they end in `STEPS`."""
    return list(pairwise([*(step for step in STEPS if step < regions), regions])) or [(0, 0)]


def region_features(prepared: Prepared, first: int, last: int) -> RegionFeatures:
    """R-CNN's features of the regions with the numbers first to last - 1."""
    net = cast(RCNNDetector, detector("rcnn"))
    return net.run(lambda: net.cut(prepared, first, last), warm="cut-outs").value


def run_stages(
    key: str,
    prepared: Prepared,
    regions: int,
    features: Callable[[Prepared, int, int], RegionFeatures] = region_features,
) -> StagedRun:
    """All stages of a prepared picture with at most so many regions.

    R-CNN's cut-outs are computed part by part with `features`, so that a cache can keep the parts.
    """
    net = detector(key)
    if isinstance(net, RCNNDetector):
        parts = [features(prepared, first, last) for first, last in steps_to(regions)]
        return net.run(lambda: net.classify_features(prepared, parts)).value
    return net.run(lambda: net.finish(prepared, most=regions), warm="regions").value


def raw_detections(key: str, prepared: Prepared, staged: StagedRun) -> sv.Detections:
    """A run's detections before threshold and NMS, in pixels of the picture."""
    milliseconds = 1000 * sum(staged.seconds.values())
    return detector(key).detections(staged.raw, prepared.picture.shape[:2], milliseconds)


def run_family(picture: np.ndarray, regions: int, *, additions: bool = False) -> list[FamilyRun]:
    """A picture [H, W, 3] through every net that has weights, with at most so many regions."""
    runs: list[FamilyRun] = []
    for key in available(additions=additions):
        after = next((run.prepared for run in runs if run.prepared.ranked is not None), None)
        prepared = prepare(key, picture, after)
        staged = run_stages(key, prepared, regions)
        runs.append(FamilyRun(key, detector(key), prepared, staged, raw_detections(key, prepared, staged)))
    return runs


def targets_of(truth: Truth) -> sv.Detections:
    """The objects of a scene that have to be found, without their masks."""
    known = truth.detections()
    return sv.Detections(known.xyxy, class_id=known.class_id, data=dict(known.data))


def objects_to_follow(targets: sv.Detections | None, runs: Sequence[FamilyRun]) -> list[FollowedObject]:
    """The largest targets, or the best detections of the last net where there are none; last, nothing."""
    if targets is not None:
        known = targets
        order = np.argsort(-np.prod(known.xyxy[:, 2:] - known.xyxy[:, :2], axis=1))
    else:
        known = select(runs[-1].raw, score=0.0)
        order = np.arange(len(known))
    names, ids = class_names(known), cast(np.ndarray, known.class_id)
    count: Counter[str] = Counter()
    objects = []
    for k in order[:MOST_FOLLOWED].tolist():
        count[names[k]] += 1
        number = f" {count[names[k]]}" if count[names[k]] > 1 else ""
        objects.append(FollowedObject(f"{names[k]}{number}", known.xyxy[k], int(ids[k])))
    return [*objects, FollowedObject(NOTHING, None, objects[0].class_id if objects else 0)]


def nearest_region(run: FamilyRun, followed: FollowedObject) -> int | None:
    """The number of the region that overlaps the followed object most, or looks least like any object."""
    if not len(run.staged.regions):
        return None
    if followed.box is None:
        return int(run.staged.trace.scores()[0].amax(dim=1).argmin())
    return int(box_iou(run.staged.regions, (followed.box * run.scale)[None])[:, 0].argmax())


def correction(run: FamilyRun, number: int, followed: FollowedObject) -> Correction:
    """What a net's regression makes of a region: for the followed object's class, else its most probable."""
    scores = run.staged.trace.scores()[0][number]
    class_id = int(scores.argmax()) if followed.box is None else followed.class_id
    region = run.staged.regions[number]
    box = run.staged.trace.boxes()[0][number, class_id].float().cpu().numpy()
    height, width = run.working.shape[:2]
    box = box.clip(0, [width, height] * 2)
    if followed.box is None:
        return Correction(region, box, class_id, None, None)
    before, after = box_iou(np.stack([region, box]), (followed.box * run.scale)[None])[:, 0].tolist()
    return Correction(region, box, class_id, before, after)


def keep_detections(
    raw: sv.Detections, targets: sv.Detections | None, *, score: float, iou: float
) -> KeptDetections:
    """Raw detections after a score threshold, and after NMS behind it, matched to the targets."""
    before = select(raw, score=score, iou=1.0, max_detections=len(raw) or 1)
    after = select(raw, score=score, iou=iou)
    return KeptDetections(before, after, None if targets is None else match_targets(after, targets))


def match_targets(found: sv.Detections, targets: sv.Detections) -> RecallCounts:
    """Which targets detections find, by COCO's rule at IoU .5."""
    ids = np.array([THINGS.index(name) for name in class_names(found)], int)
    classes = np.asarray(targets.class_id, int)
    return recall_counts(found.xyxy, confidence(found), ids, targets.xyxy, classes)


def photo_regions(picture: np.ndarray, regions: int) -> PhotoRegions:
    """A photo [H, W, 3] through R-CNN's steps with ImageNet's classes, for at most so many regions."""
    model = cast(PhotoRCNN, zoo.load(PHOTO_KEY))
    photo, timer = workable(picture), StageTimer(model.device)
    with timer.stage("proposals"):
        boxes = model.regions(photo, regions)
    with timer.stage("warp"):
        warped = warp_regions(photo, boxes, size=CROP, context=CONTEXT)
    probabilities, milliseconds = model.run(lambda: model.probabilities(warped))
    steps = {stage: 1000 * seconds for stage, seconds in timer.seconds.items()} | {"features": milliseconds}
    found = model.classify(boxes, probabilities)
    raw = model.detections(found, picture.shape[:2], sum(steps.values()))
    return PhotoRegions(boxes, warped, raw, steps)


def keep_named(raw: sv.Detections, *, score: float, iou: float, across: bool) -> sv.Detections:
    """Raw detections after NMS: within each class, or `across` classes as if all were of one."""
    if not across:
        return select(raw, score=score, iou=iou)
    alike = sv.Detections(raw.xyxy, confidence=raw.confidence, class_id=np.zeros(len(raw), int))
    kept = raw[select(alike, score=score, iou=iou).data["raw_index"]]
    assert isinstance(kept, sv.Detections)
    return kept
