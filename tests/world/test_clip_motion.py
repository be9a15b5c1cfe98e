"""The motion between two frames: it brings the next frame back onto this one, and follows every point."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from cvdemo import world
from cvdemo.errors import DataError
from cvdemo.world.film.camera import CameraMove
from cvdemo.world.film.routes import Bounce

PLAIN = world.named("normal", noise=0, weather=0, lighting=0)


def warp(picture: np.ndarray, flow: np.ndarray) -> np.ndarray:
    """The next frame brought back onto this one: at each point the colour of where it went."""
    y, x = np.indices(flow.shape[:2], dtype=np.float32)
    return cv2.remap(
        picture, x + flow[..., 0], y + flow[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )


def test_the_next_frame_warped_back_is_this_frame_where_nothing_is_occluded() -> None:
    """Also on the objects alone, and however the camera moves; the next frame as it is is far off."""
    cameras, errors, still, on_things = set(), [], [], []
    for seed in range(14):
        clip = world.clip(seed, split="test", difficulty=PLAIN, camera=1.0)
        cameras.add(clip.camera.kind)
        for k in (7, 60):
            picture, truth = world.draw_clip_frame(clip, k, 480, 360)
            following = world.clip_picture(clip, k + 1, 480, 360)
            motion = world.clip_motion(clip, k, 480, 360)
            seen = ~motion.occluded
            off = np.abs(warp(following, motion.flow).astype(int) - picture).mean(axis=2)
            errors.append(off[seen].mean())
            still.append(np.abs(following.astype(int) - picture).mean(axis=2)[seen].mean())
            things = seen & (truth.instances > 0)
            on_things += [off[things].mean()] if things.sum() > 500 else []
            assert (off[seen] > 50).mean() < 0.006
            assert motion.occluded.mean() < 0.12
    assert {"still", "pan", "zoom", "hand"} <= cameras
    assert max(errors) < 2.2
    assert np.mean(errors) < 0.35 * np.mean(still)
    assert np.mean(on_things) < 4


def test_keypoints_go_where_the_motion_says() -> None:
    misses = []
    for seed in range(16):
        clip = world.clip(seed, split="test", difficulty=PLAIN)
        for k in (10, 45):
            before, after = (world.clip_truth(clip, n, 640, 480) for n in (k, k + 1))
            flow = world.clip_motion(clip, k, 640, 480).flow
            for row in np.flatnonzero(before.classes == 0):
                there = np.flatnonzero(after.tracks == before.tracks[row])
                if not len(there):
                    continue
                a, b = before.keypoints[row], after.keypoints[there[0]]
                for (x, y, seen), (nx, ny, still_seen) in zip(a[5:], b[5:], strict=True):
                    if seen == still_seen == 2:
                        misses.append(np.hypot(*(flow[int(y), int(x)] - (nx - x, ny - y))))
    assert len(misses) > 80
    assert np.median(misses) < 0.5
    assert np.quantile(misses, 0.9) < 2.5


def test_what_stands_still_moves_as_the_camera_does() -> None:
    clip = world.clip(3, split="test", difficulty=world.named("normal", objects=0), seconds=2, camera=1.0)
    move = CameraMove("all", 0.2, 0.3, 0.0, 5.0, 0.4)
    clip = replace(clip, camera=move)
    motion = world.clip_motion(clip, 12, 320, 240)
    a, b = clip.view(12), clip.view(13)
    y, x = np.indices((240, 320)) + 0.5
    wx, wy = (x / 240 - 320 / 480) / a.zoom + a.x, (y / 240 - 0.5) / a.zoom + a.y
    expected = np.stack(
        [((wx - b.x) * b.zoom + 320 / 480) * 240 - x, ((wy - b.y) * b.zoom + 0.5) * 240 - y], axis=-1
    )
    ground = np.s_[int(0.75 * 240) :]
    assert np.abs(motion.flow[ground] - expected[ground]).max() < 0.02


def test_a_ball_that_rolls_turns() -> None:
    """The motion on it is that of a wheel: its top goes faster than its middle, its foot hardly at all."""
    for seed in range(200):
        clip = world.clip(seed, split="val", difficulty=PLAIN, seconds=1, camera=0)
        rolling = [
            k + 1 for k, a in enumerate(clip.objects) if isinstance(a.path, Bounce) and a.path.height == 0
        ]
        truth = world.clip_truth(clip, 5, 640, 480)
        rows = [row for row, t in enumerate(truth.tracks) if t in rolling and truth.visibility[row] > 0.99]
        if rows:
            break
    flow = world.clip_motion(clip, 5, 640, 480).flow
    x1, y1, x2, y2 = truth.boxes[rows[0]].astype(int)
    column = flow[y1 + 3 : y2 - 3, (x1 + x2) // 2, 0]
    middle = column[len(column) // 2]
    assert abs(column[-1]) < 0.35 * abs(middle)
    assert abs(column[0]) == pytest.approx(2 * abs(middle), rel=0.35)


def test_nothing_moves_between_equal_frames() -> None:
    clip = replace(world.clip(2, split="test", seconds=1, camera=0), objects=())
    clip = replace(clip, start=replace(clip.start, air=(), things=()))
    motion = world.clip_motion(clip, 3, 192, 160)
    assert np.abs(motion.flow).max() < 1e-6
    assert not motion.occluded.any()


def test_a_pairs_flow_brings_the_second_picture_back_onto_the_first() -> None:
    """Also over four frames, where an untrue flow (that of the first frame alone) is far off."""
    gaps, errors, still = set(), [], []
    for seed in range(16):
        pair = world.flow_pair(seed, split="test", size=(384, 320), difficulty=PLAIN)
        gaps.add(pair.gap)
        seen = ~pair.occluded & (np.hypot(*np.moveaxis(pair.flow, -1, 0)) > 1)
        if seen.mean() > 0.05:
            errors.append(np.abs(warp(pair.second, pair.flow).astype(int) - pair.first)[seen].mean())
            still.append(np.abs(pair.second.astype(int) - pair.first)[seen].mean())
    assert gaps == {1, 2, 3, 4}
    assert np.mean(errors) < 3
    assert np.mean(errors) < 0.35 * np.mean(still)


def test_pairs_of_splits_and_seeds_differ_and_a_seeds_pair_stays() -> None:
    one = world.flow_pair(3, split="test")
    assert one.first.shape == (160, 192, 3) and one.flow.dtype == np.float32
    np.testing.assert_array_equal(one.first, world.flow_pair(3, split="test").first)
    for other in (world.flow_pair(4, split="test"), world.flow_pair(3, split="val")):
        assert (one.first != other.first).any()


def test_frames_that_a_clip_lacks_have_no_motion() -> None:
    clip = world.clip(2, split="test", seconds=1)
    with pytest.raises(DataError, match="no motion from frame 25 of 25"):
        world.clip_motion(clip, 25)
    with pytest.raises(DataError, match="to frame 25: there is no such frame"):
        world.clip_motion(clip, 24)
