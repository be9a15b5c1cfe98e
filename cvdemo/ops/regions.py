"""Selective Search: region proposals from several hierarchical segmentations of one picture.

Uijlings, van de Sande, Gevers and Smeulders, "Selective Search for Object Recognition", IJCV 104(2), 2013.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from cvdemo.errors import DataError
from cvdemo.ops.grouping import SIMILARITIES, Hierarchy, Similarity, group
from cvdemo.ops.segments import (
    ColourSpace,
    Labels,
    Picture,
    Segments,
    describe,
    felzenszwalb_labels,
    in_colours,
)

Floats: TypeAlias = NDArray[np.floating[Any]]
Integers: TypeAlias = NDArray[np.int64]

LONGEST = 320  # pixels of the longer side at which the search works: larger pictures are resized
LEAST_SIDE = 0.04  # share of the longer side: 20 of 500 pixels, as in R-CNN's code
LEAST_SEGMENT = 1 / 2560  # share of the picture: 12 pixels of 192 x 160
TOP = 3.0  # added to a region's position, so that the largest regions do not rank far above the next
PER_LEVEL = 0.1  # weight of the hierarchy level against the logarithm of the position
ALIKE = 3  # grid cells per factor e of size and per side length of shift; one cell holds near-duplicates


class Strategy(NamedTuple):
    """The settings of one hierarchy: colour space, scale k and sigma of the segments, similarities."""

    space: ColourSpace = "hsv"
    scale: float = 50.0
    similarities: tuple[Similarity, ...] = SIMILARITIES
    sigma: float = 0.8
    min_size: int | None = None
    """Pixels of the smallest segment of the resized picture; None for `LEAST_SEGMENT` of the picture."""


_NO_COLOUR: tuple[Similarity, ...] = ("texture", "size", "fill")

FAST = tuple(Strategy(space, 50, names) for space in ("hsv", "lab") for names in (SIMILARITIES, _NO_COLOUR))
"""The paper's fast mode with one scale instead of two: two colour spaces, with and without colour."""

QUALITY = tuple(
    Strategy(space, scale, names)
    for space in ("hsv", "lab", "rgb")
    for scale in (20, 50)
    for names in (SIMILARITIES, _NO_COLOUR)
)
"""Like the paper's quality mode: three colour spaces and two finer scales."""


class RegionProposals(NamedTuple):
    """N different boxes by descending priority, so that the first n are a good set of n boxes."""

    boxes: NDArray[np.float32]  # [N, 4] x1 y1 x2 y2 in pixels of the picture
    strategy: Integers  # [N] which strategy found it first
    region: Integers  # [N] its region number in that strategy's hierarchy: a segment, or R + merge
    level: Integers  # [N] its level there, 0 for a segment

    def __len__(self) -> int:
        return len(self.boxes)

    def first(self, count: int) -> RegionProposals:
        """The first `count` boxes, or all if there are fewer."""
        return RegionProposals(
            self.boxes[:count], self.strategy[:count], self.region[:count], self.level[:count]
        )


def working_picture(picture: Picture, longest: int = LONGEST) -> Picture:
    """The picture [H, W, 3] resized to at most `longest` pixels on the longer side; small ones are unchanged.

    Raises DataError for anything but uint8 RGB.
    """
    if picture.ndim != 3 or picture.shape[2] != 3 or not picture.size or picture.dtype != np.uint8:
        raise DataError(f"a picture is uint8 [H, W, 3], this is {picture.dtype} {list(picture.shape)}")
    height, width = picture.shape[:2]
    scale = longest / max(height, width)
    if scale >= 1:
        return picture
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return cv2.resize(picture, size, interpolation=cv2.INTER_AREA).astype(np.uint8)


def segment(small: Picture, strategy: Strategy) -> Segments:
    """The initial segments of a strategy on a picture [h, w, 3], which is not resized."""
    colours = in_colours(small, strategy.space)
    return describe(_labels(colours, strategy), colours)


