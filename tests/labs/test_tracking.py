"""The Tracking page's steps: what is sent is what the tracker did."""

from __future__ import annotations

import json

from cvdemo.labs.tracking.board import steps_as_json
from cvdemo.labs.tracking.experiment import ROUNDS, StepKnobs, first_change, track_steps
from cvdemo.ops.tracking import TRACKERS
from cvdemo.video.raw import RawClip, detect_clip, gather
from tests.video.made import SIZE, ColourDetector, moving


def raw_of(detector: ColourDetector) -> RawClip:
    found = list(detect_clip(detector, moving()))
    return gather([one.frame.time for one in found], [one.raw for one in found], detector, SIZE)


def test_each_tracker_names_its_rounds() -> None:
    assert set(ROUNDS) == set(TRACKERS)
    raw = raw_of(ColourDetector())
    for name in ROUNDS:
        found = track_steps(raw, StepKnobs(tracker=name))  # type: ignore[arg-type]
        assert all(len(step.rounds) == len(ROUNDS[name]) for step in found.steps)


def test_a_missed_detection_is_the_first_change() -> None:
    found = track_steps(raw_of(ColourDetector(miss=7)), StepKnobs())
    assert first_change(found) == 6 and found.steps[6].lost and found.steps[7].found_again
    assert first_change(track_steps(raw_of(ColourDetector()), StepKnobs())) == 0


def test_what_is_sent_is_what_was_done() -> None:
    raw = raw_of(ColourDetector(miss=7))
    found = track_steps(raw, StepKnobs())
    sent = json.loads(json.dumps(steps_as_json(found, raw)))
    assert len(sent) == 24
    for step, one in zip(found.steps, sent, strict=True):
        assert [t["id"] for t in one["tracks"]] == [t.id for t in step.tracks]
        assert [t["row"] for t in one["tracks"]] == [t.detection for t in step.tracks]
        assert one["lost"] == step.lost and set(one["predicted"]) == {str(k) for k in step.predicted}
        for a, b in zip(one["rounds"], step.rounds, strict=True):
            assert a["pairs"] == b.assignment.pairs.tolist() and len(a["iou"]) == len(b.ids)
    expected = [raw.names.get(int(k), str(k)) for k in raw.class_ids[raw.rows(0)]]
    assert [d["name"] for d in sent[0]["detections"]] == expected
