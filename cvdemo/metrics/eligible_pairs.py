"""The pairs of detections and truths that may be matched under one tool's conventions, and their order."""

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
"""COCO's ranges of object areas in square pixels, both ends included."""


@dataclass(frozen=True, eq=False)
class Matches:
    """The matching of D detections to G true objects, at each of T IoU thresholds."""

    matched: Indices  # [T, D] row of the matched truth, or -1
    ignored: Flags  # [T, D] neither true nor false positive
    truth_ignored: Flags  # [G] truth that does not count as a positive

    @property
    def true_positives(self) -> Flags:
        """Which detections are true positives, [T, D]."""
        return (self.matched >= 0) & ~self.ignored

    @property
    def false_positives(self) -> Flags:
        """Which detections are false positives, [T, D]."""
        return (self.matched < 0) & ~self.ignored


@dataclass(frozen=True, eq=False)
class EligiblePairs:
    """An evaluation set under one tool's conventions, as pycocotools' `COCOeval` prepares it.

    Costly parts are computed once, on first use. Raises DataError if the +1 convention is asked for boxes of
    unknown image size.
    """

    data: EvalSet
    conventions: Conventions = COCO

    def __post_init__(self) -> None:
        if self.conventions.pixel == "plus-one" and not self.data.sized:
            raise DataError(
                "the +1 convention needs boxes in pixels: these are fractions of images of unknown size"
            )

    @cached_property
    def rank(self) -> Indices:
        """The rank of each detection in its image and class by score, ties by file order: [D] from 0."""
        keys, _ = group_keys(self.data)
        order = np.lexsort((-self.data.results.score, keys))
        sorted_keys = keys[order]
        first = np.searchsorted(sorted_keys, sorted_keys, side="left")
        rank = np.empty(len(keys), dtype=np.int64)
        rank[order] = np.arange(len(keys)) - first
        return rank

    @cached_property
    def order(self) -> Indices:
        """Rows of the eligible detections, sorted by class and descending score: [N].

        Ties are sorted by image and then by rank, as in pycocotools.
        """
        results, limit = self.data.results, self.conventions.max_detections
        order = np.lexsort((self.rank, results.image, -results.score, results.category))
        return order if limit is None else order[self.rank[order] < limit]

    @property
    def beyond_limit(self) -> int:
        """The number of detections beyond the best `max_detections` of their image and class."""
        return len(self.data.results) - len(self.order)

    @cached_property
    def bounds(self) -> Indices:
        """The start of each of K classes in `order`, and the end of the last: [K + 1]."""
        categories = self.data.results.category[self.order]
        return np.searchsorted(categories, np.arange(len(self.data.category_ids) + 1)).astype(np.int64)

    @cached_property
    def crowd(self) -> Flags:
        """Crowd regions that may match any number of detections, [G]."""
        return self.data.truth.crowd & (self.conventions.crowd == "ignore")

    @cached_property
    def ignore(self) -> Flags:
        """Truth that is ignored whatever its size: crowd, difficult or unlabelled, [G]."""
        truth = self.data.truth
        flags = truth.crowd & (self.conventions.crowd != "count")
        flags |= truth.difficult & (self.conventions.difficult == "ignore")
        return flags if truth.unlabelled is None else flags | truth.unlabelled

    @cached_property
    def pairs(self) -> Pairs:
        """Pairs of an eligible detection and a truth of its image and class that overlap."""
        pairs = overlapping(self.data, self.order, pixel=self.conventions.pixel, crowd=self.crowd)
        if self.conventions.crowd == "drop":
            pairs = pairs.where(~self.data.truth.crowd[pairs.truth])
        return pairs

    def match(self, thresholds: tuple[float, ...] | None = None, area_range: AreaRange = ANY_AREA) -> Matches:
        """Match detections to truth at each IoU threshold, for one range of areas in square pixels.

        Truth outside the range is ignored, and so are unmatched detections outside it.
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
        """The number of truths of each class that are not ignored: [K]."""
        return np.bincount(self.data.truth.category[~truth_ignored], minlength=len(self.data.category_ids))


def eligible_pairs(data: EvalSet, conventions: Conventions | None = None) -> EligiblePairs:
    """A set under conventions, by default COCO's for its kind (20 detections per image for keypoints)."""
    if conventions is None:
        conventions = COCO_KEYPOINTS if data.iou_type == "keypoints" else COCO
    return EligiblePairs(data, conventions)


def _outside(areas: Floats, area_range: AreaRange) -> Flags:
    return (areas < area_range[0]) | (areas > area_range[1])
