"""Trackers and smoothing on held-out clips of the drawn world: MOTA, IDF1, HOTA, switches, jitter, flips."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from cvdemo import world
from cvdemo.video.clip import FrameTruth
from cvdemo.video.drawn import drawn_clip
from cvdemo.video.library import has_library, library_tracks
from cvdemo.video.raw import RawClip, detect_clip, gather
from cvdemo.video.score import ClipScore, score_clip, total
from cvdemo.video.tracked import (
    ClipBoxes,
    Tracker,
    TrackingKnobs,
    as_tracks,
    frame_by_frame,
    from_tracks,
    tracker_input,
)
from cvdemo.world.difficulty import Difficulty
from cvdemo.zoo.model import Detector

CLIPS = 50  # that are scored where nothing else is said
Progress = Callable[[Iterable[Any]], Iterable[Any]]

SMOOTH = TrackingKnobs()
PLAIN = SMOOTH._replace(smoothing="none", vote=False, fill=False)


class ClipData(NamedTuple):
    """Drawn clips to score trackers on; they are drawn in frames of `size` (width, height)."""

    clips: Sequence[world.Clip]
    size: tuple[int, int]


def drawn_clips(
    split: str, n: int | None, difficulty: Difficulty | None = None, *, size: tuple[int, int]
) -> ClipData:
    """The clips of the seeds 0 to n - 1 of a split, 4 seconds at 25 frames a second; 50 without n."""
    seeds = range(n or CLIPS)
    return ClipData([world.clip(seed, split=split, difficulty=difficulty) for seed in seeds], size)


def evaluate_clips(
    model: Detector, data: ClipData, *, trackers: Sequence[Tracker] = ("sort", "bytetrack"),
    progress: Progress = iter,
) -> dict[str, dict[str, float]]:  # fmt: skip
    """The numbers of each way from a model's detections to tracks, all on the same detections.

    "frame by frame" links boxes that overlap in frames that follow one another. Each tracker comes by itself,
    then with gaps filled, boxes smoothed and classes voted on, and as the library has it, where that is
    installed. `jitter` is in pixels of the frames that are drawn.
    """
    ways = _ways(trackers)
    scores: dict[str, list[ClipScore]] = {name: [] for name in ways}
    for clip in progress(data.clips):
        raw, truths = run_on(model, clip, data.size)
        for name, way in ways.items():
            scores[name].append(score_clip(way(raw), truths))
    return {name: _numbers(found) for name, found in scores.items()}


def run_on(model: Detector, clip: world.Clip, size: tuple[int, int]) -> tuple[RawClip, list[FrameTruth]]:
    """A model's raw detections of a drawn clip, and its truth."""
    one = drawn_clip(clip, size)
    found = list(detect_clip(model, one))
    raw = gather([each.frame.time for each in found], [each.raw for each in found], model, size)
    assert one.truths is not None
    return raw, one.truths()


def _ways(trackers: Sequence[Tracker]) -> dict[str, Callable[[RawClip], ClipBoxes]]:
    ways: dict[str, Callable[[RawClip], ClipBoxes]] = {
        "frame by frame": lambda raw: frame_by_frame(raw, PLAIN)
    }
    for name in trackers:
        plain, smooth = PLAIN._replace(tracker=name), SMOOTH._replace(tracker=name)
        ways[name] = lambda raw, knobs=plain: as_tracks(raw, knobs)  # type: ignore[misc]
        ways[f"{name}, smoothed"] = lambda raw, knobs=smooth: as_tracks(raw, knobs)  # type: ignore[misc]
        if has_library():
            ways[f"{name} of trackers"] = lambda raw, knobs=plain: by_library(raw, knobs)  # type: ignore[misc]
    return ways


def by_library(raw: RawClip, knobs: TrackingKnobs) -> ClipBoxes:
    """Tracks of the clip's detections by the library's tracker of the knobs."""
    rows, frames = tracker_input(raw, knobs)
    return from_tracks(raw, library_tracks(knobs.tracker, frames, knobs.settings()), rows, knobs)


def _numbers(clips: list[ClipScore]) -> dict[str, float]:
    found = total(clips)
    tracking, unsteady = found.tracking, found.blinking
    return {
        "MOTA": tracking.mota,
        "IDF1": tracking.idf1,
        "HOTA": tracking.hota,
        "IDS": tracking.switches,
        "fragments": tracking.fragments,
        "jitter": unsteady.jitter,
        "flips": unsteady.flips,
    }
