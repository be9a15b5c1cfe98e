"""Activity clips as a training sees them: in a mirror, backwards, or both."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from cvdemo.nets.two_stream import LARGEST
from cvdemo.ops.clip_flow import LARGEST_ERROR, flow_with_error
from cvdemo.train.activity import Turn, label, seen, some
from cvdemo.train.clips import UNITS, ActivityClips, ClipSample, quantised
from cvdemo.world.activities.names import ACTIVITIES, partner

RNG = np.random.default_rng(0)


def sample(name: str = "sit down", frames: int = 5) -> ClipSample:
    """Noise, called an activity."""
    pictures = RNG.integers(0, 256, (frames, 6, 8, 3), dtype=np.uint8)
    motion, backward = RNG.integers(-127, 128, (2, frames - 1, 6, 8, 3), dtype=np.int8)
    return ClipSample(1, pictures, ACTIVITIES.index(name), motion, backward)


@pytest.mark.parametrize("name", ACTIVITIES)
def test_backwards_it_is_the_partner_where_there_is_one(name: str) -> None:
    one = sample(name)
    for mirrored in (False, True):
        assert label(one, Turn(mirrored, backwards=False)) == one.label
        assert ACTIVITIES[label(one, Turn(mirrored, backwards=True))] == (partner(name) or name)


def test_what_is_seen_twice_in_a_turn_is_as_it_was() -> None:
    one = sample()
    for turn in (Turn(True, False), Turn(False, True), Turn(True, True)):
        once, twice = seen(one, turn), seen(seen(one, turn), turn)
        assert not np.array_equal(once.frames, one.frames)
        assert np.array_equal(twice.frames, one.frames)
        assert np.array_equal(twice.motion, one.motion) and np.array_equal(twice.backward, one.backward)
        assert twice.label == one.label


def test_the_motion_belongs_to_the_frames_seen() -> None:
    """A dot that goes two to the right a frame goes to the left in a mirror, and to the left backwards.

    The motion of each is where the dot is in the frame that it begins in; its error has no sign.
    """
    frames = np.zeros((3, 4, 9, 3), np.uint8)
    motion, backward = np.zeros((2, 2, 4, 9, 3), np.int8)
    for k in range(3):
        frames[k, 1, 2 + 2 * k] = 255
        if k < 2:
            motion[k, 1, 2 + 2 * k] = 2, 0, 5
            backward[1 - k, 1, 4 + 2 * k] = -2, 0, 5
    one = ClipSample(0, frames, 0, motion, backward)
    in_mirror = seen(one, Turn(True, False))
    assert in_mirror.frames[:, 1, :, 0].argmax(1).tolist() == [6, 4, 2]
    assert [tuple(in_mirror.motion[k, 1, 6 - 2 * k]) for k in range(2)] == [(-2, 0, 5)] * 2
    back = seen(one, Turn(False, True))
    assert back.frames[:, 1, :, 0].argmax(1).tolist() == [6, 4, 2]
    assert [tuple(back.motion[k, 1, 6 - 2 * k]) for k in range(2)] == [(-2, 0, 5)] * 2
    both = seen(one, Turn(True, True))
    assert both.frames[:, 1, :, 0].argmax(1).tolist() == [2, 4, 6]
    assert [tuple(both.motion[k, 1, 2 + 2 * k]) for k in range(2)] == [(2, 0, 5)] * 2


def test_a_sample_holds_the_motion_both_ways() -> None:
    data = ActivityClips(flow=True, size=(32, 32))
    one = data.draw(3)
    assert one.motion.shape == one.backward.shape == (15, 32, 32, 3) and one.motion.any()
    assert np.array_equal(one.motion, quantised(flow_with_error(one.frames)))
    assert np.array_equal(one.backward, quantised(flow_with_error(one.frames[::-1])))
    assert ActivityClips(size=(32, 32)).draw(3).motion.shape == (0, 32, 32, 3)


def test_a_sample_holds_all_that_a_net_can_tell_apart() -> None:
    most = np.array([LARGEST, -LARGEST, LARGEST_ERROR], np.float32)
    assert quantised(most).tolist() == [127, -127, 127]  # 8 pixels would be 128
    assert (quantised(most / 2) / np.array(UNITS)).tolist() == pytest.approx((most / 2).tolist(), abs=2e-3)


def test_later_frames_are_chosen_more_often() -> None:
    batch = [sample(frames=6)]
    chosen = torch.cat([some(batch, 2, RNG, torch.device("cpu")) for _ in range(300)])
    counts = torch.bincount(chosen, minlength=6)
    assert len(chosen) == 600 and counts[4:].sum() > 1.5 * counts[:2].sum()
    assert some(batch, 9, RNG, torch.device("cpu")).tolist() == list(range(6))
