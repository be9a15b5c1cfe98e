"""The flow of clips: a small thing that moves, before a background that does not."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from cvdemo.ops.clip_flow import WINDOW, clip_flow, flow_with_error, photometric_error

SIDE, THING = 96, 12
PLACE = slice(40, 40 + THING)


def moving(step: tuple[int, int]) -> NDArray[np.uint8]:
    """Two frames of a small thing before a textured background."""
    rng = np.random.default_rng(3)
    background = np.kron(rng.integers(60, 200, (24, 24)), np.ones((4, 4))).astype(np.uint8)
    thing = np.kron(rng.integers(0, 256, (4, 4)), np.ones((3, 3))).astype(np.uint8)
    frames = []
    for k in range(2):
        y, x = 40 + k * step[1], 40 + k * step[0]
        frame = background.copy()
        frame[y : y + THING, x : x + THING] = thing
        frames.append(np.repeat(frame[..., None], 3, -1))
    return np.stack(frames)


@pytest.mark.parametrize("step", [(2, 0), (0, -2), (-1, 1), (1, 2), (0, 0)])
def test_a_small_thing_moves_and_the_rest_stays(step: tuple[int, int]) -> None:
    flow = clip_flow(moving(step))[0]
    inside = flow[PLACE, PLACE][2:-2, 2:-2].reshape(-1, 2)
    np.testing.assert_allclose(np.median(inside, axis=0), step, atol=0.3)
    still = np.ones((SIDE, SIDE), bool)
    still[25:65, 25:65] = False
    assert np.abs(flow[still]).max() < 0.1


def test_the_error_is_what_the_flow_leaves_of_the_difference() -> None:
    frames = moving((3, -2)) // np.array([1, 2, 4], np.uint8)  # each colour differs as much as it is bright
    right = np.zeros((1, SIDE, SIDE, 2), np.float32)
    right[0, PLACE, PLACE] = 3, -2
    mine = photometric_error(frames, right)[0]
    inside = slice(40 + WINDOW // 2, 40 + THING - WINDOW // 2)
    assert mine[inside, inside].max() == 0  # the thing goes where the flow says
    none = photometric_error(frames, np.zeros_like(right))[0]
    apart = np.abs(frames[1].astype(float) - frames[0]).mean(-1) / 255
    half = WINDOW // 2
    for y, x in ((44, 44), (46, 53), (38, 41), (70, 70)):
        assert none[y, x] == pytest.approx(
            apart[y - half : y + half + 1, x - half : x + half + 1].mean(), abs=1e-6
        )


def test_what_flies_too_far_has_no_flow_but_an_error_at_both_ends() -> None:
    frames = moving((30, 0))
    motion = flow_with_error(frames)
    np.testing.assert_array_equal(motion[..., :2], clip_flow(frames))
    flow, error = motion[0, PLACE, PLACE, :2], motion[0, ..., 2]
    assert np.abs(np.median(flow, axis=(0, 1)) - (30, 0)).max() > 10  # it is not found
    still = np.ones((SIDE, SIDE), bool)
    still[30:60, 30:90] = False
    there, gone = error[PLACE, 70 : 70 + THING].mean(), error[PLACE, PLACE].mean()
    assert min(there, gone) > 0.05 and error[still].max() < 0.01
    assert flow_with_error(frames[:1]).shape == (0, SIDE, SIDE, 3)


def test_frames_without_anything_in_them_do_not_move() -> None:
    assert not clip_flow(np.zeros((3, 16, 16, 3), np.uint8)).any()
