"""Drawn clips as clips to read, and trackers scored on them, ours and the library's."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from cvdemo import world, zoo
from cvdemo.cli import main
from cvdemo.ops.tracking import SORT, FrameBoxes
from cvdemo.ops.tracks import track
from cvdemo.video.clip import FrameTruth
from cvdemo.video.drawn import drawn_clip
from cvdemo.video.library import library_tracks
from cvdemo.video.score import score_clip, total
from cvdemo.video.tracked import ClipBoxes
from tests.video.made import ColourDetector

SIZE = (96, 80)


def truth_as_boxes(truths: list[FrameTruth], *, difficult: bool = True) -> ClipBoxes:
    rows = [t.difficult | True if difficult else ~t.difficult for t in truths]
    frame = np.repeat(np.arange(len(truths)), [int(r.sum()) for r in rows])
    ids, boxes, classes = (
        np.concatenate([getattr(t, name)[r] for t, r in zip(truths, rows, strict=True)])
        for name in ("tracks", "boxes", "classes")
    )
    return ClipBoxes(
        len(truths), frame, ids, boxes.astype(float), classes, np.ones(len(ids)), np.arange(len(ids))
    )


@pytest.fixture(scope="module")
def truths() -> list[FrameTruth]:
    clip = drawn_clip(world.clip(7, split="test", seconds=1, fps=8), SIZE)
    frames = list(clip.frames())
    assert len(frames) == 8 == clip.expected and frames[0].picture.shape == (80, 96, 3)
    assert [f.time for f in frames] == pytest.approx(np.arange(8) / 8)
    assert clip.truths is not None
    return clip.truths()


def test_the_truth_scores_one_with_and_without_what_is_difficult(truths: list[FrameTruth]) -> None:
    for difficult in (True, False):
        found = total([score_clip(truth_as_boxes(truths, difficult=difficult), truths)])
        assert found.tracking.mota == 1 and found.tracking.idf1 == 1 and found.blinking.flips == 0
        assert found.tracking.hota == pytest.approx(1) and found.tracking.false == 0


def test_clips_are_kept_apart(truths: list[FrameTruth]) -> None:
    one = score_clip(truth_as_boxes(truths), truths)
    twice = total([one, one])
    assert twice.tracking.hota == pytest.approx(1)
    assert twice.blinking.jitter == pytest.approx(total([one]).blinking.jitter)


def test_the_truth_without_drawing_is_the_same(truths: list[FrameTruth]) -> None:
    clip = drawn_clip(world.clip(7, split="test", seconds=1, fps=8), SIZE)
    assert clip.truths is not None
    for a, b in zip(clip.truths(), truths, strict=True):
        np.testing.assert_array_equal(a.boxes, b.boxes)
        np.testing.assert_array_equal(a.tracks, b.tracks)


def two_walking(frames: int = 30) -> list[FrameBoxes]:
    return [
        FrameBoxes(
            np.array([[4.0 * t, 0, 4 * t + 30, 60], [200 - 4.0 * t, 100, 230 - 4 * t, 160]]),
            np.array([0.9, 0.8]),
        )
        for t in range(frames)
    ]


@pytest.mark.parametrize("name", ["sort", "bytetrack"])
def test_the_librarys_tracks_are_ours_where_nothing_is_hard(name: str) -> None:
    pytest.importorskip("trackers", reason="pip install --no-deps -r peers.txt")
    ours, theirs = track(name, two_walking()), library_tracks(name, two_walking(), SORT._replace(buffer=10))
    late = theirs.frame.min()
    assert late <= 3 and len(theirs) == 2 * (30 - late)
    for k in (0, 1):
        for tracks in (ours, theirs):
            assert len(set(tracks.ids[tracks.detection == k].tolist())) == 1


def evaluate(*more: str) -> Any:
    return CliRunner().invoke(
        main, ["evaluate", "ssd-mobilenet-v2", "--data", "world-clips:test", "--n", "1", *more]
    )


def test_the_shell_prints_a_line_for_each_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zoo, "load", lambda key, device=None, progress=None: ColourDetector())
    monkeypatch.setattr("cvdemo.video.evaluate.world.clip", lambda seed, **_: SHORT)
    result = evaluate("--tracker", "sort")
    assert result.exit_code == 0, result.output
    assert "MOTA" in result.output and "sort, smoothed" in result.output and "bytetrack" not in result.output
    assert evaluate("--crf").exit_code == 1
    other = CliRunner().invoke(main, ["evaluate", "ssd-plus", "--data", "world:test", "--tracker", "sort"])
    assert other.exit_code == 1 and "pictures have no tracks" in other.output


SHORT = world.clip(3, split="test", seconds=0.5, fps=8)
