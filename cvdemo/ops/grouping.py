"""Selective Search's hierarchical grouping: merge the two most similar neighbours until one region is left.

Uijlings, van de Sande, Gevers and Smeulders, "Selective Search for Object Recognition", IJCV 104(2), 2013,
sec. 3. `group` computes the whole hierarchy fast, `merge_steps` follows the paper step by step.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, TypeAlias, get_args

import numpy as np
from numpy.typing import NDArray

from cvdemo.errors import DataError
from cvdemo.ops.segments import Segments

Floats: TypeAlias = NDArray[np.floating[Any]]
Integers: TypeAlias = NDArray[np.int64]

Similarity = Literal["colour", "texture", "size", "fill"]
SIMILARITIES: tuple[Similarity, ...] = get_args(Similarity)
DECIMALS = 9  # sums are rounded, so that ties do not depend on the order of addition; lower numbers win ties


class Hierarchy(NamedTuple):
    """R segments and the M = R - 1 merged regions; merge m creates region R + m."""

    parents: Integers  # [M, 2] the two merged regions, the smaller number first
    similarity: Floats  # [M] sum of the chosen similarities
    boxes: Integers  # [R + M, 4] x1 y1 x2 y2
    sizes: Integers  # [R + M] pixels
    levels: Integers  # [R + M] 0 for a segment, else one above the higher parent


@dataclass(frozen=True)
class Region:
    """A region during grouping, with what the similarities need."""

    number: int
    size: int  # pixels
    box: tuple[int, int, int, int]  # x1 y1 x2 y2
    colour: Floats  # [75], its sum 1
    texture: Floats  # [240], its sum 1
    level: int


@dataclass(frozen=True)
class MergeStep:
    """One merge: the two regions, their similarities, and the new region."""

    step: int
    a: int
    b: int  # above a
    similarities: dict[Similarity, float]  # all four, in 0..1
    total: float  # sum of the chosen similarities
    candidates: int  # number of neighbouring pairs it was chosen from
    region: int  # the new region's number
    box: tuple[int, int, int, int]
    size: int
    level: int


def check_similarities(names: Sequence[str]) -> tuple[Similarity, ...]:
    """The names in the order of `SIMILARITIES`; DataError for an empty list or an unknown name."""
    unknown = [name for name in names if name not in SIMILARITIES]
    if not names:
        raise DataError(f"choose at least one similarity: {', '.join(SIMILARITIES)}")
    if unknown:
        raise DataError(f"no similarity named {unknown[0]!r}: there are {', '.join(SIMILARITIES)}")
    return tuple(name for name in SIMILARITIES if name in names)


def colour_similarity(a: Region, b: Region) -> float:
    """Intersection of the colour histograms, sum of min(a_k, b_k), 0..1 (eq. 1)."""
    return float(np.minimum(a.colour, b.colour).sum())


def texture_similarity(a: Region, b: Region) -> float:
    """Intersection of the texture histograms, sum of min(a_k, b_k), 0..1 (eq. 3)."""
    return float(np.minimum(a.texture, b.texture).sum())


def size_similarity(a: Region, b: Region, pixels: int) -> float:
    """1 - (size a + size b) / `pixels` of the picture, so that small regions merge early; 0..1 (eq. 4)."""
    return 1 - (a.size + b.size) / pixels


def fill_similarity(a: Region, b: Region, pixels: int) -> float:
    """1 - (pixels of the common box that neither region fills) / `pixels` of the picture; 0..1 (eq. 5)."""
    x1, y1, x2, y2 = common_box(a.box, b.box)
    return 1 - ((x2 - x1) * (y2 - y1) - a.size - b.size) / pixels


def common_box(a: tuple[int, int, int, int], b: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
    """The smallest box x1 y1 x2 y2 around two boxes."""
    return min(a[0], b[0]), min(a[1], b[1]), max(a[2], b[2]), max(a[3], b[3])


def merged(a: Region, b: Region, number: int) -> Region:
    """The merged region; its histograms are the means of both, weighted by size (eq. 2)."""
    size = a.size + b.size
    return Region(
        number,
        size,
        common_box(a.box, b.box),
        (a.size * a.colour + b.size * b.colour) / size,
        (a.size * a.texture + b.size * b.texture) / size,
        1 + max(a.level, b.level),
    )


def merge_steps(segments: Segments, similarities: Sequence[str] = SIMILARITIES) -> Iterator[MergeStep]:
    """The grouping as in the paper (algorithm 1), one step per merge.

    `similarities` are the names of those that are summed. Raises DataError as `check_similarities` does.
    """
    on = check_similarities(similarities)
    pixels = segments.labels.size
    regions = {
        k: Region(k, int(segments.sizes[k]), tuple(segments.boxes[k].tolist()),
                  segments.colour[k], segments.texture[k], 0)
        for k in range(len(segments))
    }  # fmt: skip

    def compare(a: int, b: int) -> dict[Similarity, float]:
        p, q = regions[a], regions[b]
        return {
            "colour": colour_similarity(p, q),
            "texture": texture_similarity(p, q),
            "size": size_similarity(p, q, pixels),
            "fill": fill_similarity(p, q, pixels),
        }

    open_pairs = {(a, b): compare(a, b) for a, b in segments.touching.tolist()}
    total = {pair: _sum(s, on) for pair, s in open_pairs.items()}
    for step in range(len(segments) - 1):
        a, b = min(total, key=lambda pair: (-total[pair], pair))
        new = len(segments) + step
        regions[new] = merged(regions[a], regions[b], new)
        chosen, best, candidates = open_pairs[a, b], total[a, b], len(total)
        gone = [pair for pair in total if a in pair or b in pair]
        for pair in gone:
            del total[pair], open_pairs[pair]
        for k in sorted({k for pair in gone for k in pair} - {a, b}):
            open_pairs[k, new] = compare(k, new)
            total[k, new] = _sum(open_pairs[k, new], on)
        made = regions[new]
        yield MergeStep(step, a, b, chosen, best, candidates, new, made.box, made.size, made.level)


def _sum(similarities: dict[Similarity, float], on: tuple[Similarity, ...]) -> float:
    return round(sum(similarities[name] for name in on), DECIMALS)


def group(segments: Segments, similarities: Sequence[str] = SIMILARITIES) -> Hierarchy:
    """The whole hierarchy, with the same merges as `merge_steps`.

    Fast: the best pair comes from a priority queue, and a new region is compared to all its neighbours at
    once.
    """
    on = check_similarities(similarities)
    table = _Regions(segments, on)
    first, second = segments.touching.T
    queue = list(zip((-table.compare(first, second)).tolist(), first.tolist(), second.tolist(), strict=True))
    heapq.heapify(queue)
    count = len(segments)
    around = _neighbours(segments)
    levels, gone = [0] * (2 * count - 1), [False] * (2 * count - 1)
    parents, similarity = [], []
    for new in range(count, 2 * count - 1):
        less, a, b = heapq.heappop(queue)
        while gone[a] or gone[b]:
            less, a, b = heapq.heappop(queue)
        gone[a] = gone[b] = True
        parents.append((a, b))
        similarity.append(-less)
        levels[new] = 1 + max(levels[a], levels[b])
        table.merge(a, b, new)
        others = list((around[a] | around[b]) - {a, b})
        around.append(set(others))
        for k, s in zip(others, table.compare(others, new).tolist(), strict=True):
            heapq.heappush(queue, (-s, k, new))
            around[k] -= {a, b}
            around[k].add(new)
    return Hierarchy(
        np.array(parents, np.int64).reshape(-1, 2),
        np.array(similarity),
        (table.corners * (-1, -1, 1, 1)).astype(np.int64),
        table.sizes.astype(np.int64),
        np.array(levels),
    )


def _neighbours(segments: Segments) -> list[set[int]]:
    around: list[set[int]] = [set() for _ in range(len(segments))]
    for a, b in segments.touching.tolist():
        around[a].add(b)
        around[b].add(a)
    return around


def merge_similarities(segments: Segments, tree: Hierarchy) -> Floats:
    """All four similarities of the two regions of each merge, [M, 4] in the order of `SIMILARITIES`."""
    count, sizes = len(segments), tree.sizes.astype(float)
    colour, texture = (np.resize(h, (len(sizes), h.shape[1])) for h in (segments.colour, segments.texture))
    for new, (a, b) in enumerate(tree.parents.tolist(), count):
        for h in (colour, texture):
            h[new] = (sizes[a] * h[a] + sizes[b] * h[b]) / sizes[new]
    a, b = tree.parents.T
    sides = tree.boxes[count:, 2:] - tree.boxes[count:, :2]
    both, pixels = sizes[count:], segments.labels.size
    return np.stack(
        [
            np.minimum(colour[a], colour[b]).sum(axis=1),
            np.minimum(texture[a], texture[b]).sum(axis=1),
            1 - both / pixels,
            1 - (sides.prod(axis=1) - both) / pixels,
        ],
        axis=1,
    )


class _Regions:
    """All regions, those not yet merged included, as arrays of 2 R - 1 rows."""

    def __init__(self, segments: Segments, on: tuple[Similarity, ...]) -> None:
        count, pixels = len(segments), segments.labels.size
        histograms = [
            h for name, h in (("colour", segments.colour), ("texture", segments.texture)) if name in on
        ]
        leaves = np.hstack(histograms) if histograms else np.zeros((count, 1))
        self.histograms = np.empty((2 * count - 1, leaves.shape[1]))
        self.histograms[:count] = leaves
        self.corners = np.empty((2 * count - 1, 4))  # -x1 -y1 x2 y2, so that the common box is the maximum
        self.corners[:count] = segments.boxes * (-1, -1, 1, 1)
        self.sizes = np.empty(2 * count - 1)
        self.sizes[:count] = segments.sizes
        # size + fill = constant - (weight of the sizes) (size a + size b) - (weight of the box) area
        self.constant = ("size" in on) + ("fill" in on)
        self.of_sizes = (("size" in on) - ("fill" in on)) / pixels
        self.of_box = ("fill" in on) / pixels

    def merge(self, a: int, b: int, new: int) -> None:
        sizes = self.sizes
        sizes[new] = both = sizes[a] + sizes[b]
        self.histograms[new] = (sizes[a] * self.histograms[a] + sizes[b] * self.histograms[b]) / both
        self.corners[new] = np.maximum(self.corners[a], self.corners[b])

    def compare(self, a: Any, b: Any) -> Floats:
        """Sums [N] of the chosen similarities of regions a [N] with regions b [N], or with one region b."""
        total: Floats = np.minimum(self.histograms[a], self.histograms[b]).sum(axis=1) + self.constant
        if self.of_box:
            box = np.maximum(self.corners[a], self.corners[b])
            total -= self.of_box * (box[:, 2] + box[:, 0]) * (box[:, 3] + box[:, 1])
        if self.of_sizes:
            total -= self.of_sizes * (self.sizes[a] + self.sizes[b])
        return np.round(total, DECIMALS)
