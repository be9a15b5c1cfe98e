"""Matching of detections to truth by COCO's rule and by VOC's."""

from __future__ import annotations

from itertools import pairwise
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from cvdemo.metrics.overlaps import Pairs

Floats: TypeAlias = NDArray[np.float64]
Indices: TypeAlias = NDArray[np.int64]
Flags: TypeAlias = NDArray[np.bool_]


def match_coco(pairs: Pairs, rank: Indices, ignore: Flags, crowd: Flags, thresholds: Floats) -> Indices:
    """COCO's rule: by descending score, each detection is matched to the most overlapping unmatched truth.

    Ignored truth is matched only if no other truth qualifies; a crowd can be matched repeatedly; of equal
    overlaps the later truth wins. `pairs` are pairs of one image and class, `rank` [D] the ranks of
    detections by score in their image and class, `ignore` and `crowd` flags [G], `thresholds` [T] minimum
    IoUs. Returns the row of the matched truth of each detection, or -1: [T, D]. As pycocotools'
    COCOeval.evaluateImg; all images and classes are processed together, rank by rank.
    """
    needed = np.minimum(thresholds, 1 - 1e-10)[:, None]  # [T, 1]
    pairs = pairs.where(pairs.iou >= needed.min())
    order = np.lexsort((pairs.truth, pairs.detection, rank[pairs.detection]))
    d, g, iou = pairs.detection[order], pairs.truth[order], pairs.iou[order]
    matched = np.full((len(thresholds), len(rank)), -1, dtype=np.int64)
    taken = np.zeros((len(thresholds), len(ignore)), dtype=bool)
    starts_of_rank = np.append(np.flatnonzero(np.diff(rank[d], prepend=-1)), len(d))
    for a, b in pairwise(starts_of_rank.tolist()):
        truth, overlap = g[a:b], iou[a:b]
        starts = np.flatnonzero(np.diff(d[a:b], prepend=-1))  # where the pairs of the next detection begin
        free = (overlap >= needed) & ~(taken[:, truth] & ~crowd[truth])  # [T, pairs]
        best = _last_best(np.where(free & ~ignore[truth], overlap, -1), starts)
        second = _last_best(np.where(free & ignore[truth], overlap, -1), starts)
        chosen = np.where(best >= 0, best, second)  # [T, detections of this rank]
        t, column = np.nonzero(chosen >= 0)
        winner = truth[chosen[t, column]]
        matched[t, d[a:b][starts][column]] = winner
        taken[t, winner] = True
    return matched


def _last_best(overlaps: Floats, starts: Indices) -> Indices:
    """Index of the largest overlap of each run (last of equals), -1 if all are below 0: [T, runs]."""
    best = np.maximum.reduceat(overlaps, starts, axis=1)
    lengths = np.diff(starts, append=overlaps.shape[1])
    is_best = (overlaps == np.repeat(best, lengths, axis=1)) & (overlaps >= 0)
    position = np.where(is_best, np.arange(overlaps.shape[1]), -1)
    return np.maximum.reduceat(position, starts, axis=1)


def match_voc(pairs: Pairs, rank: Indices, ignore: Flags, thresholds: Floats) -> Indices:
    """VOC's rule: each detection claims the most overlapping truth; the highest-scoring claim is matched.

    Ignored truth is matched to all its claims. Arguments and result as in `match_coco`. As VOCevaldet.m of
    VOC's development kit: of equal overlaps the first truth wins, and the IoU is at least the threshold.
    """
    matched = np.full((len(thresholds), len(rank)), -1, dtype=np.int64)
    order = np.lexsort((pairs.truth, -pairs.iou, pairs.detection))
    first = order[np.flatnonzero(np.diff(pairs.detection[order], prepend=-1))]  # each detection's best
    first = first[np.argsort(rank[pairs.detection[first]], kind="stable")]
    for t, threshold in enumerate(thresholds):
        best = first[pairs.iou[first] >= threshold]
        d, g = pairs.detection[best], pairs.truth[best]
        won = np.zeros(len(best), dtype=bool)
        won[np.unique(g, return_index=True)[1]] = True  # the first claim of each truth
        won |= ignore[g]
        matched[t, d[won]] = g[won]
    return matched
