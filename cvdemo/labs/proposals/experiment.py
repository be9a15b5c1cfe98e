"""Selective Search on one picture: segments, merges, boxes, and the true objects that the boxes find."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from cvdemo import world
from cvdemo.metrics.proposals import NEVER, first_match_ranks, recall
from cvdemo.ops.grouping import SIMILARITIES, Hierarchy, group, merge_similarities
from cvdemo.ops.iou import box_iou
from cvdemo.ops.regions import (
    FAST,
    QUALITY,
    RegionProposals,
    Strategy,
    segment,
    selective_search,
    working_picture,
)
from cvdemo.ops.segments import Segments
from cvdemo.world.reading import Truth
from cvdemo.world.vocabulary import THINGS

Picture: TypeAlias = NDArray[np.uint8]
Boxes: TypeAlias = NDArray[np.floating[Any]]

START = Strategy("hsv", 100.0, SIMILARITIES, 0.8, 30)
SEARCHES = ("one", "fast", "quality")
MOST = 1000  # boxes of a search
RECALL_IOUS = (0.5, 0.7)  # IoU at which a true box counts as found
COUNTS = (*range(1, 20), *range(20, 100, 5), *range(100, MOST + 1, 20))
SCENES, SCENE_SIZE = 24, (192, 160)  # other scenes for a steadier curve, drawn small
LATE = 0.6  # of all merges: where regions are large enough to be seen


class StartSegments(NamedTuple):
    """The picture [h, w, 3] at the size that is searched, its segments, and their milliseconds."""

    picture: Picture
    segments: Segments
    milliseconds: float


class MergedSegments(NamedTuple):
    """All merges of segments, `similarities` [M, 4] of the two regions of each, and their milliseconds."""

    start: StartSegments
    tree: Hierarchy
    similarities: NDArray[np.floating[Any]]
    milliseconds: float


class TimedProposals(NamedTuple):
    """At most `MOST` proposals of a search, and its seconds."""

    proposals: RegionProposals
    seconds: float


class FoundObjects(NamedTuple):
    """The largest IoU [G] of any box with each true one, and that box [G, 4]."""

    iou: NDArray[np.floating[Any]]
    boxes: Boxes


def strategies(search: str, one: Strategy) -> tuple[Strategy, ...]:
    """The strategies of a name of `SEARCHES`; "one" is `one`."""
    return {"one": (one,), "fast": FAST, "quality": QUALITY}[search]


def start_segments(picture: Picture, strategy: Strategy) -> StartSegments:
    """The segments of a picture [H, W, 3] with which a strategy begins."""
    small = working_picture(picture)
    began = time.perf_counter()
    return StartSegments(small, segment(small, strategy), 1000 * (time.perf_counter() - began))


def merge_segments(start: StartSegments, strategy: Strategy) -> MergedSegments:
    """The hierarchy of a strategy; no similarity at all is a `DataError`."""
    began = time.perf_counter()
    tree = group(start.segments, strategy.similarities)
    milliseconds = 1000 * (time.perf_counter() - began)
    return MergedSegments(start, tree, merge_similarities(start.segments, tree), milliseconds)


def search(picture: Picture, chosen: Sequence[Strategy]) -> TimedProposals:
    """The proposals of a picture [H, W, 3] from the hierarchies of all strategies."""
    began = time.perf_counter()
    found = selective_search(picture, most=MOST, strategies=chosen)
    return TimedProposals(found, time.perf_counter() - began)


def target_boxes(truth: Truth) -> Boxes:
    """The true boxes [G, 4] that must be found: all but the difficult ones."""
    return np.asarray(truth.boxes[~truth.difficult])


def find_objects(boxes: Boxes, targets: Boxes) -> FoundObjects:
    """The box of boxes [N, 4] that fits each true box [G, 4] best; zeros where there are no boxes."""
    if not len(boxes) or not len(targets):
        return FoundObjects(np.zeros(len(targets)), np.zeros((len(targets), 4)))
    iou = box_iou(boxes, targets)
    return FoundObjects(iou.max(axis=0), boxes[iou.argmax(axis=0)])


def recall_curve(boxes: Boxes, targets: Boxes) -> dict[float, list[float]]:
    """Recall of the first boxes [N, 4] for each of `COUNTS`, at each of `RECALL_IOUS`."""
    return dict(zip(RECALL_IOUS, recall([boxes], [targets], RECALL_IOUS, COUNTS).tolist(), strict=True))


def recall_over_scenes(chosen: Sequence[Strategy], scenes: int = SCENES) -> dict[float, list[float]]:
    """`recall_curve` over so many drawn scenes."""
    boxes, targets = [], []
    for seed in range(scenes):
        picture, truth = world.draw(world.scene(seed, split="test"), *SCENE_SIZE)
        boxes.append(selective_search(picture, most=MOST, strategies=chosen).boxes)
        targets.append(target_boxes(truth))
    return dict(zip(RECALL_IOUS, recall(boxes, targets, RECALL_IOUS, COUNTS).tolist(), strict=True))


def objects_table(truth: Truth, boxes: Boxes, best: NDArray[np.floating[Any]]) -> dict[str, list[Any]]:
    """Columns with a row for each true object: class, best IoU [G], the first box that finds it, from 1."""
    columns: dict[str, list[Any]] = {
        "object": [THINGS[k] for k in truth.classes[~truth.difficult]],
        "IoU": best.round(2).tolist(),
    }
    firsts = first_match_ranks(boxes, target_boxes(truth), RECALL_IOUS)
    for iou, row in zip(RECALL_IOUS, firsts, strict=True):
        columns[f"box ≥ {iou:g}"] = [None if k == NEVER else int(k) + 1 for k in row]
    return columns


def best_merge(found: MergedSegments, truth: Truth | None, width: int) -> int:
    """The merge that makes the best box of any true object of a picture of a width, else a late one."""
    merges = len(found.tree.parents)
    boxes = found.tree.boxes[len(found.start.segments) :]
    if not merges or truth is None or truth.difficult.all():
        return int(LATE * merges)
    iou = box_iou(boxes, target_boxes(truth) * (found.start.picture.shape[1] / width))
    return int(iou.max(axis=1).argmax())


def to_csv(found: RegionProposals) -> str:
    """One line for each box, best first: x1, y1, x2, y2 in pixels, hierarchy, region, level."""
    lines = ["x1,y1,x2,y2,hierarchy,region,level"]
    for box, *numbers in zip(*found, strict=True):
        lines.append(",".join([*(f"{v:.2f}" for v in box), *map(str, numbers)]))
    return "\n".join(lines) + "\n"


def to_json(found: RegionProposals, name: str) -> str:
    """The same as a JSON object with the picture's name."""
    columns = {
        "hierarchies": found.strategy.tolist(),
        "regions": found.region.tolist(),
        "levels": found.level.tolist(),
    }
    boxes = np.round(found.boxes.astype(float), 2).tolist()
    return json.dumps({"picture": name, "boxes": boxes, **columns}, indent=1)
