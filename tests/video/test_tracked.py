"""From a clip's frames to tracks: what blinks, trembles and flips is cured, files hold what is shown."""

from __future__ import annotations

import csv
import io
import threading
import time
from collections.abc import Iterator

import numpy as np
import pytest

from cvdemo.data.mot import from_mot
from cvdemo.errors import DataError
from cvdemo.metrics.blinking import blinking
from cvdemo.ops.detections import masks_of
from cvdemo.video.ahead import Behind, ahead
from cvdemo.video.files import coco_video, drawn, mot_text, overlay_mp4, timeline_csv
from cvdemo.video.raw import RawClip, detect_clip, gather
from cvdemo.video.read import read_video
from cvdemo.video.tracked import FILLED, TrackingKnobs, as_tracks, detections_of, frame_by_frame
from tests.video.made import SIZE, ColourDetector, moving, place

KNOBS = TrackingKnobs()


def raw_of(detector: ColourDetector, frames: int = 24) -> RawClip:
    found = list(detect_clip(detector, moving(frames)))
    return gather([one.frame.time for one in found], [one.raw for one in found], detector, SIZE)


def test_raw_detections_of_every_frame() -> None:
    raw = raw_of(ColourDetector())
    assert len(raw) == 24 and raw.fps == pytest.approx(12) and len(raw.boxes) == 48
    np.testing.assert_allclose(raw.boxes[raw.rows(5)], [place(0, 5), place(1, 5)])


def test_a_blinking_box_stays_and_a_trembling_one_rests() -> None:
    raw = raw_of(ColourDetector(noise=1.0, miss=7, flip=5))
    before, after = frame_by_frame(raw, KNOBS), as_tracks(raw, KNOBS)
    first, second = blinking(before.linked()), blinking(after.linked())
    assert first.count_changes > 0.2 and second.count_changes == 0
    assert second.jitter < 0.5 * first.jitter and second.iou > first.iou
    assert first.flips > 0 and second.flips == 0
    assert set(after.ids.tolist()) == {1, 2} and (after.row == FILLED).sum() == 48 - len(before)
    np.testing.assert_allclose(after.boxes[after.ids == 1], [place(0, t) for t in range(24)], atol=4)


def test_each_cure_can_be_left_out() -> None:
    raw = raw_of(ColourDetector(noise=1.0, miss=7, flip=5))
    gaps = as_tracks(raw, KNOBS._replace(fill=False))
    assert len(gaps) == len(raw.boxes)
    flips = as_tracks(raw, KNOBS._replace(vote=False))
    assert blinking(flips.linked()).flips > 0
    rough = as_tracks(raw, KNOBS._replace(fill=False, smoothing="none"))
    np.testing.assert_allclose(rough.boxes, raw.boxes[rough.row])
    none = as_tracks(raw, KNOBS._replace(tracker="none"))
    np.testing.assert_allclose(none.boxes, frame_by_frame(raw, KNOBS).boxes)


def test_a_threshold_above_all_leaves_empty_frames() -> None:
    raw = raw_of(ColourDetector())
    for found in (
        frame_by_frame(raw, KNOBS._replace(score=0.99)),
        as_tracks(raw, KNOBS._replace(score=0.99)),
    ):
        assert len(found) == 0 and found.of(3) == slice(0, 0)
        assert len(detections_of(raw, found, 3)) == 0
        assert mot_text(found) == "" and len(coco_video(raw, found, "a")["images"]) == 24


def test_a_clip_without_any_detection() -> None:
    raw = gather(
        [0.0, 0.1], [ColourDetector().raw(np.zeros((9, 9, 3), np.uint8))] * 2, ColourDetector(), (9, 9)
    )
    for found in (frame_by_frame(raw, KNOBS), as_tracks(raw, KNOBS)):
        assert len(found) == 0 and found.frames == 2
    assert timeline_csv(raw, found, found).count("\n") == 3


def test_masks_move_with_their_boxes() -> None:
    raw = raw_of(ColourDetector(noise=2.0, miss=7, masks=True))
    tracks = as_tracks(raw, KNOBS)
    for frame in (3, 6, 13):
        found = detections_of(raw, tracks, frame)
        masks = masks_of(found)
        assert masks is not None
        for box, row, mask in zip(found.xyxy, tracks.row[tracks.of(frame)], masks.each(), strict=True):
            ys, xs = np.nonzero(mask)
            if row == FILLED:
                assert not len(xs)
            else:
                np.testing.assert_allclose([xs.min(), ys.min(), xs.max() + 1, ys.max() + 1], box, atol=1.01)


def test_files_hold_what_is_shown() -> None:
    raw = raw_of(ColourDetector(miss=7))
    tracks = as_tracks(raw, KNOBS)
    back = from_mot(mot_text(tracks).splitlines())
    np.testing.assert_array_equal(back.frame, tracks.frame)
    np.testing.assert_array_equal(back.ids, tracks.ids)
    np.testing.assert_allclose(back.boxes, tracks.boxes, atol=0.02)
    text = coco_video(raw, tracks, "squares")
    assert len(text["images"]) == 24 and text["images"][6]["seconds"] == 0.5
    assert [row["track_id"] for row in text["annotations"]] == tracks.ids.tolist()
    rows = list(csv.DictReader(io.StringIO(timeline_csv(raw, frame_by_frame(raw, KNOBS), tracks))))
    assert len(rows) == 24 and [int(r["tracked_boxes"]) for r in rows] == [2] * 24
    assert min(int(r["frame_boxes"]) for r in rows) == 1
    with pytest.raises(DataError, match=r"line 2 of 'a.txt'"):
        from_mot(["1,1,2,3,4,5", "1,2"], name="a.txt")


def test_the_overlay_is_a_video_of_the_same_frames() -> None:
    clip, detector = moving(), ColourDetector()
    raw = raw_of(detector)
    tracks = as_tracks(raw, KNOBS)
    written = list(read_video(overlay_mp4(clip, raw, tracks)).frames())
    assert [f.time for f in written] == pytest.approx([f.time for f in clip.frames()], abs=1e-3)
    expected = drawn(list(clip.frames())[7].picture, raw, tracks, 7)
    assert np.abs(written[7].picture.astype(int) - expected).mean() < 6


def test_work_ahead_comes_in_order_raises_and_stops() -> None:
    assert list(ahead(range(50), 3)) == list(range(50))

    def broken() -> Iterator[int]:
        yield 1
        raise DataError("no more")

    items = ahead(broken())
    assert next(items) == 1
    with pytest.raises(DataError, match="no more"):
        next(items)
    made: list[int] = []
    endless = ahead(made.append(k) or k for k in range(10**9))
    assert next(endless) == 0
    before = threading.active_count()
    endless.close()  # type: ignore[attr-defined]
    count = len(made)
    time.sleep(0.05)
    assert threading.active_count() < before and len(made) == count <= 8


def test_leaving_the_frames_stops_the_network_and_the_decoder() -> None:
    detector = ColourDetector()
    work = detect_clip(detector, moving(1000))
    next(work)
    work.close()  # type: ignore[attr-defined]
    assert detector.runs == 1


def test_work_behind_raises_what_it_raised() -> None:
    done: list[int] = []
    with Behind[int](done.append) as later:
        for k in range(20):
            later.give(k)
    assert done == list(range(20))

    def broken(item: int) -> None:
        raise DataError("disk full")

    with pytest.raises(DataError, match="disk full"), Behind[int](broken) as later:
        for k in range(20):
            later.give(k)