def selective_search(
    picture: Picture,
    *,
    most: int = 1000,
    strategies: Sequence[Strategy] = FAST,
    longest: int = LONGEST,
    least_side: float = LEAST_SIDE,
) -> RegionProposals:
    """At most `most` boxes around regions that may be objects, in a picture [H, W, 3].

    Boxes with a side below `least_side` of the picture's longer side are removed, unless the picture itself
    is that thin. A picture of one colour has one box, the whole picture. DataError without a strategy.
    """
    if not strategies or most < 0 or longest < 1:
        raise DataError(
            f"a search needs strategies, 0 or more boxes and 1 or more pixels, not {len(strategies)}, {most} "
            f"and {longest}"
        )
    small = working_picture(picture, longest)
    hierarchies = _hierarchies(small, strategies)
    found = _candidates(hierarchies)
    scale = np.array([picture.shape[1] / small.shape[1], picture.shape[0] / small.shape[0]] * 2)
    size = np.array([small.shape[1], small.shape[0]])
    least = np.minimum(least_side * size.max(), size)
    rows = np.flatnonzero((found.boxes[:, 2:] - found.boxes[:, :2] >= least).all(axis=1))
    rows = rows[np.argsort(found.place[rows], kind="stable")]
    rows = rows[_first_of_each(found.boxes[rows])]
    rows = rows[_unlike_first(found.boxes[rows])][:most]
    boxes = (found.boxes[rows] * scale).astype(np.float32)
    return RegionProposals(boxes, found.strategy[rows], found.region[rows], found.level[rows])


def _labels(colours: Picture, strategy: Strategy) -> Labels:
    least = strategy.min_size
    if least is None:
        least = round(LEAST_SEGMENT * colours.shape[0] * colours.shape[1])
    return felzenszwalb_labels(colours, strategy.scale, strategy.sigma, least)


def _hierarchies(small: Picture, strategies: Sequence[Strategy]) -> list[Hierarchy]:
    """The hierarchy of every strategy; strategies with the same initial segments share them."""
    segments: dict[Strategy, Segments] = {}
    found = []
    for strategy in strategies:
        start = strategy._replace(similarities=())
        if start not in segments:
            segments[start] = segment(small, strategy)
        found.append(group(segments[start], strategy.similarities))
    return found


class _Candidates(NamedTuple):
    boxes: Integers  # [N, 4] pixels of the small picture
    place: Floats  # [N] priority: the lowest comes first
    strategy: Integers
    region: Integers
    level: Integers


def _candidates(hierarchies: Sequence[Hierarchy]) -> _Candidates:
    """All regions of all hierarchies with their priority: near the top (sec. 3.3), and made of many parts.

    The paper multiplies the position by a random number to mix sizes; here near-duplicates of earlier boxes
    are moved to the end instead.
    """
    parts = []
    for k, tree in enumerate(hierarchies):
        count = len(tree.boxes)
        from_top = np.arange(count)[::-1]
        place = np.log(from_top + TOP) - PER_LEVEL * tree.levels
        parts.append(_Candidates(tree.boxes, place, np.full(count, k), np.arange(count), tree.levels))
    return _Candidates(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


def _first_of_each(boxes: Integers) -> Integers:
    """The rows of boxes [N, 4] without repetitions: the first row of each distinct box, ascending."""
    base = int(boxes.max(initial=0)) + 1
    _, first = np.unique(boxes @ np.array([base**3, base**2, base, 1]), return_index=True)
    return np.sort(first)


def _unlike_first(boxes: Integers) -> Integers:
    """An order of boxes [N, 4] that moves near-duplicates of earlier boxes to the end.

    Near-duplicates have their sides and centres in the same cell of a grid, whose cells are a factor
    e ** (1 / `ALIKE`) in size and the `ALIKE`-th part of a side in position.
    """
    sides = (boxes[:, 2:] - boxes[:, :2]).astype(float)
    size = np.round(np.log(sides) * ALIKE)
    centre = np.round((boxes[:, :2] + boxes[:, 2:]) / 2 / np.exp(size / ALIKE) * ALIKE)
    cells = np.hstack([size, centre]).astype(np.int64)
    first = np.zeros(len(boxes), bool)
    first[_first_of_each(cells)] = True
    return np.concatenate([np.flatnonzero(first), np.flatnonzero(~first)])
