"""The Video page's comparison and its work, without a page."""

from __future__ import annotations

import threading
from contextlib import closing

import pytest

from cvdemo.labs.video.experiment import busiest_track, compare, track_lives
from cvdemo.video.read import read_video
from cvdemo.video.tracked import TrackingKnobs
from cvdemo.video.work import Work
from tests.video.made import ColourDetector, moving


def done(detector: ColourDetector) -> Work:
    work = Work(detector, moving())
    speeds = list(work.run())
    assert [s.done for s in speeds] == list(range(1, 25)) and work.complete
    assert speeds[-1].left == 0 and speeds[-1].fps > 0
    return work


def test_the_film_has_the_frames_that_the_network_saw() -> None:
    result = done(ColourDetector()).result()
    film = list(read_video(result.film).frames())
    assert [f.time for f in film] == pytest.approx(result.raw.times, abs=1e-3) and result.complete


def test_work_that_is_left_keeps_its_frames_and_goes_on_without_running_them_again() -> None:
    detector = ColourDetector()
    work = Work(detector, moving())
    with closing(work.run()) as frames:
        for speed in frames:
            if speed.done == 7:
                break
    assert len(work.found) == 7 == len(list(read_video(work.film).frames())) and not work.complete
    assert len(work.result().raw) == 7
    list(work.run())
    assert work.complete and detector.runs == 24 and len(list(read_video(work.film).frames())) == 24


def test_tracking_cures_what_blinks() -> None:
    found = compare(done(ColourDetector(noise=1.0, miss=7, flip=5)).result(), TrackingKnobs())
    before, after = found.blinking
    assert after.count_changes == 0 < before.count_changes and after.flips == 0 < before.flips
    assert after.jitter < before.jitter / 2 and found.scores is None
    assert track_lives(found.tracked) == [(1, 0, 23), (2, 0, 23)]


def test_the_track_to_look_at_first_is_the_one_that_flips() -> None:
    result = done(ColourDetector(flip=5)).result()
    found = compare(result, TrackingKnobs())
    assert busiest_track(found.tracked, result.raw) == 1
    assert busiest_track(compare(result, TrackingKnobs(score=1.0)).tracked, result.raw) is None


def test_whoever_goes_on_in_another_thread_waits_until_the_work_is_left() -> None:
    detector = ColourDetector()
    work = Work(detector, moving())
    first = work.run()
    next(first)
    other = threading.Thread(target=lambda: list(work.run()))
    other.start()
    other.join(0.2)
    assert other.is_alive() and len(work.found) == 1
    first.close()
    assert work.film
    other.join(10)
    assert work.complete and detector.runs == 24
