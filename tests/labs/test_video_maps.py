"""Label maps of a clip: smoothing against brute force, flicker, scores, files."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import numpy as np
import pytest

from cvdemo.data.packed_maps import PackedMaps
from cvdemo.labs.video.map_files import map_csv, map_mp4
from cvdemo.labs.video.maps import SMOOTHINGS, MapKnobs, compare_maps, smoothed
from cvdemo.metrics.flicker import map_scores, map_series, needless_changes
from cvdemo.metrics.segmentation import SegmentationScores
from cvdemo.ops.map_smoothing import average_probabilities, vote
from cvdemo.ui.cache import nbytes_of
from cvdemo.video.clip import FrameTruth
from cvdemo.video.read import read_video
from cvdemo.video.work import MapWork, ProcessedMaps
from tests.video.made import SIZE, ColourSegmenter, moving


@pytest.fixture(scope="module")
def done() -> ProcessedMaps:
    work = MapWork(ColourSegmenter(flip=6), moving())
    list(work.run())
    assert work.complete
    return work.result()


def with_truth(done: ProcessedMaps) -> ProcessedMaps:
    """With what a net that never flips says as the truth."""
    work = MapWork(ColourSegmenter(), moving())
    list(work.run())
    none = np.zeros(0, np.int64)
    boxes = np.zeros((0, 4), np.float32)
    truths = [
        FrameTruth(none, boxes, none, none.astype(bool), PackedMaps.of([labels], labels.shape))
        for labels in work.result().maps.labels()
    ]
    return replace(done, truths=truths)


def test_maps_are_kept_small_and_counted(done: ProcessedMaps) -> None:
    rows, columns = done.maps.grid
    assert (columns, rows) == SIZE and len(done.maps) == 24
    bodies = sum(map(len, done.maps.top.bodies))
    assert bodies <= nbytes_of(done.maps) < 24 * rows * columns
    assert set(np.unique(next(done.maps.labels()))) == {0, 1, 2}


def test_interrupted_work_goes_on_without_running_frames_again() -> None:
    model = ColourSegmenter()
    work = MapWork(model, moving())
    run = work.run()
    for _ in range(5):
        next(run)
    run.close()
    assert len(work.result().maps) == 5 and not work.complete
    list(work.run())
    assert work.complete and model.runs == 24


@pytest.mark.parametrize("window", [1, 3, 5, 11])
@pytest.mark.parametrize("frames", [1, 2, 9])
def test_a_vote_is_the_most_frequent_class_of_the_window(window: int, frames: int) -> None:
    rng = np.random.default_rng(frames)
    maps = [rng.integers(0, 4, (5, 6)).astype(np.uint8) for _ in range(frames)]
    found = list(vote(maps, 4, window))
    assert len(found) == frames
    for t, labels in enumerate(found):
        part = np.stack(maps[max(0, t - window // 2) : t + window // 2 + 1])
        counts = np.stack([(part == k).sum(0) for k in range(4)])
        own = np.take_along_axis(counts, maps[t][None].astype(int), 0)[0]
        expected = np.where(own == counts.max(0), maps[t], counts.argmax(0))
        np.testing.assert_array_equal(labels, expected)


def test_an_average_of_probabilities_is_the_weighted_sum_of_all_frames_before() -> None:
    frames = np.random.default_rng(0).random((6, 3, 2, 2)).astype(np.float32)
    last = list(average_probabilities(frames, 0.7))[-1]
    weights = np.array([0.7**5, *(0.3 * 0.7 ** (5 - t) for t in range(1, 6))])
    np.testing.assert_allclose(last, np.tensordot(weights, frames, 1), rtol=1e-5)
    np.testing.assert_array_equal(list(average_probabilities(frames, 0.0)), frames)


@pytest.mark.parametrize("kind", SMOOTHINGS[1:])
def test_smoothing_takes_the_flicker_away(done: ProcessedMaps, kind: str) -> None:
    found = compare_maps(with_truth(done), MapKnobs(kind, 0.5, 3))
    before, after = found.series
    assert after.flicker < before.flicker and np.isnan(before.changed[0])
    assert before.shares.sum(axis=1) == pytest.approx(np.ones(24))
    assert before.shares[5, 0] == 1 and before.shares[0, 1] == pytest.approx(400 / 9600, abs=0.003)


def test_a_vote_lets_what_moves_be_right(done: ProcessedMaps) -> None:
    found = compare_maps(with_truth(done), MapKnobs(SMOOTHINGS[2], 0.5, 3))
    assert found.scores is not None and found.scores[1].total > found.scores[0].total
    assert found.needless is not None and np.nansum(found.needless[1]) < np.nansum(found.needless[0])


def test_without_memory_the_average_is_the_frame(done: ProcessedMaps) -> None:
    for labels, same in zip(
        smoothed(done.maps, MapKnobs(SMOOTHINGS[1], 0.0)), done.maps.labels(), strict=True
    ):
        np.testing.assert_array_equal(labels, same)


def test_scores_over_a_clip_are_those_of_the_segmentation_metric() -> None:
    rng = np.random.default_rng(1)
    truth, found = (rng.integers(0, 3, (4, 8, 9)).astype(np.uint8) for _ in range(2))
    truth[0, :2] = 255
    reference = SegmentationScores(3)
    for a, b in zip(truth, found, strict=True):
        reference.add(a, b)
    scores = map_scores(found, truth, 3)
    assert scores.total == pytest.approx(reference.mean_iou()) and len(scores.frames) == 4
    assert map_series(found, 3).changed[1] == (found[1] != found[0]).mean()
    needless = ((found[1] != found[0]) & (truth[1] == truth[0])).mean()
    assert needless_changes(found, truth)[1] == needless and np.isnan(needless_changes(found, truth)[0])


def test_files_have_a_line_and_a_picture_for_each_frame(done: ProcessedMaps) -> None:
    found = compare_maps(with_truth(done), MapKnobs())
    lines = list(csv.DictReader(io.StringIO(map_csv(done.maps, found))))
    assert len(lines) == 24 and lines[0]["frame_changed"] == "" and float(lines[3]["smoothed_miou"]) > 0.5
    film = list(read_video(map_mp4(done, found.after, 0.5)).frames())
    plain = next(iter(done.clip.frames())).picture
    assert len(film) == 24 and film[0].picture.shape == plain.shape
    assert np.abs(film[0].picture.astype(int) - plain).mean() > 10
