"""Activity clips: functions of their parameters, pairs that only their order tells apart, exact truth."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from cvdemo import world
from cvdemo.errors import DataError
from cvdemo.world import ACTIVITIES, ORDER_PAIRS, activity_clip

PINNED = json.loads((Path(__file__).parent / "pinned_activities.json").read_text())
ONCE = [
    name
    for name in ACTIVITIES
    if name not in ("walk forwards", "walk backwards", "play guitar", "wave", "jump", "run")
]


def pin(clip: world.ActivityClip) -> dict[str, object]:
    """What is pinned of a clip: its graphs exactly, and roughly what its middle frame looks like."""
    coarse = cv2.resize(clip.picture(len(clip) // 2), (6, 6), interpolation=cv2.INTER_AREA)
    return {"activity": clip.activity, "fingerprint": clip.fingerprint(), "coarse": coarse.ravel().tolist()}


@pytest.mark.parametrize("seed", range(len(ACTIVITIES)))
def test_clips_are_those_that_nets_were_trained_on(seed: int) -> None:
    assert PINNED["versions"] == [world.WORLD_VERSION, world.ACTIVITY_VERSION], "another version: pin anew"
    now, then = pin(activity_clip(seed, split="test")), PINNED["clips"][seed]
    assert now["activity"] == then["activity"] == ACTIVITIES[seed]
    assert now["fingerprint"] == then["fingerprint"], "the clip changed: raise ACTIVITY_VERSION"
    assert np.abs(np.subtract(now["coarse"], then["coarse"])).max() <= 4


@pytest.mark.parametrize(("first", "second"), ORDER_PAIRS)
def test_the_second_of_a_pair_is_the_first_played_backwards(first: str, second: str) -> None:
    for seed in range(6):
        a, b = (activity_clip(seed, split="val", activity=name) for name in (first, second))
        assert [a.figure(k) for k in range(len(a))] == [b.figure(k) for k in reversed(range(len(b)))]
        assert (a.scene, a.reversed(), b.reversed()) == (b.scene, b, a)
        assert len({str(a.figure(k)) for k in range(len(a))}) > 3, "nothing moves"


def test_a_frame_says_nothing_of_when_it_is_in_its_clip() -> None:
    """The shares of motion have the same distribution from the beginning and from the end."""
    shares = np.stack([activity_clip(s, activity="sit down").truth().share for s in range(200)])
    assert np.allclose(shares.mean(0), 1 - shares.mean(0)[::-1], atol=0.08)
    assert np.all(np.diff(shares, axis=1) >= 0)


def test_same_arguments_give_the_same_frames_in_any_order_and_size() -> None:
    a, b = (activity_clip(8, split="test") for _ in range(2))
    assert a == b
    forwards = a.pictures(64, 48)
    assert forwards.shape == (16, 48, 64, 3)
    for k in reversed(range(len(b))):
        assert np.array_equal(b.picture(k, 64, 48), forwards[k])


def test_what_stands_still_is_the_drawing_of_its_scene() -> None:
    clip = activity_clip(9, split="test").without(range(16))
    assert np.array_equal(clip.picture(0, 160, 160), world.render(clip.scene, 160, 160))
    assert not clip.truth().visible.any()


def test_the_person_is_where_the_truth_says() -> None:
    hidden = 0
    for seed in range(45):
        clip = activity_clip(seed, split="val")
        empty = clip.without(range(16))
        truth = clip.truth()
        assert (truth.activity, truth.label) == (clip.activity, ACTIVITIES.index(clip.activity))
        for k in range(0, 16, 3):
            drawn = np.abs(clip.picture(k).astype(int) - empty.picture(k)).max(-1) > 40
            assert drawn.any() <= truth.visible[k]
            if truth.visible[k] and clip.activity in ONCE:
                assert drawn.mean() > 0.01, (seed, clip.activity, k)
        hidden += int((~truth.visible).sum())
    assert hidden > 10, "nobody is ever out of sight"


@pytest.mark.parametrize("activity", ONCE)
def test_what_happens_once_happens_within_the_clip(activity: str) -> None:
    for seed in range(30):
        truth = activity_clip(seed, activity=activity).truth()
        first, last = truth.happens
        assert truth.share.min() < 0.13 and truth.share.max() > 0.90
        assert 0 <= first < last <= 15
        assert np.all((truth.share[first : last + 1] > 0.02) & (truth.share[first : last + 1] < 0.98))


def test_seeds_go_through_all_activities_and_splits_differ() -> None:
    clips = world.activity_clips("val", 30, first=15)
    assert [clip.activity for clip in clips] == [*ACTIVITIES, *ACTIVITIES]
    prints = {activity_clip(3, split=split).fingerprint() for split in world.SPLITS}
    assert len(prints) == 3


def test_bad_arguments_get_one_sentence() -> None:
    for wrong, says in (
        ({"activity": "dance"}, "no activity is called 'dance'"),
        ({"frames": 0}, "cannot have frames 0"),
        ({"fps": float("nan")}, "cannot have fps nan"),
        ({"split": "all"}, "no split named 'all'"),
    ):
        with pytest.raises(DataError, match=says):
            activity_clip(0, **wrong)
    with pytest.raises(DataError, match="no frame 16"):
        activity_clip(0).picture(16)
    with pytest.raises(DataError, match="cannot draw a picture of width 8"):
        activity_clip(0).picture(0, 8, 96)
