"""A clip's label maps frame by frame and smoothed over time: flicker, shares, mean IoU."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from cvdemo.data.label_maps import TopClasses
from cvdemo.data.packed_maps import PackedMaps
from cvdemo.metrics.flicker import MapScores, MapSeries, map_scores, map_series, needless_changes
from cvdemo.ops.map_smoothing import average_probabilities, vote
from cvdemo.video.clip import FrameTruth
from cvdemo.video.maps import ClipMaps
from cvdemo.video.work import ProcessedMaps
from cvdemo.world.vocabulary import SEMANTIC

SMOOTHINGS = ("none", "average of probabilities", "vote over frames")
LEAST_PEAK = 13  # of 255: classes that are less probable than that everywhere cannot win an average


class MapKnobs(NamedTuple):
    """How maps are smoothed: one of `SMOOTHINGS`, the average's memory 0..1, the vote's frames (odd)."""

    kind: str = SMOOTHINGS[1]
    memory: float = 0.3
    window: int = 5


class ComparedMaps(NamedTuple):
    """Label maps [h, w] of a clip frame by frame and smoothed, `truth` where it is known in these classes.

    `scores` and `needless` [F], the shares of pixels that change where the truth does not, are of both.
    """

    before: PackedMaps
    after: PackedMaps
    truth: PackedMaps | None
    series: tuple[MapSeries, MapSeries]
    scores: tuple[MapScores, MapScores] | None
    needless: tuple[NDArray[np.float64], NDArray[np.float64]] | None


def compare_maps(done: ProcessedMaps, knobs: MapKnobs) -> ComparedMaps:
    """Frame by frame and smoothed, from the same kept answers; no network runs."""
    maps, count = done.maps, len(done.maps.names)
    before = PackedMaps.of(maps.labels(), maps.grid)
    after = before if knobs.kind == "none" else PackedMaps.of(smoothed(maps, knobs), maps.grid)
    series = map_series(before, count), map_series(after, count)
    truth = true_maps(done)
    if truth is None:
        return ComparedMaps(before, after, None, series, None, None)
    scores = map_scores(before, truth, count), map_scores(after, truth, count)
    needless = needless_changes(before, truth), needless_changes(after, truth)
    return ComparedMaps(before, after, truth, series, scores, needless)


def smoothed(maps: ClipMaps, knobs: MapKnobs) -> Iterator[NDArray[np.uint8]]:
    """Label maps [h, w] smoothed over time by an average of probabilities or by a vote."""
    if knobs.kind == SMOOTHINGS[2]:
        return vote(maps.labels(), len(maps.names), knobs.window)
    classes = likely_classes(maps.tops(), len(maps.names))
    dense = (dense_probabilities(top, classes, len(maps.names)) for top in maps.tops())
    return (classes[p.argmax(axis=0)] for p in average_probabilities(dense, knobs.memory))


def likely_classes(tops: Iterable[TopClasses], count: int) -> NDArray[np.uint8]:
    """The ids of classes that are somewhat probable anywhere in a clip, in rising order."""
    likely = np.zeros(count, bool)
    for top in tops:
        likely[np.unique(top.ids[top.probabilities >= LEAST_PEAK])] = True
    return np.flatnonzero(likely).astype(np.uint8)


def dense_probabilities(top: TopClasses, classes: NDArray[np.uint8], count: int) -> NDArray[np.float32]:
    """Probabilities [C, h, w] of some classes, 0 where one is not among a cell's top classes."""
    place = np.full(count, len(classes))  # of classes that are left out: a row that is cut off
    place[classes] = np.arange(len(classes))
    dense = np.zeros((len(classes) + 1, *top.ids.shape[1:]), np.float32)
    np.put_along_axis(dense, place[top.ids], top.probabilities.astype(np.float32) / 255, axis=0)
    return dense[:-1]


def true_maps(done: ProcessedMaps) -> PackedMaps | None:
    """The true label maps at the size of those that are kept, where they are known in the net's classes."""
    if done.truths is None or done.maps.names != SEMANTIC:
        return None
    return PackedMaps.of((_at_grid(one, done.maps.grid) for one in done.truths), done.maps.grid)


def _at_grid(truth: FrameTruth, grid: tuple[int, int]) -> NDArray[np.uint8]:
    rows, columns = grid
    made: NDArray[np.uint8] = cv2.resize(  # type: ignore[assignment]
        truth.semantic[0], (columns, rows), interpolation=cv2.INTER_NEAREST_EXACT
    )
    return made
