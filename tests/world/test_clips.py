"""A clip is a function of its parameters; its truth is exact in every frame, and so is its motion."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import cv2
import numpy as np
import pytest

from cvdemo import world
from cvdemo.errors import DataError
from cvdemo.world.difficulty import PRESETS
from cvdemo.world.film.routes import Lane
from cvdemo.world.graph import Scene

PINNED = json.loads((Path(__file__).parent / "pinned_clips.json").read_text())
SIZE = (192, 160)
MANY = [world.clip(seed, split="val", seconds=6, fps=5) for seed in range(24)]


def pin(clip: world.Clip) -> dict[str, object]:
    """What is pinned of a clip: its graphs exactly, and roughly what its last frame looks like."""
    picture, truth = world.draw_clip_frame(clip, len(clip) - 1, *SIZE)
    coarse = cv2.resize(picture, (6, 5), interpolation=cv2.INTER_AREA)
    return {
        "fingerprint": clip.fingerprint(),
        "coarse": coarse.ravel().tolist(),
        "boxes": truth.boxes.astype(int).tolist(),
        "tracks": truth.tracks.tolist(),
    }


@pytest.mark.parametrize("entry", PINNED["clips"], ids=lambda e: f"{e['split']}-{e['seed']}-{e['preset']}")
def test_clips_are_those_that_were_measured(entry: dict[str, object]) -> None:
    assert PINNED["versions"] == [world.WORLD_VERSION, world.CLIP_VERSION], (
        "clips of another version: pin anew"
    )
    clip = world.clip(
        entry["seed"], split=entry["split"], difficulty=PRESETS[entry["preset"]], camera=entry["camera"]
    )
    now = pin(clip)
    assert now["fingerprint"] == entry["fingerprint"], "the clip changed: raise CLIP_VERSION"
    assert now["tracks"] == entry["tracks"]
    assert np.abs(np.subtract(now["coarse"], entry["coarse"])).max() <= 4
    assert np.abs(np.subtract(now["boxes"], entry["boxes"])).max() <= 1


def test_same_arguments_give_the_same_frames_in_any_order() -> None:
    a, b = (world.clip(5, split="test", seconds=1, fps=10) for _ in range(2))
    assert a == b
    forwards = [world.draw_clip_frame(a, k, *SIZE) for k in range(len(a))]
    for k in reversed(range(len(b))):
        picture, truth = world.draw_clip_frame(b, k, *SIZE)
        assert np.array_equal(picture, forwards[k][0])
        assert np.array_equal(picture, world.clip_picture(b, k, *SIZE))
        assert np.array_equal(truth.instances, forwards[k][1].instances)
        assert np.array_equal(truth.visibility, forwards[k][1].visibility)


def test_a_longer_or_finer_clip_is_the_same_clip() -> None:
    short, long = (world.clip(3, seconds=s, fps=10) for s in (1, 5))
    fine = world.clip(3, seconds=1, fps=50)
    assert (len(short), len(long), len(fine)) == (10, 50, 50)
    for k in range(10):
        assert short.frame(k) == long.frame(k)
        assert short.view(k) == fine.view(5 * k)
        assert short.frame(k)[0].things == fine.frame(5 * k)[0].things


def test_it_begins_with_the_scene_of_its_seed() -> None:
    for seed in range(10):
        scene, clip = world.scene(seed, split="test"), world.clip(seed, split="test")
        first, tracks = clip.frame(0)
        for thing, track in zip(first.things, tracks, strict=True):
            if track <= len(scene.things):
                before = scene.things[track - 1]
                assert (thing.kind, thing.colour) == (before.kind, before.colour)
                if thing.place != "arms":
                    assert (thing.x, thing.y) == pytest.approx((before.x, before.y), abs=0.02)


def test_a_frame_of_a_camera_that_stands_still_is_the_drawing_of_its_scene() -> None:
    clip = world.clip(7, split="test", camera=0)
    for k in (0, 40):
        picture, truth = world.draw_clip_frame(clip, k, 320, 240)
        alone, known = world.draw(clip.frame(k)[0], 320, 240)
        assert np.mean(truth.semantic == known.semantic) > 0.998
        assert np.abs(picture.astype(int) - alone).mean() < 0.6


def test_tracks_are_one_object_for_all_its_life() -> None:
    gone_and_back, hidden = 0, 0
    for clip in MANY:
        looks: dict[int, tuple[object, ...]] = {}
        seen: dict[int, list[int]] = {}
        for k in range(len(clip)):
            truth = world.clip_truth(clip, k, *SIZE)
            assert len(set(truth.tracks.tolist())) == len(truth)
            assert set(truth.tracks.tolist()) <= set(clip.tracks())
            for row, track in enumerate(truth.tracks.tolist()):
                thing = truth.scene.things[truth.ids[row]]
                look = (thing.kind, thing.colour, world.THINGS[truth.classes[row]])
                assert looks.setdefault(track, look) == look
                seen.setdefault(track, []).append(k)
                hidden += bool(truth.visibility[row] < 0.4)
        gone_and_back += sum(np.diff(frames).max(initial=1) > 1 for frames in seen.values())
    assert gone_and_back >= 5, "nobody leaves and comes back"
    assert hidden >= 40, "nobody passes behind another"


def test_movement_is_smooth_at_25_frames_a_second() -> None:
    """No object jumps: it moves less than a quarter of its size a frame, a flying ball less than one."""
    for seed in range(12):
        clip = world.clip(seed, split="test")
        before: dict[int, tuple[float, float, float]] = {}
        for k in range(len(clip)):
            scene, tracks = clip.frame(k)
            now = {
                t: (thing.x, thing.y - thing.lift, thing.size)
                for t, thing in zip(tracks, scene.things, strict=True)
            }
            for track in now.keys() & before.keys():
                (x, y, size), (px, py, _) = now[track], before[track]
                most = 0.8 if clip.objects[track - 1].thing.kind == "ball" else 0.25
                assert np.hypot(x - px, y - py) < most * size, (seed, k, track)
            before = now


def test_no_car_drives_through_another_of_its_lane() -> None:
    """Cars of one direction keep their distance, in picture heights or, on a road away, in depth."""
    pairs = 0
    for seed in range(80):
        clip = world.clip(seed, split="val", seconds=8, fps=2)
        lanes = [moving.path for moving in clip.objects if isinstance(moving.path, Lane)]
        for one, other in combinations(lanes, 2):
            if one.speed * other.speed > 0:
                assert one.speed == other.speed
                pairs += 1
    assert pairs > 5


def test_people_bend_smoothly() -> None:
    for seed in range(12):
        clip = world.clip(seed, split="test", camera=0)
        before: dict[int, np.ndarray] = {}
        for k in range(60):
            truth = world.clip_truth(clip, k, 320, 240)
            now = {
                int(t): (truth.keypoints[row], float(np.ptp(truth.full_boxes[row, 1::2])))
                for row, t in enumerate(truth.tracks)
                if truth.classes[row] == 0
            }
            for track in now.keys() & before.keys():
                (points, tall), (old, _) = now[track], before[track]
                both = (points[:, 2] > 0) & (old[:, 2] > 0)
                assert np.hypot(*(points - old)[both, :2].T).max(initial=0) < 0.25 * tall, (seed, k, track)
            before = now


def test_boxes_are_those_of_the_masks() -> None:
    for clip in MANY:
        truth = world.clip_truth(clip, 11, *SIZE)
        for mask, box in zip(truth.masks, truth.boxes, strict=True):
            rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
            assert box.tolist() == [columns[0], rows[0], columns[-1] + 1, rows[-1] + 1]


def _alone(scene: Scene, number: int, shift: float) -> Scene:
    thing = replace(scene.things[number], id=0, x=scene.things[number].x + shift, holder=None, holds=None)
    return replace(scene, things=(thing,), trees=())


def test_visibility_is_the_seen_share_of_the_object_drawn_alone() -> None:
    """Also of one that is half out of the picture: alone, it is moved into it by whole pixels."""
    checked = cut = 0
    for clip in (world.clip(seed, split="val", seconds=6, fps=5, camera=0) for seed in range(14)):
        for k in (3, 17, 28):
            truth = world.clip_truth(clip, k, 240, 240)
            for row, number in enumerate(truth.ids):
                thing = truth.scene.things[number]
                _, top, _, foot = truth.full_boxes[row]
                if thing.place == "arms" or thing.holds is not None or top < 0 or foot > 240:
                    continue
                shift = -round(thing.x * 480) / 480
                alone = world.truth(_alone(truth.scene, number, shift), 240, 240)
                whole = alone.masks[0].sum()
                share = truth.masks[row].sum() / whole
                assert truth.visibility[row] == pytest.approx(min(1, share), abs=0.04 + 4 / whole)
                checked += 1
                cut += bool(truth.full_boxes[row, 0] < 0 or truth.full_boxes[row, 2] > 240)
    assert checked > 60 and cut > 5


def test_detections_carry_their_tracks() -> None:
    clip = MANY[4]
    truth = world.clip_truth(clip, 3, *SIZE)
    found = truth.detections(difficult=True)
    assert found.tracker_id is not None
    assert np.array_equal(found.tracker_id, truth.tracks)
    assert np.array_equal(found.data["visibility"], truth.visibility)
    easy = truth.detections()
    assert np.array_equal(easy.tracker_id, truth.tracks[~truth.difficult])


def test_the_data_set_is_the_first_seeds_of_its_split() -> None:
    found = world.clips("test", 3)
    assert [c.seed for c in found] == [0, 1, 2]
    assert all(c.split == "test" and len(c) == 100 for c in found)
    assert found[1] == world.clip(1, split="test")
    assert world.clips("val", 1, first=9)[0] == world.clip(9, split="val")


@pytest.mark.parametrize(
    "wrong",
    [{"seconds": 0}, {"seconds": -1}, {"seconds": 1e9}, {"seconds": True}, {"fps": 0}, {"fps": float("nan")},
     {"fps": 1000}, {"fps": "25"}, {"camera": 2}, {"camera": -0.1}],
)  # fmt: skip
def test_what_no_clip_can_have_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(DataError, match=next(iter(wrong))):
        world.clip(1, **wrong)


def test_frames_that_there_are_not_are_refused() -> None:
    clip = world.clip(1, seconds=0.2, fps=10)
    for k in (-1, 2):
        with pytest.raises(DataError, match="no frame"):
            world.clip_picture(clip, k, *SIZE)
    with pytest.raises(DataError, match="no motion"):
        world.clip_motion(clip, 1, *SIZE)
    with pytest.raises(DataError, match="cannot draw"):
        world.clip_picture(clip, 0, 5000, 100)
