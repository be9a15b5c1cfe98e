"""Truth and results brought together under one tool's conventions: who may meet whom, and in what order."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from cvdemo.data.annotations import EvalSet
from cvdemo.errors import DataError
from cvdemo.metrics.conventions import COCO, COCO_KEYPOINTS, Conventions
from cvdemo.metrics.matching import match_coco, match_voc
from cvdemo.metrics.overlaps import Pairs, group_keys, overlapping

Floats: TypeAlias = NDArray[np.float64]
Indices: TypeAlias = NDArray[np.int64]
Flags: TypeAlias = NDArray[np.bool_]
AreaRange: TypeAlias = tuple[float, float]

ANY_AREA: AreaRange = (0.0, 1e10)  # COCO's "all"
AREA_RANGES: dict[str, AreaRange] = {
    "all": ANY_AREA,
    "small": (0.0, 32.0**2),
    "medium": (32.0**2, 96.0**2),
    "large": (96.0**2, 1e10),
}
"""COCO's sizes in square pixels, both ends included."""


@dataclass(frozen=True, eq=False)
class Matches:
    """What became of every detection, at each of T thresholds of IoU."""

    matched: Indices  # [T, D] the truth found, or -1
    ignored: Flags  # [T, D] neither right nor wrong
    truth_ignored: Flags  # [G] truth that need not be found

    @property
    def true_positives(self) -> Flags:
        """True positives, [T, D]."""
        return (self.matched >= 0) & ~self.ignored

    @property
    def false_positives(self) -> Flags:
        """False positives, [T, D]."""
        return (self.matched < 0) & ~self.ignored


@dataclass(frozen=True, eq=False)
class EligiblePairs:
    """One set under one tool's conventions. What is costly is worked out once, when it is first needed."""

    data: EvalSet
    conventions: Conventions = COCO

    def __post_init__(self) -> None:
        if self.conventions.pixel == "plus-one" and not self.data.sized:
            raise DataError(
                "the +1 convention needs boxes in pixels: these are fractions of images of unknown size"
            )

    @cached_property
    def rank(self) -> Indices:
        """Each detection's place in its image and class by descending score, ties by file order: [D]."""
        keys, _ = group_keys(self.data)
        order = np.lexsort((-self.data.results.score, keys))
        sorted_keys = keys[order]
        first = np.searchsorted(sorted_keys, sorted_keys, side="left")
        rank = np.empty(len(keys), dtype=np.int64)
        rank[order] = np.arange(len(keys)) - first
        return rank

    @cached_property
    def order(self) -> Indices:
        """Rows of the detections that count, class by class by descending score: [N].

        Ties go by image and then by rank, as in pycocotools.
        """
        results, limit = self.data.results, self.conventions.max_detections
        order = np.lexsort((self.rank, results.image, -results.score, results.category))
        return order if limit is None else order[self.rank[order] < limit]

    @property
    def beyond_limit(self) -> int:
        """How many detections are beyond the best `max_detections` of their image and class."""
        return len(self.data.results) - len(self.order)

    @cached_property
    def bounds(self) -> Indices:
        """Where each class begins and ends in `order`: [K + 1]."""
        categories = self.data.results.category[self.order]
        return np.searchsorted(categories, np.arange(len(self.data.category_ids) + 1)).astype(np.int64)

    @cached_property
    def crowd(self) -> Flags:
        """Truth that takes any number of detections, [G]."""
        return self.data.truth.crowd & (self.conventions.crowd == "ignore")

    @cached_property
    def ignore(self) -> Flags:
        """Truth that need not be found, whatever its size: [G]."""
        truth = self.data.truth
        flags = truth.crowd & (self.conventions.crowd != "count")
        flags |= truth.difficult & (self.conventions.difficult == "ignore")
        return flags if truth.unlabelled is None else flags | truth.unlabelled

    @cached_property
    def pairs(self) -> Pairs:
        """Detections that count and overlap a truth of their image and class."""
        pairs = overlapping(self.data, self.order, pixel=self.conventions.pixel, crowd=self.crowd)
        if self.conventions.crowd == "drop":
            pairs = pairs.where(~self.data.truth.crowd[pairs.truth])
        return pairs

    def match(self, thresholds: tuple[float, ...] | None = None, area_range: AreaRange = ANY_AREA) -> Matches:
        """Match detections to truth at each threshold of IoU, for truth of one range of sizes.

        Truth outside the range need not be found; unmatched detections outside it are ignored.
        """
        at = np.array(self.conventions.iou_thresholds if thresholds is None else thresholds, dtype=np.float64)
        truth, results = self.data.truth, self.data.results
        truth_ignored = self.ignore | _outside(truth.area, area_range)
        if self.conventions.matching == "coco":
            matched = match_coco(self.pairs, self.rank, truth_ignored, self.crowd, at)
        else:
            matched = match_voc(self.pairs, self.rank, truth_ignored, at)
        ignored = np.where(matched >= 0, truth_ignored[matched], _outside(results.area, area_range))
        return Matches(matched, ignored, truth_ignored)

    def positives(self, truth_ignored: Flags) -> Indices:
        """How many truths of each class are to be found: [K]."""
        return np.bincount(self.data.truth.category[~truth_ignored], minlength=len(self.data.category_ids))


def eligible_pairs(data: EvalSet, conventions: Conventions | None = None) -> EligiblePairs:
    """A set under conventions, by default COCO's own for its kind (20 detections an image for keypoints)."""
    if conventions is None:
        conventions = COCO_KEYPOINTS if data.iou_type == "keypoints" else COCO
    return EligiblePairs(data, conventions)


def _outside(areas: Floats, area_range: AreaRange) -> Flags:
    return (areas < area_range[0]) | (areas > area_range[1])
