"""The NMS page without its page: runs against the truth, sweeps, own boxes, frames of the animation."""

from __future__ import annotations

import numpy as np
import pytest
import supervision as sv

from cvdemo.labs.nms import own_boxes
from cvdemo.labs.nms.draw import MOST_FRAMES, animation, draw_frames, frame_count
from cvdemo.labs.nms.experiment import (
    NMSSettings,
    NMSSweep,
    best_boxes_of_lost,
    match_kept,
    run_nms,
    sweep_thresholds,
    turning_points,
)
from cvdemo.ops.nms import batched_nms
from cvdemo.ops.replay import Method
from cvdemo.world import PRESETS, draw, scene
from cvdemo.world.proposals import simulated_proposals


def boxes(n: int) -> sv.Detections:
    rng = np.random.default_rng(0)
    corner = rng.uniform(0, 120, (n, 2))
    return sv.Detections(
        xyxy=np.hstack([corner, corner + rng.uniform(20, 80, (n, 2))]),
        confidence=rng.random(n),
        class_id=np.zeros(n, int),
        data={"class_name": np.array(["duck"] * n, dtype=str)},
    )


@pytest.mark.parametrize("method", list(Method))
@pytest.mark.parametrize("n", [0, 1, 12])
def test_every_method_draws_all_its_frames(method: Method, n: int) -> None:
    run = run_nms(boxes(n), NMSSettings(iou=0.3, score=0), method)
    picture = np.full((200, 300, 3), 90, np.uint8)
    frames = draw_frames(picture, run, range(frame_count(run.replay)))
    assert len(frames) == len(run.replay) + 2
    assert {f.shape for f in frames} == {frames[0].shape} and frames[0].dtype == np.uint8
    if n == 12:
        assert not np.array_equal(frames[0], frames[-1])


def test_an_animation_has_a_limit_of_frames() -> None:
    run = run_nms(boxes(200), NMSSettings(iou=1, score=0))
    frames = animation(np.zeros((40, 60, 3), np.uint8), run)
    assert len(frames) == MOST_FRAMES < frame_count(run.replay)


def test_a_run_is_nms_on_what_passes() -> None:
    found = boxes(60)
    found.class_id = np.arange(60) % 3
    found.data["class_name"] = np.array(["cat", "dog", "duck"] * 20)
    run = run_nms(found, NMSSettings(iou=0.4, score=0.2), classes=("cat", "duck"))
    rows = np.flatnonzero((found.confidence >= 0.2) & (found.class_id != 1))
    assert run.rows.tolist() == rows.tolist()
    expected = batched_nms(found.xyxy[rows], found.confidence[rows], found.class_id[rows], 0.4)
    assert run.replay.kept.tolist() == expected.tolist()
    np.testing.assert_array_equal(run.kept.xyxy, found.xyxy[rows][expected])


def test_a_sweep_agrees_with_runs_and_with_the_truth() -> None:
    _, truth = draw(scene(5362, split="test", difficulty=PRESETS["hard"]), 640, 480)
    raw = simulated_proposals(truth)
    swept = sweep_thresholds(raw, 0.3, truth=truth)
    for row in range(0, len(swept.thresholds), 5):
        run = run_nms(raw, NMSSettings(swept.thresholds[row], 0.3))
        matches = match_kept(run, truth)
        assert swept.kept[row] == len(run.kept)
        assert swept.found[row] == matches.counts.found.sum()
        assert swept.duplicates[row] == matches.counts.duplicate.sum()
    lost, doubled = turning_points(swept)
    run = run_nms(raw, NMSSettings(lost, 0.3))
    best = best_boxes_of_lost(run, match_kept(run, truth))
    assert best and not set(best) & set(run.replay.kept.tolist())
    assert match_kept(run_nms(raw, NMSSettings(doubled, 0.3)), truth).counts.duplicate.any()


def test_turning_points_where_no_threshold_turns() -> None:
    assert turning_points(NMSSweep([0.0, 0.5, 1.0], [1, 1, 1], [1, 1, 1], [0, 0, 0])) == (0, 1)


def test_own_boxes_travel_as_text() -> None:
    first = own_boxes.first_boxes(640, 480)
    assert own_boxes.from_text(own_boxes.to_text(first), 640, 480) == first
    bad = [{"box": [0, 0, "x", 1]}, {"box": [9, 9, 5, 5], "name": "cat", "score": 1}, None]
    assert own_boxes.check_boxes(bad, 640, 480) == []
    found = own_boxes.as_detections(first)
    assert own_boxes.from_detections(found) == first
    assert own_boxes.classes_of([{"name": "zebra"}])[-1] == "zebra"
