"""MOTA, IDF1 and counts as motmetrics has them, HOTA as TrackEval has it, on random tracks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cvdemo.metrics.blinking import LinkedBoxes, blinking, blinking_series
from cvdemo.metrics.tracking import FrameTracks, count, scores
from cvdemo.ops.iou import box_iou

Clip = tuple[list[FrameTracks], list[FrameTracks]]


def random_clip(seed: int, *, frames: int = 14, objects: int = 4) -> Clip:
    """Objects that come, go and cross; tracks that find them more or less, swap, or are false."""
    rng = np.random.default_rng(seed)
    start, speed = rng.uniform(0, 120, (objects, 2)), rng.uniform(-6, 6, (objects, 2))
    size = rng.uniform(20, 60, (objects, 2))
    names = rng.permutation(50)[:objects]
    noise, missing = rng.uniform(0, 9), rng.uniform(0, 0.5)
    truth, found = [], []
    for t in range(frames):
        corner = start + speed * t
        boxes = np.hstack([corner, corner + size])
        there = rng.uniform(size=objects) > 0.15
        truth.append(FrameTracks(np.flatnonzero(there).astype(np.int64) * 7 + 3, boxes[there]))
        if rng.uniform() < 0.15:
            names = rng.permutation(names)
        seen = rng.uniform(size=objects) > missing
        near = boxes[seen] + rng.normal(0, noise, (int(seen.sum()), 4))
        near[:, 2:] = np.maximum(near[:, 2:], near[:, :2] + 1)
        wrong = rng.uniform(0, 150, (rng.integers(0, 3), 2))
        ids = np.concatenate([names[seen], 100 + rng.permutation(6)[: len(wrong)]]).astype(np.int64)
        found.append(FrameTracks(ids, np.vstack([near, np.hstack([wrong, wrong + 30])])))
    return truth, found


def by_motmetrics(clips: list[Clip]) -> dict[str, float]:
    import motmetrics

    accumulators = []
    for truth, found in clips:
        accumulator = motmetrics.MOTAccumulator(auto_id=True)
        for true, now in zip(truth, found, strict=True):
            iou = box_iou(true.boxes, now.boxes)
            accumulator.update(true.ids, now.ids, np.where(iou >= 0.5, 1 - iou, np.nan))
        accumulators.append(accumulator)
    names = [
        "mota",
        "motp",
        "idf1",
        "num_switches",
        "num_fragmentations",
        "num_misses",
        "num_false_positives",
    ]
    host = motmetrics.metrics.create()
    table = host.compute_many(accumulators, metrics=names, generate_overall=True)
    return {name: float(table.loc["OVERALL", name]) for name in names}


def by_trackeval(clips: list[Clip]) -> dict[str, float]:
    trackeval = pytest.importorskip("trackeval.metrics", reason="pip install --no-deps -r peers.txt")
    hota = trackeval.HOTA()
    results = {}
    for number, (truth, found) in enumerate(clips):
        sides = []
        for side in (truth, found):
            known = np.unique(np.concatenate([frame.ids for frame in side]))
            sides.append(([np.searchsorted(known, frame.ids) for frame in side], len(known)))
        results[str(number)] = hota.eval_sequence(
            {
                "gt_ids": sides[0][0],
                "tracker_ids": sides[1][0],
                "num_gt_ids": sides[0][1],
                "num_tracker_ids": sides[1][1],
                "num_gt_dets": sum(len(f.ids) for f in truth),
                "num_tracker_dets": sum(len(f.ids) for f in found),
                "similarity_scores": [box_iou(t.boxes, f.boxes) for t, f in zip(truth, found, strict=True)],
            }
        )
    total = hota.combine_sequences(results)
    return {name: float(np.mean(total[name])) for name in ("HOTA", "DetA", "AssA")}


def agree(clips: list[Clip]) -> None:
    ours = scores([count(*clip) for clip in clips])
    theirs = by_motmetrics(clips)
    assert ours.mota == pytest.approx(theirs["mota"], abs=1e-6)
    assert ours.idf1 == pytest.approx(theirs["idf1"], abs=1e-6)
    assert ours.switches == theirs["num_switches"] and ours.fragments == theirs["num_fragmentations"]
    assert ours.misses == theirs["num_misses"] and ours.false == theirs["num_false_positives"]
    if not np.isnan(theirs["motp"]):
        assert ours.motp == pytest.approx(1 - theirs["motp"], abs=1e-6)
    hota = by_trackeval(clips)
    assert ours.hota == pytest.approx(hota["HOTA"], abs=1e-6)
    assert ours.deta == pytest.approx(hota["DetA"], abs=1e-6)
    assert ours.assa == pytest.approx(hota["AssA"], abs=1e-6)


@given(st.integers(0, 2**32 - 1), st.integers(1, 6), st.integers(2, 20))
@settings(max_examples=40, deadline=None)
def test_scores_are_those_of_motmetrics_and_trackeval(seed: int, objects: int, frames: int) -> None:
    agree([random_clip(seed, frames=frames, objects=objects)])


def test_several_clips_add_up() -> None:
    agree([random_clip(seed) for seed in range(5)])


def nothing(frames: int) -> list[FrameTracks]:
    return [FrameTracks(np.zeros(0, np.int64), np.zeros((0, 4)))] * frames


def test_perfect_none_and_only_false_tracks() -> None:
    truth, _ = random_clip(0)
    perfect = scores([count(truth, truth)])
    assert (perfect.mota, perfect.idf1, perfect.switches) == (1, 1, 0) and perfect.hota == pytest.approx(1)
    missed = scores([count(truth, nothing(len(truth)))])
    assert (missed.mota, missed.idf1, missed.hota, missed.motp) == (0, 0, 0, 0)
    false = scores([count(nothing(len(truth)), truth)])
    assert false.mota == -np.inf and false.idf1 == 0
    assert scores([count(nothing(3), nothing(3))]).mota == 1


def linked(
    boxes: np.ndarray, classes: list[int] | None = None, frame: list[int] | None = None
) -> LinkedBoxes:
    n = len(boxes)
    at = np.arange(n) if frame is None else np.array(frame)
    return LinkedBoxes(int(at.max()) + 1, at, np.ones(n, int), boxes, np.array(classes or [0] * n))


def test_steady_boxes_do_not_jitter() -> None:
    steady = np.array([0.0, 0, 40, 40]) + 3.0 * np.arange(6)[:, None]
    found = blinking(linked(steady))
    assert found.jitter == pytest.approx(0) and found.count_changes == 0 and found.flips == 0
    assert found.iou == pytest.approx(37**2 / (2 * 1600 - 37**2))


def test_a_jump_of_six_pixels() -> None:
    boxes = np.tile([0.0, 0, 40, 40], (7, 1))
    boxes[3] += (6, 0, 6, 0)
    series = blinking_series(linked(boxes))
    np.testing.assert_allclose(series.jitter, [np.nan, 0, 3, 6, 3, 0, np.nan])
    assert blinking(linked(boxes)).jitter == pytest.approx(12 / 5)
    assert np.isnan(series.iou[0]) and series.iou[3] == series.iou[4] == pytest.approx(34 / 46)


def test_flips_and_counts() -> None:
    boxes = np.tile([0.0, 0, 40, 40], (6, 1))
    found = linked(boxes, classes=[1, 1, 2, 1, 1, 2], frame=[0, 1, 2, 3, 5, 6])
    assert blinking(found).flips == 3  # what is on two sides of a gap is not compared
    assert blinking(found).count_changes == pytest.approx(2 / 6)
    assert blinking_series(found).flips.tolist() == [0, 0, 1, 1, 0, 0, 1]
    assert blinking_series(found).counts.tolist() == [1, 1, 1, 1, 0, 1, 1]


def test_nothing_to_compare() -> None:
    none = LinkedBoxes(3, *(np.zeros(0, int),) * 2, np.zeros((0, 4)), np.zeros(0, int))
    found = blinking(none)
    assert np.isnan(found.jitter) and np.isnan(found.iou) and found.count_changes == 0 and found.flips == 0
